//! Keystone for those who run a cloud: domains, roles and groups come and go, and what people may do with
//! them.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, password};
use crate::sandbox::keystone::administration::{admin, ask, make};

const NULL: &Value = &Value::Null;

/// Logs somebody in, and gives the token, or the status that says why there is none.
fn login(cloud: &Cloud, user: &str, domain: &str, project: &str) -> Result<String, u16> {
    let mut body = password(user, Some(project));
    for place in ["/auth/identity/password/user/domain", "/auth/scope/project/domain"] {
        *body.pointer_mut(place).unwrap() = json!({ "name": domain });
    }
    let answer = cloud.identity("POST", "/v3/auth/tokens").json(&body).send();
    answer.header("x-subject-token").map(str::to_owned).ok_or(answer.status)
}

fn id_of(cloud: &Cloud, kind: &str, name: &str) -> String {
    let list = admin(cloud, "GET", &format!("/v3/{kind}?name={name}"), NULL).json();
    list[kind][0]["id"].as_str().unwrap().to_owned()
}

/// The status of a token, told to itself.
fn status(cloud: &Cloud, token: &str) -> u16 {
    ask(cloud, token, "GET", "/v3/auth/projects", NULL).status
}

#[test]
fn a_domain_has_names_of_its_own_and_goes_with_all_that_is_in_it() {
    let cloud = Cloud::start();
    let domain = make(&cloud, "domain", &json!({ "name": "far", "color": "red" }));
    let project = make(&cloud, "project", &json!({ "name": "project-a", "domain_id": domain }));
    let user = make(&cloud, "user", &json!({ "name": "alice", "domain_id": domain, "password": "secret" }));
    let group = make(&cloud, "group", &json!({ "name": "all", "domain_id": domain }));
    let role = id_of(&cloud, "roles", "member");
    admin(&cloud, "PUT", &format!("/v3/projects/{project}/users/{user}/roles/{role}"), NULL);
    let token = login(&cloud, "alice", "far", "project-a").unwrap();
    let mine = ask(&cloud, &token, "GET", "/v3/auth/projects", NULL).json();
    assert_eq!(
        (&mine["projects"][0]["id"], &mine["projects"][0]["domain_id"]),
        (&json!(project), &json!(domain))
    );
    assert_ne!(cloud.project("a"), project);

    let path = format!("/v3/domains/{domain}");
    assert_eq!(ask(&cloud, &token, "GET", &path, NULL).json()["domain"]["color"], "red");
    assert_eq!(ask(&cloud, &token, "GET", "/v3/domains/default", NULL).status, 403);
    let refusal = admin(&cloud, "DELETE", &path, NULL);
    let first = "Cannot delete a domain that is enabled, please disable it first.";
    assert_eq!((refusal.status, refusal.message().as_str()), (403, first));
    assert_eq!(admin(&cloud, "PATCH", &path, &json!({ "domain": { "enabled": false } })).status, 200);
    assert_eq!((status(&cloud, &token), login(&cloud, "alice", "far", "project-a")), (401, Err(401)));
    assert_eq!(admin(&cloud, "DELETE", &path, NULL).status, 204);
    for path in
        [path, format!("/v3/projects/{project}"), format!("/v3/users/{user}"), format!("/v3/groups/{group}")]
    {
        assert_eq!(admin(&cloud, "GET", &path, NULL).status, 404, "{path}");
    }
    assert!(login(&cloud, "alice", "Default", "project-a").is_ok(), "her namesake stays");
}

#[test]
fn a_role_of_ones_own_opens_nothing_in_glance_and_ends_the_tokens_that_have_it() {
    let cloud = Cloud::start();
    let role = make(&cloud, "role", &json!({ "name": "auditor" }));
    let user = make(&cloud, "user", &json!({ "name": "dave", "password": "secret" }));
    let grant = format!("/v3/projects/{}/users/{user}/roles/{role}", cloud.project("a"));
    assert_eq!(admin(&cloud, "PUT", &grant, NULL).status, 204);
    let token = login(&cloud, "dave", "Default", "project-a").unwrap();
    let images = format!("{}/v2/images", cloud.sandbox.image_url());
    let listed =
        || crate::sandbox::raw::Ask::new("GET", &images).header("X-Auth-Token", &token).send().status;
    assert_eq!(listed(), 403);
    let path = format!("/v3/roles/{role}");
    assert_eq!(
        admin(&cloud, "PATCH", &path, &json!({ "role": { "name": "member2" } })).json()["role"]["name"],
        "member2"
    );
    assert_eq!(admin(&cloud, "DELETE", &path, NULL).status, 204);
    assert_eq!(
        (listed(), status(&cloud, &token), login(&cloud, "dave", "Default", "project-a")),
        (401, 401, Err(401))
    );
}

