//! Which projects and users there are. A member learns little of it, an admin all.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::super::reply;
use super::super::state::identity::{Project, User};
use super::super::state::seed::{REGION, REGION_TWO};
use super::super::state::token::Scope;
use super::admin::resource::unknown;
use super::fault::Fault;
use super::{Asker, view};

/// `GET /v3/auth/projects`: those that the asker has a role in. The only way for a member to look up a project's name.
pub(crate) async fn my_projects(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Response {
    listed(&cloud, "projects", &uri, &projects_of_user(&cloud, &asker.token.user))
}

/// `GET /v3/auth/domains`: nobody has a role in a domain.
pub(crate) async fn my_domains(State(cloud): State<Shared>, _: Asker, uri: Uri) -> Response {
    listed(&cloud, "domains", &uri, &[])
}

/// `GET /v3/auth/system`.
pub(crate) async fn my_system(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Response {
    let state = cloud.state();
    let has_role = state.identity.user(&asker.token.user).is_some_and(|user| !user.system.is_empty());
    let system = if has_role { vec![json!({ "all": true })] } else { Vec::new() };
    let body = json!({ "system": system, "links": { "self": format!("{}/identity{uri}", cloud.base()) } });
    reply::json(StatusCode::OK, &body)
}

/// `GET /v3/projects`, for admins.
pub(crate) async fn projects(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    admin_only(&asker, "list_projects")?;
    let state = cloud.state();
    let (name, domain) = (filter(&uri, "name"), filter(&uri, "domain_id"));
    let found = state.identity.projects.iter().filter(|project| {
        name.as_ref().is_none_or(|name| *name == project.name)
            && domain.as_ref().is_none_or(|domain| *domain == project.domain)
    });
    let found: Vec<Value> = found.map(|project| view::project(&cloud.auth_url(), project, false)).collect();
    Ok(listed(&cloud, "projects", &uri, &found))
}

/// `GET /v3/projects/{id}`: a member may see only the project of the token, and does not learn whether another exists.
pub(crate) async fn project(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    if asker.token.scope != Scope::Project(id.clone()) {
        admin_only(&asker, "get_project")?;
    }
    let state = cloud.state();
    let project = state.identity.project(&id).ok_or_else(|| unknown::<Project>(&id))?;
    Ok(shown("project", &view::project(&cloud.auth_url(), project, false)))
}

/// `GET /v3/users`, for admins.
pub(crate) async fn users(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    admin_only(&asker, "list_users")?;
    let state = cloud.state();
    let (name, domain) = (filter(&uri, "name"), filter(&uri, "domain_id"));
    let found = state.identity.users.iter().filter(|user| {
        name.as_ref().is_none_or(|name| *name == user.name)
            && domain.as_ref().is_none_or(|domain| *domain == user.domain)
    });
    let found: Vec<Value> = found.map(|user| view::user(&cloud.auth_url(), user, false)).collect();
    Ok(listed(&cloud, "users", &uri, &found))
}

/// `GET /v3/users/{id}`: oneself, or anyone for an admin.
pub(crate) async fn user(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    if asker.token.user != id {
        admin_only(&asker, "get_user")?;
    }
    let state = cloud.state();
    let user = state.identity.user(&id).ok_or_else(|| unknown::<User>(&id))?;
    Ok(shown("user", &view::user(&cloud.auth_url(), user, false)))
}

/// `GET /v3/users/{id}/projects`: one's own, or anyone's for an admin.
pub(crate) async fn projects_of(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    if asker.token.user != id {
        admin_only(&asker, "list_user_projects")?;
    }
    Ok(listed(&cloud, "projects", &uri, &projects_of_user(&cloud, &id)))
}

/// `GET /v3/regions`.
pub(crate) async fn regions(State(cloud): State<Shared>, _: Asker, uri: Uri) -> Response {
    let regions = [REGION, REGION_TWO].map(|id| {
        let links = json!({ "self": format!("{}/regions/{id}", cloud.auth_url()) });
        json!({ "id": id, "description": "", "parent_region_id": null, "links": links })
    });
    listed(&cloud, "regions", &uri, &regions)
}

/// Refuses everyone but admins.
pub(crate) fn admin_only(asker: &Asker, action: &str) -> Result<(), Fault> {
    if asker.is_admin() { Ok(()) } else { Err(Fault::forbidden(action)) }
}

fn projects_of_user(cloud: &Cloud, user: &str) -> Vec<Value> {
    let state = cloud.state();
    let projects = state.identity.projects_of(user).into_iter().filter_map(|id| state.identity.project(id));
    projects.map(|project| view::project(&cloud.auth_url(), project, false)).collect()
}

/// The last value of a key in the query.
pub(crate) fn filter(uri: &Uri, key: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.filter(|(name, _)| name == key).last().map(|(_, value)| value.into_owned())
}

/// A list as the answer to this request.
pub(crate) fn listed(cloud: &Cloud, name: &str, uri: &Uri, things: &[Value]) -> Response {
    let url = format!("{}/identity{uri}", cloud.base());
    reply::json(StatusCode::OK, &view::list(name, &url, things))
}

/// One thing as an answer.
pub(crate) fn shown(name: &str, thing: &Value) -> Response {
    reply::json(StatusCode::OK, &json!({ name: thing }))
}
