//! Metadata definitions: how they are listed, how bodies are judged, and the schemas that judge them.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Row};
use crate::sandbox::metadefs::definitions::{NAMESPACES, TRIPPED, defined, get, keys, names};

#[test]
fn tags_are_replaced_or_appended_and_paged() {
    let cloud = defined();
    let tags = format!("{NAMESPACES}/Pub/tags");
    let add = |body: Value, append: &str| {
        let ask = cloud.ask("admin", "POST", &tags).header("X-Openstack-Append", append);
        assert_eq!(ask.json(&json!({ "tags": body })).send().status, 201);
    };
    let listed = |query: &str| names(&get(&cloud, "a", &format!("/Pub/tags{query}"))["tags"], "name");
    add(json!([{ "name": "b" }, { "name": "a" }]), "False");
    add(json!([{ "name": "c" }]), "True");
    add(json!([]), "False");
    assert_eq!(listed(""), ["c", "a", "b"]);
    assert_eq!(listed("?limit=1&marker=c"), ["a"]);
    assert_eq!(listed("?sort_key=name&sort_dir=asc"), ["a", "b", "c"]);
    assert!(listed("?limit=0").is_empty());
    cloud.expect(&[
        ("a", "GET", format!("{tags}?marker=x"), Value::Null, 404, "Could not find metadata tag x"),
        ("a", "GET", format!("{tags}?limit=x"), Value::Null, 400, "limit param must be an integer"),
        ("a", "GET", format!("{tags}?sort_key=x"), Value::Null, 500, TRIPPED),
        ("a", "GET", format!("{tags}?sort_dir=x"), Value::Null, 400, "Invalid sort direction: x"),
        ("admin", "POST", tags, json!({}), 500, TRIPPED),
    ]);
}

#[test]
fn namespaces_come_in_pages() {
    let cloud = defined();
    for name in ["One", "Two", "Three"] {
        let body = json!({
            "namespace": name, "visibility": "public", "resource_type_associations": [{ "name": name }],
        });
        cloud.ask("admin", "POST", NAMESPACES).json(&body).send();
    }
    let listed = |who: &str, query: &str| names(&get(&cloud, who, query)["namespaces"], "namespace");
    assert_eq!(listed("a", ""), ["Three", "Two", "One", "Pub"]);
    assert_eq!(listed("admin", "?visibility=private"), ["Pri"]);
    assert_eq!(listed("a", "?resource_types=One,New"), ["One", "Pub"]);
    assert_eq!(listed("a", "?sort_key=namespace&sort_dir=asc&limit=2"), ["One", "Pub"]);
    let page = get(&cloud, "a", "?limit=2&marker=Three");
    assert_eq!(names(&page["namespaces"], "namespace"), ["Two", "One"]);
    assert_eq!(page["next"], "/v2/metadefs/namespaces?limit=2&marker=One");
    assert_eq!(page["first"], "/v2/metadefs/namespaces?limit=2");
    assert_eq!(keys(&get(&cloud, "a", "?marker=One")), ["namespaces", "schema", "first"]);
    let path = |query: &str| format!("{NAMESPACES}{query}");
    cloud.expect(&[
        (
            "a",
            "GET",
            path("?marker=nope"),
            Value::Null,
            404,
            "Metadata definition namespace=nope was not found.",
        ),
        (
            "a",
            "GET",
            path("?marker=Pri"),
            Value::Null,
            403,
            "Forbidding request, metadata definition namespace=Pri",
        ),
        ("a", "GET", path("?limit=-1"), Value::Null, 400, "limit param must be positive"),
        ("a", "GET", path("?limit=x"), Value::Null, 500, TRIPPED),
        ("a", "GET", path("?visibility=shared"), Value::Null, 400, "Invalid visibility value: shared"),
        ("-", "GET", path(""), Value::Null, 401, "This server could not verify"),
    ]);
}

#[test]
fn bodies_are_judged_by_the_schema_and_then_by_the_model() {
    let cloud = Cloud::start();
    let row = |body: Value, status: u16, message: &'static str| -> Row<'static> {
        ("admin", "POST", NAMESPACES.into(), body, status, message)
    };
    let property = |extra: Value| {
        let mut property = json!({ "title": "t", "type": "string" });
        property.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({ "namespace": "N", "properties": { "p": property } })
    };
    let mismatch = "Provided object does not match schema 'namespace':";
    let unexpected = "Provided object does not match schema 'namespace': Additional properties are not allowed ('nope' was";
    cloud.expect(&[
        row(
            json!({}),
            400,
            "Provided object does not match schema 'namespace': 'namespace' is a required property",
        ),
        row(json!({ "namespace": 5 }), 400, mismatch),
        row(json!({ "namespace": "N", "nope": 1 }), 400, unexpected),
        row(json!({ "namespace": "N", "self": "x" }), 403, "Attribute 'self' is read-only."),
        row(
            property(json!({ "minLength": -1 })),
            400,
            "Provided object does not match schema 'namespace': -1 is less than the",
        ),
        row(property(json!({ "minimum": "1" })), 400, mismatch),
        row(property(json!({ "type": "nope" })), 400, mismatch),
        row(property(json!({ "required": ["a", "a"] })), 400, mismatch),
        row(property(json!({ "required": ["a"] })), 500, TRIPPED),
        row(property(json!({ "enum": [1] })), 500, TRIPPED),
        row(property(json!({ "items": { "enum": ["a"] } })), 500, TRIPPED),
        row(json!({ "namespace": "N", "tags": [{}] }), 500, TRIPPED),
        row(json!([]), 500, TRIPPED),
        row(Value::Null, 400, "Body expected in request."),
        row(property(json!({ "minimum": 1.5, "default": [] })), 201, ""),
    ]);
    let kept = &get(&cloud, "admin", "/N")["properties"]["p"];
    assert_eq!((&kept["minimum"], &kept["default"]), (&json!(1), &Value::Null));
    let object = json!({ "name": "o", "properties": { "k": { "title": "K", "type": "string", "nope": 1 } } });
    let stricter =
        "Provided object does not match schema 'property': Additional properties are not allowed ('nope' was";
    cloud.expect(&[("admin", "POST", format!("{NAMESPACES}/N/objects"), object, 400, stricter)]);
}

#[test]
fn every_schema_is_shown() {
    let cloud = Cloud::start();
    let names = [
        "metadefs/namespace",
        "metadefs/namespaces",
        "metadefs/object",
        "metadefs/objects",
        "metadefs/property",
        "metadefs/properties",
        "metadefs/resource_type",
        "metadefs/resource_types",
        "metadefs/tag",
        "metadefs/tags",
        "task",
        "tasks",
    ];
    for name in names {
        let schema = cloud.ask("a", "GET", &format!("/v2/schemas/{name}")).send();
        assert_eq!(schema.status, 200, "{name}");
        assert!(schema.json()["properties"].is_object(), "{name}");
    }
    for name in ["metadefs", "metadefs/nope", "metadefs/tag_list"] {
        assert_eq!(cloud.ask("a", "GET", &format!("/v2/schemas/{name}")).send().status, 404, "{name}");
    }
}
