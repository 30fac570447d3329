//! Keystone for those who run a cloud: projects, users and roles come and go, and tokens with them.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, password};
use crate::sandbox::raw::Answer;

/// Asks Keystone with a token.
pub(crate) fn ask(cloud: &Cloud, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let ask = cloud.identity(method, path).header("X-Auth-Token", token);
    if body.is_null() { ask.send() } else { ask.json(body).send() }
}

pub(crate) fn admin(cloud: &Cloud, method: &str, path: &str, body: &Value) -> Answer {
    ask(cloud, &cloud.token("admin"), method, path, body)
}

pub(crate) fn make(cloud: &Cloud, kind: &str, body: &Value) -> String {
    let answer = admin(cloud, "POST", &format!("/v3/{kind}s"), &json!({ kind: body }));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()[kind]["id"].as_str().unwrap().to_owned()
}

/// The token of `dave` in `new`, or the status that says why there is none.
fn login(cloud: &Cloud, secret: &str) -> Result<(String, Vec<String>), u16> {
    let mut body = password("dave", Some("new"));
    body["auth"]["identity"]["password"]["user"]["password"] = json!(secret);
    let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
    let Some(token) = answer.header("x-subject-token") else {
        return Err(answer.status);
    };
    let roles = answer.json()["token"]["roles"].as_array().unwrap().clone();
    let roles = roles.iter().map(|role| role["name"].as_str().unwrap().to_owned());
    Ok((token.to_owned(), roles.collect()))
}

/// A project `new` with its member `dave`, and the path of that grant.
fn inhabited(cloud: &Cloud) -> (String, String, String) {
    let project = make(cloud, "project", &json!({ "name": "new", "description": "d" }));
    let user = make(cloud, "user", &json!({ "name": "dave", "password": "pw", "email": "d@x" }));
    assert_eq!(login(cloud, "pw"), Err(401), "nobody gets in without a role");
    let roles = admin(cloud, "GET", "/v3/roles?name=member", &Value::Null).json();
    let role = roles["roles"][0]["id"].as_str().unwrap().to_owned();
    let grant = format!("/v3/projects/{project}/users/{user}/roles/{role}");
    assert_eq!(admin(cloud, "GET", &grant, &Value::Null).status, 404);
    for _ in 0..2 {
        assert_eq!(admin(cloud, "PUT", &grant, &Value::Null).status, 204);
    }
    assert_eq!(admin(cloud, "HEAD", &grant, &Value::Null).status, 204);
    (project, user, grant)
}

#[test]
fn a_member_is_a_reader_too_and_works_in_glance() {
    let cloud = Cloud::start();
    let (project, user, _) = inhabited(&cloud);
    let (token, roles) = login(&cloud, "pw").unwrap();
    assert_eq!(roles, ["member", "reader"]);
    let mine = ask(&cloud, &token, "GET", "/v3/auth/projects", &Value::Null).json();
    assert_eq!(mine["projects"][0]["id"], json!(project));

    let images = format!("{}/v2/images", cloud.sandbox.image_url());
    let image =
        crate::sandbox::raw::Ask::new("POST", &images).header("X-Auth-Token", &token).json(&json!({})).send();
    assert_eq!((image.status, &image.json()["owner"]), (201, &json!(project)));

    let path = format!("/v3/role_assignments?user.id={user}&include_names");
    let found = admin(&cloud, "GET", &path, &Value::Null).json()["role_assignments"].clone();
    assert_eq!(found.as_array().unwrap().len(), 1, "only what was given");
    assert_eq!(found[0]["scope"]["project"]["name"], "new");
    assert_eq!(found[0]["role"]["name"], "member");
    let path = format!("/v3/projects/{project}/users/{user}/roles");
    assert_eq!(admin(&cloud, "GET", &path, &Value::Null).json()["roles"][0]["name"], "member");
}

#[test]
fn removing_a_role_ends_its_tokens() {
    let null = &Value::Null;
    let switch = |kind: &str, on: bool| json!({ kind: { "enabled": on } });
    let cases = [
        ("DELETE", "grant", None),
        ("PATCH", "project", Some("project")),
        ("PATCH", "user", Some("user")),
        ("DELETE", "project", None),
        ("DELETE", "user", None),
    ];
    for (method, what, switched) in cases {
        let cloud = Cloud::start();
        let (project, user, grant) = inhabited(&cloud);
        let (token, _) = login(&cloud, "pw").unwrap();
        let path = match what {
            "grant" => grant,
            "project" => format!("/v3/projects/{project}"),
            _ => format!("/v3/users/{user}"),
        };
        let body = switched.map_or(Value::Null, |kind| switch(kind, false));
        let answer = admin(&cloud, method, &path, &body);
        assert!(matches!(answer.status, 200 | 204), "{method} {path}: {}", answer.text());
        assert_eq!(ask(&cloud, &token, "GET", "/v3/auth/projects", null).status, 401, "{method} {path}");
        assert_eq!(login(&cloud, "pw"), Err(401), "{method} {path}");
        match switched {
            Some(kind) => {
                admin(&cloud, method, &path, &switch(kind, true));
                assert!(login(&cloud, "pw").is_ok(), "{kind}s are switched on again");
            }
            None => assert_eq!(admin(&cloud, method, &path, null).status, 404, "{method} {path} again"),
        }
    }
}

