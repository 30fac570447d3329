//! From a body that its schema allows to definitions, as Glance's model takes them (`glance/api/v2/model/`).
//!
//! The model is narrower than the schemas; what only the schemas allow makes the real one trip.

use serde_json::{Map, Value};

use super::super::super::python::repr;
use super::super::super::state::metadefs::Property;
use super::super::fault::Fault;
use crate::sandbox::glance::service::schemas;

/// The fields of a body, or of something in it.
pub(crate) type Fields = Map<String, Value>;

/// What a field of a property may hold.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Flag,
    Whole,
    /// Anything, kept as text.
    Default,
    /// What the items of an array are.
    Items,
}

/// A property's fields, in the order in which they are shown.
const FIELDS: [(&str, Kind); 19] = [
    ("name", Kind::Text),
    ("type", Kind::Text),
    ("title", Kind::Text),
    ("description", Kind::Text),
    ("operators", Kind::Texts),
    ("default", Kind::Default),
    ("readonly", Kind::Flag),
    ("minimum", Kind::Whole),
    ("maximum", Kind::Whole),
    ("enum", Kind::Texts),
    ("pattern", Kind::Text),
    ("minLength", Kind::Whole),
    ("maxLength", Kind::Whole),
    ("confidential", Kind::Flag),
    ("items", Kind::Items),
    ("uniqueItems", Kind::Flag),
    ("minItems", Kind::Whole),
    ("maxItems", Kind::Whole),
    ("additionalItems", Kind::Flag),
];
const TIMES: [&str; 2] = ["created_at", "updated_at"];

/// A body as an object, judged by a schema. Some fields are the server's own.
pub(crate) fn body(body: Value, schema: &str, read_only: &[&str]) -> Result<Fields, Fault> {
    // A list makes the real one look for keys in it.
    let Value::Object(fields) = body else {
        return Err(Fault::tripped());
    };
    if let Some(name) = read_only.iter().find(|name| fields.contains_key(**name)) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    let body = Value::Object(fields);
    schemas::check(&format!("metadefs/{schema}"), &body)?;
    match body {
        Value::Object(fields) => Ok(fields),
        _ => Err(Fault::tripped()),
    }
}

/// A field that is text, if it is there.
pub(crate) fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// All properties of a namespace.
pub(crate) fn properties(fields: &Fields) -> Result<Vec<Property>, Fault> {
    let read = definitions(fields)?.unwrap_or_default().into_iter();
    let properties = read.map(|(name, definition)| match definition {
        Value::Object(definition) => Ok(Property { name, definition }),
        _ => Err(Fault::tripped()),
    });
    properties.collect()
}

/// The definitions of properties by name, if they are there.
pub(crate) fn definitions(fields: &Fields) -> Result<Option<Fields>, Fault> {
    let Some(given) = fields.get("properties").and_then(Value::as_object) else {
        return Ok(None);
    };
    let read = given.iter().map(|(name, given)| {
        let given = given.as_object().ok_or_else(Fault::tripped)?;
        Ok((name.clone(), Value::Object(definition(given)?)))
    });
    read.collect::<Result<_, _>>().map(Some)
}

/// The definition of one property, field by field in the order in which they are shown.
pub(crate) fn definition(given: &Fields) -> Result<Fields, Fault> {
    let known = |name: &String| FIELDS.iter().any(|(field, _)| field == name);
    if !given.keys().all(known) || !given.contains_key("type") || !given.contains_key("title") {
        return Err(Fault::tripped());
    }
    let read = FIELDS.iter().filter_map(|(name, kind)| given.get(*name).map(|value| (name, kind, value)));
    read.map(|(name, kind, value)| Ok(((*name).to_owned(), field(*kind, value)?))).collect()
}

fn field(kind: Kind, value: &Value) -> Result<Value, Fault> {
    let kept = match (kind, value) {
        (Kind::Text | Kind::Default, Value::String(_)) | (Kind::Flag, Value::Bool(_)) => Some(value.clone()),
        (Kind::Texts, Value::Array(items)) => items.iter().all(Value::is_string).then(|| value.clone()),
        (Kind::Whole, Value::Number(_)) => truncate_number(value),
        (Kind::Default, Value::Number(_) | Value::Bool(_)) => Some(repr(value).into()),
        (Kind::Default, _) => Some(Value::Null),
        (Kind::Items, Value::Object(given)) => items(given),
        _ => None,
    };
    kept.ok_or_else(Fault::tripped)
}

/// Numbers lose what stands after the point.
#[allow(clippy::cast_possible_truncation, reason = "losing what stands after the point is what is wanted")]
fn truncate_number(value: &Value) -> Option<Value> {
    if value.is_i64() || value.is_u64() {
        return Some(value.clone());
    }
    value.as_f64().map(|number| Value::from(number as i64))
}

fn items(given: &Fields) -> Option<Value> {
    let kind = given.get("type").filter(|kind| kind.is_string())?;
    let mut items = Fields::from_iter([("type".to_owned(), kind.clone())]);
    if let Some(values) = given.get("enum").and_then(Value::as_array) {
        values.iter().all(Value::is_string).then_some(())?;
        items.insert("enum".to_owned(), values.clone().into());
    }
    (items.len() == given.len()).then_some(Value::Object(items))
}

/// The name, without which the real one trips.
pub(crate) fn name(fields: &Fields) -> Result<String, Fault> {
    text(fields, "name").ok_or_else(Fault::tripped)
}

/// Refuses fields that the model does not have. Times are taken, and ignored.
pub(crate) fn check_fields(fields: &Fields, known: &[&str]) -> Result<(), Fault> {
    let is_known = |name: &String| known.contains(&name.as_str()) || TIMES.contains(&name.as_str());
    if fields.keys().all(is_known) { Ok(()) } else { Err(Fault::tripped()) }
}