#[test]
fn an_immutable_resource_must_first_be_made_mutable() {
    let cloud = Cloud::start();
    let fixed = make(&cloud, "role", &json!({ "name": "fixed", "options": { "immutable": true } }));
    let open = json!({ "immutable": false });
    let member = format!("/v3/roles/{}", id_of(&cloud, "roles", "member"));
    let path = format!("/v3/roles/{fixed}");
    let cases = [
        ("DELETE", &member, Value::Null, 403, "Unable to delete immutable role resource"),
        (
            "PATCH",
            &member,
            json!({ "role": { "name": "x" } }),
            403,
            "Unable to update immutable role resource",
        ),
        ("DELETE", &path, Value::Null, 403, "Set resource option \"immutable\" to false first."),
        ("PATCH", &path, json!({ "role": { "name": "x", "options": open } }), 403, "Unable to update"),
        ("PATCH", &path, json!({ "role": { "options": { "x": 1 } } }), 400, "('x' was unexpected)"),
        ("PATCH", &path, json!({ "role": { "options": open } }), 200, ""),
        ("DELETE", &path, Value::Null, 204, ""),
    ];
    for (method, path, body, status, message) in cases {
        let answer = admin(&cloud, method, path, &body);
        assert_eq!(answer.status, status, "{method} {body}: {}", answer.text());
        assert!(answer.message().contains(message), "{method} {body}: {}", answer.text());
    }
}

#[test]
fn group_members_have_the_roles_of_the_group() {
    let cloud = Cloud::start();
    let (group, bob) = (make(&cloud, "group", &json!({ "name": "ops" })), id_of(&cloud, "users", "bob"));
    let role = id_of(&cloud, "roles", "member");
    let membership = format!("/v3/groups/{group}/users/{bob}");
    let a = cloud.project("a");
    let grant = format!("/v3/projects/{a}/groups/{group}/roles/{role}");
    let enter = || login(&cloud, "bob", "Default", "project-a");
    assert_eq!(enter(), Err(401));
    for path in [&membership, &grant] {
        assert_eq!(admin(&cloud, "GET", path, NULL).status, 404, "{path}");
        assert_eq!(admin(&cloud, "PUT", path, NULL).status, 204, "{path}");
        assert_eq!(admin(&cloud, "HEAD", path, NULL).status, 204, "{path}");
    }
    let token = enter().unwrap();
    let mine = ask(&cloud, &token, "GET", "/v3/auth/projects", NULL).json();
    assert_eq!(mine["projects"].as_array().unwrap().len(), 2);

    let assignments = |query: &str| {
        let answer = admin(&cloud, "GET", &format!("/v3/role_assignments?{query}&include_names"), NULL);
        answer.json()["role_assignments"].as_array().unwrap().clone()
    };
    let given = assignments(&format!("group.id={group}"));
    assert_eq!((given.len(), &given[0]["group"]["name"]), (1, &json!("ops")));
    let worked_out = assignments(&format!("user.id={bob}&scope.project.id={a}&effective"));
    let names: Vec<&Value> = worked_out.iter().map(|assignment| &assignment["role"]["name"]).collect();
    assert_eq!(names, ["member", "reader"]);
    assert!(worked_out.iter().all(|assignment| assignment["links"]["membership"].is_string()));
    assert!(assignments(&format!("user.id={bob}&scope.project.id={a}")).is_empty(), "he was given none");

    assert_eq!(admin(&cloud, "DELETE", &membership, NULL).status, 204);
    assert_eq!((status(&cloud, &token), enter()), (401, Err(401)));
    admin(&cloud, "PUT", &membership, NULL);
    let token = enter().unwrap();
    assert_eq!(admin(&cloud, "DELETE", &grant, NULL).status, 204);
    assert_eq!((status(&cloud, &token), enter()), (401, Err(401)));
    assert_eq!(admin(&cloud, "DELETE", &format!("/v3/groups/{group}"), NULL).status, 204);
    assert_eq!(admin(&cloud, "GET", &format!("/v3/groups/{group}/users"), NULL).status, 404);
}