#[test]
fn a_new_password_ends_the_old_one() {
    let cloud = Cloud::start();
    let (_, user, _) = inhabited(&cloud);
    let body = json!({ "user": { "password": "pw2" } });
    let changed = admin(&cloud, "PATCH", &format!("/v3/users/{user}"), &body).json();
    assert_eq!(changed["user"]["extra"], json!({ "email": "d@x" }));
    assert_eq!(changed["user"].get("password"), None);
    assert_eq!(login(&cloud, "pw"), Err(401));
    assert!(login(&cloud, "pw2").is_ok());
}

#[test]
fn only_admins_administer_and_names_are_taken_once() {
    let cloud = Cloud::start();
    let (project, user, grant) = inhabited(&cloud);
    let project_path = format!("/v3/projects/{project}");
    let user_path = format!("/v3/users/{user}");
    let named = |kind: &str, name: Value| json!({ kind: { "name": name } });
    let no_role = format!("/v3/projects/{project}/users/{user}/roles/x");
    let long = json!("x".repeat(65));
    let domain = json!({ "project": { "name": "y", "domain_id": "x" } });
    let cases = [
        ("a", "POST", "/v3/projects", named("project", json!("x")), 403, "identity:create_project"),
        ("a", "PATCH", &project_path, named("project", json!("x")), 403, "identity:update_project"),
        ("a", "DELETE", &project_path, Value::Null, 403, "identity:delete_project"),
        ("a", "POST", "/v3/users", named("user", json!("x")), 403, "identity:create_user"),
        ("a", "PATCH", &user_path, named("user", json!("x")), 403, "identity:update_user"),
        ("a", "DELETE", &user_path, Value::Null, 403, "identity:delete_user"),
        ("a", "PUT", &grant, Value::Null, 403, "identity:create_grant"),
        ("a", "DELETE", &grant, Value::Null, 403, "identity:revoke_grant"),
        ("a", "GET", "/v3/role_assignments", Value::Null, 403, "identity:list_role_assignments"),
        ("a", "GET", "/v3/services", Value::Null, 403, "identity:list_services"),
        ("admin", "POST", "/v3/projects", named("project", json!("new")), 409, "attempting to store project"),
        ("admin", "PATCH", &project_path, named("project", json!("project-a")), 500, ""),
        (
            "admin",
            "POST",
            "/v3/users",
            named("user", json!("alice")),
            409,
            "name alice at domain ID default.",
        ),
        ("admin", "PATCH", &user_path, named("user", json!("alice")), 409, "found with name alice."),
        ("admin", "POST", "/v3/projects", named("project", json!("")), 400, "'' should be non-empty"),
        ("admin", "POST", "/v3/projects", named("project", json!(5)), 400, "5 is not of type 'string'"),
        ("admin", "POST", "/v3/projects", named("project", long), 400, "' is too long"),
        ("admin", "POST", "/v3/projects", domain, 400, "Could not find domain: x."),
        ("admin", "POST", "/v3/projects", json!({ "project": {} }), 400, "'name' is a required property"),
        ("admin", "POST", "/v3/projects", json!({}), 500, ""),
        ("admin", "POST", "/v3/users", json!({}), 400, "'user' is a required property"),
        ("admin", "PUT", "/v3/projects", json!({}), 405, ""),
        ("admin", "PUT", &no_role, Value::Null, 404, "Could not find role: x."),
        ("admin", "DELETE", "/v3/projects/x", Value::Null, 404, "Could not find project: x."),
        ("admin", "GET", "/v3/roles/member", Value::Null, 404, "Could not find role: member."),
    ];
    for (who, method, path, body, status, message) in cases {
        let answer = ask(&cloud, &cloud.token(who), method, path, &body);
        assert_eq!(answer.status, status, "{who} {method} {path} {body}: {}", answer.text());
        assert!(answer.message().contains(message), "{who} {method} {path} {body}: {}", answer.text());
    }
}

