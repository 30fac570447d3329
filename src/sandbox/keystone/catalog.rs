//! The catalogue: where each service is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::super::reply;
use super::super::state::seed::REGION;
use super::Asker;
use super::fault::Fault;

/// `GET /v3/auth/catalog`.
pub(crate) async fn show(State(cloud): State<Shared>, asker: Asker) -> Result<Response, Fault> {
    if asker.token.roles.is_empty() {
        return Err(Fault::forbidden("get_auth_catalog"));
    }
    let links = json!({ "self": format!("{}/auth/catalog", cloud.auth_url()) });
    Ok(reply::json(StatusCode::OK, &json!({ "catalog": entries(&cloud), "links": links })))
}

/// All services with their endpoints.
pub(crate) fn entries(cloud: &Cloud) -> Value {
    let mut services = vec![
        ("identity", "keystone", format!("{}/", cloud.auth_url())),
        ("image", "glance", cloud.image_url()),
    ];
    if cloud.options.compute {
        services.push(("compute", "nova", cloud.compute_url()));
    }
    let services = services.iter().zip(0_u64..).map(|((kind, name, url), number)| {
        let endpoints: Vec<Value> = ["public", "internal", "admin"]
            .iter()
            .zip(1..)
            .map(|(interface, offset)| {
                json!({
                    "id": stable_id(number * 4 + offset),
                    "interface": interface,
                    "region_id": REGION,
                    "url": url,
                    "region": REGION,
                })
            })
            .collect();
        json!({ "endpoints": endpoints, "id": stable_id(number * 4), "type": kind, "name": name })
    });
    services.collect()
}

/// An ID that looks random and is the same in every sandbox.
fn stable_id(seed: u64) -> String {
    format!("{:032x}", fastrand::Rng::with_seed(seed).u128(..))
}
