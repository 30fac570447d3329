//! The JSON schemas of Keystone's bodies, as far as anyone gets them wrong, and how it complains of what they
//! do not allow.

use serde_json::{Value, json};

use super::super::validate::validate;
use super::fault::Fault;

/// What anybody sends to log in (keystone/auth/schema.py, `token_issue`): the whole complaint is told.
pub(crate) fn check_login(auth: &Value) -> Result<(), Fault> {
    validate(&login(), auth).map_err(|complaint| {
        let place = complaint.path.join("/");
        Fault::schema(&if place.is_empty() {
            complaint.full
        } else {
            format!("Invalid input for field '{place}': {}", complaint.full)
        })
    })?;
    let places = [
        ("identity/password/user", "/identity/password/user"),
        ("identity/password/user/domain", "/identity/password/user/domain"),
        ("scope/project", "/scope/project"),
        ("scope/project/domain", "/scope/project/domain"),
        ("scope/domain", "/scope/domain"),
    ];
    for (place, pointer) in places {
        let nameless = |fields: &Value| fields.get("id").is_none() && fields.get("name").is_none();
        if auth.pointer(pointer).is_some_and(nameless) {
            return Err(Fault::schema(&format!(
                "Invalid input for field {place}: id or name must be present."
            )));
        }
    }
    Ok(())
}

/// Judges what an admin sends: only the innermost field is named.
pub(crate) fn check(schema: &Value, body: &Value) -> Result<(), Fault> {
    validate(schema, body).map_err(|complaint| match complaint.path.last() {
        Some(field) => Fault::invalid(field, &complaint.value, &complaint.message),
        None => Fault::schema(&complaint.message),
    })
}

/// A body that makes something, which must have a name: `{"role": {"name": …}}`.
pub(crate) fn creation_schema(key: &str, properties: &Value) -> Value {
    nest(key, &json!({ "type": "object", "required": ["name"], "properties": properties }))
}

/// A body that changes something, in one field at least.
pub(crate) fn change_schema(key: &str, properties: &Value) -> Value {
    nest(key, &json!({ "type": "object", "minProperties": 1, "properties": properties }))
}

/// A body with one key.
pub(crate) fn nest(key: &str, schema: &Value) -> Value {
    // What is missing outside is told before what is wrong inside.
    json!({ "type": "object", "required": [key], "properties": { key: schema } })
}

/// A name, of at most so many characters.
pub(crate) fn name(most: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": r"[\S]+" })
}

/// A text, or null.
pub(crate) fn text() -> Value {
    json!({ "type": ["string", "null"] })
}

/// True or false, in any of the words for them.
pub(crate) fn flag() -> Value {
    json!({ "enum": [
        true, "True", "TRUE", "true", false, "False", "FALSE", "false", "", "1", "0", "y", "Y", "n", "N", "on", "ON", "off", "OFF",
        "yes", "no",
    ] })
}

/// What may be set beside the fields: whether a thing can still be changed.
pub(crate) fn options() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "immutable": { "type": ["boolean", "null"] } },
    })
}

fn login() -> Value {
    let text = json!({ "type": "string" });
    let reference = json!({ "type": "object", "properties": { "id": text, "name": text } });
    let with_domain = json!({ "id": text, "name": text, "password": text, "domain": reference });
    json!({
        "type": "object",
        "properties": {
            "identity": {
                "type": "object",
                "properties": {
                    "methods": { "type": "array", "items": text },
                    "password": {
                        "type": "object",
                        "properties": { "user": { "type": "object", "properties": with_domain } },
                    },
                    "token": { "type": "object", "properties": { "id": text }, "required": ["id"] },
                },
                "required": ["methods"],
            },
            "scope": {
                "type": ["object", "string"],
                "properties": {
                    "project": {
                        "type": "object",
                        "properties": { "name": text, "id": text, "domain": reference },
                    },
                    "domain": reference,
                    "OS-TRUST:trust": { "type": "object", "properties": { "id": text } },
                    "system": {
                        "type": "object",
                        "properties": { "all": { "type": "boolean", "enum": [true, false, null] } },
                    },
                },
            },
        },
        "required": ["identity"],
    })
}
