//! What admins make, change and delete, each said once: domains, projects, users, groups and roles.
//!
//! What one of them is like stands beside this, in a file of its own; so does how they are listed.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::body::Fields;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::{body, schema};
use crate::sandbox::reply;
use crate::sandbox::state::identity::Identity;

/// One kind of them.
pub(crate) trait Resource: Sized + 'static {
    /// Keystone's word for one: `group`.
    const KIND: &'static str;

    /// The schema of its fields.
    fn properties() -> Value;

    /// The rule of the policy by which it is made.
    fn create_rule(_: &Fields) -> String {
        format!("create_{}", Self::KIND)
    }

    /// A new one with those fields, which is not among the others yet.
    fn create_from(identity: &Identity, wanted: &Fields) -> Result<Self, Fault>;

    /// Puts it among the others.
    fn add(self, identity: &mut Identity);

    /// The one with that ID.
    fn found<'a>(identity: &'a Identity, id: &str) -> Option<&'a Self>;

    /// Changes it, and ends the tokens that end by that.
    fn change(identity: &mut Identity, id: &str, wanted: &Fields) -> Result<(), Fault>;

    /// Deletes it, and what goes with it.
    fn delete(identity: &mut Identity, id: &str) -> Result<(), Fault>;

    /// As an answer has it; `changed` is in the answer to a change.
    fn view(&self, auth_url: &str, changed: bool) -> Value;
}

/// `GET /v3/{kind}s/{id}`, for admins.
pub(crate) async fn show<R: Resource>(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    asker.require_admin(&format!("get_{}", R::KIND))?;
    let state = cloud.state();
    let resource = R::found(&state.identity, &id).ok_or_else(|| unknown::<R>(&id))?;
    Ok(answer::item(R::KIND, &resource.view(&cloud.auth_url(), false)))
}

/// `POST /v3/{kind}s`.
pub(crate) async fn create<R: Resource>(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let schema = schema::creation_schema(R::KIND, &R::properties());
    let wanted = body::fields(&headers, sent, R::KIND, &schema).await?;
    asker.require_admin(&R::create_rule(&wanted))?;
    let mut state = cloud.state();
    let made = R::create_from(&state.identity, &wanted)?;
    let view = made.view(&cloud.auth_url(), false);
    made.add(&mut state.identity);
    Ok(reply::json(StatusCode::CREATED, &json!({ R::KIND: view })))
}

/// `PATCH /v3/{kind}s/{id}`.
pub(crate) async fn update<R: Resource>(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let schema = schema::change_schema(R::KIND, &R::properties());
    let wanted = body::fields(&headers, sent, R::KIND, &schema).await?;
    asker.require_admin(&format!("update_{}", R::KIND))?;
    let mut state = cloud.state();
    R::change(&mut state.identity, &id, &wanted)?;
    let changed = R::found(&state.identity, &id).ok_or_else(|| unknown::<R>(&id))?;
    Ok(answer::item(R::KIND, &changed.view(&cloud.auth_url(), true)))
}

/// `DELETE /v3/{kind}s/{id}`.
pub(crate) async fn delete<R: Resource>(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    asker.require_admin(&format!("delete_{}", R::KIND))?;
    let mut state = cloud.state();
    R::found(&state.identity, &id).ok_or_else(|| unknown::<R>(&id))?;
    R::delete(&mut state.identity, &id)?;
    Ok(reply::no_content())
}

/// The 404 of one that is not there.
pub(crate) fn unknown<R: Resource>(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find {}: {id}.", R::KIND))
}

/// The name that is wanted, where it is another than the present one.
pub(crate) fn renamed<'a>(wanted: &'a Fields, present: &str) -> Option<&'a str> {
    wanted.get("name").and_then(Value::as_str).filter(|name| *name != present)
}
