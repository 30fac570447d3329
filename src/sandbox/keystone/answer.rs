//! Answers as Keystone forms them: one thing, or a list.

use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::view;
use crate::sandbox::cloud::Cloud;
use crate::sandbox::reply;

/// Returns the last value of a key in the query.
pub(crate) fn query_value(uri: &Uri, key: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.filter(|(name, _)| name == key).last().map(|(_, value)| value.into_owned())
}

/// Answers with a list, under its `name` and with the links of Keystone's lists.
pub(crate) fn list(cloud: &Cloud, name: &str, uri: &Uri, things: &[Value]) -> Response {
    let url = format!("{}/identity{uri}", cloud.base());
    reply::json(StatusCode::OK, &view::list(name, &url, things))
}

/// Answers with one thing under its `name`.
pub(crate) fn item(name: &str, thing: &Value) -> Response {
    reply::json(StatusCode::OK, &json!({ name: thing }))
}
