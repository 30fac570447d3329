//! What a namespace applies to (`glance/api/v2/metadef_resource_types.py`).

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Association, Metadefs, Namespace, Times};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::contents::{self, Content, Listed};
use super::permit::{Rule, permit};
use super::read::{self, Fields};
use super::view;

impl Content for Association {
    const WORD: &str = "resource-type-association";
    const SCHEMA: &str = "resource_type";
    const ADD: Rule = Rule::ADD_ASSOCIATION;
    const DELETE: Rule = Rule::REMOVE_ASSOCIATION;

    fn all(namespace: &Namespace) -> &[Self] {
        &namespace.associations
    }

    fn all_mut(namespace: &mut Namespace) -> &mut Vec<Self> {
        &mut namespace.associations
    }

    fn name(&self) -> &str {
        &self.resource_type
    }

    fn read(fields: &Fields, now: Timestamp) -> Result<Self, Fault> {
        read::check_fields(fields, &["name", "prefix", "properties_target"])?;
        Ok(Self {
            resource_type: read::name(fields)?,
            prefix: read::text(fields, "prefix"),
            properties_target: read::text(fields, "properties_target"),
            times: Times::new(now),
        })
    }

    fn answer(&self, _: &Namespace) -> Value {
        view::association(self)
    }

    fn unknown_fault(name: &str) -> Fault {
        Fault::not_found(format!("Failed to find resource type {name} to delete"))
    }

    fn duplicate(namespace: &str, name: &str) -> Fault {
        Fault::conflict(format!(
            "The metadata definition resource-type association of resource-type={name} to namespace={namespace} already exists."
        ))
    }
}

impl Listed for Association {
    const LIST: Rule = Rule::LIST_RESOURCE_TYPES;

    fn list(namespace: &Namespace) -> Value {
        let associations: Vec<Value> = namespace.associations.iter().map(view::association).collect();
        json!({ "resource_type_associations": associations })
    }
}

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

/// `POST …/resource_types`. A resource type that nobody named yet begins to be there, and outlives the
/// association.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, Association::SCHEMA, Association::READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let association = Association::read(&wanted, now)?;
    let resource_type = association.resource_type.clone();
    let response = contents::add(&mut state, &caller, &name, association)?;
    state.metadefs.know(&resource_type, now);
    Ok(response)
}

/// The 404 of a kind that a namespace does not apply to, by whether anyone ever named it.
pub(crate) fn unknown_fault(metadefs: &Metadefs, namespace: &Namespace, kind: &str) -> Fault {
    if metadefs.resource_types().iter().any(|known| known.name == kind) {
        return Fault::not_found(format!(
            "The metadata definition resource-type association of resource-type={kind} to namespace={}, was not found.",
            namespace.name
        ));
    }
    Fault::not_found(format!("The metadata definition resource-type with name={kind}, was not found."))
}
