//! One namespace: made, shown, changed, deleted (`glance/api/v2/metadef_namespaces.py`).

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Association, Metadefs, Namespace, Object, Property, Tag, Times};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::super::view::no_content;
use super::contents;
use super::contents::Content;
use super::permit::{Missing, Rule, absent, check_unprotected, find, open, permit};
use super::view::Extent;
use super::{list, read, view};
use crate::sandbox::glance::image::query::Parameters;

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

/// `POST /v2/metadefs/namespaces`, with as much in it as one likes. All of it is made, or nothing.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "namespace", &READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let namespace = namespace(&caller, &wanted, now)?;
    permit_all(&caller, &namespace)?;
    if state.metadefs.namespace(&namespace.name).is_some() {
        let message = format!("The metadata definition namespace={} already exists.", namespace.name);
        return Err(Fault::conflict(message));
    }
    know_resource_types(&mut state.metadefs, &namespace, now);
    no_duplicates::<Association>(&namespace)?;
    no_duplicates::<Object>(&namespace)?;
    no_duplicates::<Tag>(&namespace)?;

    let mut response = reply::json(StatusCode::CREATED, &view::namespace(&namespace, Extent::Sent));
    let location = format!("{}{}", cloud.base(), view::href(&namespace));
    reply::set(response.headers_mut(), "location", &location);
    state.metadefs.add(namespace);
    Ok(response)
}

fn namespace(caller: &Caller, wanted: &Map<String, Value>, now: Timestamp) -> Result<Namespace, Fault> {
    let owner = read::text(wanted, "owner").or_else(|| caller.project.clone());
    Ok(Namespace {
        name: read::text(wanted, "namespace").unwrap_or_default(),
        display_name: read::text(wanted, "display_name"),
        description: read::text(wanted, "description"),
        is_public: wanted.get("visibility").is_some_and(|visibility| visibility == "public"),
        protected: wanted.get("protected").is_some_and(|protected| protected == true),
        owner: owner.unwrap_or_default(),
        times: Times::new(now),
        associations: contents::each(wanted, "resource_type_associations", now)?,
        objects: contents::each(wanted, "objects", now)?,
        properties: read::properties(wanted)?,
        tags: contents::each(wanted, "tags", now)?,
    })
}

fn permit_all(caller: &Caller, namespace: &Namespace) -> Result<(), Fault> {
    let rules = [
        (Rule::ADD_NAMESPACE, true),
        (Rule::ADD_ASSOCIATION, !namespace.associations.is_empty()),
        (Rule::ADD_OBJECT, !namespace.objects.is_empty()),
        (Rule::ADD_PROPERTY, !namespace.properties.is_empty()),
        (Rule::ADD_TAG, !namespace.tags.is_empty()),
    ];
    rules.into_iter().filter(|(_, asked)| *asked).try_for_each(|(rule, _)| permit(caller, rule, None))
}

/// Resource types that are named for the first time stay, even when the namespace then fails.
fn know_resource_types(metadefs: &mut Metadefs, namespace: &Namespace, now: Timestamp) {
    for association in &namespace.associations {
        metadefs.know(&association.resource_type, now);
    }
}

fn no_duplicates<C: Content>(namespace: &Namespace) -> Result<(), Fault> {
    match repeated(C::all(namespace).iter().map(C::name)) {
        Some(name) => Err(C::duplicate(&namespace.name, name)),
        None => Ok(()),
    }
}

/// The first name that comes a second time.
pub(crate) fn repeated<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = std::collections::HashSet::new();
    names.find(|name| !seen.insert(*name))
}

/// `GET /v2/metadefs/namespaces/{namespace}`. With a resource type, names are as they would stand on such a
/// thing.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut parameters = Parameters::parse(query.as_deref())?;
    list::check_visibility(&parameters, &["public", "private"])?;
    let state = cloud.state();
    let namespace = find(&state, &caller, &name).map_err(|why| match why {
        Missing::Absent => absent(&name),
        Missing::Hidden => Fault::no_such_resource(),
    })?;
    permit(&caller, Rule::GET_NAMESPACE, Some(namespace))?;
    let prefix = match parameters.pop("resource_type") {
        Some(kind) => namespace.association(&kind).and_then(|association| association.prefix.clone()),
        // Whoever filters by something else trips it: it looks for this key in what it was sent.
        None if !parameters.is_empty() => return Err(Fault::tripped()),
        None => None,
    };
    let shown = match prefix.filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => view::namespace(&add_prefix(namespace, &prefix), Extent::Full),
        None => view::namespace(namespace, Extent::Full),
    };
    Ok(reply::json(StatusCode::OK, &shown))
}

fn add_prefix(namespace: &Namespace, prefix: &str) -> Namespace {
    let long = |name: &String| format!("{prefix}{name}");
    let mut copy = namespace.clone();
    let properties = namespace.properties.iter();
    copy.properties = properties
        .map(|property| Property { name: long(&property.name), definition: property.definition.clone() })
        .collect();
    for object in &mut copy.objects {
        object.required = object.required.as_ref().map(|names| names.iter().map(long).collect());
        let properties = object.properties.take();
        object.properties = properties.map(|all| all.into_iter().map(|(k, v)| (long(&k), v)).collect());
    }
    copy
}

/// `PUT /v2/metadefs/namespaces/{namespace}`: its own attributes, all at once. What is left out is back at
/// its default.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "namespace", &READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    // What is inside is read, and ignored.
    let wanted = namespace(&caller, &wanted, now)?;
    let current = open(&state, &caller, &name, Rule::MODIFY_NAMESPACE, Missing::plain)?;
    let mut changed = Namespace {
        name: wanted.name,
        display_name: wanted.display_name,
        description: wanted.description,
        is_public: wanted.is_public,
        protected: wanted.protected,
        owner: wanted.owner,
        ..current.clone()
    };
    if changed.owner.is_empty() {
        changed.owner = caller.project.unwrap_or_default();
    }
    if changed.name != name && state.metadefs.namespace(&changed.name).is_some() {
        let message = format!(
            "Invalid update. It would result in a duplicate metadata definition namespace with the same name of {}",
            changed.name
        );
        return Err(Fault::conflict(message));
    }
    // The answer still has the old time.
    let response = reply::json(StatusCode::OK, &view::namespace(&changed, Extent::Bare));
    changed.times.updated_at = now;
    *state.metadefs.namespace_mut(&name).ok_or_else(Fault::tripped)? = changed;
    Ok(response)
}

/// `DELETE /v2/metadefs/namespaces/{namespace}`, with all that is in it.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::DELETE_NAMESPACE, Missing::plain)?;
    check_unprotected(namespace, &format!("namespace {name}"))?;
    state.metadefs.delete(&name);
    Ok(no_content())
}
