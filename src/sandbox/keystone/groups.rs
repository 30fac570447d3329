//! Groups: made, changed and deleted, by admins. Who is in them stands in [`super::membership`].

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::identity::{Grants, Group, Identity};
use super::directory::{admin_only, filter, listed, shown};
use super::fault::Fault;
use super::{Asker, body, schema, view};

/// What Keystone knows of a group; all else is kept as it comes.
const KNOWN: [&str; 3] = ["name", "description", "domain_id"];

/// `GET /v3/groups`, for admins.
pub(crate) async fn index(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    admin_only(&asker, "list_groups")?;
    let (name, domain) = (filter(&uri, "name"), filter(&uri, "domain_id"));
    let state = cloud.state();
    let found = state.identity.groups.iter().filter(|group| {
        name.as_ref().is_none_or(|name| *name == group.name)
            && domain.as_ref().is_none_or(|domain| *domain == group.domain)
    });
    let found: Vec<Value> = found.map(|group| view::group(&cloud.auth_url(), group, false)).collect();
    Ok(listed(&cloud, "groups", &uri, &found))
}

/// `GET /v3/groups/{id}`, for admins.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "get_group")?;
    let state = cloud.state();
    let group = state.identity.group(&id).ok_or_else(|| unknown(&id))?;
    Ok(shown("group", &view::group(&cloud.auth_url(), group, false)))
}

/// `POST /v3/groups`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "group", &schema::to_make("group", &properties())).await?;
    admin_only(&asker, "create_group")?;
    let mut state = cloud.state();
    let domain = body::domain(&state.identity, &wanted, Fault::not_found)?;
    let name = body::text_or_empty(&wanted, "name");
    check_free(&state.identity, &name, &domain, &format!(" at domain ID {domain}"))?;
    let group = Group {
        id: body::new_id(),
        name,
        domain,
        description: body::text_or_empty(&wanted, "description"),
        extra: body::extra(&wanted, &KNOWN),
        users: Vec::new(),
        grants: Grants::default(),
    };
    let shown = view::group(&cloud.auth_url(), &group, false);
    state.identity.groups.push(group);
    Ok(reply::json(StatusCode::CREATED, &json!({ "group": shown })))
}

/// `PATCH /v3/groups/{id}`. It stays in its domain.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "group", &schema::to_change("group", &properties())).await?;
    admin_only(&asker, "update_group")?;
    let mut state = cloud.state();
    let old = state.identity.group(&id).ok_or_else(|| unknown(&id))?;
    if wanted.get("domain_id").is_some_and(|domain| *domain != json!(old.domain)) {
        return Err(Fault::schema("Cannot change Domain ID"));
    }
    let name = body::text(&wanted, "name");
    if let Some(name) = name.as_ref().filter(|name| **name != old.name) {
        check_free(&state.identity, name, &old.domain, "")?;
    }
    let group = state.identity.group_mut(&id).ok_or_else(|| unknown(&id))?;
    group.name = name.unwrap_or_else(|| group.name.clone());
    group.description = body::text(&wanted, "description").unwrap_or_else(|| group.description.clone());
    group.extra.extend(body::extra(&wanted, &KNOWN));
    Ok(reply::json(StatusCode::OK, &json!({ "group": view::group(&cloud.auth_url(), group, false) })))
}

/// `DELETE /v3/groups/{id}`. The tokens of those who were in it end.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "delete_group")?;
    let mut state = cloud.state();
    state.identity.group(&id).ok_or_else(|| unknown(&id))?;
    state.identity.delete_group(&id);
    Ok(reply::no_content())
}

/// The 404 of a group.
pub(crate) fn unknown(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find group: {id}."))
}

fn check_free(identity: &Identity, name: &str, domain: &str, place: &str) -> Result<(), Fault> {
    if identity.group_named(name, domain).is_none() {
        return Ok(());
    }
    Err(Fault::conflict("group", &format!("Duplicate entry found with name {name}{place}.")))
}

fn properties() -> Value {
    json!({ "name": schema::name(255), "description": schema::text(), "domain_id": { "type": "string" } })
}
