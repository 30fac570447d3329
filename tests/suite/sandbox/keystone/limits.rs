//! Keystone's limits, and how Glance holds projects to them.

use lunette::sandbox::{Options, Quota};
use serde_json::{Value, json};

use crate::sandbox::cloud::Cloud;
use crate::sandbox::keystone::administration::{admin, ask};
use crate::sandbox::raw::Ask;

const NULL: &Value = &Value::Null;

/// Limits a project, in a region, and gives the limit's path.
fn limit(cloud: &Cloud, region: &str, resource: &str, limit: i64) -> String {
    let services = admin(cloud, "GET", "/v3/services?type=image", NULL).json();
    let body = json!({ "limits": [{
        "service_id": services["services"][0]["id"], "region_id": region, "resource_name": resource,
        "resource_limit": limit, "project_id": cloud.project("b"),
    }] });
    let answer = admin(cloud, "POST", "/v3/limits", &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("/v3/limits/{}", answer.json()["limits"][0]["id"].as_str().unwrap())
}

fn count_of(cloud: &Cloud, who: &str) -> Value {
    cloud.ask(who, "GET", "/v2/info/usage").send().json()["usage"]["image_count_total"].clone()
}

#[test]
fn the_quota_of_a_new_cloud_is_what_keystone_has_registered() {
    let quota = Quota { image_count_total: 3, ..Quota::default() };
    let cloud = Cloud::with(Options { quota, ..Options::default() });
    let path = "/v3/registered_limits?region_id=RegionTwo&resource_name=image_count_total";
    let list = ask(&cloud, &cloud.token("a"), "GET", path, NULL).json();
    assert_eq!(list["registered_limits"].as_array().unwrap().len(), 1);
    assert_eq!(list["registered_limits"][0]["default_limit"], 3);
    assert_eq!(count_of(&cloud, "b"), json!({ "usage": 0, "limit": 3 }));
}

#[test]
fn a_project_is_held_to_a_limit_of_its_own_until_that_goes() {
    let cloud = Cloud::start();
    let path = limit(&cloud, "RegionOne", "image_count_total", 1);
    cloud.image("b", &json!({}));
    let refused = || cloud.ask("b", "POST", "/v2/images").json(&json!({})).send().status;
    assert_eq!((refused(), count_of(&cloud, "b")), (413, json!({ "usage": 1, "limit": 1 })));
    cloud.image("c", &json!({}));

    let url = format!("{}/v2/images", cloud.sandbox.image_url_two());
    let elsewhere =
        || Ask::new("POST", &url).header("X-Auth-Token", &cloud.token("b")).json(&json!({})).send().status;
    assert_eq!(elsewhere(), 201, "it is for one region");
    limit(&cloud, "RegionTwo", "image_count_total", 1);
    assert_eq!(elsewhere(), 413);

    let any = json!({ "limit": { "resource_limit": -1 } });
    assert_eq!(admin(&cloud, "PATCH", &path, &any).status, 200);
    assert_eq!((refused(), count_of(&cloud, "b")["limit"].clone()), (201, json!(-1)));
    assert_eq!(admin(&cloud, "DELETE", &path, NULL).status, 204);
    assert_eq!(count_of(&cloud, "b"), json!({ "usage": 2, "limit": 20000 }));
}

#[test]
fn an_unregistered_limit_allows_nothing() {
    let cloud = Cloud::start();
    let path = "/v3/registered_limits?region_id=RegionOne&resource_name=image_count_total";
    let list = admin(&cloud, "GET", path, NULL).json();
    let registered =
        format!("/v3/registered_limits/{}", list["registered_limits"][0]["id"].as_str().unwrap());
    let own = limit(&cloud, "RegionOne", "image_count_total", 5);
    let refused = admin(&cloud, "DELETE", &registered, NULL);
    assert!(refused.message().ends_with("because there are project limits associated with it."));
    admin(&cloud, "DELETE", &own, NULL);
    let lower = json!({ "registered_limit": { "default_limit": 0 } });
    assert_eq!(admin(&cloud, "PATCH", &registered, &lower).json()["registered_limit"]["default_limit"], 0);
    assert_eq!(admin(&cloud, "DELETE", &registered, NULL).status, 204);
    assert_eq!(count_of(&cloud, "b"), json!({ "usage": 0, "limit": 0 }));
    assert_eq!(cloud.ask("b", "POST", "/v2/images").json(&json!({})).send().status, 413);
}

#[test]
fn limits_are_seen_by_those_they_are_for() {
    let cloud = Cloud::start();
    let path = limit(&cloud, "RegionOne", "image_size_total", 7);
    for (who, seen, status) in [("b", 1, 200), ("a", 0, 403), ("service", 1, 403), ("admin", 1, 200)] {
        let token = cloud.token(who);
        let list = ask(&cloud, &token, "GET", "/v3/limits", NULL).json();
        assert_eq!(list["limits"].as_array().unwrap().len(), seen, "{who}");
        assert_eq!(ask(&cloud, &token, "GET", &path, NULL).status, status, "{who}");
        let change = ask(&cloud, &token, "PATCH", &path, &json!({ "limit": { "resource_limit": 8 } }));
        assert_eq!(change.status, if who == "admin" { 200 } else { 403 }, "{who}");
    }
}

#[test]
fn an_invalid_limit_is_refused_with_the_reason() {
    let cloud = Cloud::start();
    let services = admin(&cloud, "GET", "/v3/services?type=image", NULL).json();
    let service = &services["services"][0]["id"];
    let registered = |change: Value| {
        let mut limit = json!({ "service_id": service, "resource_name": "x", "default_limit": 1 });
        limit.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ("registered_limits", limit)
    };
    let own = |change: Value| {
        let mut limit =
            json!({ "service_id": service, "resource_name": "image_count_total", "resource_limit": 1 });
        limit.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ("limits", limit)
    };
    let b = cloud.project("b");
    let cases = [
        (registered(json!({ "default_limit": "1" })), 400, "'1' is not of type 'integer'"),
        (registered(json!({ "default_limit": -2 })), 400, "-2 is less than the minimum of -1"),
        (
            registered(json!({ "default_limit": 1_u64 << 31 })),
            400,
            "is greater than the maximum of 2147483647",
        ),
        (registered(json!({ "service_id": "x" })), 400, "'x' is not a 'uuid'"),
        (
            registered(json!({ "service_id": "0".repeat(32) })),
            400,
            "Expecting to find service_id in registered_limit.",
        ),
        (registered(json!({ "region_id": "x" })), 400, "Expecting to find region_id in registered_limit."),
        (
            registered(json!({ "resource_name": "image_count_total", "region_id": "RegionOne" })),
            409,
            "Duplicate entry.",
        ),
        (own(json!({})), 400, "is not valid under any of the given schemas"),
        (own(json!({ "project_id": b, "domain_id": "default" })), 400, "is valid under each of {'required':"),
        (
            own(json!({ "project_id": b })),
            403,
            "Unable to create a limit that has no corresponding registered limit.",
        ),
        (
            own(json!({ "project_id": "x", "region_id": "RegionOne" })),
            400,
            "Expecting to find project_id in limit.",
        ),
    ];
    for ((key, limit), status, message) in cases {
        let answer = admin(&cloud, "POST", &format!("/v3/{key}"), &json!({ key: [limit] }));
        assert_eq!(answer.status, status, "{limit}: {}", answer.text());
        assert!(answer.message().contains(message), "{limit}: {}", answer.text());
    }
}
