//! As much of Nova as tells which servers run from an image: one list, with one filter.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::cloud::{Cloud, Shared};
use super::reply;
use super::state::Server;

/// Everything under `/compute`.
pub(crate) fn service(cloud: Shared) -> Router {
    Router::new()
        .route("/v2.1/servers/detail", get(servers))
        .fallback(async || {
            refusal(
                StatusCode::NOT_IMPLEMENTED,
                "The sandbox emulates no more of Nova than the list of servers.",
            )
        })
        .with_state(cloud)
}

/// `GET /v2.1/servers/detail?image=ID`: the servers of the token's project, all or those built from one
/// image.
async fn servers(
    State(cloud): State<Shared>,
    Query(filters): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let state = cloud.state();
    let text = reply::text(&headers, "x-auth-token").unwrap_or_default();
    let caller = state.identity.caller(text, state.clock.now());
    let Some(caller) = caller.filter(|caller| caller.project.is_some()) else {
        return refusal(StatusCode::UNAUTHORIZED, "The request you have made requires authentication.");
    };
    let mine = state.servers.iter().filter(|server| caller.is_in(Some(&server.project)));
    let wanted = mine.filter(|server| filters.get("image").is_none_or(|image| *image == server.image));
    let servers: Vec<Value> = wanted.map(|server| view(&cloud, server)).collect();
    reply::json(StatusCode::OK, &json!({ "servers": servers }))
}

fn view(cloud: &Cloud, server: &Server) -> Value {
    json!({
        "id": server.id,
        "name": server.name,
        "status": "ACTIVE",
        "tenant_id": server.project,
        "image": { "id": server.image, "links": [{ "rel": "bookmark", "href": format!("{}/compute/images/{}", cloud.base(), server.image) }] },
        "links": [{ "rel": "self", "href": format!("{}/servers/{}", cloud.compute_url(), server.id) }],
    })
}

/// How Nova says no.
pub(crate) fn refusal(status: StatusCode, message: &str) -> Response {
    reply::json(status, &json!({ "error": { "code": status.as_u16(), "message": message } }))
}
