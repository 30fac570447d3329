//! What this cloud can do, and how much of it the caller uses.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::policy::Action;
use super::super::state::status::Status;
use super::super::state::{Caller, Image};
use super::body::NoBody;
use super::fault::Fault;
use super::permit::permit_at_all;

/// The ways to import, as the lab's cloud has them.
pub(crate) const IMPORT_METHODS: [&str; 4] =
    ["glance-direct", "web-download", "copy-image", "glance-download"];
/// The stores, the default one first, with what they say of themselves.
pub(crate) const STORES: [(&str, &str, u32); 2] = [("fast", "Fast store", 20), ("slow", "Slow store", 10)];

const MIB: u64 = 1 << 20;

/// `GET /v2/info/import`.
pub(crate) async fn import_methods(_: NoBody) -> Response {
    let methods =
        json!({ "description": "Import methods available.", "type": "array", "value": IMPORT_METHODS });
    reply::json(StatusCode::OK, &json!({ "import-methods": methods }))
}

/// `GET /v2/info/stores`. `default` is text, not a boolean.
pub(crate) async fn stores(_: NoBody) -> Response {
    let stores: Vec<Value> = STORES.iter().map(|(id, description, _)| store(id, description)).collect();
    reply::json(StatusCode::OK, &json!({ "stores": stores }))
}

/// `GET /v2/info/stores/detail`, for admins.
pub(crate) async fn stores_detail(
    Extension(caller): Extension<Caller>,
    _: NoBody,
) -> Result<Response, Fault> {
    permit_at_all(&caller, Action::StoresInfoDetail)?;
    let detailed = STORES.iter().map(|(id, description, weight)| {
        let mut store = store(id, description);
        let properties = json!({ "data_dir": format!("/var/lib/glance/{id}"), "chunk_size": 65536, "thin_provisioning": false });
        store["type"] = json!("file");
        store["properties"] = properties;
        store["weight"] = json!(weight);
        store
    });
    Ok(reply::json(StatusCode::OK, &json!({ "stores": detailed.collect::<Vec<_>>() })))
}

/// `GET /v2/info/usage`. Sizes are in MiB, rounded down.
pub(crate) async fn usage(State(cloud): State<Shared>, Extension(caller): Extension<Caller>) -> Response {
    let state = cloud.state();
    let mine: Vec<&Image> =
        state.images.iter().filter(|image| caller.is_in(image.owner.as_deref())).collect();
    let bytes: u64 = mine.iter().filter_map(|image| image.size).sum();
    let arriving =
        |image: &&&Image| matches!(image.status, Status::Saving | Status::Uploading | Status::Importing);
    let uploading = mine.iter().filter(arriving).count();
    let usage = json!({
        "image_size_total": { "usage": bytes / MIB, "limit": 200_000 },
        "image_stage_total": { "usage": 0, "limit": 200_000 },
        "image_count_total": { "usage": mine.len(), "limit": 20_000 },
        "image_count_uploading": { "usage": uploading, "limit": 1_000 },
    });
    reply::json(StatusCode::OK, &json!({ "usage": usage }))
}

/// `/v2/tasks`: for admins, and not emulated for them.
pub(crate) async fn tasks(Extension(caller): Extension<Caller>) -> Fault {
    permit_at_all(&caller, Action::TasksApiAccess).err().unwrap_or_else(Fault::not_emulated)
}

fn store(id: &str, description: &str) -> Value {
    let mut store = json!({ "id": id, "description": description });
    if id == STORES[0].0 {
        store["default"] = json!("true");
    }
    store
}
