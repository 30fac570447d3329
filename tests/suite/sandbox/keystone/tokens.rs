//! Keystone: logging in, what a token says, and who may look up what.

use std::time::Duration;

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, password};

const UNAUTHENTICATED: &str = "The request you have made requires authentication.";

fn with_user(user: &Value) -> Value {
    json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": user } } } })
}

fn scoped(scope: &Value) -> Value {
    let mut body = password("alice", None);
    body["auth"]["scope"] = scope.clone();
    body
}

fn by_token(token: &str) -> Value {
    by_token_of(&json!(token))
}

fn by_token_of(id: &Value) -> Value {
    json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": id } } } })
}

fn by_credential(credential: &Value) -> Value {
    json!({ "auth": { "identity": { "methods": ["application_credential"], "application_credential": credential } } })
}

#[test]
fn a_password_gives_a_token_for_a_project() {
    let cloud = Cloud::start();
    let answer = cloud.identity("POST", "/v3/auth/tokens").json(&password("alice", Some("project-a"))).send();
    assert_eq!(answer.status, 201);
    assert!(answer.header("x-subject-token").unwrap().starts_with("gAAAAA"));
    let token = &answer.json()["token"];
    assert_eq!(token["project"]["name"], "project-a");
    assert_eq!(token["user"]["name"], "alice");
    assert_eq!(token["methods"], json!(["password"]));
    let roles: Vec<_> = token["roles"].as_array().unwrap().iter().map(|role| role["name"].clone()).collect();
    assert_eq!(roles, ["member", "reader"]);
    let services: Vec<_> =
        token["catalog"].as_array().unwrap().iter().map(|entry| entry["type"].clone()).collect();
    assert_eq!(services, ["identity", "image"]);
    assert_eq!(token["catalog"][1]["endpoints"][0]["url"], json!(cloud.sandbox.image_url()));
}

#[test]
fn a_token_is_for_what_was_asked() {
    let cloud = Cloud::start();
    let cases = [
        (password("alice", None), "project"),
        (scoped(&json!({ "project": { "id": cloud.project("a") } })), "project"),
        (scoped(&json!("unscoped")), "nothing"),
        (by_token(&cloud.token("a")), "project"),
    ];
    for (body, expected) in cases {
        let answer = cloud.identity("POST", "/v3/auth/tokens?nocatalog").json(&body).send();
        assert_eq!(answer.status, 201, "{body}");
        let token = &answer.json()["token"];
        assert_eq!(token.get("project").is_some(), expected == "project", "{body}");
        assert!(token.get("catalog").is_none(), "{body}");
    }
    let mut body = password("admin", None);
    body["auth"]["scope"] = json!({ "system": { "all": true } });
    let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
    assert_eq!(answer.json()["token"]["system"], json!({ "all": true }));
}

#[test]
fn a_log_in_that_fails_says_why_as_keystone_does() {
    let cloud = Cloud::start();
    let domain = json!({ "id": "default" });
    let unknown = "0".repeat(32);
    let no_application_credential = format!("Could not find Application Credential: {unknown}.");
    let credential = json!({ "id": "b8f4c6d2a91e4e0fa7350d1c2b6e9f48", "secret": "no" });
    let cases = [
        (with_user(&json!({ "name": "alice", "password": "no", "domain": domain })), 401, UNAUTHENTICATED),
        (
            with_user(&json!({ "name": "nobody", "password": "secret", "domain": domain })),
            401,
            UNAUTHENTICATED,
        ),
        (
            with_user(&json!({ "name": "alice", "password": "secret" })),
            400,
            "Expecting to find domain in user.",
        ),
        (scoped(&json!({ "project": { "id": "nope" } })), 401, UNAUTHENTICATED),
        (scoped(&json!({ "project": { "id": cloud.project("b") } })), 401, UNAUTHENTICATED),
        (scoped(&json!({ "project": { "name": "project-a" } })), 400, "Expecting to find domain in project."),
        (scoped(&json!({ "system": { "all": true } })), 401, UNAUTHENTICATED),
        (scoped(&json!({ "domain": domain })), 401, UNAUTHENTICATED),
        (by_token("rubbish"), 404, "Could not recognize Fernet token"),
        (by_credential(&json!({ "id": unknown, "secret": "no" })), 404, &no_application_credential),
        (by_credential(&credential), 401, UNAUTHENTICATED),
        (
            json!({ "auth": { "identity": { "methods": ["totp"] } } }),
            401,
            "Attempted to authenticate with an unsupported",
        ),
        (
            json!({ "auth": { "identity": { "methods": ["password"] } } }),
            400,
            "Expecting to find password in identity.",
        ),
        (json!({}), 400, "Expecting to find auth in request body."),
        (json!([]), 400, "Expecting to find valid JSON in request body."),
    ];
    for (body, status, message) in cases {
        let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.message().starts_with(message), "{body}: {}", answer.text());
        let challenge = format!("Keystone uri=\"{}\"", cloud.sandbox.auth_url());
        assert_eq!(
            answer.header("www-authenticate"),
            (status == 401).then_some(challenge.as_str()),
            "{body}"
        );
    }
}

