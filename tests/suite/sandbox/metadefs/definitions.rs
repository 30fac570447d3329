//! Metadata definitions: what a namespace holds, who sees it, and who may change it.

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Row};

pub(super) const NAMESPACES: &str = "/v2/metadefs/namespaces";
pub(super) const TRIPPED: &str = "The server has either erred";

/// Makes `Pub`, which everyone sees and nobody can delete, and `Pri`, which is the admin's.
pub(super) fn defined() -> Cloud {
    let cloud = Cloud::start();
    let public = json!({
        "namespace": "Pub", "visibility": "public", "protected": true, "owner": "me",
        "properties": { "p": { "title": "P", "type": "string", "default": 3, "name": "other" } },
        "objects": [{ "name": "o", "required": ["k"], "properties": { "k": { "title": "K", "type": "integer" } } }],
        "tags": [{ "name": "t1" }, { "name": "t2" }],
        "resource_type_associations": [{ "name": "OS::Glance::Image", "prefix": "hw_" }, { "name": "New" }],
    });
    for body in [public, json!({ "namespace": "Pri" })] {
        let answer = cloud.ask("admin", "POST", NAMESPACES).json(&body).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    cloud
}

pub(super) fn get(cloud: &Cloud, who: &str, path: &str) -> Value {
    let answer = cloud.ask(who, "GET", &format!("{NAMESPACES}{path}")).send();
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

pub(super) fn names(list: &Value, key: &str) -> Vec<String> {
    let names = list.as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap().to_owned());
    names.collect()
}

pub(super) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_namespace_is_shown_with_all_that_is_in_it() {
    let cloud = defined();
    let shown = get(&cloud, "r", "/Pub");
    let expected = [
        "namespace",
        "visibility",
        "protected",
        "owner",
        "created_at",
        "updated_at",
        "resource_type_associations",
        "properties",
        "objects",
        "tags",
        "self",
        "schema",
    ];
    assert_eq!(keys(&shown), expected);
    let property = json!({ "name": "other", "type": "string", "title": "P", "default": "3" });
    assert_eq!(shown["properties"], json!({ "p": property }), "a default is kept as text");
    assert_eq!(names(&shown["tags"], "name"), ["t2", "t1"], "newest first");
    assert_eq!(shown["objects"][0]["self"], "/v2/metadefs/namespaces/Pub/objects/o");
    assert_eq!(names(&shown["resource_type_associations"], "name"), ["OS::Glance::Image", "New"]);

    let prefixed = get(&cloud, "a", "/Pub?resource_type=OS::Glance::Image");
    assert_eq!(keys(&prefixed["properties"]), ["hw_p"]);
    assert_eq!(keys(&prefixed["objects"][0]["properties"]), ["hw_k"]);
    assert_eq!(prefixed["objects"][0]["required"], json!(["hw_k"]));

    let property = get(&cloud, "a", "/Pub/properties/hw_p?resource_type=OS::Glance::Image");
    assert_eq!(property, json!({ "name": "p", "type": "string", "title": "P", "default": "3" }));
    let types = cloud.ask("a", "GET", "/v2/metadefs/resource_types").send().json();
    assert_eq!(names(&types["resource_types"], "name").last().unwrap(), "New");
    assert_eq!(keys(&types["resource_types"][0]), ["name", "created_at"]);
}

#[test]
fn readers_look_and_admins_write() {
    let cloud = defined();
    let property = json!({ "name": "x", "title": "t", "type": "string" });
    let path = |rest: &str| format!("{NAMESPACES}{rest}");
    let writes = [
        ("POST", "/Pub/objects", json!({ "name": "x" }), "add_metadef_object"),
        ("PUT", "/Pub/objects/o", json!({ "name": "x" }), "modify_metadef_object"),
        ("DELETE", "/Pub/objects/o", Value::Null, "delete_metadef_object"),
        ("POST", "/Pub/properties", property.clone(), "add_metadef_property"),
        ("PUT", "/Pub/properties/p", property, "modify_metadef_property"),
        ("DELETE", "/Pub/properties/p", Value::Null, "remove_metadef_property"),
        ("POST", "/Pub/resource_types", json!({ "name": "x" }), "add_metadef_resource_type_association"),
        ("DELETE", "/Pub/resource_types/New", Value::Null, "remove_metadef_resource_type_association"),
        ("POST", "/Pub/tags", json!({ "tags": [] }), "add_metadef_tags"),
        ("POST", "/Pub/tags/x", Value::Null, "add_metadef_tag"),
        ("PUT", "/Pub/tags/t1", json!({ "name": "x" }), "modify_metadef_tag"),
        ("DELETE", "/Pub/tags/t1", Value::Null, "delete_metadef_tag"),
        ("DELETE", "/Pub/objects", Value::Null, "delete_metadef_namespace"),
        ("DELETE", "/Pub/properties", Value::Null, "delete_metadef_namespace"),
        ("DELETE", "/Pub/tags", Value::Null, "delete_metadef_namespace"),
        ("PUT", "/Pub", json!({ "namespace": "x" }), "modify_metadef_namespace"),
        ("DELETE", "/Pub", Value::Null, "delete_metadef_namespace"),
    ];
    for (method, rest, body, action) in writes {
        let refusal = format!("You are not authorized to complete {action} action.");
        // What one may not see is not there; what is not there is told in two ways.
        let hidden = rest.replace("Pub", "Pri");
        let absent = rest.replace("Pub", "nope");
        let absence = if rest.contains("objects") && rest != "/Pub/objects"
            || (rest, method) == ("/Pub/objects", "POST")
        {
            "Metadata definition namespace=nope was not found."
        } else {
            "Namespace nope not found"
        };
        cloud.expect(&[
            ("a", method, path(rest), body.clone(), 403, &refusal),
            ("a", method, path(&hidden), body.clone(), 404, "Namespace Pri not found"),
            ("a", method, path(&absent), body, 404, absence),
        ]);
    }
    let refusal = "You are not authorized to complete add_metadef_namespace action.";
    cloud.expect(&[
        ("a", "POST", NAMESPACES.into(), json!({ "namespace": "x" }), 403, refusal),
        ("a", "GET", path("/Pri"), Value::Null, 404, "The resource could not be found."),
        ("a", "GET", path("/nope"), Value::Null, 404, "Metadata definition namespace=nope was not found."),
        ("a", "GET", path("/Pri/objects"), Value::Null, 404, "Namespace Pri not found"),
        ("a", "GET", path("/Pri/tags/x"), Value::Null, 404, "Namespace Pri not found"),
        ("a", "PATCH", path("/Pub"), Value::Null, 405, "The method PATCH is not allowed"),
    ]);
}

#[test]
fn protected_definitions_are_not_deleted() {
    let cloud = defined();
    let row = |rest: &str, what: &str| -> (String, String) {
        (
            format!("{NAMESPACES}/Pub{rest}"),
            format!("Metadata definition {what} is protected and cannot be deleted."),
        )
    };
    let protected = [
        row("", "namespace Pub"),
        row("/objects", "namespace Pub"),
        row("/properties", "namespace Pub"),
        row("/tags", "namespace Pub"),
        row("/objects/o", "object o"),
        row("/properties/p", "property p"),
        row("/tags/t1", "tag t1"),
        row("/resource_types/New", "resource-type-association New"),
    ];
    let rows: Vec<Row<'_>> = protected
        .iter()
        .map(|(path, message)| ("admin", "DELETE", path.clone(), Value::Null, 403, message.as_str()))
        .collect();
    cloud.expect(&rows);

    // Whatever an update leaves out goes back to its default, protection too.
    let answer =
        cloud.ask("admin", "PUT", &format!("{NAMESPACES}/Pub")).json(&json!({ "namespace": "Was" })).send();
    let changed = answer.json();
    assert_eq!((&changed["visibility"], &changed["protected"]), (&json!("private"), &json!(false)));
    assert_eq!(
        (changed["owner"].as_str(), changed.get("tags")),
        (Some(cloud.project("admin").as_str()), None)
    );
    for rest in ["/tags/t1", "/objects", "/properties/p", "/resource_types/New", ""] {
        let answer = cloud.ask("admin", "DELETE", &format!("{NAMESPACES}/Was{rest}")).send();
        assert_eq!(answer.status, 204, "{rest}");
    }
}

#[test]
fn names_are_taken_once() {
    let cloud = defined();
    let path = |rest: &str| format!("{NAMESPACES}{rest}");
    let property = |name: &str| json!({ "name": name, "title": "t", "type": "string" });
    let made = [("objects", json!({ "name": "o2" })), ("properties", property("p2"))];
    for (kind, body) in made {
        assert_eq!(cloud.ask("admin", "POST", &path(&format!("/Pub/{kind}"))).json(&body).send().status, 201);
    }
    let same = json!({ "namespace": "Pub" });
    let twice = json!([{ "name": "t" }, { "name": "t" }]);
    cloud.expect(&[
        (
            "admin",
            "POST",
            NAMESPACES.into(),
            same.clone(),
            409,
            "The metadata definition namespace=Pub already exists.",
        ),
        ("admin", "PUT", path("/Pri"), same, 409, "Invalid update. It would result in a duplicate"),
        (
            "admin",
            "POST",
            path("/Pub/objects"),
            json!({ "name": "o" }),
            409,
            "A metadata definition object with name=o",
        ),
        ("admin", "PUT", path("/Pub/objects/o"), json!({ "name": "o2" }), 500, TRIPPED),
        (
            "admin",
            "POST",
            path("/Pub/properties"),
            property("p"),
            409,
            "A metadata definition property with name=p",
        ),
        ("admin", "PUT", path("/Pub/properties/p"), property("p2"), 500, TRIPPED),
        (
            "admin",
            "POST",
            path("/Pub/tags/t1"),
            Value::Null,
            409,
            "A metadata tag with name=t1 already exists",
        ),
        ("admin", "PUT", path("/Pub/tags/t1"), json!({ "name": "t2" }), 409, "A metadata tag with name=t2"),
        (
            "admin",
            "POST",
            path("/Pub/tags"),
            json!({ "tags": twice }),
            409,
            "A metadata tag with name=t already",
        ),
        (
            "admin",
            "POST",
            path("/Pub/resource_types"),
            json!({ "name": "New" }),
            409,
            "The metadata definition resource-type",
        ),
        (
            "admin",
            "POST",
            NAMESPACES.into(),
            json!({ "namespace": "N", "tags": twice }),
            409,
            "A metadata tag",
        ),
        (
            "admin",
            "POST",
            NAMESPACES.into(),
            json!({ "namespace": "N", "objects": twice }),
            409,
            "A metadata definition",
        ),
        ("admin", "GET", path("/N"), Value::Null, 404, "Metadata definition namespace=N was not found."),
    ]);
}
