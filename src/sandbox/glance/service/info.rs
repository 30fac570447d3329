//! What this cloud can do, and how much of it the caller uses.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::sandbox::cloud::Shared;
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::quota::Resource;

/// The ways to import, as the lab's cloud has them.
pub(crate) const IMPORT_METHODS: [&str; 4] =
    ["glance-direct", "web-download", "copy-image", "glance-download"];

/// `GET /v2/info/import`.
pub(crate) async fn import_methods(_: NoBody) -> Response {
    let methods =
        json!({ "description": "Import methods available.", "type": "array", "value": IMPORT_METHODS });
    reply::json(StatusCode::OK, &json!({ "import-methods": methods }))
}

/// `GET /v2/info/usage`. Sizes are in MiB, rounded down.
pub(crate) async fn usage(State(cloud): State<Shared>, Extension(caller): Extension<Caller>) -> Response {
    let state = cloud.state();
    let project = caller.project.as_deref().unwrap_or_default();
    let usage = Resource::ALL.map(|resource| {
        let limit = resource.limit(&state.limits, cloud.region(), project);
        let usage = resource.usage(&state.images, project);
        (resource.name().to_owned(), json!({ "usage": usage, "limit": limit }))
    });
    let usage: Map<String, Value> = usage.into_iter().collect();
    reply::json(StatusCode::OK, &json!({ "usage": usage }))
}
