//! Managing the image cache, where there is one (`glance/api/v2/cached_images.py`). For admins.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::super::reply;
use super::super::state::policy::{Action, Target};
use super::super::state::{Caller, State as Model};
use super::body::NoBody;
use super::fault::Fault;
use super::methods::refuse_others;
use super::permit::refusal;
use super::view::no_content;
use crate::sandbox::state::image::cache::Cached;
use crate::sandbox::state::image::status::Status;

/// Everything under `/v2/cache`. Without a cache it is there too, and says that there is none.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v2/cache", refuse_others("GET, DELETE").get(state).delete(clear))
        .route("/v2/cache/clean", refuse_others("POST").post(clean))
        .route("/v2/cache/prune", refuse_others("POST").post(prune))
        .route("/v2/cache/{image}", refuse_others("DELETE, PUT").put(queue).delete(delete))
        .route("/v2/cache/nodes/{image}", refuse_others("GET").get(nodes))
}

/// `GET /v2/cache`: what is cached, and what waits for it.
async fn state(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    _: NoBody,
) -> Result<Response, Fault> {
    permit(&cloud, &caller, Action::CacheList)?;
    let model = cloud.state();
    let cached: Vec<Value> = model.cache.cached().iter().map(view).collect();
    let queued: Vec<&str> = model.cache.queued().collect();
    Ok(reply::json(StatusCode::OK, &json!({ "cached_images": cached, "queued_images": queued })))
}

/// `DELETE /v2/cache`: forgets one half or both.
async fn clear(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    permit(&cloud, &caller, Action::CacheDelete)?;
    let target = reply::text(&headers, "x-image-cache-clear-target").unwrap_or_default().to_lowercase();
    let mut model = cloud.state();
    if !matches!(target.as_str(), "" | "cache" | "queue") {
        return Err(Fault::bad_request(
            "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.",
        ));
    }
    if target != "queue" {
        model.cache.clear_cached();
    }
    if target != "cache" {
        model.cache.clear_queue();
    }
    Ok(no_content())
}

/// `PUT /v2/cache/{id}`.
async fn queue(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let mut model = cloud.state();
    let status = model.images.visible(&caller, &id).map(|image| image.status);
    let status = status.ok_or_else(|| missing(&id))?;
    permit(&cloud, &caller, Action::CacheImage)?;
    if status != Status::Active {
        return Err(Fault::bad_request("Only images with status active can be targeted for queueing"));
    }
    let now = model.clock.now();
    model.cache.queue(&id, now, cloud.options.import_time);
    Ok(reply::bare(StatusCode::ACCEPTED, "text/html; charset=UTF-8"))
}

/// `DELETE /v2/cache/{id}`, whether it is cached or waits, or neither.
async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let mut model = cloud.state();
    if model.images.visible(&caller, &id).is_none() && !is_known(&cloud, &model, &id)? {
        return Err(missing(&id));
    }
    permit(&cloud, &caller, Action::CacheDelete)?;
    model.cache.drop_cached(&id);
    model.cache.drop_queued(&id);
    Ok(no_content())
}

/// `GET /v2/cache/nodes/{id}`: this server, if it has the image.
async fn nodes(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    permit(&cloud, &caller, Action::ListCachedNodes)?;
    let model = cloud.state();
    model.images.visible(&caller, &id).ok_or_else(|| missing(&id))?;
    let nodes: Vec<String> = model.cache.holds(&id).then(|| cloud.image_url()).into_iter().collect();
    Ok(reply::json(StatusCode::OK, &json!(nodes)))
}

/// `POST /v2/cache/clean`: nothing ever stalls here.
async fn clean(State(cloud): State<Shared>, Extension(caller): Extension<Caller>) -> Result<Response, Fault> {
    permit(&cloud, &caller, Action::CacheClean)?;
    Ok(reply::bare(StatusCode::OK, "text/html; charset=UTF-8"))
}

/// `POST /v2/cache/prune`: the cache is never full.
async fn prune(State(cloud): State<Shared>, Extension(caller): Extension<Caller>) -> Result<Response, Fault> {
    permit(&cloud, &caller, Action::CachePrune)?;
    Ok(reply::json(StatusCode::OK, &json!({ "total_files_pruned": 0, "total_bytes_pruned": 0 })))
}

fn permit(cloud: &Cloud, caller: &Caller, action: Action) -> Result<(), Fault> {
    if !action.allows(caller, Target { owner: None, as_member: false }) {
        return Err(refusal(action));
    }
    if cloud.options.cache {
        Ok(())
    } else {
        Err(Fault::not_found("Caching via API is not supported at this site."))
    }
}

/// Whether the cache knows an image. Where there is no cache, the real one trips over that.
fn is_known(cloud: &Cloud, model: &Model, id: &str) -> Result<bool, Fault> {
    if !cloud.options.cache {
        return Err(Fault::tripped());
    }
    Ok(model.cache.holds(id) || model.cache.queued().any(|queued| queued == id))
}

fn missing(id: &str) -> Fault {
    Fault::not_found(format!("Image {id} not found."))
}

fn view(cached: &Cached) -> Value {
    json!({
        "id": cached.number,
        "image_id": cached.image,
        "last_accessed": cached.last_accessed.as_duration().as_secs_f64(),
        "last_modified": cached.last_modified.as_duration().as_secs_f64(),
        "size": cached.size,
        "hits": cached.hits,
        "checksum": null,
    })
}
