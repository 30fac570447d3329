//! Looking at one image.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::Caller;
use super::super::state::policy::Action;
use super::body::NoBody;
use super::fault::Fault;
use super::permit::{find, permit};
use super::view;

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
