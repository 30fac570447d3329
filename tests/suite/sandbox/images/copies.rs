//! Imports of data that are in the cloud already: from store to store, and from region to region.

use std::time::Duration;

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, OCTETS};
use crate::sandbox::images::imports::{TASK_FAILED, import, marks, raw, settled, slow, task};
use crate::sandbox::raw::Ask;

#[test]
fn copies_are_for_admins_and_can_be_taken_back() {
    let cloud = slow();
    let id = cloud.raw_image("a", "x", "abc");
    let path = format!("/v2/images/{id}/import");
    let copy = |stores: Value| json!({ "method": { "name": "copy-image" }, "stores": stores });
    let refused = "You are not authorized to complete copy_image action.";
    cloud.expect(&[
        ("a", "POST", path.clone(), copy(json!(["slow"])), 403, refused),
        ("c", "POST", path.clone(), copy(json!(["slow"])), 404, "No image found with ID"),
        (
            "admin",
            "POST",
            path.clone(),
            copy(json!(["fast"])),
            400,
            "Image is already present at store 'fast'",
        ),
        ("admin", "POST", path.clone(), copy(json!(["slow", "web"])), 202, ""),
        ("admin", "POST", path.clone(), copy(json!(["slow"])), 409, "Image has active task"),
    ]);
    assert_eq!(marks(&settled(&cloud, &id)), [&json!("active"), &json!("fast"), &json!(""), &json!("web")]);
    let all = json!({ "method": { "name": "copy-image" }, "all_stores": true });
    for _ in 0..2 {
        assert_eq!(import(&cloud, "admin", &id, &all).status, 202);
        assert_eq!(settled(&cloud, &id)["stores"], "fast,slow");
    }
    let mine = cloud.ask("a", "GET", &format!("/v2/images/{id}/tasks")).send().json();
    assert_eq!(mine, json!({ "tasks": [] }), "the tasks are the admin's");

    let from = |store: &str| format!("/v2/stores/{store}/{id}");
    let last =
        "Cannot delete image data from the only store containing it. Consider deleting the image instead.";
    cloud.expect(&[
        (
            "a",
            "DELETE",
            from("slow"),
            Value::Null,
            403,
            "You are not authorized to complete delete_image_location action.",
        ),
        ("c", "DELETE", from("slow"), Value::Null, 404, "Failed to find image"),
        (
            "admin",
            "DELETE",
            from("nope"),
            Value::Null,
            409,
            "The selected store nope is not available on this node.",
        ),
        (
            "admin",
            "DELETE",
            from("web"),
            Value::Null,
            404,
            &format!("Image {id} is not stored in store web."),
        ),
        ("admin", "DELETE", from("fast"), Value::Null, 204, ""),
        ("admin", "DELETE", from("slow"), Value::Null, 403, last),
    ]);
    assert_eq!(cloud.show("a", &id)["stores"], "slow");
    cloud.ask("a", "POST", &format!("/v2/images/{id}/actions/deactivate")).send();
    let message = "It's not allowed to remove image data from store if image status is not 'active'";
    cloud.expect(&[("admin", "DELETE", from("slow"), Value::Null, 409, message)]);
}

#[test]
fn another_region_gives_its_data_and_some_of_its_properties() {
    let cloud = slow();
    let two = |method: &str, path: &str| {
        let ask = Ask::new(method, &format!("{}{path}", cloud.sandbox.image_url_two()));
        ask.header("X-Auth-Token", &cloud.token("a")).header("Accept", "application/json")
    };
    let there = json!({ "name": "far", "disk_format": "raw", "container_format": "bare", "hw_disk_bus": "scsi", "foo": "bar" });
    let source = two("POST", "/v2/images").json(&there).send().json()["id"].as_str().unwrap().to_owned();
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{source}")).send().status, 404);
    let download = |region: &str, id: &str| json!({ "method": { "name": "glance-download", "glance_region": region, "glance_image_id": id } });
    let id = cloud.image(
        "a",
        &json!({ "name": "x", "disk_format": "qcow2", "container_format": "bare", "foo": "mine" }),
    );
    // It has no data yet, or there is no such region: the list of stores stays as it was.
    for body in [download("RegionTwo", &source), download("Nope", &source)] {
        assert_eq!(import(&cloud, "a", &id, &body).status, 202);
        assert_eq!(
            marks(&settled(&cloud, &id)),
            [&json!("queued"), &Value::Null, &json!("fast"), &json!("")]
        );
        assert_eq!(task(&cloud, &id)["message"], TASK_FAILED);
    }
    let file = format!("/v2/images/{source}/file");
    assert_eq!(two("PUT", &file).header("Content-Type", OCTETS).body("far data").send().status, 204);
    assert_eq!(import(&cloud, "a", &id, &download("RegionTwo", &source)).status, 202);
    let image = settled(&cloud, &id);
    assert_eq!(marks(&image), [&json!("active"), &json!("fast"), &json!(""), &json!("")]);
    let taken = ["name", "disk_format", "hw_disk_bus", "foo", "size"].map(|key| &image[key]);
    assert_eq!(taken, [&json!("x"), &json!("raw"), &json!("scsi"), &json!("mine"), &json!(8)]);
    assert_eq!(task(&cloud, &id)["input"]["import_req"]["method"]["glance_service_interface"], "public");

    let id = raw(&cloud);
    let path = format!("/v2/images/{id}/import");
    let bare = json!({ "method": { "name": "glance-download" } });
    let message = "'glance_region' needs to be set for glance-download import method";
    cloud.expect(&[
        ("a", "POST", path.clone(), bare, 400, message),
        ("a", "POST", path, download("RegionTwo", "x"), 400, "Remote image id does not look like a UUID: x"),
    ]);
}

#[test]
fn a_lock_of_an_hour_is_broken() {
    let cloud = Cloud::with(Options { import_time: Duration::from_hours(24), ..Options::default() });
    let id = cloud.raw_image("a", "x", "abc");
    let copy = json!({ "method": { "name": "copy-image" }, "stores": ["slow"] });
    assert_eq!(import(&cloud, "admin", &id, &copy).status, 202);
    cloud.sandbox.advance(Duration::from_mins(40));
    assert_eq!(import(&cloud, "admin", &id, &copy).status, 409);
    cloud.forget_tokens();
    cloud.sandbox.advance(Duration::from_mins(40));
    assert_eq!(import(&cloud, "admin", &id, &copy).status, 202);
    let tasks = cloud.ask("admin", "GET", &format!("/v2/images/{id}/tasks")).send().json();
    assert_eq!(tasks["tasks"][0]["message"], "Expired lock preempted");
    assert_eq!(tasks["tasks"][1]["status"], "processing");
}
