//! Where images lie, shown and changed, on a cloud that shows it.

use lunette::sandbox::Options;
use serde_json::{Value, json};

use super::cloud::{Cloud, Row};
use super::web;

fn showing() -> Cloud {
    Cloud::with(Options { show_locations: true, ..Options::default() })
}

fn raw(cloud: &Cloud) -> String {
    cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }))
}

fn place(url: &str) -> Value {
    json!({ "url": url, "metadata": {} })
}

fn add(position: &str, place: &Value) -> Value {
    json!([{ "op": "add", "path": format!("/locations/{position}"), "value": place }])
}

#[test]
fn an_image_shows_where_its_data_lie() {
    let cloud = showing();
    let id = raw(&cloud);
    let queued = cloud.show("a", &id);
    assert_eq!((&queued["locations"], queued.get("direct_url")), (&json!([]), None));
    assert_eq!(cloud.upload("a", &id, "abc").status, 204);
    let url = format!("file:///var/lib/glance/fast/{id}");
    let shown = cloud.show("a", &id);
    assert_eq!(shown["direct_url"], json!(url));
    assert_eq!(shown["locations"], json!([{ "url": url, "metadata": { "store": "fast" } }]));
    let hidden = Cloud::start();
    let id = hidden.raw_image("a", "x", "abc");
    assert_eq!(hidden.show("a", &id).get("locations"), None);
}

#[test]
fn a_location_makes_an_image_active_without_a_hash() {
    let cloud = showing();
    let server = web::serve("abcdefghij");
    let url = format!("{server}/file");
    let id = raw(&cloud);
    let answer = cloud.patch("a", &id, &add("-", &place(&url)));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let shown = answer.json();
    let expected = [json!("active"), json!(10), Value::Null, Value::Null, Value::Null, json!("web")];
    let keys = ["status", "size", "virtual_size", "checksum", "os_hash_algo", "stores"];
    assert_eq!(keys.map(|key| shown[key].clone()), expected);
    let file = cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send();
    assert_eq!((file.text(), file.header("content-md5")), ("abcdefghij", None));

    let again = cloud.patch("a", &id, &add("0", &place(&url)));
    assert_eq!((again.status, again.message()), (400, format!("The location {url} already exists")));
    let replace = json!([{ "op": "replace", "path": "/locations", "value": [place(&url)] }]);
    assert!(cloud.patch("a", &id, &replace).message().starts_with("Original locations is not empty: [{"));
    assert_eq!(cloud.patch("a", &raw(&cloud), &replace).status, 200);

    let told = json!({ "url": url, "metadata": { "x": "y" }, "validation_data": {
        "os_hash_algo": "sha512", "os_hash_value": "a".repeat(128), "checksum": "b".repeat(32),
    } });
    let shown = cloud.patch("a", &raw(&cloud), &add("5", &told)).json();
    assert_eq!(
        [&shown["checksum"], &shown["os_hash_value"]],
        [&json!("b".repeat(32)), &json!("a".repeat(128))]
    );
    assert_eq!(shown["locations"][0]["metadata"], json!({ "x": "y", "store": "web" }));
}

#[test]
fn a_change_of_locations_is_refused_with_the_reason() {
    let cloud = showing();
    let server = web::serve("abc");
    let url = format!("{server}/file");
    let id = raw(&cloud);
    let bare = cloud.image("a", &json!({ "container_format": "bare" }));
    let row = |who, id: &str, body: Value, status, message| -> Row<'_> {
        (who, "PATCH", format!("/v2/images/{id}"), body, status, message)
    };
    let remove = |position: &str| json!([{ "op": "remove", "path": format!("/locations/{position}") }]);
    let set = "You are not authorized to complete set_image_location action.";
    let delete = "You are not authorized to complete delete_image_location action.";
    let empty = json!([{ "op": "replace", "path": "/locations", "value": [] }]);
    cloud.expect(&[
        row("a", &id, add("x", &place(&url)), 400, "Invalid position for adding a location."),
        row("a", &id, add("-", &place("file:///etc/passwd")), 400, "Invalid location"),
        row("a", &id, add("-", &place("http://example.com/x")), 400, "Invalid location"),
        row("r", &id, add("-", &place(&url)), 403, set),
        row("b", &id, add("-", &place(&url)), 404, "No image found with ID"),
        row(
            "a",
            &bare,
            add("-", &place(&url)),
            400,
            "Property disk_format must be set prior to saving data.",
        ),
        row("a", &id, empty, 403, "Access was denied to this resource. Cannot set locations to empty list."),
        row("a", &id, add("-", &place(&url)), 200, ""),
        row("a", &id, remove("0"), 403, delete),
        row(
            "admin",
            &id,
            remove("0"),
            403,
            "Access was denied to this resource. Cannot remove last location in the image.",
        ),
    ]);
    let other = cloud.raw_image("a", "x", "abc");
    cloud.expect(&[
        row("a", &other, add("-", &place(&url)), 200, ""),
        row("admin", &other, remove("7"), 400, "Invalid position for removing a location."),
        row("admin", &other, remove("x"), 400, "Invalid position for removing a location."),
        row("admin", &other, remove("0"), 200, ""),
    ]);
    assert_eq!(cloud.show("a", &other)["direct_url"], json!(url));
}
