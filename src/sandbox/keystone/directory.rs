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
use super::auth::asker::Asker;
use super::fault::Fault;
use super::{answer, view};

/// `GET /v3/auth/projects`: those that the asker has a role in. The only way for a member to look up a
/// project's name.
pub(crate) async fn my_projects(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Response {
    answer::list(&cloud, "projects", &uri, &projects_of_user(&cloud, &asker.token.user))
}

/// `GET /v3/auth/domains`: nobody has a role in a domain.
pub(crate) async fn my_domains(State(cloud): State<Shared>, _: Asker, uri: Uri) -> Response {
    answer::list(&cloud, "domains", &uri, &[])
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
    asker.require_admin("list_projects")?;
    let state = cloud.state();
    let (name, domain) = (answer::query_value(&uri, "name"), answer::query_value(&uri, "domain_id"));
    let found = state.identity.projects.iter().filter(|project| {
        name.as_ref().is_none_or(|name| *name == project.name)
            && domain.as_ref().is_none_or(|domain| *domain == project.domain)
    });
    let found: Vec<Value> = found.map(|project| view::project(&cloud.auth_url(), project, false)).collect();
    Ok(answer::list(&cloud, "projects", &uri, &found))
}

/// `GET /v3/projects/{id}`: a member may see only the project of the token, and does not learn whether
/// another exists.
pub(crate) async fn project(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    if asker.token.scope != Scope::Project(id.clone()) {
        asker.require_admin("get_project")?;
    }
    let state = cloud.state();
    let project = state.identity.project(&id).ok_or_else(|| unknown::<Project>(&id))?;
    Ok(answer::item("project", &view::project(&cloud.auth_url(), project, false)))
}

/// `GET /v3/users`, for admins.
pub(crate) async fn users(State(cloud): State<Shared>, asker: Asker, uri: Uri) -> Result<Response, Fault> {
    asker.require_admin("list_users")?;
    let state = cloud.state();
    let (name, domain) = (answer::query_value(&uri, "name"), answer::query_value(&uri, "domain_id"));
    let found = state.identity.users.iter().filter(|user| {
        name.as_ref().is_none_or(|name| *name == user.name)
            && domain.as_ref().is_none_or(|domain| *domain == user.domain)
    });
    let found: Vec<Value> = found.map(|user| view::user(&cloud.auth_url(), user, false)).collect();
    Ok(answer::list(&cloud, "users", &uri, &found))
}

/// `GET /v3/users/{id}`: oneself, or anyone for an admin.
pub(crate) async fn user(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    if asker.token.user != id {
        asker.require_admin("get_user")?;
    }
    let state = cloud.state();
    let user = state.identity.user(&id).ok_or_else(|| unknown::<User>(&id))?;
    Ok(answer::item("user", &view::user(&cloud.auth_url(), user, false)))
}

/// `GET /v3/users/{id}/projects`: one's own, or anyone's for an admin.
pub(crate) async fn projects_of(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    if asker.token.user != id {
        asker.require_admin("list_user_projects")?;
    }
    Ok(answer::list(&cloud, "projects", &uri, &projects_of_user(&cloud, &id)))
}

/// `GET /v3/regions`.
pub(crate) async fn regions(State(cloud): State<Shared>, _: Asker, uri: Uri) -> Response {
    let regions = [REGION, REGION_TWO].map(|id| {
        let links = json!({ "self": format!("{}/regions/{id}", cloud.auth_url()) });
        json!({ "id": id, "description": "", "parent_region_id": null, "links": links })
    });
    answer::list(&cloud, "regions", &uri, &regions)
}

fn projects_of_user(cloud: &Cloud, user: &str) -> Vec<Value> {
    let state = cloud.state();
    let projects = state.identity.projects_of(user).into_iter().filter_map(|id| state.identity.project(id));
    projects.map(|project| view::project(&cloud.auth_url(), project, false)).collect()
}
