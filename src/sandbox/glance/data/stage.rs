//! Data that are kept until an import uses them (`glance/api/v2/image_data.py`, `ImageDataController.stage`).

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::file::{announced_size, check_size, content_type, expected_size, receive};
use crate::sandbox::cloud::{Cloud, Shared};
use crate::sandbox::data::Blob;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::glance::quota::enforce;
use crate::sandbox::glance::view::no_content;
use crate::sandbox::state::Caller;
use crate::sandbox::state::image::status::Status;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::quota::Resource;

const MIB: u64 = 1 << 20;

/// `PUT /v2/images/{id}/stage`. The formats need not be known yet.
pub(crate) async fn stage(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Fault> {
    content_type(request.headers())?;
    let expected = expected_size(request.headers())?;
    let delta = announced_size(request.headers()) / MIB;
    let staging = Staging::begin(&cloud, &caller, &id, delta)?;
    let blob = receive(&cloud, request.into_body()).await?;
    if let Some(expected) = expected {
        check_size(expected, blob.size)?;
    }
    staging.end(blob)
}

/// An image that takes data for later. Dropped before its end, it leaves the image queued.
struct Staging<'a> {
    cloud: &'a Cloud,
    id: &'a str,
}

impl<'a> Staging<'a> {
    fn begin(cloud: &'a Cloud, caller: &Caller, id: &'a str, delta_mib: u64) -> Result<Self, Fault> {
        let mut state = cloud.state();
        enforce(cloud, &state, caller, Resource::StageTotal, delta_mib)?;
        let mut image = find(&state, caller, id)?.clone();
        permit(caller, Action::ModifyImage, &image)?;
        let from = image.status.name();
        if !image.advance(Status::Uploading) {
            let message = format!("Image status transition from {from} to uploading is not allowed");
            return Err(Fault::conflict(message));
        }
        image.updated_at = state.clock.now();
        state.images.put(image);
        let staging = Self { cloud, id };
        let verdict = enforce(cloud, &state, caller, Resource::CountUploading, 0);
        // Whoever is refused here lets go of the lock before the image is queued again.
        drop(state);
        verdict.map(|()| staging)
    }

    fn end(self, blob: Blob) -> Result<Response, Fault> {
        let mut state = self.cloud.state();
        let now = state.clock.now();
        let image = state.images.any_mut(self.id).ok_or_else(|| Fault::no_image(self.id))?;
        image.size = Some(blob.size);
        image.staged = Some(blob);
        image.updated_at = now;
        drop(state);
        Ok(no_content())
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        let mut state = self.cloud.state();
        let waiting = |image: &&mut crate::sandbox::state::Image| {
            image.status == Status::Uploading && image.staged.is_none()
        };
        if let Some(image) = state.images.any_mut(self.id).filter(waiting) {
            image.advance(Status::Queued);
        }
    }
}
