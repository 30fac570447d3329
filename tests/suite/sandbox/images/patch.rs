//! Changing images: the body of a PATCH, and what it may do.

use serde_json::{Value, json};

use crate::sandbox::cloud::Cloud;

fn change(operation: &str, path: &str, value: &Value) -> Value {
    json!([{ "op": operation, "path": path, "value": value }])
}

#[test]
fn a_patch_adds_replaces_and_removes() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x", "one": "1", "two": "2" }));
    let body = json!([
        { "op": "replace", "path": "/name", "value": "y" },
        { "op": "add", "path": "/three", "value": "3" },
        { "op": "add", "path": "/two", "value": "zwei" },
        { "op": "remove", "path": "/one" },
        { "op": "add", "path": "/a~1b~0c", "value": "escaped" },
        { "op": "replace", "path": "/tags", "value": ["t", "t"] },
    ]);
    let answer = cloud.patch("a", &id, &body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let image = answer.json();
    let shown = ["name", "two", "three", "a/b~c", "tags"].map(|key| image[key].clone());
    assert_eq!(shown, [json!("y"), json!("zwei"), json!("3"), json!("escaped"), json!(["t"])]);
    assert!(image.get("one").is_none());
    assert_eq!(cloud.show("a", &id), image);
}

#[test]
fn a_patch_does_all_or_nothing() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let body = json!([
        { "op": "replace", "path": "/name", "value": "y" },
        { "op": "remove", "path": "/nothere" },
    ]);
    assert_eq!(cloud.patch("a", &id, &body).status, 409);
    assert_eq!(cloud.show("a", &id)["name"], "x");
}

#[test]
fn a_patch_that_is_malformed_says_how() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let path = format!("/v2/images/{id}");
    let choice = "It must be one of the following: add, remove, replace.";
    let add = |path: &str| change("add", path, &json!("x"));
    let cases = [
        (json!({}), 400, "Request body must be a JSON array of operation objects.".to_owned()),
        (json!(["x"]), 400, "Operations must be JSON objects.".into()),
        (json!([{}]), 400, format!("Unable to find `op` in JSON Schema change. {choice}")),
        (change("move", "/name", &json!("x")), 400, format!("Invalid operation: `move`. {choice}")),
        (change("test", "/name", &json!("x")), 400, format!("Invalid operation: `test`. {choice}")),
        (json!([{ "op": "add" }]), 400, "Unable to find 'path' in JSON Schema change".into()),
        (
            json!([{ "op": "add", "path": "/x" }]),
            400,
            "Operation \"add\" requires a member named \"value\".".into(),
        ),
        (add("name"), 400, "Pointer `name` does not start with \"/\".".into()),
        (add("/a~"), 400, "Pointer `/a~` contains \"~\" not part of a recognized escape sequence.".into()),
        (add("/a//b"), 400, "Pointer `/a//b` contains adjacent \"/\".".into()),
        (add("/a/"), 400, "Pointer `/a/` end with \"/\".".into()),
        (add("/a/b"), 400, "Invalid JSON pointer for this resource: '/a/b'".into()),
        (add("/tags/-"), 400, "Invalid JSON pointer for this resource: '/tags/-'".into()),
        (json!([{ "op": "add", "path": 5, "value": "x" }]), 500, "The server has either erred".into()),
    ];
    for (body, status, message) in cases {
        cloud.expect(&[("a", "PATCH", path.clone(), body, status, &message)]);
    }
}