#[test]
fn an_application_credential_brings_its_project_along() {
    let cloud = Cloud::start();
    let exports = cloud.sandbox.exports("project-a-appcred").unwrap();
    let value = |key: &str| exports.lines().find_map(|line| line.strip_prefix(key)).unwrap();
    let id = value("export OS_APPLICATION_CREDENTIAL_ID=");
    let secret = value("export OS_APPLICATION_CREDENTIAL_SECRET=");
    let user = json!({ "name": "alice", "domain": { "name": "Default" } });
    for credential in
        [json!({ "id": id, "secret": secret }), json!({ "name": "sandbox", "user": user, "secret": secret })]
    {
        let answer = cloud.identity("POST", "/v3/auth/tokens").json(&by_credential(&credential)).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["token"]["project"]["id"], json!(cloud.project("a")));
    }
    let mut body = by_credential(&json!({ "id": id, "secret": secret }));
    body["auth"]["scope"] = json!({ "project": { "id": cloud.project("a") } });
    let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
    assert_eq!(answer.status, 401);
    assert!(answer.message().ends_with("Application credentials cannot request a scope."));
}

#[test]
fn a_revoked_token_opens_nothing() {
    let cloud = Cloud::start();
    let token = cloud.token("a");
    let about_itself = |method: &str| {
        let ask = cloud.identity(method, "/v3/auth/tokens");
        ask.header("X-Auth-Token", &token).header("X-Subject-Token", &token).send()
    };
    assert_eq!(about_itself("GET").status, 200);
    assert_eq!(about_itself("DELETE").status, 204);
    assert_eq!(about_itself("GET").status, 401);
    assert_eq!(cloud.ask("a", "GET", "/v2/images").send().status, 401);
}

#[test]
fn a_token_ends_when_its_time_is_up() {
    let cloud = Cloud::with(Options { token_lifetime: Duration::ZERO, ..Options::default() });
    assert_eq!(cloud.ask("a", "GET", "/v2/images").send().status, 401);
}

#[test]
fn a_member_cannot_look_at_the_token_of_another() {
    let cloud = Cloud::start();
    let ask = |who: &str, subject: &str| {
        let ask = cloud.identity("GET", "/v3/auth/tokens").header("X-Auth-Token", &cloud.token(who));
        ask.header("X-Subject-Token", subject).send()
    };
    assert_eq!(ask("b", &cloud.token("a")).status, 403);
    assert_eq!(ask("admin", &cloud.token("a")).status, 200);
    assert_eq!(ask("a", "rubbish").message(), "Could not recognize Fernet token");
}

