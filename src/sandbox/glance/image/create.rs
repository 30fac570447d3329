//! Making an image, and all the reasons not to (glance/api/v2/images.py, `RequestDeserializer.create` and
//! `ImagesController.create`).

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::attributes;
use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::glance::body::Document;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::quota::enforce;
use crate::sandbox::glance::service::{info, schemas};
use crate::sandbox::glance::{permit, view};
use crate::sandbox::reply;
use crate::sandbox::state::image::store::STORES;
use crate::sandbox::state::policy::{Action, Target};
use crate::sandbox::state::quota::Resource;
use crate::sandbox::state::{Caller, Image};

/// Refused before the schema is looked at.
const DISALLOWED: [&str; 5] = ["direct_url", "self", "file", "schema", "stores"];
/// Refused after the policy has been asked.
const READ_ONLY: [&str; 6] = ["created_at", "updated_at", "status", "checksum", "size", "virtual_size"];

/// `POST /v2/images`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Document(body): Document,
) -> Result<Response, Fault> {
    // A list makes the real one look for keys in it.
    let Value::Object(wanted) = body else {
        return Err(Fault::tripped());
    };
    check(&wanted)?;

    let mut state = cloud.state();
    let owner = owner(&caller, &wanted)?;
    let id =
        wanted.get("id").and_then(Value::as_str).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    enforce(&cloud, &state, &caller, Resource::CountTotal, 1)?;
    let mut image = Image::queued(id, owner, state.clock.now());
    let visibility = wanted.get("visibility").and_then(Value::as_str).unwrap_or_default();
    attributes::permit_visibility(&caller, &image, visibility)?;
    check_read_only(&wanted)?;
    for (name, value) in wanted {
        if attributes::is_settable(&name) {
            attributes::set(&mut image, &name, &value)?;
        } else if !attributes::READ_ONLY.contains(&name.as_str()) {
            image.properties.insert(name, value);
        }
    }
    if state.images.knows(&image.id) {
        return Err(Fault::conflict(format!("Image ID {} already exists!", image.id)));
    }
    attributes::check(&image)?;

    let response = created_answer(&cloud, &caller, &image);
    state.images.put(image);
    Ok(response)
}

fn check(wanted: &Map<String, Value>) -> Result<(), Fault> {
    if let Some(name) = DISALLOWED.iter().find(|name| wanted.contains_key(**name)) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    schemas::check_image(&Value::Object(wanted.clone()))?;
    for name in wanted.keys() {
        if name.len() > 255 {
            return Err(Fault::bad_request("Custom property should not be greater than 255 characters."));
        }
        if attributes::RESERVED.contains(&name.as_str()) || name.starts_with(attributes::RESERVED_PREFIX) {
            return Err(Fault::denied(format!("Attribute '{name}' is reserved.")));
        }
    }
    Ok(())
}

/// Whose it will be. Only an admin may make images for others, or for nobody.
fn owner(caller: &Caller, wanted: &Map<String, Value>) -> Result<Option<String>, Fault> {
    let owner = match wanted.get("owner") {
        Some(owner) => owner.as_str().map(str::to_owned),
        None => caller.project.clone(),
    };
    let target = Target { owner: owner.as_deref(), as_member: false };
    if Action::AddImage.allows(caller, target) {
        Ok(owner)
    } else if owner == caller.project {
        Err(permit::refusal(Action::AddImage))
    } else {
        let owner = owner.as_deref().unwrap_or("None");
        Err(Fault::denied(format!("You are not permitted to create images owned by '{owner}'")))
    }
}

fn check_read_only(wanted: &Map<String, Value>) -> Result<(), Fault> {
    if let Some(name) = READ_ONLY.iter().find(|name| wanted.contains_key(**name)) {
        return Err(Fault::forbidden(format!("Attribute '{name}' is read-only.")));
    }
    if wanted.contains_key("locations") {
        return Err(Fault::forbidden("Attribute 'locations' is reserved."));
    }
    Ok(())
}

fn created_answer(cloud: &Cloud, caller: &Caller, image: &Image) -> Response {
    let mut response =
        reply::json(StatusCode::CREATED, &view::image(image, caller, cloud.options.show_locations));
    let headers = response.headers_mut();
    // Glance forgets the path that it is served under, so that this leads nowhere on most clouds.
    reply::set(headers, "location", &format!("{}/v2/images/{}", cloud.base(), image.id));
    reply::set(headers, "openstack-image-import-methods", &info::IMPORT_METHODS.join(","));
    reply::set(headers, "openstack-image-store-ids", &STORES.map(|store| store.id).join(","));
    response
}
