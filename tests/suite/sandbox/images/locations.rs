//! Where images lie, shown and changed, on a cloud that shows it.

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Row};
use crate::sandbox::server::web;

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

fn replace(places: &[Value]) -> Value {
    json!([{ "op": "replace", "path": "/locations", "value": places }])
}

/// A place, with what is said of the data there.
fn told(url: &str, key: &str, value: &str) -> Value {
    let mut place = json!({ "url": url, "metadata": {}, "validation_data": {
        "os_hash_algo": "sha512", "os_hash_value": "a".repeat(128), "checksum": "b".repeat(32),
    } });
    place["validation_data"][key] = json!(value);
    place
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
    assert_eq!(cloud.patch("a", &raw(&cloud), &replace(&[place(&url)])).status, 200);

    let mut told = told(&url, "checksum", &"b".repeat(32));
    told["metadata"] = json!({ "x": "y" });
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

#[test]
fn a_url_may_occur_twice_and_a_dash_removes_the_last() {
    let cloud = showing();
    let url = format!("{}/file", web::serve("abc"));
    let id = raw(&cloud);
    let twice = json!({ "url": url, "metadata": { "k": "v" } });
    for (place, status) in [(place(&url), 200), (twice.clone(), 200), (twice, 400), (place(&url), 400)] {
        assert_eq!(cloud.patch("a", &id, &add("-", &place)).status, status);
    }
    let last = json!([{ "op": "remove", "path": "/locations/-" }]);
    let left = cloud.patch("admin", &id, &last);
    let expected = json!([{ "url": url, "metadata": { "store": "web" } }]);
    assert_eq!((left.status, &left.json()["locations"]), (200, &expected));
    let refused = cloud.patch("admin", &id, &last);
    assert_eq!(refused.status, 403, "{}", refused.text());
}

#[test]
fn locations_are_replaced_by_themselves_alone() {
    let cloud = showing();
    let url = format!("{}/file", web::serve("abc"));
    let id = cloud.raw_image("a", "x", "abc");
    assert_eq!(cloud.patch("a", &id, &add("-", &place(&url))).status, 200);
    let there = cloud.show("a", &id)["locations"].clone();
    let (file, there) = (there[0]["url"].as_str().unwrap().to_owned(), there.as_array().unwrap().clone());

    let same = cloud.patch("a", &id, &replace(&there));
    assert_eq!((same.status, &same.json()["locations"]), (200, &json!(there)));
    // A location tells its store, whatever is said of it.
    let other = [
        json!({ "url": url, "metadata": { "store": "fast", "date": "2015-10-15" } }),
        json!({ "url": file, "metadata": { "a": "b" } }),
    ];
    let expected = json!([
        { "url": url, "metadata": { "store": "web", "date": "2015-10-15" } },
        { "url": file, "metadata": { "a": "b", "store": "fast" } },
    ]);
    assert_eq!(cloud.patch("a", &id, &replace(&other)).status, 200);
    assert_eq!(cloud.show("a", &id)["locations"], expected);

    let new = place(&format!("{url}#new"));
    let three = [other[0].clone(), other[1].clone(), new.clone()];
    for places in [&other[..1], &[other[0].clone(), new], &three, &[other[0].clone(), other[0].clone()]] {
        let answer = cloud.patch("a", &id, &replace(places));
        assert_eq!(answer.status, 400);
        assert!(answer.message().starts_with("Original locations is not empty: [{"), "{}", answer.text());
    }
    assert_eq!(cloud.show("a", &id)["locations"], expected);
}

#[test]
fn a_location_may_not_gainsay_what_the_image_tells() {
    let cloud = showing();
    let url = format!("{}/file", web::serve("abc"));
    let (second, [plain, telling, empty, off]) = (format!("{url}#2"), [(); 4].map(|()| raw(&cloud)));
    let row = |id: &str, body: Value, status, message| -> Row<'_> {
        ("a", "PATCH", format!("/v2/images/{id}"), body, status, message)
    };
    let say = |url: &str, key: &str, value: &str| add("-", &told(url, key, value));
    let (a, b) = ("a".repeat(128), "b".repeat(32));
    let set = |key: &str| format!("{key} is already set with a different value");
    let both = [told(&url, "checksum", &b), told(&second, "checksum", &"c".repeat(32))];
    let news = "New value(s) for os_hash_algo, os_hash_value, checksum may only be provided when image status is 'queued'";
    let no_digits = format!("checksum ({}) is not a valid hexadecimal value", "z".repeat(32));
    let locked = |verb| format!("It's not allowed to {verb} locations if image status is deactivated.");
    let remove = json!([{ "op": "remove", "path": "/locations/0" }]);
    cloud.expect(&[
        row(&telling, say(&url, "os_hash_algo", "sha256"), 409, "os_hash_algo must be sha512, not sha256"),
        row(&telling, say(&url, "checksum", &"z".repeat(32)), 409, &no_digits),
        row(
            &telling,
            say(&url, "os_hash_value", "xy"),
            409,
            "os_hash_value (xy) is not a valid hexadecimal value",
        ),
        row(
            &telling,
            say(&url, "os_hash_value", "ab"),
            409,
            "os_hash_value (ab) is not the correct size for sha512 (should be 64 bytes)",
        ),
        row(&telling, say(&url, "checksum", &b), 200, ""),
        row(&telling, say(&second, "checksum", &"c".repeat(32)), 409, &set("checksum")),
        row(&telling, say(&second, "os_hash_value", &"c".repeat(128)), 409, &set("os_hash_value")),
        row(&telling, say(&second, "os_hash_algo", "sha256"), 409, &set("os_hash_algo")),
        row(&telling, replace(&both), 409, "Conflicting values for checksum"),
        row(&telling, say(&second, "os_hash_value", &a), 200, ""),
        row(&plain, add("-", &place(&url)), 200, ""),
        row(&plain, say(&second, "checksum", &b), 409, news),
        row(&off, add("-", &place(&url)), 200, ""),
        ("admin", "POST", format!("/v2/images/{off}/actions/deactivate"), Value::Null, 204, ""),
        row(&off, add("-", &place(&second)), 409, &locked("add")),
        row(&off, replace(&[place(&url)]), 409, &locked("replace")),
        (
            "admin",
            "PATCH",
            format!("/v2/images/{empty}"),
            remove,
            409,
            "It's not allowed to remove locations if image status is queued.",
        ),
    ]);
    assert_eq!(cloud.show("a", &telling)["locations"].as_array().map(Vec::len), Some(2));
}
