//! Tasks, as their askers see those of an image, and as admins see all of them (glance/api/v2/tasks.py).

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::body::NoBody;
use super::fault::Fault;
use super::image::query::{Parameters, read_limit};
use super::permit::{permit, permit_at_all};
use crate::sandbox::cloud::Shared;
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::clock::{exactly, seconds};
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::task::Task;

const DEFAULT_LIMIT: usize = 25;
const MOST: usize = 1000;
const STATUSES: [&str; 4] = ["pending", "processing", "success", "failure"];

/// `GET /v2/images/{id}/tasks`: those of the caller's project. Nothing else tells a plain user why an import
/// failed.
pub(crate) async fn list_of_image(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let image = state.images.visible(&caller, &id).ok_or_else(Fault::no_such_resource)?;
    permit(&caller, Action::GetImage, image).map_err(|_| Fault::no_such_resource())?;
    let mine = state.tasks.iter().filter(|task| task.is_visible_to(&caller));
    let tasks: Vec<Value> = mine.filter(|task| task.image.as_deref() == Some(id.as_str())).map(raw).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "tasks": tasks })))
}

/// `GET /v2/tasks`, the latest first.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    permit_at_all(&caller, Action::TasksApiAccess)?;
    let parameters = Parameters::parse(query.as_deref())?;
    let mut left = parameters.clone();
    let [limit, marker, direction, key] =
        ["limit", "marker", "sort_dir", "sort_key"].map(|name| left.pop(name));
    let is_ascending = match direction.as_deref() {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(other) => return Err(Fault::bad_request(format!("Invalid sort direction: {other}"))),
    };
    let [status, kind] = ["status", "type"].map(|name| left.pop(name).filter(|value| !value.is_empty()));
    if let Some(status) = status.as_deref().filter(|status| !STATUSES.contains(status)) {
        return Err(Fault::bad_request(format!("Invalid status value: {status}")));
    }
    if let Some(kind) = kind.as_deref().filter(|kind| *kind != "import") {
        return Err(Fault::bad_request(format!("Invalid type value: {kind}")));
    }
    if marker.as_deref().is_some_and(|marker| Uuid::parse_str(marker).is_err()) {
        return Err(Fault::bad_request("Invalid marker format"));
    }
    let limit = limit.as_deref().map(read_limit).transpose()?.unwrap_or(DEFAULT_LIMIT).min(MOST);

    let state = cloud.state();
    let mut found: Vec<&Task> = state.tasks.iter().collect();
    sort(&mut found, key.as_deref().unwrap_or("created_at"), is_ascending)?;
    if let Some(marker) = marker {
        let place = found.iter().position(|task| task.id == marker);
        let unknown = || Fault::bad_request(format!("Task with the given id {marker} was not found"));
        found.drain(..=place.ok_or_else(unknown)?);
    }
    found.retain(|task| status.as_deref().is_none_or(|status| task.status.name() == status));
    found.retain(|task| kind.as_deref().is_none_or(|kind| task.kind == kind));
    found.truncate(limit);
    let next = found.last().filter(|_| found.len() == limit).map(|task| task.id.as_str());
    let mut page = Map::new();
    page.insert("tasks".into(), found.iter().map(|task| stub(task)).collect());
    page.insert("first".into(), json!(parameters.link_in("/v2/tasks", None)));
    page.insert("schema".into(), json!("/v2/schemas/tasks"));
    if let Some(next) = next {
        page.insert("next".into(), json!(parameters.link_in("/v2/tasks", Some(next))));
    }
    Ok(reply::json(StatusCode::OK, &Value::Object(page)))
}

fn sort(tasks: &mut [&Task], key: &str, is_ascending: bool) -> Result<(), Fault> {
    match key {
        "created_at" => {}
        "updated_at" => tasks.sort_by_key(|task| task.updated_at),
        "expires_at" => tasks.sort_by_key(|task| task.expires_at),
        "id" => tasks.sort_by(|one, other| one.id.cmp(&other.id)),
        "status" => tasks.sort_by_key(|task| task.status.name()),
        "type" => tasks.sort_by(|one, other| one.kind.cmp(&other.kind)),
        "owner" => tasks.sort_by(|one, other| one.owner.cmp(&other.owner)),
        _ => return Err(Fault::bad_request("Sort key supplied was not valid.")),
    }
    if !is_ascending {
        tasks.reverse();
    }
    Ok(())
}

/// `GET /v2/tasks/{id}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    permit_at_all(&caller, Action::TasksApiAccess)?;
    let state = cloud.state();
    let missing = || Fault::not_found(format!("Could not find task {id}"));
    let task = state.tasks.find(&id).ok_or_else(missing)?;
    Ok(reply::json(StatusCode::OK, &view(task)))
}

/// `DELETE /v2/tasks/{id}`: there is such a route, and it refuses everyone.
pub(crate) async fn delete(Extension(caller): Extension<Caller>) -> Result<Response, Fault> {
    permit_at_all(&caller, Action::TasksApiAccess)?;
    Err(Fault::never_allowed(
        "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time based on \
         their expires_at property.",
        "GET",
    ))
}

/// A task among those of its image: as the database has it.
fn raw(task: &Task) -> Value {
    json!({
        "id": task.id,
        "type": task.kind,
        "status": task.status.name(),
        "owner": task.owner,
        "expires_at": task.expires_at.map(exactly),
        "created_at": exactly(task.created_at),
        "updated_at": exactly(task.updated_at),
        "deleted_at": null,
        "deleted": false,
        "image_id": task.image,
        "request_id": task.request,
        "user_id": task.user,
        "input": task.input,
        "result": task.result,
        "message": task.message,
    })
}

/// A task on its own.
pub(crate) fn view(task: &Task) -> Value {
    let mut view = json!({
        "id": task.id,
        "input": task.input,
        "type": task.kind,
        "status": task.status.name(),
        "owner": task.owner,
        "message": task.message,
        "result": task.result,
        "created_at": seconds(task.created_at),
        "updated_at": seconds(task.updated_at),
        "self": format!("/v2/tasks/{}", task.id),
        "schema": "/v2/schemas/task",
    });
    if let Some(image) = &task.image {
        view["image_id"] = json!(image);
    }
    view["request_id"] = json!(task.request);
    view["user_id"] = json!(task.user);
    if let Some(end) = task.expires_at {
        view["expires_at"] = json!(seconds(end));
    }
    view
}

/// A task in a list.
fn stub(task: &Task) -> Value {
    let mut view = json!({
        "id": task.id,
        "type": task.kind,
        "status": task.status.name(),
        "owner": task.owner,
        "created_at": seconds(task.created_at),
        "updated_at": seconds(task.updated_at),
        "self": format!("/v2/tasks/{}", task.id),
        "schema": "/v2/schemas/task",
    });
    if let Some(end) = task.expires_at {
        view["expires_at"] = json!(seconds(end));
    }
    view
}
