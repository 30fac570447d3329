//! Tags, one at a time.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::attributes::MOST_TAGS;
use crate::sandbox::cloud::Shared;
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::{look_up, permit};
use crate::sandbox::glance::service::schemas;
use crate::sandbox::glance::view::no_content;
use crate::sandbox::state::Caller;
use crate::sandbox::state::policy::Action;

/// `PUT /v2/images/{id}/tags/{tag}`, as often as one likes.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, tag)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    schemas::check_image(&json!({ "tags": [tag] }))?;
    let mut state = cloud.state();
    let mut image = look_up(&state, &caller, &id)?.clone();
    permit(&caller, Action::ModifyImage, &image)?;
    image.add_tag(&tag);
    let count = image.tags.len();
    if count > MOST_TAGS {
        return Err(Fault::too_large(format!(
            "Image tag limit exceeded for image {id}: The limit has been exceeded on the number of allowed image tags. Attempted: \
             {count}, Maximum: {MOST_TAGS}:"
        )));
    }
    image.updated_at = state.clock.now();
    state.images.put(image);
    Ok(no_content())
}

/// `DELETE /v2/images/{id}/tags/{tag}`.
pub(crate) async fn remove(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, tag)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let mut image = look_up(&state, &caller, &id)?.clone();
    permit(&caller, Action::ModifyImage, &image)?;
    if !image.tags.contains(&tag) {
        return Err(Fault::no_such_resource());
    }
    image.tags.retain(|there| *there != tag);
    image.updated_at = state.clock.now();
    state.images.put(image);
    Ok(no_content())
}
