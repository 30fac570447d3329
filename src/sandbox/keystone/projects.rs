//! Projects: made, changed and deleted, by admins.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::Shared;
use super::super::reply;
use super::super::state::identity::Project;
use super::directory::admin_only;
use super::fault::Fault;
use super::{Asker, body, schema, view};

/// `POST /v3/projects`.
pub(crate) async fn create(
    State(cloud): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted = body::fields(&headers, sent, "project", &schema::to_make("project", &properties())).await?;
    admin_only(&asker, "create_project")?;
    let mut state = cloud.state();
    let domain = body::domain(&state.identity, &wanted, Fault::schema)?;
    let (id, name) = (body::new_id(), body::text_or_empty(&wanted, "name"));
    if state.identity.project_named(&name, &domain).is_some() {
        let why = format!(
            "it is not permitted to have two projects with either the same name or same id in the same domain: name is {name}, \
             project id {id}."
        );
        return Err(Fault::conflict("project", &why));
    }
    let project = Project {
        id,
        name,
        domain,
        description: body::text_or_empty(&wanted, "description"),
        enabled: body::flag(&wanted, "enabled")?.unwrap_or(true),
    };
    let shown = view::project(&cloud.auth_url(), &project, false);
    state.identity.projects.push(project);
    Ok(reply::json(StatusCode::CREATED, &json!({ "project": shown })))
}

/// `PATCH /v3/projects/{id}`. Tokens for a project that is disabled end.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Fault> {
    let wanted =
        body::fields(&headers, sent, "project", &schema::to_change("project", &properties())).await?;
    admin_only(&asker, "update_project")?;
    let mut state = cloud.state();
    let name = body::text(&wanted, "name");
    let project = state.identity.project(&id).ok_or_else(|| unknown(&id))?;
    let is_other = |name: &String| {
        *name != project.name && state.identity.project_named(name, &project.domain).is_some()
    };
    if name.as_ref().is_some_and(is_other) {
        // The 409 is for those that are made; here the real one trips.
        return Err(Fault::tripped());
    }
    let project = state.identity.project_mut(&id).ok_or_else(|| unknown(&id))?;
    project.name = name.unwrap_or_else(|| project.name.clone());
    project.description = body::text(&wanted, "description").unwrap_or_else(|| project.description.clone());
    project.enabled = body::flag(&wanted, "enabled")?.unwrap_or(project.enabled);
    let shown = view::project(&cloud.auth_url(), project, true);
    if !project.enabled {
        state.identity.end_tokens(|token| token.scope.is_project(&id));
    }
    Ok(reply::json(StatusCode::OK, &json!({ "project": shown })))
}

/// `DELETE /v3/projects/{id}`. Its images stay, and nobody's.
pub(crate) async fn delete(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    admin_only(&asker, "delete_project")?;
    let mut state = cloud.state();
    state.identity.project(&id).ok_or_else(|| unknown(&id))?;
    state.identity.delete_project(&id);
    Ok(reply::no_content())
}

/// The 404 of a project.
pub(crate) fn unknown(id: &str) -> Fault {
    Fault::not_found(&format!("Could not find project: {id}."))
}

fn properties() -> Value {
    json!({ "name": schema::name(64), "description": schema::text(), "enabled": schema::flag(), "domain_id": schema::text() })
}
