//! The JSON schemas: shown to clients, and used to judge what they send.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::super::reply;
use super::super::validate::validate;
use super::fault::Fault;

/// As the lab's Glance serves them.
const SHOWN: [(&str, &str); 16] = [
    ("image", include_str!("schemas/image.json")),
    ("images", include_str!("schemas/images.json")),
    ("member", include_str!("schemas/member.json")),
    ("members", include_str!("schemas/members.json")),
    ("task", include_str!("schemas/task.json")),
    ("tasks", include_str!("schemas/tasks.json")),
    ("metadefs/namespace", include_str!("schemas/metadefs/namespace.json")),
    ("metadefs/namespaces", include_str!("schemas/metadefs/namespaces.json")),
    ("metadefs/object", include_str!("schemas/metadefs/object.json")),
    ("metadefs/objects", include_str!("schemas/metadefs/objects.json")),
    ("metadefs/property", include_str!("schemas/metadefs/property.json")),
    ("metadefs/properties", include_str!("schemas/metadefs/properties.json")),
    ("metadefs/resource_type", include_str!("schemas/metadefs/resource_type.json")),
    ("metadefs/resource_types", include_str!("schemas/metadefs/resource_types.json")),
    ("metadefs/tag", include_str!("schemas/metadefs/tag.json")),
    ("metadefs/tags", include_str!("schemas/metadefs/tags.json")),
];
/// By these Glance judges too, but nobody can ask for them.
const UNSHOWN: [(&str, &str); 2] = [
    ("metadefs/tag_list", include_str!("schemas/metadefs/tag_list.json")),
    ("metadefs/unnamed_property", include_str!("schemas/metadefs/unnamed_property.json")),
];

/// `GET /v2/schemas/{name}`.
pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Fault> {
    let is_shown = SHOWN.iter().any(|(there, _)| *there == name);
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
    static PARSED: OnceLock<Vec<(&str, Value)>> = OnceLock::new();
    let parsed = PARSED
        .get_or_init(|| SHOWN.iter().chain(&UNSHOWN).map(|(name, text)| (*name, parse(text))).collect());
    parsed.iter().find(|(there, _)| *there == name).map(|(_, schema)| schema)
}

/// A schema that is no JSON would allow everything; a test sees to it that each is.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_an_object() {
        for (name, text) in SHOWN.iter().chain(&UNSHOWN) {
            assert!(parse(text).is_object(), "{name}");
        }
    }
}
