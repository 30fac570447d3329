//! The documents by which a client finds out that this is Keystone v3.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;

/// `GET /`: 300, although there is but one choice.
pub(crate) async fn list(State(cloud): State<Shared>) -> Response {
    let body = json!({ "versions": { "values": [version(&cloud.auth_url())] } });
    let mut response = reply::json(StatusCode::MULTIPLE_CHOICES, &body);
    reply::set(response.headers_mut(), "location", &format!("{}/", cloud.auth_url()));
    response
}

/// `GET /v3`.
pub(crate) async fn show(State(cloud): State<Shared>) -> Response {
    reply::json(StatusCode::OK, &json!({ "version": version(&cloud.auth_url()) }))
}

/// `GET /healthcheck`.
pub(crate) async fn health() -> Response {
    "OK".into_response()
}

fn version(auth_url: &str) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("{auth_url}/") }],
        "media-types": [{ "base": "application/json", "type": "application/vnd.openstack.identity-v3+json" }],
    })
}
