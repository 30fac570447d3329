//! The JSON schemas: shown to clients, and used to judge what they send.

use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::super::reply;
use super::fault::Fault;
use super::validate::validate;

/// As the lab's Glance serves them.
const SCHEMAS: [(&str, &str); 4] = [
    ("image", include_str!("schemas/image.json")),
    ("images", include_str!("schemas/images.json")),
    ("member", include_str!("schemas/member.json")),
    ("members", include_str!("schemas/members.json")),
];

/// `GET /v2/schemas/{name}`.
pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Fault> {
    if matches!(name.as_str(), "task" | "tasks") {
        return Err(Fault::not_emulated());
    }
    let schema = SCHEMAS.iter().find(|(there, _)| *there == name).map(|(_, text)| parse(text));
    schema.map(|schema| reply::json(StatusCode::OK, &schema)).ok_or_else(Fault::no_such_resource)
}

/// Judges an image, or a part of one, by its schema.
pub(crate) fn check_image(image: &Value) -> Result<(), Fault> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| parse(SCHEMAS[0].1));
    validate(schema, image).map_err(|reason| {
        Fault::bad_request(format!("Provided object does not match schema 'image': {reason}"))
    })
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
        for (name, text) in SCHEMAS {
            assert!(parse(text).is_object(), "{name}");
        }
    }
}
