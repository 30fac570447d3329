//! What stands in a namespace: how a thing there is listed, made, shown, replaced and deleted, whatever its
//! kind.
//!
//! A kind describes itself by the traits below, in a file of its own. What it does in a manner of its own
//! stands there too.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::super::super::cloud::Shared;
use super::super::super::reply;
use super::super::super::state::metadefs::{Namespace, Times};
use super::super::super::state::{Caller, State as Cloud};
use super::super::body::{Document, NoBody};
use super::super::fault::Fault;
use super::super::view::no_content;
use super::permit::{Missing, Rule, check_unprotected, open, open_mut};
use super::read::{self, Fields};
use crate::sandbox::glance::image::query::Parameters;

/// A kind of thing that can be made and deleted: what of the handlers below differs between one kind and
/// another.
pub(crate) trait Content: Sized {
    /// What one is called where it is too protected to be deleted.
    const WORD: &str;
    /// The schema that judges a body.
    const SCHEMA: &str;
    /// The fields that a body must not have.
    const READ_ONLY: &[&str] = &["created_at", "updated_at"];
    /// How one hears that there is no such namespace.
    const MISSING: fn(Missing, &str) -> Fault = Missing::plain;
    /// Who may make one.
    const ADD: Rule;
    /// Who may delete one.
    const DELETE: Rule;

    /// All that a namespace has, oldest first.
    fn all(namespace: &Namespace) -> &[Self];

    /// The same, to be changed.
    fn all_mut(namespace: &mut Namespace) -> &mut Vec<Self>;

    /// Unique in the namespace.
    fn name(&self) -> &str;

    /// From a body that its schema allows.
    fn read(fields: &Fields, now: Timestamp) -> Result<Self, Fault>;

    /// As the one who made or changed it is answered.
    fn answer(&self, namespace: &Namespace) -> Value;

    /// The 404 of a name that nothing has.
    fn unknown_fault(name: &str) -> Fault;

    /// The 409 of a second one of the same name.
    fn duplicate(namespace: &str, name: &str) -> Fault;

    /// Judges the body of a new one, beyond its schema.
    fn check_new(_: &Fields) -> Result<(), Fault> {
        Ok(())
    }
}

/// A kind that is listed whole: neither in pages nor in an order that one asks for.
pub(crate) trait Listed: Content {
    /// Who may list.
    const LIST: Rule;

    /// The answer.
    fn list(namespace: &Namespace) -> Value;

    /// Judges what was asked for, before it is ignored.
    fn check_list(_: Parameters) -> Result<(), Fault> {
        Ok(())
    }
}

/// A kind that can be shown one by one, and replaced.
pub(crate) trait Replaced: Content {
    /// Who may look at one.
    const SHOW: Rule;
    /// Who may replace one.
    const MODIFY: Rule;

    /// As it is found.
    fn view(&self, namespace: &Namespace) -> Value {
        self.answer(namespace)
    }

    /// When it was made and last changed, if that is kept.
    fn times(&mut self) -> Option<&mut Times>;

    /// Why a new name is refused that another one has. The real one means to say 409, and trips over its own
    /// message.
    fn taken_fault(_namespace: &str, _name: &str) -> Fault {
        Fault::tripped()
    }
}

/// `GET …/objects`, and likewise of another kind: all of them.
pub(crate) async fn index<C: Listed>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    _: NoBody,
) -> Result<Response, Fault> {
    C::check_list(Parameters::parse(query.as_deref())?)?;
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, C::LIST, C::MISSING)?;
    Ok(reply::json(StatusCode::OK, &C::list(namespace)))
}

/// `POST …/objects`.
pub(crate) async fn create<C: Content>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, C::SCHEMA, C::READ_ONLY)?;
    C::check_new(&wanted)?;
    let mut state = cloud.state();
    let new = C::read(&wanted, state.clock.now())?;
    add(&mut state, &caller, &name, new)
}

/// Keeps a new one, if its name is free, and answers.
pub(crate) fn add<C: Content>(
    state: &mut Cloud,
    caller: &Caller,
    name: &str,
    new: C,
) -> Result<Response, Fault> {
    let namespace = open_mut(state, caller, name, C::ADD, C::MISSING)?;
    if position::<C>(namespace, new.name()).is_ok() {
        return Err(C::duplicate(name, new.name()));
    }
    let response = reply::json(StatusCode::CREATED, &new.answer(namespace));
    C::all_mut(namespace).push(new);
    Ok(response)
}

/// `GET …/objects/{name}`.
pub(crate) async fn show<C: Replaced>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, thing)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let namespace = open(&state, &caller, &name, C::SHOW, C::MISSING)?;
    let found = &C::all(namespace)[position::<C>(namespace, &thing)?];
    Ok(reply::json(StatusCode::OK, &found.view(namespace)))
}

/// `PUT …/objects/{name}`: all of it at once.
pub(crate) async fn update<C: Replaced>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, thing)): Path<(String, String)>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let wanted = read::body(body, C::SCHEMA, C::READ_ONLY)?;
    let mut state = cloud.state();
    let now = state.clock.now();
    let mut changed = C::read(&wanted, now)?;
    let namespace = open_mut(&mut state, &caller, &name, C::MODIFY, C::MISSING)?;
    let place = position::<C>(namespace, &thing)?;
    if changed.name() != thing && position::<C>(namespace, changed.name()).is_ok() {
        return Err(C::taken_fault(&name, changed.name()));
    }
    // The answer still has the old time.
    if let (Some(times), Some(old)) = (changed.times(), C::all_mut(namespace)[place].times()) {
        *times = *old;
    }
    let response = reply::json(StatusCode::OK, &changed.answer(namespace));
    if let Some(times) = changed.times() {
        times.updated_at = now;
    }
    C::all_mut(namespace)[place] = changed;
    Ok(response)
}

/// `DELETE …/objects/{name}`.
pub(crate) async fn delete<C: Content>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((name, thing)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, C::DELETE, C::MISSING)?;
    let place = position::<C>(namespace, &thing)?;
    check_unprotected(namespace, &format!("{} {thing}", C::WORD))?;
    C::all_mut(namespace).remove(place);
    Ok(no_content())
}

/// `DELETE …/objects`: all of them, if the namespace may be deleted itself.
pub(crate) async fn delete_all<C: Content>(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let namespace = open_mut(&mut state, &caller, &name, Rule::DELETE_NAMESPACE, Missing::plain)?;
    check_unprotected(namespace, &format!("namespace {name}"))?;
    C::all_mut(namespace).clear();
    Ok(no_content())
}

/// Where the one with this name stands.
pub(crate) fn position<C: Content>(namespace: &Namespace, name: &str) -> Result<usize, Fault> {
    C::all(namespace).iter().position(|there| there.name() == name).ok_or_else(|| C::unknown_fault(name))
}

/// The entries of a list in a body; none where the list is missing.
pub(crate) fn each<C: Content>(fields: &Fields, name: &str, now: Timestamp) -> Result<Vec<C>, Fault> {
    let entries = fields.get(name).and_then(Value::as_array).into_iter().flatten();
    entries.map(|entry| C::read(entry.as_object().ok_or_else(Fault::tripped)?, now)).collect()
}
