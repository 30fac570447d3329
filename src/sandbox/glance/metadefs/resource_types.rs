//! What a namespace applies to (`glance/api/v2/metadef_resource_types.py`).

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Metadefs, Namespace};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::super::view::done;
use super::permit::{Missing, Rule, open, open_mut, permit, unprotected};
use super::{read, view};

/// `GET /v2/metadefs/resource_types`: all that anyone ever named.
pub(crate) async fn all(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    _: NoBody,
) -> Result<Response, Fault> {
    permit(&caller, Rule::LIST_RESOURCE_TYPES, None)?;
    let state = cloud.state();
    let types: Vec<Value> = state.metadefs.resource_types().iter().map(view::resource_type).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "resource_types": types })))
}

/// `GET …/resource_types`.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::LIST_RESOURCE_TYPES, Missing::plain)?;
    let associations: Vec<Value> = namespace.associations.iter().map(view::association).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "resource_type_associations": associations })))
}

/// `POST …/resource_types`. A resource type that nobody named yet begins to be there.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "resource_type", &["created_at", "updated_at"])?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let association = read::association(&wanted, now)?;
    let namespace = open_mut(&mut state, &caller, &name, Rule::ADD_ASSOCIATION, Missing::plain)?;
    if namespace.association(&association.resource_type).is_some() {
        return Err(duplicate(&name, &association.resource_type));
    }
    let response = reply::json(StatusCode::CREATED, &view::association(&association));
    namespace.associations.push(association.clone());
    state.metadefs.know(&association.resource_type, now);
    Ok(response)
}

/// `DELETE …/resource_types/{name}`. The resource type itself stays.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, kind)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::REMOVE_ASSOCIATION, Missing::plain)?;
    if namespace.association(&kind).is_none() {
        return Err(Fault::not_found(format!("Failed to find resource type {kind} to delete")));
    }
    unprotected(namespace, &format!("resource-type-association {kind}"))?;
    namespace.associations.retain(|association| association.resource_type != kind);
    Ok(done())
}

/// The 409 of a second association of one kind.
pub(crate) fn duplicate(namespace: &str, kind: &str) -> Fault {
    Fault::conflict(format!(
        "The metadata definition resource-type association of resource-type={kind} to namespace={namespace} already exists."
    ))
}

/// The 404 of a kind that a namespace does not apply to, by whether anyone ever named it.
pub(crate) fn unknown(metadefs: &Metadefs, namespace: &Namespace, kind: &str) -> Fault {
    if metadefs.resource_types().iter().any(|known| known.name == kind) {
        return Fault::not_found(format!(
            "The metadata definition resource-type association of resource-type={kind} to namespace={}, was not found.",
            namespace.name
        ));
    }
    Fault::not_found(format!("The metadata definition resource-type with name={kind}, was not found."))
}