#[test]
fn bodies_are_judged_by_schema_and_then_by_who_sends_them() {
    let cloud = Cloud::start();
    let named = |kind: &str, name: Value| json!({ kind: { "name": name } });
    let group = make(&cloud, "group", &json!({ "name": "ops" }));
    let group = format!("/v3/groups/{group}");
    let cases = [
        ("a", "POST", "/v3/domains", named("domain", json!("x")), 403, "identity:create_domain"),
        ("a", "POST", "/v3/roles", named("role", json!("x")), 403, "identity:create_role"),
        ("a", "POST", "/v3/groups", named("group", json!("x")), 403, "identity:create_group"),
        ("a", "GET", "/v3/groups", Value::Null, 403, "identity:list_groups"),
        ("a", "GET", &group, Value::Null, 403, "identity:get_group"),
        ("admin", "POST", "/v3/domains", json!({}), 400, "'domain' is a required property"),
        (
            "admin",
            "POST",
            "/v3/domains",
            named("domain", json!("Default")),
            409,
            "two projects acting as domains",
        ),
        ("admin", "POST", "/v3/domains", json!({ "domain": [] }), 400, "[] is not of type 'object'"),
        (
            "admin",
            "POST",
            "/v3/domains",
            json!({ "domain": { "name": "x", "enabled": "x" } }),
            400,
            "is not one of [True,",
        ),
        ("admin", "POST", "/v3/domains", json!({ "domain": { "name": "x", "enabled": "no" } }), 500, ""),
        ("admin", "POST", "/v3/roles", named("role", json!("member")), 409, "found with name member."),
        ("admin", "POST", "/v3/groups", named("group", json!("ops")), 409, "name ops at domain ID default."),
        ("admin", "POST", "/v3/groups", named("group", json!(" ")), 400, "' ' does not match '[\\\\S]+'"),
        ("admin", "PATCH", &group, json!({ "group": {} }), 400, "{} should be non-empty"),
        ("admin", "PATCH", &group, json!({ "group": { "domain_id": "x" } }), 400, "Cannot change Domain ID"),
        ("admin", "PUT", &group, json!({}), 405, ""),
    ];
    for (who, method, path, body, status, message) in cases {
        let answer = ask(&cloud, &cloud.token(who), method, path, &body);
        assert_eq!(answer.status, status, "{who} {method} {path} {body}: {}", answer.text());
        assert!(answer.message().contains(message), "{who} {method} {path} {body}: {}", answer.text());
    }
}

#[test]
fn missing_keystone_features_answer_501_by_name() {
    let cloud = Cloud::start();
    for (method, path, what) in [
        ("PUT", "/v3/domains/default/config", "configuration by domain"),
        ("PUT", "/v3/domains/default/users/x/roles/y", "roles in a domain"),
        ("PUT", "/v3/system/users/x/roles/y", "roles in the whole cloud"),
        ("PUT", "/v3/roles/x/implies/y", "changes to which role implies which"),
        ("POST", "/v3/services", "changes to the catalogue"),
        ("GET", "/v3/OS-TRUST/trusts", "the extension OS-TRUST"),
        ("GET", "/v3/credentials", "credentials for EC2 and TOTP"),
    ] {
        let answer = admin(&cloud, method, path, NULL);
        let message = format!("The sandbox does not emulate {what}, which Keystone has.");
        assert_eq!((answer.status, answer.message()), (501, message), "{method} {path}");
    }
    for path in ["/v3/nothing", "/v3/projects/a/b", "/v3/domains/default/x"] {
        assert_eq!(admin(&cloud, "GET", path, NULL).status, 404, "{path}");
    }
}

#[test]
fn a_service_sees_whose_token_it_was_shown_and_ends_none() {
    let cloud = Cloud::start();
    let (service, subject) = (cloud.token("service"), cloud.token("a"));
    for (method, status) in [("GET", 200), ("HEAD", 403), ("DELETE", 403)] {
        let ask = cloud.identity(method, "/v3/auth/tokens").header("X-Auth-Token", &service);
        assert_eq!(ask.header("X-Subject-Token", &subject).send().status, status, "{method}");
    }
    assert_eq!(cloud.ask("service", "GET", "/v2/info/stores/detail").send().status, 200);
    assert_eq!(cloud.ask("service", "GET", "/v2/images").send().status, 403, "it is no reader");
}
