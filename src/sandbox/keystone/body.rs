//! Bodies of those who administer: `{"project": {…}}`, judged as far as anyone gets it wrong.

use axum::body::Body;
use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::super::state::seed::DOMAIN_ID;
use super::fault::Fault;
use super::tokens;

type Fields = Map<String, Value>;

/// What stands under the one key of the body.
pub(crate) async fn read(headers: &HeaderMap, body: Body, key: &str) -> Result<Fields, Fault> {
    let body = tokens::read(headers, body).await?;
    match body.get(key).and_then(Value::as_object) {
        Some(fields) => Ok(fields.clone()),
        // Where it misses this key, the real one trips.
        None if key == "project" => Err(Fault::tripped()),
        None => Err(Fault::schema(&format!("'{key}' is a required property"))),
    }
}

/// The name that a new thing must have, in characters.
pub(crate) fn name(fields: &Fields, kind: &str, most: usize) -> Result<String, Fault> {
    let Some(name) = fields.get("name") else {
        let shown = if fields.is_empty() { "{}".to_owned() } else { Value::from(fields.clone()).to_string() };
        return Err(Fault::invalid(kind, &shown, "'name' is a required property"));
    };
    check_name(name, most)
}

/// The new name of a thing that has one.
pub(crate) fn new_name(fields: &Fields, most: usize) -> Result<Option<String>, Fault> {
    fields.get("name").map(|name| check_name(name, most)).transpose()
}

fn check_name(name: &Value, most: usize) -> Result<String, Fault> {
    let Some(text) = name.as_str() else {
        return Err(Fault::invalid("name", &name.to_string(), &format!("{name} is not of type 'string'")));
    };
    if text.is_empty() {
        return Err(Fault::invalid("name", "", "'' should be non-empty"));
    }
    if text.chars().count() > most {
        return Err(Fault::invalid("name", text, &format!("'{text}' is too long")));
    }
    Ok(text.to_owned())
}

/// A field that is text, if it is there.
pub(crate) fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A field that is a boolean or one of the words for it, if it is there.
pub(crate) fn flag(fields: &Fields, name: &str) -> Result<Option<bool>, Fault> {
    fields.get(name).map(|value| is_true(name, value)).transpose()
}

fn is_true(name: &str, value: &Value) -> Result<bool, Fault> {
    const TRUE: [&str; 9] = ["True", "TRUE", "true", "1", "y", "Y", "on", "ON", "yes"];
    const FALSE: [&str; 10] = ["False", "FALSE", "false", "", "0", "n", "N", "off", "OFF", "no"];
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(word) if TRUE.contains(&word.as_str()) => Ok(true),
        Value::String(word) if FALSE.contains(&word.as_str()) => Ok(false),
        _ => {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let repr = value.as_str().map_or_else(|| value.to_string(), |word| format!("'{word}'"));
            let why = format!(
                "{repr} is not one of [True, 'True', 'TRUE', 'true', False, 'False', 'FALSE', 'false', '', '1', '0', 'y', 'Y', \
                 'n', 'N', 'on', 'ON', 'off', 'OFF', 'yes', 'no']"
            );
            Err(Fault::invalid(name, &shown, &why))
        }
    }
}

/// Whether the domain that is named, if one is, is the one there is.
pub(crate) fn check_domain(fields: &Fields, unknown: fn(&str) -> Fault) -> Result<(), Fault> {
    match fields.get("domain_id").and_then(Value::as_str) {
        Some(other) if other != DOMAIN_ID => Err(unknown(&format!("Could not find domain: {other}."))),
        _ => Ok(()),
    }
}

/// An ID for something new.
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
