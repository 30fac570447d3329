//! The old way to import: a task that an admin asks for, without an image (glance/api/v2/tasks.py,
//! `TasksController.create`).

use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::routes;
use crate::sandbox::cloud::Shared;
use crate::sandbox::data::Algorithm;
use crate::sandbox::fetch;
use crate::sandbox::glance::body::Document;
use crate::sandbox::glance::door::RequestId;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::image::attributes;
use crate::sandbox::glance::permit::permit_at_all;
use crate::sandbox::glance::task;
use crate::sandbox::reply;
use crate::sandbox::state::jobs::{Job, Legacy, Source, Work};
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::task::Task;
use crate::sandbox::state::{Caller, Image};
use crate::sandbox::validate::validate;

/// `POST /v2/tasks`: the old way to import. A task of another kind than `import` is taken too, and fails.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Extension(RequestId(request)): Extension<RequestId>,
    Wanted(body): Wanted,
) -> Result<Response, Fault> {
    let (kind, input) = read_input(&body)?;
    let (image, url) = match kind {
        "import" => {
            let url = source(&input["import_from"])?;
            (Some(draft(&caller, &input["image_properties"])), url)
        }
        _ => (None, None),
    };
    let mut state = cloud.state();
    let now = state.clock.now();
    let task = Task::pending(kind, &caller, &request, input.clone(), now);
    let (body, id) = (task::view(&task), task.id.clone());
    state.tasks.add(task);
    state.jobs.add(Job {
        task: id.clone(),
        source: if url.is_some() { Source::Coming } else { Source::Broken },
        started: now,
        takes: cloud.options.import_time,
        work: Work::Legacy(Box::new(Legacy { image })),
    });
    drop(state);
    let mut response = reply::json(StatusCode::CREATED, &body);
    reply::set(response.headers_mut(), "location", &format!("{}/v2/tasks/{id}", cloud.base()));
    if let Some(url) = url {
        routes::send_for(&cloud, id, url, Algorithm::default());
    }
    Ok(response)
}

/// A body that is looked at after the policy.
pub(crate) struct Wanted(Value);

impl FromRequest<Shared> for Wanted {
    type Rejection = Fault;

    async fn from_request(request: Request, cloud: &Shared) -> Result<Self, Fault> {
        if let Some(caller) = request.extensions().get::<Caller>() {
            permit_at_all(caller, Action::TasksApiAccess)?;
        }
        let Document(body) = Document::from_request(request, cloud).await?;
        Ok(Self(body))
    }
}

fn read_input(body: &Value) -> Result<(&str, &Value), Fault> {
    for key in ["type", "input"] {
        if body.get(key).is_none() {
            return Err(Fault::bad_request(format!("Task '{key}' is required")));
        }
    }
    let schema = json!({ "properties": {
        "type": {
            "description": "The type of task represented by this content",
            "enum": ["import", "api_image_import", "location_import"],
            "type": "string",
        },
        "input": {
            "description": "The parameters required by task, JSON blob",
            "type": ["null", "object"],
        },
    } });
    validate(&schema, body).map_err(|complaint| {
        Fault::bad_request(format!("Provided object does not match schema 'task': {}", complaint.full))
    })?;
    let input = &body["input"];
    if input.is_null() && body["type"] != "import" {
        return Err(Fault::tripped());
    }
    Ok((body["type"].as_str().unwrap_or_default(), input))
}

/// Where the data of an old import are. What cannot be fetched makes the task fail later.
fn source(from: &Value) -> Result<Option<Url>, Fault> {
    let Some(text) = from.as_str().filter(|text| !text.is_empty()) else {
        return Err(Fault::bad_request(format!("Invalid location: {}", crate::sandbox::python::text(from))));
    };
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "file" | "filesystem" => Err(Fault::bad_request(
            "File based imports are not allowed. Please use a non-local source of image data.",
        )),
        "http" | "https" => Ok(fetch::allow_url(text)),
        _ => Err(Fault::bad_request(format!(
            "The import_from URI scheme {scheme} is not valid. Please use a non-local source of image data."
        ))),
    }
}

fn draft(caller: &Caller, properties: &Value) -> Image {
    let id = Uuid::new_v4().to_string();
    let mut image = Image::queued(id, caller.project.clone(), jiff::Timestamp::UNIX_EPOCH);
    for (name, value) in properties.as_object().into_iter().flatten() {
        if attributes::is_settable(name) {
            // What does not fit is left out, where the real one would have the task fail.
            let _ = attributes::set(&mut image, name, value);
        } else {
            image.properties.insert(name.clone(), value.clone());
        }
    }
    image
}
