//! Properties of a namespace (`glance/api/v2/metadef_properties.py`). They have no times, and are listed by
//! name.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Metadefs, Namespace, Property, Times};
use super::super::body::NoBody;
use super::super::fault::Fault;
use super::contents::{Content, Listed, Replaced, position};
use super::permit::{Missing, Rule, open};
use super::read::{self, Fields};
use super::{resource_types, view};
use crate::sandbox::glance::image::query::Parameters;

impl Content for Property {
    const WORD: &str = "property";
    const SCHEMA: &str = "property";
    const ADD: Rule = Rule::ADD_PROPERTY;
    const DELETE: Rule = Rule::REMOVE_PROPERTY;

    fn all(namespace: &Namespace) -> &[Self] {
        &namespace.properties
    }

    fn all_mut(namespace: &mut Namespace) -> &mut Vec<Self> {
        &mut namespace.properties
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn read(fields: &Fields, _: Timestamp) -> Result<Self, Fault> {
        Ok(Self { name: read::name(fields)?, definition: read::definition(fields)? })
    }

    fn answer(&self, _: &Namespace) -> Value {
        view::property(self)
    }

    fn unknown_fault(name: &str) -> Fault {
        Fault::not_found(format!("Could not find property {name}"))
    }

    fn duplicate(namespace: &str, name: &str) -> Fault {
        Fault::conflict(format!(
            "A metadata definition property with name={name} already exists in namespace={namespace}."
        ))
    }
}

impl Listed for Property {
    const LIST: Rule = Rule::GET_PROPERTIES;

    fn list(namespace: &Namespace) -> Value {
        json!({ "properties": view::properties(namespace) })
    }
}

impl Replaced for Property {
    const SHOW: Rule = Rule::GET_PROPERTY;
    const MODIFY: Rule = Rule::MODIFY_PROPERTY;

    fn times(&mut self) -> Option<&mut Times> {
        None
    }
}

/// `GET …/properties/{name}`. With a resource type, the name is the one that stands on such a thing.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, property)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut parameters = Parameters::parse(query.as_deref())?;
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_PROPERTY, Missing::plain)?;
    let stored = match parameters.pop("resource_type") {
        Some(kind) if !kind.is_empty() => {
            without_prefix(&state.metadefs, namespace, &property, &kind)?.to_owned()
        }
        None if !parameters.is_empty() => return Err(Fault::tripped()),
        _ => property,
    };
    let found = &namespace.properties[position::<Property>(namespace, &stored)?];
    Ok(reply::json(StatusCode::OK, &view::property(found)))
}

fn without_prefix<'a>(
    metadefs: &Metadefs,
    namespace: &Namespace,
    property: &'a str,
    kind: &str,
) -> Result<&'a str, Fault> {
    let association = namespace
        .association(kind)
        .ok_or_else(|| resource_types::unknown_fault(metadefs, namespace, kind))?;
    let prefix = association.prefix.as_deref();
    let short = prefix.filter(|prefix| !prefix.is_empty()).and_then(|prefix| property.strip_prefix(prefix));
    short.ok_or_else(|| {
        Fault::not_found(format!(
            "Property {property} does not start with the expected resource type association prefix of '{}'.",
            prefix.unwrap_or("None")
        ))
    })
}