#[test]
fn lists_are_narrowed_as_clients_ask() {
    let cloud = Cloud::start();
    let names = |path: &str, kind: &str| -> Vec<String> {
        let list = admin(&cloud, "GET", path, &Value::Null).json()[kind].clone();
        list.as_array().unwrap().iter().map(|thing| thing["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("/v3/roles", "roles"), ["reader", "member", "manager", "admin", "service"]);
    assert_eq!(names("/v3/domains?name=Default", "domains"), ["Default"]);
    assert!(names("/v3/domains?name=x", "domains").is_empty());
    assert_eq!(names("/v3/projects?name=project-b&domain_id=default", "projects"), ["project-b"]);
    assert!(names("/v3/users?name=bob&domain_id=x", "users").is_empty());
    assert_eq!(names("/v3/services?type=image", "services"), ["glance"]);
    let endpoints = admin(&cloud, "GET", "/v3/endpoints?interface=public", &Value::Null).json();
    let urls = endpoints["endpoints"].as_array().unwrap().iter().map(|endpoint| endpoint["url"].clone());
    assert!(urls.into_iter().any(|url| url == json!(cloud.sandbox.image_url())));
}

#[test]
fn users_make_application_credentials_for_themselves() {
    let cloud = Cloud::start();
    let token = cloud.token("a");
    let me = cloud.identity("GET", "/v3/auth/tokens").header("X-Auth-Token", &token);
    let me = me.header("X-Subject-Token", &token).send().json();
    let path = format!("/v3/users/{}/application_credentials", me["token"]["user"]["id"].as_str().unwrap());
    let made =
        |by: &str, body: Value| ask(&cloud, by, "POST", &path, &json!({ "application_credential": body }));
    let enter = |credential: &Value| {
        let identity = json!({
            "methods": ["application_credential"],
            "application_credential": { "id": credential["id"], "secret": credential["secret"] },
        });
        cloud.identity("POST", "/v3/auth/tokens").json(&json!({ "auth": { "identity": identity } })).send()
    };

    let plain = made(&token, json!({ "name": "plain" })).json()["application_credential"].clone();
    assert_eq!(plain["roles"].as_array().unwrap().len(), 2);
    let free = json!({
        "name": "free", "roles": [{ "name": "reader" }], "secret": "xyz", "unrestricted": true,
        "expires_at": "2999-01-01T00:00:00",
    });
    let free = made(&token, free).json()["application_credential"].clone();
    assert_eq!((&free["secret"], &free["expires_at"]), (&json!("xyz"), &json!("2999-01-01T00:00:00.000000")));

    let restricted = enter(&plain).header("x-subject-token").unwrap().to_owned();
    let unrestricted = enter(&free).header("x-subject-token").unwrap().to_owned();
    let cases = [
        (&restricted, json!({ "name": "x" }), 403, "Using method 'application_credential' is not allowed"),
        (&unrestricted, json!({ "name": "x" }), 201, ""),
        (&cloud.token("b"), json!({ "name": "x" }), 403, "identity:create_application_credential"),
        (&cloud.token("admin"), json!({ "name": "x" }), 403, "identity:create_application_credential"),
        (&token, json!({ "name": "plain" }), 409, "Duplicate entry found with name plain."),
        (&token, json!({ "name": "y", "roles": [{ "name": "admin" }] }), 400, "unassigned role"),
        (&token, json!({ "name": "y", "roles": [{ "name": "x" }] }), 404, "Role x is not defined"),
        (&token, json!({ "name": "y", "expires_at": "2020-01-01T00:00:00" }), 400, "must not be before now"),
        (&token, json!({ "name": "y", "expires_at": "x" }), 400, "Timestamp not in expected format."),
    ];
    for (by, body, status, message) in cases {
        let answer = made(by, body.clone());
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.message().contains(message), "{body}: {}", answer.text());
    }

    let listed = ask(&cloud, &token, "GET", &format!("{path}?name=plain"), &Value::Null).json();
    assert_eq!(listed["application_credentials"].as_array().unwrap().len(), 1);
    let one = format!("{path}/{}", plain["id"].as_str().unwrap());
    let shown = ask(&cloud, &token, "GET", &one, &Value::Null).json();
    assert_eq!(shown["application_credential"].get("secret"), None, "a secret is told once");
    assert_eq!(ask(&cloud, &cloud.token("b"), "DELETE", &one, &Value::Null).status, 403);
    assert_eq!(ask(&cloud, &token, "DELETE", &one, &Value::Null).status, 204);
    assert_eq!(enter(&plain).status, 404);
    assert_eq!(ask(&cloud, &restricted, "GET", "/v3/auth/projects", &Value::Null).status, 401);
}
