//! Who has which role where: given and taken by admins.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::cloud::{Cloud, Shared};
use super::super::reply;
use super::super::state::identity::{Identity, Role, User};
use super::super::state::seed::{DOMAIN_ID, DOMAIN_NAME};
use super::directory::{admin_only, filter, listed};
use super::fault::Fault;
use super::{Asker, projects, users, view};

type Grant = (String, String, String);

/// `PUT /v3/projects/{}/users/{}/roles/{}`, as often as one likes.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(grant): Path<Grant>,
) -> Result<Response, Fault> {
    admin_only(&asker, "create_grant")?;
    let mut state = cloud.state();
    let role = role(&state.identity, &grant)?;
    let (project, user, _) = grant;
    state.identity.user_mut(&user).ok_or_else(|| users::unknown(&user))?.grant(&project, role);
    Ok(reply::no_content())
}

/// `GET` and `HEAD` of the same: whether it is so.
pub(crate) async fn check(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(grant): Path<Grant>,
) -> Result<Response, Fault> {
    admin_only(&asker, "check_grant")?;
    held(&cloud.state().identity, &grant)?;
    Ok(reply::no_content())
}

/// `DELETE` of the same. Tokens of that user for that project end.
pub(crate) async fn remove(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(grant): Path<Grant>,
) -> Result<Response, Fault> {
    admin_only(&asker, "revoke_grant")?;
    let mut state = cloud.state();
    let role = held(&state.identity, &grant)?;
    let (project, user, _) = grant;
    state.identity.user_mut(&user).ok_or_else(|| users::unknown(&user))?.ungrant(&project, role);
    state.identity.end_tokens(|token| token.user == user && token.scope.is_project(&project));
    Ok(reply::no_content())
}

/// `GET /v3/projects/{}/users/{}/roles`.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    asker: Asker,
    Path((project, user)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Fault> {
    admin_only(&asker, "list_grants")?;
    let state = cloud.state();
    state.identity.project(&project).ok_or_else(|| projects::unknown(&project))?;
    let user = state.identity.user(&user).ok_or_else(|| users::unknown(&user))?;
    let roles = user.roles_in(&project).unwrap_or_default();
    let roles: Vec<Value> = roles.iter().map(|role| view::role(&cloud.auth_url(), role)).collect();
    Ok(listed(&cloud, "roles", &uri, &roles))
}

/// `GET /v3/role_assignments`, of all users or of one, in all projects or in one.
pub(crate) async fn assignments(
    State(cloud): State<Shared>,
    asker: Asker,
    uri: Uri,
) -> Result<Response, Fault> {
    admin_only(&asker, "list_role_assignments")?;
    let [wanted_user, wanted_project, wanted_role] =
        ["user.id", "scope.project.id", "role.id"].map(|key| filter(&uri, key));
    let is_wanted = |wanted: &Option<String>, id: &str| wanted.as_deref().is_none_or(|wanted| wanted == id);
    // Said without a value, it counts too.
    let named = filter(&uri, "include_names").is_some_and(|value| value != "0" && value != "false");
    let wants_system = filter(&uri, "scope.system").is_some();
    let state = cloud.state();
    let mut found = Vec::new();
    for user in state.identity.users.iter().filter(|user| is_wanted(&wanted_user, &user.id)) {
        let projects = user.grants.iter().filter(|(id, _)| !wants_system && is_wanted(&wanted_project, id));
        let of_projects = projects.flat_map(|(id, roles)| roles.iter().map(move |role| (Some(id), role)));
        let of_system = user.system.iter().filter(|_| wanted_project.is_none()).map(|role| (None, role));
        let all = of_projects.chain(of_system).filter(|(_, role)| is_wanted(&wanted_role, role.id));
        found.extend(all.map(|(project, role)| {
            assignment(&cloud, &state.identity, user, project.map(String::as_str), *role, named)
        }));
    }
    Ok(listed(&cloud, "role_assignments", &uri, &found))
}

fn assignment(
    cloud: &Cloud,
    identity: &Identity,
    user: &User,
    project: Option<&str>,
    role: Role,
    named: bool,
) -> Value {
    let place = project.map_or_else(|| "system".to_owned(), |id| format!("projects/{id}"));
    let link = format!("{}/{place}/users/{}/roles/{}", cloud.auth_url(), user.id, role.id);
    let domain = json!({ "id": DOMAIN_ID, "name": DOMAIN_NAME });
    let reference = |id: &str, name: &str| {
        if named { json!({ "id": id, "name": name, "domain": domain }) } else { json!({ "id": id }) }
    };
    let scope = match project {
        None => json!({ "system": { "all": true } }),
        Some(id) => {
            let name = identity.project(id).map(|project| project.name.as_str()).unwrap_or_default();
            json!({ "project": reference(id, name) })
        }
    };
    let shown_role =
        if named { json!({ "id": role.id, "name": role.name }) } else { json!({ "id": role.id }) };
    json!({
        "links": { "assignment": link },
        "scope": scope,
        "user": reference(&user.id, &user.name),
        "role": shown_role,
    })
}

fn role(identity: &Identity, (project, user, role): &Grant) -> Result<Role, Fault> {
    let unknown = || Fault::not_found(&format!("Could not find role: {role}."));
    let role = identity.role(role).ok_or_else(unknown)?;
    identity.user(user).ok_or_else(|| users::unknown(user))?;
    identity.project(project).ok_or_else(|| projects::unknown(project))?;
    Ok(role)
}

fn held(identity: &Identity, grant: &Grant) -> Result<Role, Fault> {
    let found = role(identity, grant)?;
    let (project, user, role) = grant;
    let roles = identity.user(user).and_then(|user| user.roles_in(project)).unwrap_or_default();
    if roles.contains(&found) {
        return Ok(found);
    }
    Err(Fault::not_found(&format!(
        "Could not find role assignment with role: {role}, user or group: {user}, project, domain, or system: {project}."
    )))
}
