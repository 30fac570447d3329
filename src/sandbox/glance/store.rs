//! What the stores are, and taking an image's data out of one of them.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::body::NoBody;
use super::fault::Fault;
use super::permit::{permit, permit_at_all, refusal};
use super::view::no_content;
use crate::sandbox::cloud::Shared;
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::{STORES, Store};
use crate::sandbox::state::policy::Action;

/// Glance's own stores, which it tells nobody of, and takes all the same.
const RESERVED: [&str; 2] = ["os_glance_staging_store", "os_glance_tasks_store"];

/// Whether a request may name a store so.
pub(crate) fn is_known(id: &str) -> bool {
    Store::find(id).is_some() || RESERVED.contains(&id)
}

/// `GET /v2/info/stores`. `default` and `read-only` are text, not booleans.
pub(crate) async fn index(_: NoBody) -> Response {
    let stores: Vec<Value> = STORES.iter().map(view).collect();
    reply::json(StatusCode::OK, &json!({ "stores": stores }))
}

/// `GET /v2/info/stores/detail`, for admins.
pub(crate) async fn detail(Extension(caller): Extension<Caller>, _: NoBody) -> Result<Response, Fault> {
    permit_at_all(&caller, Action::StoresInfoDetail)?;
    let detailed = STORES.iter().map(|store| {
        let mut view = view(store);
        let (kind, properties) = if store.is_read_only {
            ("http", json!({}))
        } else {
            let folder = format!("/var/lib/glance/{}", store.id);
            ("file", json!({ "data_dir": folder, "chunk_size": 65536, "thin_provisioning": false }))
        };
        view["type"] = json!(kind);
        view["properties"] = properties;
        view["weight"] = json!(store.weight);
        view
    });
    Ok(reply::json(StatusCode::OK, &json!({ "stores": detailed.collect::<Vec<_>>() })))
}

/// `DELETE /v2/stores/{store}/{id}`, for admins. The last place that has the data is not given up.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((store, id)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    if !is_known(&store) {
        let message = format!("The selected store {store} is not available on this node.");
        return Err(Fault::conflict(message));
    }
    let mut state = cloud.state();
    let missing = || Fault::not_found(format!("Failed to find image {id}"));
    let mut image = state.images.visible(&caller, &id).ok_or_else(missing)?.clone();
    if !Action::DeleteImageLocation.allows(&caller, image.target(&caller)) {
        return Err(refusal(Action::DeleteImageLocation));
    }
    permit(&caller, Action::DeleteImageLocation, &image)?;
    if image.status != Status::Active {
        return Err(Fault::conflict(
            "It's not allowed to remove image data from store if image status is not 'active'",
        ));
    }
    if image.locations.len() == 1 {
        return Err(Fault::forbidden(
            "Cannot delete image data from the only store containing it. Consider deleting the image instead.",
        ));
    }
    let place = image.locations.iter().position(|location| location.store == store);
    let elsewhere = || Fault::not_found(format!("Image {id} is not stored in store {store}."));
    image.locations.remove(place.ok_or_else(elsewhere)?);
    image.updated_at = state.clock.now();
    state.images.put(image);
    Ok(no_content())
}

fn view(store: &Store) -> Value {
    let mut view = json!({ "id": store.id, "description": store.description });
    if store.id == STORES[0].id {
        view["default"] = json!("true");
    }
    if store.is_read_only {
        view["read-only"] = json!("true");
    }
    view
}
