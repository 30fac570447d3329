//! Making, showing and deleting images.

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, PFSENSE};

#[test]
fn a_fresh_image_is_queued_and_shared() {
    let cloud = Cloud::start();
    let body = json!({ "name": "x", "os_distro": "bsd", "tags": ["t", "t"], "disk_format": "raw", "container_format": "bare" });
    let answer = cloud.ask("a", "POST", "/v2/images").json(&body).send();
    assert_eq!(answer.status, 201);
    let image = answer.json();
    let keys: Vec<&String> = image.as_object().unwrap().keys().collect();
    let expected = [
        "os_distro",
        "name",
        "disk_format",
        "container_format",
        "visibility",
        "size",
        "virtual_size",
        "status",
        "checksum",
        "protected",
        "min_ram",
        "min_disk",
        "owner",
        "os_hidden",
        "os_hash_algo",
        "os_hash_value",
        "id",
        "created_at",
        "updated_at",
        "tags",
        "self",
        "file",
        "schema",
    ];
    assert_eq!(keys, expected);
    let shown = ["visibility", "size", "status", "owner", "tags", "min_disk"].map(|key| image[key].clone());
    let expected =
        [json!("shared"), Value::Null, json!("queued"), json!(cloud.project("a")), json!(["t"]), json!(0)];
    assert_eq!(shown, expected);
    let id = image["id"].as_str().unwrap();
    assert!(answer.header("location").unwrap().ends_with(&format!("/v2/images/{id}")));
    assert_eq!(answer.header("openstack-image-store-ids"), Some("fast,slow,web"));
    assert_eq!(
        answer.header("openstack-image-import-methods"),
        Some("glance-direct,web-download,copy-image,glance-download")
    );
    assert_eq!(cloud.show("a", id), image);
}

#[test]
fn an_image_that_may_not_be_made_says_why() {
    let cloud = Cloud::start();
    let schema = "Provided object does not match schema 'image': ";
    let too_long = json!({ "k".repeat(256): "x" });
    let cases = [
        ("a", json!({ "status": "active" }), 403, "Attribute 'status' is read-only.".to_owned()),
        ("a", json!({ "name": "\u{1f980}" }), 400, "Name can't contain 4 byte unicode characters.".into()),
        (
            "a",
            json!({ "hw_KEY": "\u{1f511}" }),
            400,
            "Hw_Key can't contain 4 byte unicode characters.".into(),
        ),
        ("a", json!({ "file": "x" }), 403, "Attribute 'file' is read-only.".into()),
        ("a", json!({ "locations": [] }), 403, "Attribute 'locations' is reserved.".into()),
        (
            "a",
            json!({ "os_glance_x": "y" }),
            403,
            "Access was denied to this resource. Attribute 'os_glance_x' is reserved.".into(),
        ),
        (
            "a",
            json!({ "owner": "zz" }),
            403,
            "Access was denied to this resource. You are not permitted to create images owned by 'zz'".into(),
        ),
        (
            "a",
            json!({ "visibility": "public" }),
            403,
            "You are not authorized to complete publicize_image action.".into(),
        ),
        ("r", json!({ "name": "x" }), 403, "You are not authorized to complete add_image action.".into()),
        ("a", json!({ "id": PFSENSE }), 409, format!("Image ID {PFSENSE} already exists!")),
        ("a", json!({ "id": "nope" }), 400, format!("{schema}'nope' does not match '^([0-9a-fA-F]){{8}}")),
        (
            "a",
            json!({ "disk_format": "nope" }),
            400,
            format!("{schema}'nope' is not one of [None, 'ami', 'ari'"),
        ),
        (
            "a",
            json!({ "visibility": "nope" }),
            400,
            format!("{schema}'nope' is not one of ['community', 'public'"),
        ),
        (
            "a",
            json!({ "name": 5 }),
            400,
            format!("{schema}5 is not of type 'null', 'string' Failed validating 'type'"),
        ),
        ("a", json!({ "size_of_shoe": 5 }), 400, format!("{schema}5 is not of type 'string'")),
        ("a", json!({ "tags": [1] }), 400, format!("{schema}1 is not of type 'string'")),
        ("a", json!({ "name": "n".repeat(256) }), 400, format!("{schema}'nnn")),
        (
            "a",
            json!({ "min_disk": -1 }),
            400,
            "Invalid value '-1' for parameter 'min_disk': Cannot be a negative value".into(),
        ),
        (
            "a",
            json!({ "min_ram": 3_000_000_000_u32 }),
            400,
            "'min_ram' value out of range, must not exceed 2147483647.".into(),
        ),
        ("a", too_long, 400, "Custom property should not be greater than 255 characters.".into()),
        ("a", Value::Null, 400, "Body expected in request.".into()),
        ("a", json!(5), 400, "Unexpected body type. Expected list/dict.".into()),
        ("a", json!([]), 500, "The server has either erred".into()),
    ];
    for (who, body, status, message) in cases {
        cloud.expect(&[(who, "POST", "/v2/images".into(), body, status, &message)]);
    }
    let answer = cloud.ask("a", "POST", "/v2/images").body("{").send();
    assert_eq!((answer.status, answer.message().as_str()), (400, "Malformed JSON in request body."));
}

