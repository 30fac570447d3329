//! Properties of a namespace (`glance/api/v2/metadef_properties.py`).

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Metadefs, Namespace};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::super::query::Parameters;
use super::super::view::done;
use super::permit::{Missing, Rule, open, open_mut, unprotected};
use super::{namespaces, read, resource_types, view};

const READ_ONLY: [&str; 2] = ["created_at", "updated_at"];

/// `GET …/properties`: all of them, by name.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_PROPERTIES, Missing::plain)?;
    Ok(reply::json(StatusCode::OK, &json!({ "properties": view::properties(namespace) })))
}

/// `POST …/properties`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let property = read::property(&read::body(body, "property", &READ_ONLY)?)?;
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::ADD_PROPERTY, Missing::plain)?;
    if position(namespace, &property.name).is_ok() {
        let message = format!(
            "A metadata definition property with name={} already exists in namespace={name}.",
            property.name
        );
        return Err(Fault::conflict(message));
    }
    let response = reply::json(StatusCode::CREATED, &view::property(&property));
    namespace.properties.push(property);
    Ok(response)
}

/// `GET …/properties/{name}`. With a resource type, the name is the one that stands on such a thing.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, property)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut parameters = Parameters::parse(query.as_deref().unwrap_or_default());
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_PROPERTY, Missing::plain)?;
    let stored = match parameters.pop("resource_type") {
        Some(kind) if !kind.is_empty() => {
            without_prefix(&state.metadefs, namespace, &property, &kind)?.to_owned()
        }
        None if !parameters.is_empty() => return Err(Fault::tripped()),
        _ => property,
    };
    let found = &namespace.properties[position(namespace, &stored)?];
    Ok(reply::json(StatusCode::OK, &view::property(found)))
}

fn without_prefix<'a>(
    metadefs: &Metadefs,
    namespace: &Namespace,
    property: &'a str,
    kind: &str,
) -> Result<&'a str, Fault> {
    let association =
        namespace.association(kind).ok_or_else(|| resource_types::unknown(metadefs, namespace, kind))?;
    let prefix = association.prefix.as_deref();
    let short = prefix.filter(|prefix| !prefix.is_empty()).and_then(|prefix| property.strip_prefix(prefix));
    short.ok_or_else(|| {
        Fault::not_found(format!(
            "Property {property} does not start with the expected resource type association prefix of '{}'.",
            prefix.unwrap_or("None")
        ))
    })
}

/// `PUT …/properties/{name}`: all of it at once.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, property)): Path<(String, String)>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::property(&read::body(body, "property", &READ_ONLY)?)?;
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::MODIFY_PROPERTY, Missing::plain)?;
    let place = position(namespace, &property)?;
    if wanted.name != property && position(namespace, &wanted.name).is_ok() {
        // It means to say 409, and trips over its own message.
        return Err(Fault::tripped());
    }
    let response = reply::json(StatusCode::OK, &view::property(&wanted));
    namespace.properties[place] = wanted;
    Ok(response)
}

/// `DELETE …/properties/{name}`.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, property)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::REMOVE_PROPERTY, Missing::plain)?;
    let place = position(namespace, &property)?;
    unprotected(namespace, &format!("property {property}"))?;
    namespace.properties.remove(place);
    Ok(done())
}

/// `DELETE …/properties`.
pub(crate) async fn delete_all(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    namespaces::empty(&mut cloud.state(), &caller, &name, |namespace| namespace.properties.clear())
}

fn position(namespace: &Namespace, name: &str) -> Result<usize, Fault> {
    let place = namespace.properties.iter().position(|property| property.name == name);
    place.ok_or_else(|| Fault::not_found(format!("Could not find property {name}")))
}
