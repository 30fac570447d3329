//! Users: made, changed and deleted, by admins.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::identity::{Grants, Identity, User};
use super::directory::admin_only;
use super::fault::Fault;
use super::{Asker, body, schema, view};

/// What Keystone knows of a user; all else is kept as it comes.
const KNOWN: [&str; 7] =
    ["name", "password", "enabled", "domain_id", "default_project_id", "options", "original_password"];

/// `POST /v3/users`. Without a role in some project they can do nothing yet.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "user", &schema::to_make("user", &properties())).await?;
    admin_only(&asker, "create_user")?;
    let mut state = cloud.state();
    let domain = body::domain(&state.identity, &wanted, Fault::not_found)?;
    let name = body::text_or_empty(&wanted, "name");
    check_free(&state.identity, &name, &domain, &format!(" at domain ID {domain}"))?;
    let user = User {
        id: body::new_id(),
        name,
        domain,
        password: body::text(&wanted, "password"),
        enabled: body::flag(&wanted, "enabled")?.unwrap_or(true),
        extra: body::extra(&wanted, &KNOWN),
        default_project: body::text(&wanted, "default_project_id"),
        grants: Grants::default(),
        system: Vec::new(),
    };
    let shown = view::user(&cloud.auth_url(), &user, false);
    state.identity.users.push(user);
    Ok(reply::json(StatusCode::CREATED, &json!({ "user": shown })))
}

/// `PATCH /v3/users/{id}`. A new password, and being disabled, end the user's tokens.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "user", &schema::to_change("user", &properties())).await?;
    admin_only(&asker, "update_user")?;
    let (name, enabled) = (body::text(&wanted, "name"), body::flag(&wanted, "enabled")?);
    let mut state = cloud.state();
    let user = state.identity.user(&id).ok_or_else(|| unknown(&id))?;
    if let Some(name) = name.as_ref().filter(|name| **name != user.name) {
        check_free(&state.identity, name, &user.domain, "")?;
    }
    let password = body::text(&wanted, "password");
    let ends = password.is_some() || enabled == Some(false);
    let user = state.identity.user_mut(&id).ok_or_else(|| unknown(&id))?;
    user.name = name.unwrap_or_else(|| user.name.clone());
    user.password = password.or_else(|| user.password.take());
    user.enabled = enabled.unwrap_or(user.enabled);
    user.default_project = body::text(&wanted, "default_project_id").or_else(|| user.default_project.take());
    user.extra.extend(body::extra(&wanted, &KNOWN));
    let shown = view::user(&cloud.auth_url(), user, true);
    if ends {
        state.identity.end_tokens(|token| token.user == id);
    }
    Ok(reply::json(StatusCode::OK, &json!({ "user": shown })))
}

/// `DELETE /v3/users/{id}`.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "delete_user")?;
    let mut state = cloud.state();
    state.identity.user(&id).ok_or_else(|| unknown(&id))?;
    state.identity.delete_user(&id);
    Ok(reply::no_content())
}

fn check_free(identity: &Identity, name: &str, domain: &str, place: &str) -> Result<(), Fault> {
    if identity.user_named(name, domain).is_none() {
        return Ok(());
    }
    let why = format!("Duplicate entry found with name {name}{place}.");
    Err(Fault::conflict("user", &why))
}

/// The 404 of a user.
pub(crate) fn unknown(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find user: {id}."))
}

fn properties() -> Value {
    json!({ "name": schema::name(255), "password": schema::text(), "enabled": schema::flag(), "domain_id": { "type": "string" } })
}