#[test]
fn a_member_can_look_up_no_project_but_its_own() {
    let cloud = Cloud::start();
    let (a, b) = (cloud.project("a"), cloud.project("b"));
    let not_listed = "You are not authorized to perform the requested action: identity:list_projects.";
    let not_shown = "You are not authorized to perform the requested action: identity:get_project.";
    let cases = [
        ("a", format!("/v3/projects/{a}"), 200, ""),
        ("a", format!("/v3/projects/{b}"), 403, not_shown),
        ("a", "/v3/projects/nope".into(), 403, not_shown),
        ("a", "/v3/projects?name=project-b".into(), 403, not_listed),
        ("a", "/v3/auth/projects/".into(), 200, ""),
        ("admin", format!("/v3/projects/{b}"), 200, ""),
        ("admin", "/v3/projects/nope".into(), 404, "Could not find project: nope."),
        ("admin", "/v3/projects?name=project-b".into(), 200, ""),
        ("a", "/v3/services".into(), 403, "You are not authorized"),
        ("a", "/v3/nothing".into(), 404, ""),
    ];
    for (who, path, status, message) in cases {
        let answer = cloud.identity("GET", &path).header("X-Auth-Token", &cloud.token(who)).send();
        assert_eq!(answer.status, status, "{who} {path}: {}", answer.text());
        assert!(answer.message().starts_with(message), "{who} {path}: {}", answer.text());
    }
    let answer =
        cloud.identity("GET", "/v3/auth/projects").header("X-Auth-Token", &cloud.token("a")).send().json();
    assert_eq!(answer["projects"].as_array().unwrap().len(), 1);
    assert_eq!(answer["projects"][0]["id"], json!(a));
}

#[test]
fn keystone_says_which_version_it_is_without_a_token() {
    let cloud = Cloud::start();
    assert_eq!(cloud.identity("GET", "/").send().status, 300);
    for path in ["/v3", "/v3/"] {
        let answer = cloud.identity("GET", path).send();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["version"]["id"], "v3.14");
    }
}

#[test]
fn a_log_in_that_is_no_log_in_is_400_and_names_the_place() {
    let cloud = Cloud::start();
    let of = |user: Value| with_user(&user);
    let id = json!({ "id": "b8f4c6d2a91e4e0fa7350d1c2b6e9f48", "secret": 5 });
    let no_text = |field: &str, what: &str| {
        format!(
            "Invalid input for field '{field}': {what} is not of type 'string' Failed validating 'type' in schema"
        )
    };
    let scopes = "Expecting to find system, project, domain, OS-TRUST:trust or unscoped in scope.".to_owned();
    let cases = [
        (of(json!({ "id": "x", "password": 5 })), no_text("identity/password/user/password", "5")),
        (of(json!({ "id": "x", "password": null })), no_text("identity/password/user/password", "None")),
        (of(json!({ "id": "x", "password": ["x"] })), no_text("identity/password/user/password", "['x']")),
        (of(json!({ "id": 5, "password": "x" })), no_text("identity/password/user/id", "5")),
        (of(json!({ "name": "x", "domain": { "id": 5 } })), no_text("identity/password/user/domain/id", "5")),
        (of(json!({})), "Invalid input for field identity/password/user: id or name must be present.".into()),
        (by_credential(&id), "Expecting to find string in password.".into()),
        (by_token_of(&json!(5)), no_text("identity/token/id", "5")),
        (json!({ "auth": {} }), "'identity' is a required property Failed validating 'required'".into()),
        (scoped(&json!({})), scopes.clone()),
        (scoped(&json!({ "project": { "id": "x" }, "domain": { "id": "x" } })), scopes),
    ];
    for (body, message) in cases {
        let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert!(answer.message().starts_with(&message), "{body}: {}", answer.text());
    }
}

#[test]
fn a_missing_subject_token_is_reported_to_its_possible_owner() {
    let cloud = Cloud::start();
    let none = (404, "No token in the request");
    for (method, action) in [("GET", "validate_token"), ("DELETE", "revoke_token")] {
        let refusal = format!("You are not authorized to perform the requested action: identity:{action}.");
        for (who, subject, (status, message)) in [
            ("admin", None, none),
            ("admin", Some(""), none),
            ("a", Some(""), none),
            ("a", None, (403, refusal.as_str())),
        ] {
            let ask = cloud.identity(method, "/v3/auth/tokens").header("X-Auth-Token", &cloud.token(who));
            let ask = if let Some(subject) = subject { ask.header("X-Subject-Token", subject) } else { ask };
            let answer = ask.send();
            assert_eq!((answer.status, answer.message().as_str()), (status, message), "{who} {method}");
        }
    }
}
