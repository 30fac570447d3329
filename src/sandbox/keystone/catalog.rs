//! The catalogue: where each service is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::super::reply;
use super::super::state::ids::stable_id;
use super::super::state::seed::{REGION, REGION_TWO};
use super::auth::asker::Asker;
use super::fault::Fault;

/// `GET /v3/auth/catalog`.
pub(crate) async fn show(State(cloud): State<Shared>, asker: Asker) -> Result<Response, Fault> {
    if asker.token.roles.is_empty() {
        return Err(Fault::forbidden("get_auth_catalog"));
    }
    let links = json!({ "self": format!("{}/auth/catalog", cloud.auth_url()) });
    Ok(reply::json(StatusCode::OK, &json!({ "catalog": entries(&cloud), "links": links })))
}

/// All services with their endpoints: every service in each region, but for servers, which are in the first
/// alone.
pub(crate) fn entries(cloud: &Cloud) -> Value {
    let identity = format!("{}/", cloud.auth_url());
    let mut services = vec![
        ("identity", "keystone", vec![(REGION, identity.clone()), (REGION_TWO, identity)]),
        ("image", "glance", [REGION, REGION_TWO].map(|region| (region, cloud.image_url_in(region))).to_vec()),
    ];
    if cloud.options.compute {
        services.push(("compute", "nova", vec![(REGION, cloud.compute_url())]));
    }
    let services = services.iter().zip(0_u64..).map(|((kind, name, places), number)| {
        let endpoints: Vec<Value> =
            places.iter().flat_map(|(region, url)| endpoints(number, region, url)).collect();
        json!({ "endpoints": endpoints, "id": stable_id(number * 4), "type": kind, "name": name })
    });
    services.collect()
}

fn endpoints(service: u64, region: &str, url: &str) -> [Value; 3] {
    // IDs of the first region are what they were before there was a second.
    let first = service * 4 + 1 + if region == REGION { 0 } else { 1000 };
    [("public", 0), ("internal", 1), ("admin", 2)].map(|(interface, offset)| {
        json!({
            "id": stable_id(first + offset),
            "interface": interface,
            "region_id": region,
            "url": url,
            "region": region,
        })
    })
}
