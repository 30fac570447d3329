//! Bodies of those who administer: `{"project": {…}}`, judged as far as anyone gets it wrong.

use axum::body::Body;
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::super::state::Identity;
use super::super::state::seed::DOMAIN_ID;
use super::auth::tokens;
use super::fault::Fault;
use super::schema;

/// The fields of a thing.
pub(crate) type Fields = Map<String, Value>;

/// What stands under the one key of a body, if its schema allows it.
pub(crate) async fn read(headers: &HeaderMap, body: Body, key: &str, schema: &Value) -> Result<Value, Fault> {
    let mut body = match tokens::read(headers, body).await? {
        Value::Null => json!({}),
        body => body,
    };
    if key == "project" && body.get(key).is_none() {
        // The real one looks into it before it looks at it.
        return Err(Fault::tripped());
    }
    schema::check(schema, &body)?;
    Ok(body[key].take())
}

/// The fields under the one key of a body.
pub(crate) async fn fields(
    headers: &HeaderMap,
    body: Body,
    key: &str,
    schema: &Value,
) -> Result<Fields, Fault> {
    match read(headers, body, key, schema).await? {
        Value::Object(fields) => Ok(fields),
        _ => Ok(Fields::new()),
    }
}

/// A field that is text, if it is there.
pub(crate) fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A field that is text, or empty where it is not there.
pub(crate) fn text_or_empty(fields: &Fields, name: &str) -> String {
    text(fields, name).unwrap_or_default()
}

/// A field that is text, in the place of what was there before if it is there.
pub(crate) fn replace(old: &mut String, fields: &Fields, name: &str) {
    if let Some(new) = text(fields, name) {
        *old = new;
    }
}

/// A field that may be null, in the place of what was there before if it is there.
pub(crate) fn change(old: &mut Option<String>, fields: &Fields, name: &str) {
    if fields.contains_key(name) {
        *old = text(fields, name);
    }
}

/// A field that is a boolean, if it is there. In words its schema allows it too, but then the database does
/// not take it.
pub(crate) fn flag(fields: &Fields, name: &str) -> Result<Option<bool>, Fault> {
    match fields.get(name) {
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::String(_)) => Err(Fault::tripped()),
        _ => Ok(None),
    }
}

/// What Keystone does not know of a thing, and keeps as it comes.
pub(crate) fn extra(fields: &Fields, known: &[&str]) -> Fields {
    let others = fields.iter().filter(|(name, _)| !known.contains(&name.as_str()));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The ID of the domain that is named, if there is such a one; the first one's where none is named.
pub(crate) fn domain(
    identity: &Identity,
    fields: &Fields,
    unknown: fn(&str) -> Fault,
) -> Result<String, Fault> {
    let id = text(fields, "domain_id").unwrap_or_else(|| DOMAIN_ID.to_owned());
    match identity.domain(&id) {
        Some(_) => Ok(id),
        None => Err(unknown(&format!("Could not find domain: {id}."))),
    }
}

/// An ID for something new.
pub(crate) fn new_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
