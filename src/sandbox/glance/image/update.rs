//! Changing an image by a PATCH: all of its changes or none (glance/api/v2/images.py,
//! `ImagesController.update`).

use std::collections::HashMap;

use axum::Extension;
use axum::extract::FromRequest as _;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::attributes::{self, permit_visibility};
use super::patch_body::{self, Change, Operation};
use crate::sandbox::cloud::Shared;
use crate::sandbox::data::Blob;
use crate::sandbox::glance::body::Document;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::location::location_patch;
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::glance::view;
use crate::sandbox::reply;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image};

/// `PATCH /v2/images/{id}`.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    let is_old = patch_body::is_old_form(request.headers())?;
    let Document(body) = Document::from_request(request, &()).await?;
    let changes = patch_body::changes(&body, is_old)?;

    let found = location_patch::find(&cloud, &changes).await;
    let mut state = cloud.state();
    let mut image = find(&state, &caller, &id)?.clone();
    for change in &changes {
        apply(&mut image, &caller, change, found.as_ref())?;
    }
    if changes.is_empty() {
        return Ok(reply::json(StatusCode::OK, &view::image(&image, &caller, cloud.options.show_locations)));
    }
    attributes::check(&image)?;
    image.updated_at = state.clock.now();
    let body = view::image(&image, &caller, cloud.options.show_locations);
    let is_still_visible = image.is_visible_to(&caller);
    state.images.put(image);
    if is_still_visible {
        Ok(reply::json(StatusCode::OK, &body))
    } else {
        // The real one gives the image away, cannot find it again, and says no. It is gone all the same.
        Err(Fault::forbidden(format!("Forbidding request, image {id} not visible")))
    }
}

fn apply(
    image: &mut Image,
    caller: &Caller,
    change: &Change,
    found: Option<&HashMap<String, Blob>>,
) -> Result<(), Fault> {
    let Change { operation, name, value, .. } = change;
    if name == "locations" {
        return match found {
            Some(found) => location_patch::change(image, caller, change, found),
            None => Err(locations(image, caller, change)),
        };
    }
    // `add` forgets to ask this, and so lets a member give an image away.
    if *operation == Operation::Replace && name == "owner" && !caller.is_admin() {
        return Err(Fault::denied("Owner can't be updated by non admin."));
    }
    if name == "visibility" {
        permit_visibility(caller, image, value.as_str().unwrap_or_default())?;
    }
    permit(caller, Action::ModifyImage, image)?;
    match operation {
        Operation::Add => add(image, change),
        Operation::Replace => replace(image, name, value),
        Operation::Remove => remove(image, name),
    }
}

fn add(image: &mut Image, change: &Change) -> Result<(), Fault> {
    let Change { name, value, is_old, .. } = change;
    let is_settable = attributes::is_settable(name);
    if *is_old && (is_settable || image.properties.contains_key(name)) {
        return Err(Fault::conflicting(format!("Property {name} already present.")));
    }
    if is_settable {
        return attributes::set(image, name, value);
    }
    image.properties.insert(name.clone(), value.clone());
    Ok(())
}

fn replace(image: &mut Image, name: &str, value: &Value) -> Result<(), Fault> {
    if attributes::is_settable(name) {
        return attributes::set(image, name, value);
    }
    let property = image.properties.get_mut(name);
    *property.ok_or_else(|| missing(name))? = value.clone();
    Ok(())
}

fn remove(image: &mut Image, name: &str) -> Result<(), Fault> {
    if attributes::is_settable(name) {
        return Err(Fault::denied(format!("Property {name} may not be removed.")));
    }
    // `shift` keeps the others in order.
    image.properties.shift_remove(name).map(drop).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Fault {
    Fault::conflicting(format!("Property {name} does not exist."))
}

/// Why locations cannot be changed: this cloud does not show them.
fn locations(image: &Image, caller: &Caller, change: &Change) -> Fault {
    let is_empty = change.value.as_array().is_some_and(Vec::is_empty);
    if change.operation == Operation::Replace && is_empty {
        return Fault::denied("Cannot set locations to empty list.");
    }
    let (action, verb) = match change.operation {
        Operation::Add => ("set_image_location", "add"),
        Operation::Replace => ("set_image_location", "update"),
        Operation::Remove => ("delete_image_location", "remove"),
    };
    let is_allowed = match change.operation {
        Operation::Remove => caller.is_admin(),
        _ => Action::ModifyImage.allows(caller, image.target(caller)),
    };
    Fault::forbidden(if is_allowed {
        format!("It's not allowed to {verb} locations if locations are invisible.")
    } else {
        format!("You are not authorized to complete {action} action.")
    })
}
