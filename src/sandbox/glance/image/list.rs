//! Listing images: which, in which order, how many, and the link to the rest.

use std::cmp::Ordering;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::filter::Filters;
use super::query::{Parameters, Query, Sort};
use crate::sandbox::cloud::Shared;
use crate::sandbox::faults::IgnoreCase;
use crate::sandbox::glance::fault::Fault;
use crate::sandbox::glance::permit::permit_at_all;
use crate::sandbox::glance::view;
use crate::sandbox::reply;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image, State as Cloud};

/// Glance's `limit_param_default` and `api_limit_max`, as they are shipped.
const DEFAULT_LIMIT: usize = 25;
const MOST: usize = 1000;

/// `GET /v2/images`.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    ignore_case: Option<Extension<IgnoreCase>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::parse(query.as_deref())?;
    let query = Query::read(parameters.clone())?;
    let filters = Filters::read(&query, ignore_case.is_some())?;
    permit_at_all(&caller, Action::GetImages)?;

    let state = cloud.state();
    let mut found: Vec<&Image> = state.images.iter().filter(|image| filters.pass(image, &caller)).collect();
    found.sort_by(|one, other| compare(&query.sort, one, other));
    if let Some(marker) = &query.marker {
        let marker = marker_image(&state, &caller, marker)?;
        found.retain(|image| compare(&query.sort, image, marker) == Ordering::Greater);
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).min(MOST);
    found.truncate(limit);
    // A full page has a next one, even if that is empty.
    let next = found.last().filter(|_| found.len() == limit).map(|image| image.id.as_str());
    Ok(reply::json(StatusCode::OK, &page(&parameters, &found, next, &caller, cloud.options.show_locations)))
}

fn marker_image<'a>(state: &'a Cloud, caller: &Caller, marker: &str) -> Result<&'a Image, Fault> {
    let refusal = || {
        if state.images.has(marker) {
            Fault::forbidden(format!("Forbidding request, image {marker} not visible"))
        } else {
            Fault::bad_request(format!("No image found with ID {marker}"))
        }
    };
    state.images.visible(caller, marker).ok_or_else(refusal)
}

fn page(
    parameters: &Parameters,
    images: &[&Image],
    next: Option<&str>,
    caller: &Caller,
    with_locations: bool,
) -> Value {
    let images: Vec<Value> = images.iter().map(|image| view::image(image, caller, with_locations)).collect();
    let mut page = Map::new();
    page.insert("images".into(), images.into());
    page.insert("first".into(), json!(parameters.link(None)));
    page.insert("schema".into(), json!("/v2/schemas/images"));
    if let Some(next) = next {
        page.insert("next".into(), json!(parameters.link(Some(next))));
    }
    Value::Object(page)
}

fn compare(sort: &[Sort], one: &Image, other: &Image) -> Ordering {
    let orders = sort.iter().map(|Sort { key, descending }| {
        let order = compare_by(key, one, other);
        if *descending { order.reverse() } else { order }
    });
    orders.fold(Ordering::Equal, Ordering::then)
}

/// What has no value stands before what has one.
fn compare_by(key: &str, one: &Image, other: &Image) -> Ordering {
    match key {
        "name" => one.name.cmp(&other.name),
        "status" => one.status.name().cmp(other.status.name()),
        "container_format" => one.container_format.cmp(&other.container_format),
        "disk_format" => one.disk_format.cmp(&other.disk_format),
        "size" => one.size.cmp(&other.size),
        "created_at" => one.created_at.cmp(&other.created_at),
        "updated_at" => one.updated_at.cmp(&other.updated_at),
        _ => one.id.cmp(&other.id),
    }
}