#[test]
fn a_patch_that_is_not_allowed_says_why() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "data");
    let path = format!("/v2/images/{id}");
    let conflict =
        "There was a conflict when trying to complete your request. Property nothere does not exist.";
    let replace = |name: &str, value: Value| change("replace", &format!("/{name}"), &value);
    let denied = |what: &str| format!("Access was denied to this resource. {what}");
    let cases = [
        (replace("nothere", json!("x")), 409, conflict.to_owned()),
        (json!([{ "op": "remove", "path": "/nothere" }]), 409, conflict.into()),
        (json!([{ "op": "remove", "path": "/name" }]), 403, denied("Property name may not be removed.")),
        (replace("checksum", json!("x")), 403, "Attribute 'checksum' is read-only.".into()),
        (replace("deleted", json!("x")), 403, "Attribute 'deleted' is reserved.".into()),
        (replace("owner", json!(cloud.project("a"))), 403, denied("Owner can't be updated by non admin.")),
        (
            replace("disk_format", json!("raw")),
            403,
            "Attribute disk_format can be only replaced for a queued image.".into(),
        ),
        (
            replace("visibility", json!("public")),
            403,
            "You are not authorized to complete publicize_image action.".into(),
        ),
        (
            replace("visibility", json!("nope")),
            400,
            "Provided object does not match schema 'image': 'nope' is not".into(),
        ),
        (
            change("add", "/x", &json!(5)),
            400,
            "Provided object does not match schema 'image': 5 is not of type".into(),
        ),
        (replace("locations", json!([])), 403, denied("Cannot set locations to empty list.")),
    ];
    for (body, status, message) in cases {
        cloud.expect(&[("a", "PATCH", path.clone(), body, status, &message)]);
    }
    cloud.share("a", &id, "b");
    let forbidden = "You are not authorized to complete modify_image action.";
    let missing = format!("No image found with ID {id}");
    let body = replace("name", json!("z"));
    cloud.expect(&[
        ("b", "PATCH", path.clone(), body.clone(), 403, forbidden),
        ("r", "PATCH", path.clone(), body.clone(), 403, forbidden),
        ("c", "PATCH", path, body, 404, &missing),
    ]);
}

#[test]
fn a_patch_wants_one_of_two_media_types() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let both = "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";
    for kind in ["application/json", "application/json-patch+json"] {
        let ask = cloud.ask("a", "PATCH", &format!("/v2/images/{id}")).header("Content-Type", kind);
        let answer = ask.body("[]").send();
        assert_eq!(answer.status, 415);
        assert_eq!(answer.header("accept-patch"), Some(both));
        let message = format!(
            "The request media type {kind} is not supported by this server. Image PATCH expects Content-Type one of: {both}"
        );
        assert_eq!(answer.message(), message);
    }
}

#[test]
fn the_older_patch_form_does_not_add_existing_properties() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let cases = [
        (json!([{ "replace": "/name", "value": "y" }]), 200, ""),
        (
            json!([{ "add": "/name", "value": "y" }]),
            409,
            "There was a conflict when trying to complete your request. Property name",
        ),
        (json!([{ "value": "y" }]), 400, "Operation objects must contain exactly one member named"),
        (
            json!([{ "add": "/a", "remove": "/b", "value": "y" }]),
            400,
            "Operation objects must contain only one member named",
        ),
    ];
    for (body, status, message) in cases {
        let ask = cloud.ask("a", "PATCH", &format!("/v2/images/{id}"));
        let answer =
            ask.header("Content-Type", "application/openstack-images-v2.0-json-patch").json(&body).send();
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.message().starts_with(message), "{body}: {}", answer.text());
    }
}

/// Glance asks for `replace` and forgets to ask for `add`. Whoever trusts the 403 has lost the image.
#[test]
fn adding_an_owner_gives_the_image_away_and_says_no() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let answer = cloud.patch("a", &id, &change("add", "/owner", &json!(cloud.project("b"))));
    assert_eq!(
        (answer.status, answer.message()),
        (403, format!("Forbidding request, image {id} not visible"))
    );
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}")).send().status, 404);
    assert_eq!(cloud.show("b", &id)["owner"], json!(cloud.project("b")));
}

#[test]
fn tags_are_added_and_removed_one_by_one() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let tag = format!("/v2/images/{id}/tags/t");
    let long = format!("/v2/images/{id}/tags/{}", "x".repeat(256));
    let missing = format!("Image {id} not found.");
    let forbidden = "You are not authorized to complete modify_image action.";
    cloud.expect(&[
        ("a", "PUT", tag.clone(), Value::Null, 204, ""),
        ("a", "PUT", tag.clone(), Value::Null, 204, ""),
        ("a", "PUT", long, Value::Null, 400, "Provided object does not match schema 'image': 'xxx"),
        ("r", "PUT", tag.clone(), Value::Null, 403, forbidden),
        ("c", "PUT", tag.clone(), Value::Null, 404, &missing),
        ("r", "DELETE", tag.clone(), Value::Null, 403, forbidden),
    ]);
    assert_eq!(cloud.show("a", &id)["tags"], json!(["t"]));
    cloud.expect(&[
        ("a", "DELETE", tag.clone(), Value::Null, 204, ""),
        ("a", "DELETE", tag, Value::Null, 404, "The resource could not be found."),
    ]);
}
