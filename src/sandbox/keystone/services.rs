//! The catalogue as admins see it: services and endpoints, one by one.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::auth::asker::Asker;
use super::catalog;
use super::fault::Fault;
use crate::sandbox::keystone::answer;

/// `GET /v3/services`.
pub(crate) async fn services(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    asker.require_admin("list_services")?;
    let found = entries(&cloud).into_iter().filter(|service| is_wanted(&uri, service, &["name", "type"]));
    let found: Vec<Value> = found.map(|service| view_service(&cloud, &service)).collect();
    Ok(answer::list(&cloud, "services", &uri, &found))
}

/// `GET /v3/endpoints`.
pub(crate) async fn endpoints(
    State(cloud): State<Shared>,
    asker: Asker,
    uri: Uri,
) -> Result<Response, Fault> {
    asker.require_admin("list_endpoints")?;
    let found = entries(&cloud).into_iter().flat_map(|service| {
        let endpoints = service["endpoints"].as_array().cloned().unwrap_or_default();
        endpoints.into_iter().map(move |endpoint| (service["id"].clone(), endpoint))
    });
    let found = found.map(|(service, endpoint)| view_endpoint(&cloud, &service, &endpoint));
    let keys = ["interface", "service_id", "region_id"];
    let found: Vec<Value> = found.filter(|endpoint| is_wanted(&uri, endpoint, &keys)).collect();
    Ok(answer::list(&cloud, "endpoints", &uri, &found))
}

fn entries(cloud: &Cloud) -> Vec<Value> {
    match catalog::entries(cloud) {
        Value::Array(services) => services,
        _ => Vec::new(),
    }
}

fn is_wanted(uri: &Uri, thing: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| answer::query_value(uri, key).is_none_or(|wanted| thing[*key] == json!(wanted)))
}

fn view_service(cloud: &Cloud, service: &Value) -> Value {
    let id = service["id"].as_str().unwrap_or_default();
    json!({
        "name": service["name"],
        "id": id,
        "type": service["type"],
        "enabled": true,
        "links": { "self": format!("{}/services/{id}", cloud.auth_url()) },
    })
}

fn view_endpoint(cloud: &Cloud, service: &Value, endpoint: &Value) -> Value {
    let id = endpoint["id"].as_str().unwrap_or_default();
    json!({
        "id": id,
        "interface": endpoint["interface"],
        "region_id": endpoint["region_id"],
        "service_id": service,
        "url": endpoint["url"],
        "enabled": true,
        "region": endpoint["region"],
        "links": { "self": format!("{}/endpoints/{id}", cloud.auth_url()) },
    })
}
