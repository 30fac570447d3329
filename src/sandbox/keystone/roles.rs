//! Roles: made, changed and deleted, by admins. Those that every cloud has can be neither changed nor deleted.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::identity::{Identity, Role};
use super::body::Fields;
use super::directory::{admin_only, filter, listed, shown};
use super::fault::Fault;
use super::{Asker, body, schema, view};

/// What Keystone knows of a role; all else is kept as it comes.
const KNOWN: [&str; 4] = ["name", "description", "domain_id", "options"];

/// `GET /v3/roles`, for admins: those of one domain, or those of none.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    let (name, domain) = (filter(&uri, "name"), filter(&uri, "domain_id"));
    admin_only(&asker, if domain.is_some() { "list_domain_roles" } else { "list_roles" })?;
    let state = cloud.state();
    let found = state
        .identity
        .roles
        .iter()
        .filter(|role| role.domain == domain && name.as_ref().is_none_or(|name| *name == role.name));
    let found: Vec<Value> = found.map(|role| view::role(&cloud.auth_url(), role)).collect();
    Ok(listed(&cloud, "roles", &uri, &found))
}

/// `GET /v3/roles/{id}`, for admins.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "get_role")?;
    let state = cloud.state();
    let role = state.identity.role(&id).ok_or_else(|| unknown(&id))?;
    Ok(shown("role", &view::role(&cloud.auth_url(), role)))
}

/// `POST /v3/roles`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "role", &schema::to_make("role", &properties())).await?;
    let domain = body::text(&wanted, "domain_id");
    admin_only(&asker, if domain.is_some() { "create_domain_role" } else { "create_role" })?;
    let mut state = cloud.state();
    let name = body::text_or_empty(&wanted, "name");
    check_free(&state.identity, &name, domain.as_deref())?;
    let role = Role {
        id: body::new_id(),
        name,
        domain,
        description: body::text(&wanted, "description"),
        immutable: immutable(&wanted),
        extra: body::extra(&wanted, &KNOWN),
    };
    let shown = view::role(&cloud.auth_url(), &role);
    state.identity.roles.push(role);
    Ok(reply::json(StatusCode::CREATED, &json!({ "role": shown })))
}

/// `PATCH /v3/roles/{id}`. One that is immutable must first, and by itself, be made mutable.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "role", &schema::to_change("role", &properties())).await?;
    admin_only(&asker, "update_role")?;
    let mut state = cloud.state();
    let old = state.identity.role(&id).ok_or_else(|| unknown(&id))?;
    let opens = wanted.len() == 1 && immutable(&wanted) == Some(false);
    if old.immutable == Some(true) && !opens {
        return Err(Fault::immutable("update", "role", &id));
    }
    let name = body::text(&wanted, "name");
    if let Some(name) = name.as_ref().filter(|name| **name != old.name) {
        check_free(&state.identity, name, old.domain.as_deref())?;
    }
    let role = state.identity.role_mut(&id).ok_or_else(|| unknown(&id))?;
    role.name = name.unwrap_or_else(|| role.name.clone());
    body::change(&mut role.description, &wanted, "description");
    if wanted.contains_key("options") {
        role.immutable = immutable(&wanted);
    }
    role.extra.extend(body::extra(&wanted, &KNOWN));
    Ok(reply::json(StatusCode::OK, &json!({ "role": view::role(&cloud.auth_url(), role) })))
}

/// `DELETE /v3/roles/{id}`. Nobody has it any longer, and tokens with it end.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "delete_role")?;
    let mut state = cloud.state();
    if state.identity.role(&id).ok_or_else(|| unknown(&id))?.immutable == Some(true) {
        return Err(Fault::immutable("delete", "role", &id));
    }
    state.identity.delete_role(&id);
    Ok(reply::no_content())
}

/// The 404 of a role.
pub(crate) fn unknown(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find role: {id}."))
}

fn check_free(identity: &Identity, name: &str, domain: Option<&str>) -> Result<(), Fault> {
    if identity.role_named(name, domain).is_none() {
        return Ok(());
    }
    Err(Fault::conflict("role", &format!("Duplicate entry found with name {name}.")))
}

fn immutable(wanted: &Fields) -> Option<bool> {
    wanted.get("options")?.get("immutable")?.as_bool()
}

fn properties() -> Value {
    json!({
        "name": schema::name(255),
        "description": schema::text(),
        "domain_id": schema::text(),
        "options": schema::options(),
    })
}
