//! Asking for an import, and all the reasons not to begin one (glance/api/v2/images.py,
//! `ImagesController.import_image`).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use url::Url;

use super::{import_remote, lock};
use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::data::Algorithm;
use crate::sandbox::faults::ImportFault;
use crate::sandbox::fetch;
use crate::sandbox::glance::body::Document;
use crate::sandbox::glance::door::RequestId;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::{find, permit, refusal};
use crate::sandbox::glance::quota::enforce;
use crate::sandbox::glance::store;
use crate::sandbox::reply;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::image::store::STORES;
use crate::sandbox::state::jobs::{Import, Job, Method, Source, Work, unlock};
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::quota::Resource;
use crate::sandbox::state::task::Task;
use crate::sandbox::state::{Caller, Image, State as Model};

const MIB: u64 = 1 << 20;

/// `POST /v2/images/{id}/import`. The answer says no more than that it has begun.
pub(crate) async fn import(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(request)): Extension<RequestId>,
    Path(id): Path<String>,
    headers: HeaderMap,
    fault: Option<Extension<ImportFault>>,
    Document(mut body): Document,
) -> Result<Response, Fault> {
    let method = wanted_method(&body)?;
    let mut state = cloud.state();
    enforce(&cloud, &state, &caller, Resource::SizeTotal, 0)?;
    let mut image = find(&state, &caller, &id)?.clone();
    check_status(&image, method)?;
    if method == Method::Region {
        import_remote::check(&mut body)?;
    }
    check_policy(&image, method, &caller)?;
    let stolen = lock::check(&mut state, &mut image)?;
    let Some(stores) = wanted_stores(&image, method, &body, &headers)? else {
        return Ok(accepted_answer());
    };
    let url = if method == Method::Web { Some(wanted_url(&body)?) } else { None };

    if let Some(stolen) = stolen {
        lock::clean(&mut image, &stolen);
    }
    let now = state.clock.now();
    let input = json!({ "image_id": id, "import_req": body, "backend": stores });
    let mut task = Task::pending("api_image_import", &caller, &request, input, now);
    lock::take(&mut image, &mut task);
    let all_must_succeed = body.get("all_stores_must_succeed") != Some(&Value::Bool(false));
    let import = Import::begin(&mut image, method, stores, all_must_succeed);
    image.updated_at = now;
    let (staged, data) = (image.staged.clone(), image.data.clone());
    let job = Job {
        task: task.id.clone(),
        source: Source::Coming,
        started: now,
        takes: cloud.options.import_time,
        work: Work::Import(import),
    };
    let task_id = task.id.clone();
    let size = image.size.unwrap_or(0);
    state.images.put(image);
    state.tasks.add(task);
    if fits(&cloud, &mut state, &caller, &job, size) {
        state.jobs.add(job);
        drop(state);
        match fault {
            Some(Extension(ImportFault::Hang)) => return Ok(accepted_answer()),
            Some(Extension(ImportFault::Fail)) => {
                cloud.state().jobs.hand_data(&task_id, None);
                return Ok(accepted_answer());
            }
            None => {}
        }
        if let Some(url) = url {
            send_for(&cloud, task_id, url, Algorithm::default());
        } else {
            let data = match method {
                Method::Direct => staged,
                Method::Copy => data,
                _ => import_remote::fetch(&cloud, &caller, &id, &task_id, &body),
            };
            cloud.state().jobs.hand_data(&task_id, data);
        }
    }
    Ok(accepted_answer())
}

/// Fetches what a URL names for a job that waits for it, and hashes it.
pub(crate) fn send_for(cloud: &Shared, task: String, url: Url, algorithm: Algorithm) {
    let cloud = Arc::clone(cloud);
    tokio::spawn(async move {
        let data = match fetch::fetch(&url, &cloud.data).await {
            Ok(data) => data.add_hash(algorithm).await.ok(),
            Err(_) => None,
        };
        cloud.state().jobs.hand_data(&task, data);
    });
}

/// Looks at the quotas once more when all is marked, and takes the marks back where there is no room.
fn fits(cloud: &Cloud, state: &mut Model, caller: &Caller, job: &Job, size: u64) -> bool {
    let Work::Import(import) = &job.work else { return true };
    let wanted: &[(Resource, u64)] = if import.method == Method::Direct {
        &[(Resource::SizeTotal, size / MIB)]
    } else {
        &[(Resource::StageTotal, size / MIB), (Resource::CountUploading, 0)]
    };
    let project = caller.project.as_deref().unwrap_or_default();
    let refusal =
        wanted.iter().find_map(|(resource, more)| resource.refusal(state, cloud.region(), project, *more));
    let Some(message) = refusal else { return true };
    if let Some(image) = state.images.any_mut(&import.image) {
        import.retract(image);
        unlock(image, &job.task);
    }
    fail(state, &job.task, &message);
    false
}

