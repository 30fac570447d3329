//! Tags of a namespace (`glance/api/v2/metadef_tags.py`). Unlike its other contents, they come in pages.

use std::cmp::Ordering;

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Namespace, Tag, Times};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::contents::{self, Content, Replaced, position};
use super::list::{self, Order};
use super::permit::{Missing, Rule, find, open, open_mut};
use super::read::{self, Fields};
use super::{namespaces, view};
use crate::sandbox::glance::image::query::Parameters;
use crate::sandbox::glance::service::schemas;

impl Content for Tag {
    const WORD: &str = "tag";
    const SCHEMA: &str = "tag";
    const ADD: Rule = Rule::ADD_TAG;
    const DELETE: Rule = Rule::DELETE_TAG;

    fn all(namespace: &Namespace) -> &[Self] {
        &namespace.tags
    }

    fn all_mut(namespace: &mut Namespace) -> &mut Vec<Self> {
        &mut namespace.tags
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn read(fields: &Fields, now: Timestamp) -> Result<Self, Fault> {
        read::check_fields(fields, &["name"])?;
        Ok(Self { name: read::name(fields)?, times: Times::new(now) })
    }

    fn answer(&self, _: &Namespace) -> Value {
        view::tag(self)
    }

    fn unknown_fault(name: &str) -> Fault {
        Fault::not_found(format!("Could not find metadata tag {name}"))
    }

    /// The message is for `MySQL`; on other databases case counts.
    fn duplicate(namespace: &str, name: &str) -> Fault {
        Fault::conflict(format!(
            "A metadata tag with name={name} already exists in namespace={namespace}. (Please note that metadata tag names are case \
             insensitive)."
        ))
    }
}

impl Replaced for Tag {
    const SHOW: Rule = Rule::GET_TAG;
    const MODIFY: Rule = Rule::MODIFY_TAG;

    fn times(&mut self) -> Option<&mut Times> {
        Some(&mut self.times)
    }

    fn taken_fault(namespace: &str, name: &str) -> Fault {
        Self::duplicate(namespace, name)
    }
}

/// `GET …/tags`, newest first. There is no link to the next page.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut parameters = Parameters::parse(query.as_deref())?;
    let limit = parameters.pop("limit").filter(|limit| !limit.is_empty());
    let marker = parameters.pop("marker").filter(|marker| !marker.is_empty());
    let descending = list::is_descending(&mut parameters)?;
    list::check_visibility(&parameters, &["public", "private", "shared"])?;
    let limit = limit.map(|limit| list::positive(list::integer(&limit)?)).transpose()?;
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_TAGS, Missing::plain)?;
    let marker = marker.map(|marker| position::<Tag>(namespace, &marker)).transpose()?;
    let marker = marker.map(|place| &namespace.tags[place]);
    let order = order(parameters.pop("sort_key").as_deref())?;
    let mut tags = list::after(marker, &namespace.tags, order, descending);
    tags.truncate(limit.unwrap_or(usize::MAX));
    Ok(reply::json(StatusCode::OK, &named(tags.into_iter())))
}

/// What tags are sorted by.
fn order(key: Option<&str>) -> Result<Order<Tag>, Fault> {
    match key {
        None | Some("created_at" | "id" | "namespace_id") => Ok(|_, _| Ordering::Equal),
        Some("name") => Ok(|one, other| one.name.cmp(&other.name)),
        Some("updated_at") => Ok(|one, other| one.times.updated_at.cmp(&other.times.updated_at)),
        Some(_) => Err(Fault::tripped()),
    }
}

/// `POST …/tags`: these instead of those that were there, or beside them if `X-Openstack-Append` says so.
pub(crate) async fn create_all(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "tag_list", Tag::READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let tags: Vec<Tag> = contents::each(&wanted, "tags", now)?;
    let namespace = open_mut(&mut state, &caller, &name, Rule::ADD_TAGS, Missing::plain)?;
    if !wanted.contains_key("tags") {
        return Err(Fault::tripped());
    }
    let appends = reply::text(&headers, "x-openstack-append").is_some_and(is_true);
    let there = namespace.tags.iter().filter(|_| appends);
    if let Some(twice) = namespaces::repeated(there.chain(&tags).map(|tag| tag.name.as_str())) {
        return Err(Tag::duplicate(&name, twice));
    }
    let response = reply::json(StatusCode::CREATED, &named(tags.iter()));
    // None at all change nothing.
    if !appends && !tags.is_empty() {
        namespace.tags.clear();
    }
    namespace.tags.extend(tags);
    Ok(response)
}

/// As `oslo_utils.strutils.bool_from_string` reads it.
fn is_true(text: &str) -> bool {
    ["1", "t", "true", "on", "y", "yes"].contains(&text.trim().to_lowercase().as_str())
}

/// `POST …/tags/{name}`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, tag)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let now = state.clock.now();
    find(&state, &caller, &name).map_err(|why| Missing::plain(why, &name))?;
    schemas::check("metadefs/tag", &json!({ "name": tag }))?;
    contents::add(&mut state, &caller, &name, Tag { name: tag, times: Times::new(now) })
}

/// Tags in a list say nothing but their names.
fn named<'a>(tags: impl Iterator<Item = &'a Tag>) -> Value {
    let tags: Vec<Value> = tags.map(|tag| json!({ "name": tag.name })).collect();
    json!({ "tags": tags })
}
