//! The JSON schemas: shown to clients, and used to judge what they send.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::sandbox::glance::fault::Fault;
use crate::sandbox::reply;
use crate::sandbox::validate::validate;

/// The schemas of single things, as a real Glance serves them.
const ITEMS: [(&str, &str); 8] = [
    ("image", include_str!("../schemas/image.json")),
    ("member", include_str!("../schemas/member.json")),
    ("task", include_str!("../schemas/task.json")),
    ("metadefs/namespace", include_str!("../schemas/metadefs/namespace.json")),
    ("metadefs/object", include_str!("../schemas/metadefs/object.json")),
    ("metadefs/property", include_str!("../schemas/metadefs/property.json")),
    ("metadefs/resource_type", include_str!("../schemas/metadefs/resource_type.json")),
    ("metadefs/tag", include_str!("../schemas/metadefs/tag.json")),
];

/// The schemas of lists: the path, the list's key, the schema of its items, and whether it comes in pages.
const LISTS: [(&str, &str, &str, bool); 8] = [
    ("images", "images", "image", true),
    ("members", "members", "member", false),
    ("tasks", "tasks", "task", false),
    ("metadefs/namespaces", "namespaces", "metadefs/namespace", true),
    ("metadefs/objects", "objects", "metadefs/object", true),
    ("metadefs/properties", "properties", "metadefs/property", true),
    ("metadefs/resource_types", "resource_type_associations", "metadefs/resource_type", true),
    ("metadefs/tags", "tags", "metadefs/tag", true),
];

/// A schema that Glance checks bodies by and does not show.
const TAG_LIST: &str = include_str!("../schemas/metadefs/tag_list.json");

/// The name of another one: a property whose name stands in its path.
const UNNAMED_PROPERTY: &str = "metadefs/unnamed_property";

/// The fields of a task that a list of tasks leaves out (glance/api/v2/tasks.py, `get_collection_schema`).
const TASK_DETAILS: [&str; 3] = ["input", "result", "message"];

/// `GET /v2/schemas/{name}`.
pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Fault> {
    let is_shown =
        ITEMS.iter().any(|(item, _)| *item == name) || LISTS.iter().any(|(list, ..)| *list == name);
    let schema = schema(&name).filter(|_| is_shown).ok_or_else(Fault::no_such_resource)?;
    Ok(reply::json(StatusCode::OK, schema))
}

/// `GET /v2/schemas/metadefs/{name}`.
pub(crate) async fn show_metadefs(Path(name): Path<String>) -> Result<Response, Fault> {
    show(Path(format!("metadefs/{name}"))).await
}

/// Judges an image, or a part of one, by its schema.
pub(crate) fn check_image(image: &Value) -> Result<(), Fault> {
    check("image", image)
}

/// Judges a body by the schema of this name.
pub(crate) fn check(name: &str, body: &Value) -> Result<(), Fault> {
    let schema = schema(name).ok_or_else(Fault::tripped)?;
    validate(schema, body).map_err(|complaint| {
        let title = schema.get("name").and_then(Value::as_str).unwrap_or_default();
        Fault::bad_request(format!("Provided object does not match schema '{title}': {}", complaint.full))
    })
}

fn schema(name: &str) -> Option<&'static Value> {
    static BUILT: OnceLock<Vec<(&str, Value)>> = OnceLock::new();
    let (_, schema) = BUILT.get_or_init(build_all).iter().find(|(built, _)| *built == name)?;
    Some(schema)
}

/// Builds every schema: those of lists from those of their items, as Glance does (glance/schema.py).
fn build_all() -> Vec<(&'static str, Value)> {
    let mut built: Vec<(&str, Value)> = ITEMS.iter().map(|(name, text)| (*name, parse(text))).collect();
    let item =
        |wanted: &str| built.iter().find(|(name, _)| *name == wanted).map(|(_, schema)| schema.clone());
    let lists = LISTS.iter().filter_map(|&(name, key, of, paged)| Some((name, list(key, item(of)?, paged))));
    let unnamed = item("metadefs/property").map(|property| (UNNAMED_PROPERTY, remove_name(property)));
    let more: Vec<_> = lists.chain(unnamed).chain([("metadefs/tag_list", parse(TAG_LIST))]).collect();
    built.extend(more);
    built
}

/// Builds the schema of a list. Source: glance/schema.py, `CollectionSchema` and `DictCollectionSchema`.
fn list(key: &str, mut item: Value, paged: bool) -> Value {
    let definitions = item.as_object_mut().and_then(|item| item.shift_remove("definitions"));
    if key == "tasks"
        && let Some(fields) = item["properties"].as_object_mut()
    {
        fields.retain(|field, _| !TASK_DETAILS.contains(&field.as_str()));
    }
    let text = || json!({ "type": "string" });
    let link = |rel: &str, field: &str| json!({ "rel": rel, "href": format!("{{{field}}}") });
    let things = if key == "properties" {
        json!({ "type": "object", "additionalProperties": remove_name(item) })
    } else {
        json!({ "type": "array", "items": item })
    };
    let mut fields = Map::from_iter([(key.to_owned(), things)]);
    let mut links = Vec::new();
    if paged {
        fields.extend(["first", "next"].map(|page| (page.to_owned(), text())));
        links.extend(["first", "next"].map(|page| link(page, page)));
    }
    fields.insert("schema".to_owned(), text());
    links.push(link("describedby", "schema"));
    let mut schema = json!({ "name": key, "properties": fields, "links": links });
    if let Some(definitions) = definitions {
        schema["definitions"] = definitions;
    }
    schema
}

/// The schema of a property that needs no name.
fn remove_name(mut property: Value) -> Value {
    if let Some(required) = property["required"].as_array_mut() {
        required.retain(|field| field != "name");
    }
    property
}

/// A schema that is no JSON would allow everything; a test checks that each is an object.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_built_and_is_an_object() {
        let built = build_all();
        assert_eq!(built.len(), ITEMS.len() + LISTS.len() + 2);
        for (name, schema) in built {
            assert!(schema.is_object(), "{name}");
        }
    }

    #[test]
    fn a_list_has_its_items_once_and_their_definitions_beside_them() {
        let (images, objects) = (schema("images"), schema("metadefs/objects"));
        assert_eq!(images.map(|list| &list["properties"]["images"]["items"]), schema("image"));
        let definitions = objects.map(|list| &list["definitions"]);
        assert_eq!(definitions, schema("metadefs/object").map(|item| &item["definitions"]));
        assert_eq!(objects.map(|list| list["properties"]["objects"]["items"].get("definitions")), Some(None));
    }
}
