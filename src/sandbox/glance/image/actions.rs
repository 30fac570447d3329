//! Forbidding the download of an image, and allowing it again. Both may be said twice.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::sandbox::cloud::Shared;
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::glance::view::no_content;
use crate::sandbox::state::Caller;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::policy::Action;

/// `POST /v2/images/{id}/actions/deactivate`.
pub(crate) async fn deactivate(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    change(&cloud, &caller, &id, Action::Deactivate, Status::Deactivated)
}

/// `POST /v2/images/{id}/actions/reactivate`.
pub(crate) async fn reactivate(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    change(&cloud, &caller, &id, Action::Reactivate, Status::Active)
}

fn change(
    cloud: &Shared,
    caller: &Caller,
    id: &str,
    action: Action,
    next: Status,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let mut image = find(&state, caller, id)?.clone();
    permit(caller, action, &image)?;
    if image.status == next {
        return Ok(no_content());
    }
    if !matches!(image.status, Status::Active | Status::Deactivated) {
        let message = format!("Not allowed to {} image in status '{}'", action.name(), image.status.name());
        return Err(Fault::forbidden(message));
    }
    image.advance(next);
    image.updated_at = state.clock.now();
    state.images.put(image);
    Ok(no_content())
}
