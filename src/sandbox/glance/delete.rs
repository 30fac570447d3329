//! Deleting an image. Its members go silently, its ID for ever.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::cloud::Shared;
use super::super::state::Caller;
use super::super::state::policy::Action;
use super::body::NoBody;
use super::fault::Fault;
use super::permit::permit;
use super::view::done;

/// `DELETE /v2/images/{id}`.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let missing = || Fault::not_found(format!("Failed to find image {id} to delete"));
    let image = state.images.visible(&caller, &id).ok_or_else(missing)?;
    permit(&caller, Action::DeleteImage, image)?;
    if image.protected {
        return Err(Fault::forbidden(format!("Image {id} is protected and cannot be deleted.")));
    }
    state.images.delete(&id);
    state.cache.drop_cached(&id);
    Ok(done())
}
