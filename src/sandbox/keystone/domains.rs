//! Domains: made, changed and deleted, by admins.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::identity::{Domain, Identity};
use super::super::state::token::Scope;
use super::directory::{admin_only, filter, listed, shown};
use super::fault::Fault;
use super::{Asker, body, schema, view};

/// What Keystone knows of a domain; all else is kept as it comes.
const KNOWN: [&str; 6] = ["name", "description", "enabled", "tags", "options", "explicit_domain_id"];

/// `GET /v3/domains`, for admins.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    admin_only(&asker, "list_domains")?;
    let (name, enabled) = (filter(&uri, "name"), filter(&uri, "enabled"));
    let enabled = enabled.map(|word| !["0", "false", "False"].contains(&word.as_str()));
    let state = cloud.state();
    let found = state.identity.domains.iter().filter(|domain| {
        name.as_ref().is_none_or(|name| *name == domain.name)
            && enabled.is_none_or(|flag| flag == domain.enabled)
    });
    let found: Vec<Value> = found.map(|domain| view::domain(&cloud.auth_url(), domain)).collect();
    Ok(listed(&cloud, "domains", &uri, &found))
}

/// `GET /v3/domains/{id}`: whoever has a token for a project may see that project's.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let own = match &asker.token.scope {
        Scope::Project(project) => state.identity.project(project).map(|project| project.domain.as_str()),
        Scope::Unscoped | Scope::System => None,
    };
    if own != Some(id.as_str()) {
        admin_only(&asker, "get_domain")?;
    }
    let domain = state.identity.domain(&id).ok_or_else(|| unknown(&id))?;
    Ok(shown("domain", &view::domain(&cloud.auth_url(), domain)))
}

/// `POST /v3/domains`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "domain", &schema::to_make("domain", &properties())).await?;
    admin_only(&asker, "create_domain")?;
    let id = body::text(&wanted, "explicit_domain_id").unwrap_or_else(body::new_id);
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Fault::schema("Domain ID does not conform to required UUID format."));
    }
    let mut state = cloud.state();
    let name = body::text_or_empty(&wanted, "name");
    check_free(&state.identity, &name)?;
    let domain = Domain {
        id,
        name,
        description: body::text_or_empty(&wanted, "description"),
        enabled: body::flag(&wanted, "enabled")?.unwrap_or(true),
        extra: body::extra(&wanted, &KNOWN),
    };
    let shown = view::domain(&cloud.auth_url(), &domain);
    state.identity.domains.push(domain);
    Ok(reply::json(StatusCode::CREATED, &json!({ "domain": shown })))
}

/// `PATCH /v3/domains/{id}`. Where it is disabled, the tokens of those in it end.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "domain", &schema::to_change("domain", &properties())).await?;
    admin_only(&asker, "update_domain")?;
    let mut state = cloud.state();
    let name = body::text(&wanted, "name");
    let old = state.identity.domain(&id).ok_or_else(|| unknown(&id))?;
    if let Some(name) = name.as_ref().filter(|name| **name != old.name) {
        check_free(&state.identity, name)?;
    }
    let domain = state.identity.domain_mut(&id).ok_or_else(|| unknown(&id))?;
    domain.name = name.unwrap_or_else(|| domain.name.clone());
    domain.description = body::text(&wanted, "description").unwrap_or_else(|| domain.description.clone());
    domain.enabled = body::flag(&wanted, "enabled")?.unwrap_or(domain.enabled);
    domain.extra.extend(body::extra(&wanted, &KNOWN));
    let is_closed = !domain.enabled;
    let shown = view::domain(&cloud.auth_url(), domain);
    if is_closed {
        state.identity.end_tokens_in(&id);
    }
    Ok(reply::json(StatusCode::OK, &json!({ "domain": shown })))
}

/// `DELETE /v3/domains/{id}`, with all that is in it; but first it must be disabled.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "delete_domain")?;
    let mut state = cloud.state();
    if state.identity.domain(&id).ok_or_else(|| unknown(&id))?.enabled {
        return Err(Fault::refused("Cannot delete a domain that is enabled, please disable it first."));
    }
    state.identity.delete_domain(&id);
    Ok(reply::no_content())
}

/// The 404 of a domain.
fn unknown(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find domain: {id}."))
}

fn check_free(identity: &Identity, name: &str) -> Result<(), Fault> {
    if identity.domain_named(name).is_none() {
        return Ok(());
    }
    // To Keystone a domain is a project of a kind.
    let why =
        format!("it is not permitted to have two projects acting as domains with the same name: {name}.");
    Err(Fault::conflict("project", &why))
}

fn properties() -> Value {
    json!({
        "explicit_domain_id": { "type": "string" },
        "name": schema::name(64),
        "description": schema::text(),
        "enabled": schema::flag(),
        "options": schema::options(),
    })
}
