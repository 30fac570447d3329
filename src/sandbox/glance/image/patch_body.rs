//! The body of a PATCH, from JSON to a list of changes, with every complaint that Glance has on the way.

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use super::attributes::{READ_ONLY, RESERVED, RESERVED_PREFIX};
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::service::schemas;
use crate::sandbox::reply;

const OPERATIONS: [&str; 3] = ["add", "remove", "replace"];
const V2_0: &str = "application/openstack-images-v2.0-json-patch";
const V2_1: &str = "application/openstack-images-v2.1-json-patch";
const BOTH: &str =
    "application/openstack-images-v2.0-json-patch, application/openstack-images-v2.1-json-patch";

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Sets, whether it is there or not.
    Add,
    /// Takes away.
    Remove,
    /// Sets what is there.
    Replace,
}

/// One change.
#[derive(Debug)]
pub(crate) struct Change {
    /// What it does.
    pub(crate) operation: Operation,
    /// The attribute or property.
    pub(crate) name: String,
    /// The place in it, where it has places.
    pub(crate) position: Option<String>,
    /// The new value; null for a removal.
    pub(crate) value: Value,
    /// Whether it is in the older form, in which nothing that is there can be added.
    pub(crate) is_old: bool,
}

/// Whether the media type is of the older form. `application/json-patch+json` is none that Glance takes.
pub(crate) fn is_old_form(headers: &HeaderMap) -> Result<bool, Fault> {
    let kind = reply::text(headers, header::CONTENT_TYPE.as_str());
    match kind.map(|kind| kind.split(';').next().unwrap_or_default().trim()) {
        Some(V2_0) => Ok(true),
        Some(V2_1) => Ok(false),
        other => {
            let detail = format!("Image PATCH expects Content-Type one of: {BOTH}");
            Err(Fault::unsupported(other, detail).with_header("accept-patch", BOTH))
        }
    }
}

/// Reads a body.
pub(crate) fn changes(body: &Value, is_old: bool) -> Result<Vec<Change>, Fault> {
    let body = body.as_array();
    let body =
        body.ok_or_else(|| Fault::bad_request("Request body must be a JSON array of operation objects."))?;
    body.iter().map(|raw| change(raw, is_old)).collect()
}

fn change(raw: &Value, is_old: bool) -> Result<Change, Fault> {
    let raw = raw.as_object().ok_or_else(|| Fault::bad_request("Operations must be JSON objects."))?;
    let (word, pointer) = if is_old { old_operation(raw)? } else { new_operation(raw)? };
    // A pointer that is no text makes the real one trip.
    let pointer = pointer.as_str().ok_or_else(Fault::tripped)?;
    let path = path(pointer)?;
    let name = name(word, &path)?;
    let value = match raw.get("value") {
        _ if word == "remove" => Value::Null,
        Some(value) => value.clone(),
        None => {
            return Err(Fault::bad_request(format!(
                "Operation \"{word}\" requires a member named \"value\"."
            )));
        }
    };
    check_name(&name)?;
    let operation = match word {
        "add" => Operation::Add,
        "remove" => Operation::Remove,
        _ => Operation::Replace,
    };
    if operation != Operation::Remove {
        let part = if path.len() > 1 { json!([value]) } else { value.clone() };
        schemas::check_image(&json!({ &name: part }))?;
    }
    Ok(Change { operation, name, position: path.into_iter().nth(1), value, is_old })
}

/// `{"op": "replace", "path": "/name", "value": "x"}`.
fn new_operation(raw: &Map<String, Value>) -> Result<(&str, &Value), Fault> {
    let choice = "It must be one of the following: add, remove, replace.";
    let unnamed = || Fault::bad_request(format!("Unable to find `op` in JSON Schema change. {choice}"));
    let op = raw.get("op").filter(|op| !op.is_null()).ok_or_else(unnamed)?;
    let word = op.as_str().unwrap_or_default();
    if !OPERATIONS.contains(&word) {
        let shown = op.as_str().map_or_else(|| op.to_string(), str::to_owned);
        return Err(Fault::bad_request(format!("Invalid operation: `{shown}`. {choice}")));
    }
    let pointless = || Fault::bad_request("Unable to find 'path' in JSON Schema change");
    Ok((word, raw.get("path").ok_or_else(pointless)?))
}

/// `{"replace": "/name", "value": "x"}`.
fn old_operation(raw: &Map<String, Value>) -> Result<(&str, &Value), Fault> {
    let mut named = raw.iter().filter(|(key, _)| OPERATIONS.contains(&key.as_str()));
    let complaint = |how| {
        format!("Operation objects must contain {how} one member named \"add\", \"remove\", or \"replace\".")
    };
    let (word, pointer) = named.next().ok_or_else(|| Fault::bad_request(complaint("exactly")))?;
    if named.next().is_some() {
        return Err(Fault::bad_request(complaint("only")));
    }
    Ok((word, pointer))
}

/// Takes a JSON pointer apart.
fn path(pointer: &str) -> Result<Vec<String>, Fault> {
    let bad = |what: &str| Err(Fault::bad_request(format!("Pointer `{pointer}` {what}")));
    let parts: Vec<&str> = pointer.split('/').collect();
    if !pointer.starts_with('/') {
        return bad("does not start with \"/\".");
    }
    if parts.len() > 3 && parts[2..parts.len() - 1].iter().any(|part| part.trim().is_empty()) {
        return bad("contains adjacent \"/\".");
    }
    if pointer.len() > 1 && pointer.ends_with('/') {
        return bad("end with \"/\".");
    }
    let mut tildes = pointer.split('~').skip(1);
    if tildes.any(|after| !after.starts_with(['0', '1'])) {
        return bad("contains \"~\" not part of a recognized escape sequence.");
    }
    let parts = pointer.trim_start_matches('/').split('/');
    Ok(parts.map(|part| part.replace("~1", "/").replace("~0", "~").trim().to_owned()).collect())
}

/// Only the list of locations has anything inside it that can be reached.
fn name(word: &str, path: &[String]) -> Result<String, Fault> {
    let root = path.first().cloned().unwrap_or_default();
    let depth = if root == "locations" && word != "replace" { 2 } else { 1 };
    if path.len() == depth {
        return Ok(root);
    }
    Err(Fault::bad_request(format!("Invalid JSON pointer for this resource: '/{}'", path.join("/"))))
}

fn check_name(name: &str) -> Result<(), Fault> {
    if READ_ONLY.contains(&name) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    if RESERVED.contains(&name) || name.starts_with(RESERVED_PREFIX) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is reserved.")));
    }
    Ok(())
}
