//! Looking at one image.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::sandbox::cloud::Shared;
use crate::sandbox::glance::body::NoBody;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::{find, permit};
use crate::sandbox::glance::view;
use crate::sandbox::reply;
use crate::sandbox::state::Caller;
use crate::sandbox::state::policy::Action;

/// `GET /v2/images/{id}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let image = find(&state, &caller, &id)?;
    permit(&caller, Action::GetImage, image)?;
    Ok(reply::json(StatusCode::OK, &view::image(image, &caller, cloud.options.show_locations)))
}