fn fail(state: &mut Model, task: &str, message: &str) {
    let now = state.clock.now();
    if let Some(task) = state.tasks.find_mut(task) {
        task.finish(Err(message), now);
    }
}

fn accepted_answer() -> Response {
    reply::bare(StatusCode::ACCEPTED, "text/html; charset=UTF-8")
}

fn wanted_method(body: &Value) -> Result<Method, Fault> {
    // A list or a text where an object should be makes the real one trip.
    let fields = body.as_object().ok_or_else(Fault::tripped)?;
    let method = fields
        .get("method")
        .ok_or_else(|| Fault::bad_request("Import request requires a 'method' field."))?;
    let method = method.as_object().ok_or_else(Fault::tripped)?;
    let name =
        method.get("name").ok_or_else(|| Fault::bad_request("Import request requires a 'name' field."))?;
    let known = name.as_str().and_then(Method::parse).ok_or_else(|| {
        Fault::bad_request(format!("Unknown import method name '{}'.", crate::sandbox::python::text(name)))
    })?;
    for key in ["all_stores_must_succeed", "all_stores"] {
        if fields.get(key).is_some_and(|value| !value.is_boolean()) {
            return Err(Fault::bad_request(format!("'{key}' must be boolean value only")));
        }
    }
    Ok(known)
}

fn check_status(image: &Image, method: Method) -> Result<(), Fault> {
    let is_active = image.status == Status::Active;
    let complaint = match method {
        Method::Copy if !is_active => "Only images with status active can be targeted for copying".into(),
        Method::Copy => String::new(),
        _ if is_active => "Image with status active cannot be target for import".into(),
        Method::Web | Method::Region if image.status != Status::Queued => {
            format!("Image needs to be in 'queued' state to use '{}' method", method.name())
        }
        Method::Direct if image.status != Status::Uploading => {
            "Image needs to be staged before 'glance-direct' method can be used".into()
        }
        _ => String::new(),
    };
    if !complaint.is_empty() {
        return Err(Fault::conflict(complaint));
    }
    // Here Glance asks in the other order than everywhere else.
    match image.missing_formats().last() {
        Some(format) => Err(Fault::conflict(format!("'{format}' needs to be set before import"))),
        None => Ok(()),
    }
}

fn check_policy(image: &Image, method: Method, caller: &Caller) -> Result<(), Fault> {
    let action = if method == Method::Copy { Action::CopyImage } else { Action::ModifyImage };
    if method == Method::Copy && !action.allows(caller, image.target(caller)) {
        return Err(refusal(action));
    }
    permit(caller, action, image)
}

/// The stores that the data go to; none where they are in all of them already.
fn wanted_stores(
    image: &Image,
    method: Method,
    body: &Value,
    headers: &HeaderMap,
) -> Result<Option<Vec<String>>, Fault> {
    let named = reply::text(headers, "x-image-meta-store");
    let is_there = |store: &str| image.locations.iter().any(|location| location.store == store);
    if body.get("all_stores") == Some(&Value::Bool(true)) {
        if body.get("stores").is_some() || named.is_some() {
            return Err(Fault::bad_request(
                "All_stores parameter can't be used with x-image-meta-store header or stores parameter",
            ));
        }
        let all = STORES.iter().filter(|store| !store.is_read_only).map(|store| store.id);
        let stores: Vec<String> =
            all.filter(|store| method != Method::Copy || !is_there(store)).map(str::to_owned).collect();
        return Ok((method != Method::Copy || !stores.is_empty()).then_some(stores));
    }
    let stores = match body.get("stores") {
        Some(_) if named.is_some() => {
            return Err(Fault::bad_request(
                "Stores parameter and x-image-meta-store header can't be both specified",
            ));
        }
        Some(Value::Array(stores)) => stores.iter().map(crate::sandbox::python::text).collect(),
        Some(Value::String(stores)) => stores.chars().map(String::from).collect(),
        Some(_) => return Err(Fault::tripped()),
        None => vec![named.unwrap_or(STORES[0].id).to_owned()],
    };
    if let Some(unknown) = stores.iter().find(|store| !store::is_known(store)) {
        return Err(Fault::conflict(format!("Store for identifier {unknown} not found")));
    }
    match stores.iter().find(|store| is_there(store)) {
        Some(store) if method == Method::Copy => {
            Err(Fault::bad_request(format!("Image is already present at store '{store}'")))
        }
        _ => Ok(Some(stores)),
    }
}

fn wanted_url(body: &Value) -> Result<Url, Fault> {
    let uri = &body["method"]["uri"];
    if !uri.is_string() && !uri.is_null() {
        return Err(Fault::tripped());
    }
    fetch::allow_url(uri.as_str().unwrap_or_default()).ok_or_else(|| {
        let uri = crate::sandbox::python::text(uri);
        Fault::bad_request(format!("URI for web-download does not pass filtering: {uri}"))
    })
}
