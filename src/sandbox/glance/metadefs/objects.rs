//! Objects of a namespace (`glance/api/v2/metadef_objects.py`). Their list knows neither pages nor order.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::Caller;
use super::super::super::state::metadefs::{Namespace, Object};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::super::query::Parameters;
use super::super::schemas;
use super::super::view::done;
use super::permit::{Missing, Rule, open, open_mut, unprotected};
use super::{list, namespaces, read, view};

const READ_ONLY: [&str; 4] = ["self", "schema", "created_at", "updated_at"];

/// `GET …/objects`: all of them. Paging and order are checked, and then forgotten.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut parameters = Parameters::parse(query.as_deref().unwrap_or_default());
    list::is_descending(&mut parameters)?;
    list::check_visibility(&parameters, &["public", "private", "shared"])?;
    if let Some(limit) = parameters.pop("limit") {
        // Nothing at all is too little here.
        list::positive(list::integer(&limit)? - 1)?;
    }
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_OBJECTS, Missing::of_objects)?;
    let body = json!({ "objects": view::objects(namespace), "schema": "v2/schemas/metadefs/objects" });
    Ok(reply::json(StatusCode::OK, &body))
}

/// `POST …/objects`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "object", &READ_ONLY)?;
    check_properties(&wanted)?;
    let mut state = cloud.state();
    let object = read::object(&wanted, state.clock.now())?;
    let namespace = open_mut(&mut state, &caller, &name, Rule::ADD_OBJECT, Missing::of_objects)?;
    if namespace.objects.iter().any(|there| there.name == object.name) {
        return Err(duplicate(&name, &object.name));
    }
    let response = reply::json(StatusCode::CREATED, &view::object(namespace, &object));
    namespace.objects.push(object);
    Ok(response)
}

/// The schema of an object is lax with its properties. Only here, and not when one is changed, are they looked at twice.
fn check_properties(wanted: &Map<String, Value>) -> Result<(), Fault> {
    let properties = wanted.get("properties").and_then(Value::as_object);
    let mut properties = properties.into_iter().flat_map(Map::values);
    properties.try_for_each(|property| schemas::check("metadefs/unnamed_property", property))
}

/// `GET …/objects/{name}`.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, object)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, Rule::GET_OBJECT, Missing::of_objects)?;
    let found = &namespace.objects[position(namespace, &object)?];
    Ok(reply::json(StatusCode::OK, &view::stored_object(namespace, found)))
}

/// `PUT …/objects/{name}`: all of it at once.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, object)): Path<(String, String)>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, "object", &READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let wanted = read::object(&wanted, now)?;
    let namespace = open_mut(&mut state, &caller, &name, Rule::MODIFY_OBJECT, Missing::of_objects)?;
    let place = position(namespace, &object)?;
    if wanted.name != object && position(namespace, &wanted.name).is_ok() {
        // It means to say 409, and trips over its own message.
        return Err(Fault::tripped());
    }
    let mut changed = Object { times: namespace.objects[place].times, ..wanted };
    // The answer still has the old time.
    let response = reply::json(StatusCode::OK, &view::object(namespace, &changed));
    changed.times.updated_at = now;
    namespace.objects[place] = changed;
    Ok(response)
}

/// `DELETE …/objects/{name}`.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, object)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::DELETE_OBJECT, Missing::of_objects)?;
    let place = position(namespace, &object)?;
    unprotected(namespace, &format!("object {object}"))?;
    namespace.objects.remove(place);
    Ok(done())
}

/// `DELETE …/objects`.
pub(crate) async fn delete_all(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    namespaces::empty(&mut cloud.state(), &caller, &name, |namespace| namespace.objects.clear())
}

/// The 409 of a second object of one name.
pub(crate) fn duplicate(namespace: &str, object: &str) -> Fault {
    Fault::conflict(format!(
        "A metadata definition object with name={object} already exists in namespace={namespace}."
    ))
}

fn position(namespace: &Namespace, name: &str) -> Result<usize, Fault> {
    let place = namespace.objects.iter().position(|object| object.name == name);
    place.ok_or_else(|| Fault::not_found(format!("Could not find metadata object {name}")))
}
