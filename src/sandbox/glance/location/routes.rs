//! Where an image's data lie, told to services, and told by whoever has put them on a web server.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::view;
use crate::sandbox::cloud::Shared;
use crate::sandbox::data::Algorithm;
use crate::sandbox::fetch;
use crate::sandbox::glance::body::{Document, NoBody};
use crate::sandbox::glance::door::RequestId;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::import::{lock, routes};
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::jobs::{Job, Place, Source, Work};
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::task::Task;
use crate::sandbox::validate::validate;

const SCHEMA: &str = include_str!("../schemas/location.json");

/// `GET /v2/images/{id}/locations`, for services: a list that is not wrapped in anything.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let image = find(&state, &caller, &id)?;
    permit(&caller, Action::FetchImageLocation, image)?;
    Ok(reply::json(StatusCode::OK, &view::list(crate::sandbox::glance::view::locations(image, &caller))))
}

/// `POST /v2/images/{id}/locations`. The data are read once, for their hash.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(request)): Extension<RequestId>,
    Path(id): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    check(&body)?;
    let url = body["url"].as_str().unwrap_or_default();
    let validation = body.get("validation_data").cloned().unwrap_or_else(|| json!({}));
    let mut state = cloud.state();
    let mut image = find(&state, &caller, &id)?.clone();
    if image.status != Status::Queued {
        let status = image.status.name();
        let message = format!("It's not allowed to add locations if image status is {status}.");
        return Err(Fault::conflict(message));
    }
    permit(&caller, Action::AddImageLocation, &image)?;
    if !caller.has("service") && !url.starts_with("http") {
        return Err(Fault::forbidden("http store must be enabled to use location API by normal user."));
    }
    check_hash(&validation)?;
    let source = fetch::allow_url(url);
    if source.is_none() && (url.starts_with("http://") || url.starts_with("https://")) {
        let message = format!("URI for add location does not pass filtering: {url}");
        return Err(Fault::bad_request(message));
    }
    if let Some(stolen) = lock::check(&mut state, &mut image)? {
        lock::clean(&mut image, &stolen);
    }

    let now = state.clock.now();
    let input = json!({ "image_id": id, "loc_url": url, "validation_data": validation });
    let mut task = Task::pending("location_import", &caller, &request, input, now);
    lock::take(&mut image, &mut task);
    let hash = validation["os_hash_value"].as_str().map(str::to_owned);
    let task_id = task.id.clone();
    state.jobs.add(Job {
        task: task_id.clone(),
        source: if source.is_some() { Source::Coming } else { Source::Broken },
        started: now,
        takes: cloud.options.import_time,
        work: Work::Location(Place { image: id, url: url.to_owned(), hash }),
    });
    state.images.put(image);
    state.tasks.add(task);
    drop(state);
    if let Some(url) = source {
        routes::send_for(&cloud, task_id, url, algorithm(&validation));
    }
    Ok(reply::bare(StatusCode::ACCEPTED, "text/html; charset=UTF-8"))
}

fn check(body: &Value) -> Result<(), Fault> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    validate(&schema, &json!({ "add_location": body })).map_err(|complaint| {
        Fault::bad_request(format!("Provided object does not match schema 'location': {}", complaint.full))
    })
}

fn check_hash(validation: &Value) -> Result<(), Fault> {
    let Some(value) = validation.get("os_hash_value").and_then(Value::as_str) else {
        return Ok(());
    };
    if value.len() % 2 != 0 || !value.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let message = format!("os_hash_value ({value}) is not a valid hexadecimal value");
        return Err(Fault::bad_request(message));
    }
    let algorithm = algorithm(validation);
    if value.len() == algorithm.size_bytes() * 2 {
        return Ok(());
    }
    Err(Fault::bad_request(format!(
        "os_hash_value: ({value}) is not the correct size for ({}) (should be ({}) bytes)",
        algorithm.name(),
        algorithm.size_bytes()
    )))
}

/// By what the data are hashed: as whoever tells of them says, or as Glance does by itself.
fn algorithm(validation: &Value) -> Algorithm {
    validation["os_hash_algo"].as_str().and_then(Algorithm::find).unwrap_or_default()
}
