//! Listing namespaces, and what the lists of definitions have in common.

use std::cmp::Ordering;
use std::ptr;

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::metadefs::Namespace;
use super::super::super::state::{Caller, State as Cloud};
use super::super::body::NoBody;
use super::super::fault::Fault;
use super::permit::{Missing, Rule, absent, find, permit};
use super::view::{self, Extent};
use crate::sandbox::glance::image::query::Parameters;

const PATH: &str = "/v2/metadefs/namespaces";
const DEFAULT_LIMIT: usize = 25;
const MOST: usize = 1000;

/// `GET /v2/metadefs/namespaces`. Unknown filters are ignored here.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let asked = Parameters::parse(query.as_deref())?;
    let mut rest = asked.clone();
    let limit = rest.pop("limit").map(|limit| number(&limit).ok_or_else(Fault::tripped)).transpose()?;
    let marker = rest.pop("marker");
    let descending = is_descending(&mut rest)?;
    let key = rest.pop("sort_key").unwrap_or_else(|| "created_at".into());
    check_visibility(&rest, &["public", "private"])?;
    let limit = limit.map_or(Ok(DEFAULT_LIMIT), positive)?.min(MOST);
    permit(&caller, Rule::GET_NAMESPACES, None)?;
    permit(&caller, Rule::LIST_RESOURCE_TYPES, None)?;

    let state = cloud.state();
    let marker = marker.map(|name| marked(&state, &caller, &name)).transpose()?;
    let mut found = after(marker, state.metadefs.namespaces(), order(&key)?, descending);
    let visibility = rest.pop("visibility").filter(|visibility| !visibility.is_empty());
    let kinds = rest.pop("resource_types");
    found.retain(|namespace| {
        namespace.is_visible_to(&caller)
            && visibility.as_deref().is_none_or(|wanted| (wanted == "public") == namespace.is_public)
            && kinds
                .as_deref()
                .is_none_or(|kinds| kinds.split(',').any(|kind| namespace.association(kind).is_some()))
    });
    found.truncate(limit);
    let next = found.last().filter(|_| found.len() == limit).map(|namespace| namespace.name.as_str());
    Ok(reply::json(StatusCode::OK, &page(&asked, &found, next)))
}

fn page(asked: &Parameters, namespaces: &[&Namespace], next: Option<&str>) -> Value {
    let shown: Vec<Value> =
        namespaces.iter().map(|namespace| view::namespace(namespace, Extent::Listed)).collect();
    let mut page = Map::new();
    page.insert("namespaces".into(), shown.into());
    if let Some(next) = next {
        page.insert("next".into(), json!(asked.link_in(PATH, Some(next))));
    }
    page.insert("schema".into(), json!("/v2/schemas/metadefs/namespaces"));
    page.insert("first".into(), json!(asked.link_in(PATH, None)));
    Value::Object(page)
}

/// A marker that one may not see is told apart from one that is not there: an oversight of the real one.
fn marked<'a>(state: &'a Cloud, caller: &Caller, name: &str) -> Result<&'a Namespace, Fault> {
    find(state, caller, name).map_err(|why| match why {
        Missing::Absent => absent(name),
        Missing::Hidden => Fault::forbidden(format!(
            "Forbidding request, metadata definition namespace={name} is not visible."
        )),
    })
}

/// What namespaces are sorted by. A key that is no column of the database makes the real one trip.
fn order(key: &str) -> Result<Order<Namespace>, Fault> {
    Ok(match key {
        "created_at" | "id" => |_, _| Ordering::Equal,
        "namespace" => |one, other| one.name.cmp(&other.name),
        "display_name" => |one, other| one.display_name.cmp(&other.display_name),
        "description" => |one, other| one.description.cmp(&other.description),
        "visibility" => |one, other| one.is_public.cmp(&other.is_public),
        "protected" => |one, other| one.protected.cmp(&other.protected),
        "owner" => |one, other| one.owner.cmp(&other.owner),
        "updated_at" => |one, other| one.times.updated_at.cmp(&other.times.updated_at),
        _ => return Err(Fault::tripped()),
    })
}

/// How two things stand in a list; among equals, the older one is the lesser.
pub(crate) type Order<T> = fn(&T, &T) -> Ordering;

/// What stands behind a marker in an order, or all. `things` lie oldest first, and the marker is one of them.
pub(crate) fn after<'a, T>(
    marker: Option<&T>,
    things: &'a [T],
    order: Order<T>,
    descending: bool,
) -> Vec<&'a T> {
    let mut sorted: Vec<&T> = things.iter().collect();
    sorted.sort_by(|one, other| order(one, other));
    if descending {
        sorted.reverse();
    }
    let place = marker.and_then(|marker| sorted.iter().position(|thing| ptr::eq(*thing, marker)));
    sorted.split_off(place.map_or(0, |place| place + 1))
}

/// The direction of a list, newest first where nothing is said.
pub(crate) fn is_descending(parameters: &mut Parameters) -> Result<bool, Fault> {
    match parameters.pop("sort_dir").as_deref() {
        None | Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        Some(other) => Err(Fault::bad_request(format!("Invalid sort direction: {other}"))),
    }
}

/// Looks at a filter that does nothing in most of these lists.
pub(crate) fn check_visibility(parameters: &Parameters, allowed: &[&str]) -> Result<(), Fault> {
    match parameters.value("visibility") {
        Some(other) if !other.is_empty() && !allowed.contains(&other) => {
            Err(Fault::bad_request(format!("Invalid visibility value: {other}")))
        }
        _ => Ok(()),
    }
}

/// A limit that is a number.
pub(crate) fn integer(limit: &str) -> Result<i64, Fault> {
    number(limit).ok_or_else(|| Fault::bad_request("limit param must be an integer"))
}

/// A limit that is not negative.
pub(crate) fn positive(limit: i64) -> Result<usize, Fault> {
    usize::try_from(limit).map_err(|_| Fault::bad_request("limit param must be positive"))
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}
