//! Deleting an image. Its members go silently, its ID for ever.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::sandbox::cloud::Shared;
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::permit;
use crate::sandbox::glance::view::no_content;
use crate::sandbox::state::Caller;
use crate::sandbox::state::policy::Action;

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
    Ok(no_content())
}
