//! What the cloud says of itself.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, PFSENSE};

#[test]
fn the_cloud_says_what_it_can_do() {
    let cloud = Cloud::start();
    let get = |path: &str| cloud.ask("a", "GET", path).send().json();
    let stores = json!([
        { "id": "fast", "description": "Fast store", "default": "true" },
        { "id": "slow", "description": "Slow store" },
        { "id": "web", "description": "Reads http:// locations", "read-only": "true" },
    ]);
    assert_eq!(get("/v2/info/stores"), json!({ "stores": stores }));
    let methods = json!(["glance-direct", "web-download", "copy-image", "glance-download"]);
    assert_eq!(get("/v2/info/import")["import-methods"]["value"], methods);
    assert_eq!(get(&format!("/v2/images/{PFSENSE}/tasks")), json!({ "tasks": [] }));
    for name in ["image", "images", "member", "members"] {
        assert_eq!(get(&format!("/v2/schemas/{name}"))["name"], json!(name));
    }
}

#[test]
fn usage_counts_the_images_of_the_project() {
    let cloud = Cloud::start();
    cloud.raw_image("b", "big", &"x".repeat((2 << 20) + 1));
    let usage = cloud.ask("b", "GET", "/v2/info/usage").send().json()["usage"].clone();
    assert_eq!(usage["image_size_total"], json!({ "usage": 2, "limit": 200_000 }));
    assert_eq!(usage["image_count_total"], json!({ "usage": 1, "limit": 20_000 }));
    assert_eq!(usage["image_count_uploading"]["usage"], 0);
}

#[test]
fn details_are_for_admins() {
    let cloud = Cloud::start();
    let refused = |action: &str| format!("You are not authorized to complete {action} action.");
    cloud.expect(&[
        ("a", "GET", "/v2/info/stores/detail".into(), Value::Null, 403, &refused("stores_info_detail")),
        ("admin", "GET", "/v2/info/stores/detail".into(), Value::Null, 200, ""),
        ("a", "GET", "/v2/tasks".into(), Value::Null, 403, &refused("tasks_api_access")),
        (
            "c",
            "GET",
            format!("/v2/images/{PFSENSE}/tasks"),
            Value::Null,
            404,
            "The resource could not be found.",
        ),
        ("a", "GET", "/v2/schemas/nope".into(), Value::Null, 404, "The resource could not be found."),
    ]);
}