#[test]
fn a_mismatch_quotes_the_schema_as_python_prints_it() {
    let cloud = Cloud::start();
    let answer = cloud.ask("a", "POST", "/v2/images").json(&json!({ "name": 5 })).send();
    let expected = "Provided object does not match schema 'image': 5 is not of type 'null', 'string'\n\n\
                    Failed validating 'type' in schema['properties']['name']:\n    {'type': ['null', 'string'],\n     \
                    'description': 'Descriptive name for the image',\n     'maxLength': 255}\n\n\
                    On instance['name']:\n    5<br /><br />\n\n\n";
    assert_eq!(answer.json()["message"], expected);
}

#[test]
fn an_image_is_seen_by_those_it_is_for() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "name": "x" }));
    let path = format!("/v2/images/{id}");
    let missing = format!("No image found with ID {id}");
    cloud.expect(&[
        ("a", "GET", path.clone(), Value::Null, 200, ""),
        ("r", "GET", path.clone(), Value::Null, 200, ""),
        ("admin", "GET", path.clone(), Value::Null, 200, ""),
        ("b", "GET", path.clone(), Value::Null, 404, &missing),
        ("a", "GET", path.clone(), json!({ "a": "body" }), 400, "A body is not expected with this request."),
    ]);
    cloud.set("a", &id, "visibility", &json!("community"));
    cloud.expect(&[("b", "GET", path, Value::Null, 200, "")]);
}

#[test]
fn a_deleted_image_is_gone_and_its_id_with_it() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "visibility": "community", "protected": true }));
    let path = format!("/v2/images/{id}");
    let missing = format!("Failed to find image {id} to delete");
    let protected = format!("Image {id} is protected and cannot be deleted.");
    let forbidden = "You are not authorized to complete delete_image action.";
    let used = format!("Image ID {id} already exists!");
    cloud.expect(&[
        ("b", "DELETE", path.clone(), Value::Null, 403, forbidden),
        ("r", "DELETE", path.clone(), Value::Null, 403, forbidden),
        ("a", "DELETE", path.clone(), Value::Null, 403, &protected),
        ("admin", "DELETE", path.clone(), Value::Null, 403, &protected),
    ]);
    cloud.set("a", &id, "protected", &json!(false));
    cloud.expect(&[
        ("a", "DELETE", path.clone(), Value::Null, 204, ""),
        ("a", "DELETE", path.clone(), Value::Null, 404, &missing),
        ("a", "GET", path, Value::Null, 404, ""),
        ("a", "POST", "/v2/images".into(), json!({ "id": id }), 409, &used),
    ]);
}

#[test]
fn the_guide_begins_with_a_private_backup_of_an_instance() {
    let cloud = Cloud::start();
    let image = cloud.show("a", PFSENSE);
    let shown = ["name", "visibility", "status", "disk_format", "min_disk", "size", "image_type", "tags"];
    let shown = shown.map(|key| image[key].clone());
    let expected = [
        json!("pfsense"),
        json!("private"),
        json!("active"),
        json!("qcow2"),
        json!(10),
        json!(262_144),
        json!("snapshot"),
        json!([]),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn only_admins_see_where_the_data_of_a_deactivated_image_lie() {
    let cloud = Cloud::with(Options { show_locations: true, ..Options::default() });
    let id = cloud.raw_image("a", "x", "data");
    let places = |who: &str| {
        let image = cloud.show(who, &id);
        let locations = image["locations"].as_array().unwrap().len();
        (image.get("stores").is_some(), image.get("direct_url").is_some(), locations)
    };
    assert_eq!(places("a"), (true, true, 1));
    let actions = format!("/v2/images/{id}/actions");
    assert_eq!(cloud.ask("a", "POST", &format!("{actions}/deactivate")).send().status, 204);
    assert_eq!((places("a"), places("r")), ((false, false, 0), (false, false, 0)));
    assert_eq!(places("admin"), (true, true, 1));
    let listed = cloud.ask("a", "GET", &format!("/v2/images?id={id}")).send().json();
    assert_eq!(listed["images"][0].get("stores"), None);
    assert_eq!(cloud.ask("a", "POST", &format!("{actions}/reactivate")).send().status, 204);
    assert_eq!(places("a"), (true, true, 1));
}
