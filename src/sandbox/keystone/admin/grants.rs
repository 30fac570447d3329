//! Who has which role in which project, users and groups alike: given and taken by admins.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde_json::Value;

use super::resource::unknown;
use crate::sandbox::cloud::Shared;
use crate::sandbox::keystone::answer;
use crate::sandbox::keystone::auth::asker::Asker;
use crate::sandbox::keystone::fault::Fault;
use crate::sandbox::keystone::view;
use crate::sandbox::reply;
use crate::sandbox::state::identity::{Grants, Group, Identity, Project, Role, User};

/// The IDs of a project, of who has a role there, and of that role. Between the first two stands `users` or
/// `groups`.
type Path4 = (String, String, String, String);

/// A grant, as a path names it.
struct Grant {
    project: String,
    holder: Holder,
    role: String,
}

/// The ID of who has a role.
enum Holder {
    User(String),
    Group(String),
}

/// `PUT /v3/projects/{}/users/{}/roles/{}`, and the same for groups, as often as one likes.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(path): Path<Path4>,
) -> Result<Response, Fault> {
    let Grant { project, holder, role } = grant(path)?;
    asker.require_admin("create_grant")?;
    let mut state = cloud.state();
    state.identity.role(&role).ok_or_else(|| unknown::<Role>(&role))?;
    holder.grants(&state.identity)?;
    state.identity.project(&project).ok_or_else(|| unknown::<Project>(&project))?;
    holder.grants_mut(&mut state.identity)?.add(&project, &role);
    Ok(reply::no_content())
}

/// `GET` and `HEAD` of the same: whether it is so.
pub(crate) async fn check(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(path): Path<Path4>,
) -> Result<Response, Fault> {
    let grant = grant(path)?;
    asker.require_admin("check_grant")?;
    grant.check(&cloud.state().identity)?;
    Ok(reply::no_content())
}

/// `DELETE` of the same. Their tokens for that project end.
pub(crate) async fn remove(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(path): Path<Path4>,
) -> Result<Response, Fault> {
    let grant = grant(path)?;
    asker.require_admin("revoke_grant")?;
    let mut state = cloud.state();
    grant.check(&state.identity)?;
    let Grant { project, holder, role } = grant;
    holder.grants_mut(&mut state.identity)?.remove(&project, &role);
    let users = holder.users(&state.identity);
    state.identity.end_tokens(|token| users.contains(&token.user) && token.scope.is_project(&project));
    Ok(reply::no_content())
}

/// `GET /v3/projects/{}/users/{}/roles`, and the same for groups.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    asker: Asker,
    Path((project, kind, id)): Path<(String, String, String)>,
    uri: Uri,
) -> Result<Response, Fault> {
    let holder = Holder::new(&kind, id)?;
    asker.require_admin("list_grants")?;
    let state = cloud.state();
    state.identity.project(&project).ok_or_else(|| unknown::<Project>(&project))?;
    let roles = holder.grants(&state.identity)?.roles_in(&project).iter();
    let roles = roles.filter_map(|id| state.identity.role(id));
    let roles: Vec<Value> = roles.map(|role| view::role(&cloud.auth_url(), role)).collect();
    Ok(answer::list(&cloud, "roles", &uri, &roles))
}

fn grant((project, kind, holder, role): Path4) -> Result<Grant, Fault> {
    Ok(Grant { project, holder: Holder::new(&kind, holder)?, role })
}

impl Grant {
    /// Whether all of it is there, and it itself.
    fn check(&self, identity: &Identity) -> Result<(), Fault> {
        let Self { project, holder, role } = self;
        identity.role(role).ok_or_else(|| unknown::<Role>(role))?;
        let held = holder.grants(identity)?.roles_in(project);
        identity.project(project).ok_or_else(|| unknown::<Project>(project))?;
        if held.contains(role) {
            return Ok(());
        }
        Err(Fault::not_found(&format!(
            "Could not find role assignment with role: {role}, user or group: {}, project, domain, or system: {project}.",
            holder.id()
        )))
    }
}

impl Holder {
    fn new(kind: &str, id: String) -> Result<Self, Fault> {
        match kind {
            "users" => Ok(Self::User(id)),
            "groups" => Ok(Self::Group(id)),
            _ => Err(Fault::no_such_url()),
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::User(id) | Self::Group(id) => id,
        }
    }

    fn grants<'a>(&self, identity: &'a Identity) -> Result<&'a Grants, Fault> {
        match self {
            Self::User(id) => identity.user(id).map(|user| &user.grants).ok_or_else(|| unknown::<User>(id)),
            Self::Group(id) => {
                identity.group(id).map(|group| &group.grants).ok_or_else(|| unknown::<Group>(id))
            }
        }
    }

    fn grants_mut<'a>(&self, identity: &'a mut Identity) -> Result<&'a mut Grants, Fault> {
        match self {
            Self::User(id) => {
                identity.user_mut(id).map(|user| &mut user.grants).ok_or_else(|| unknown::<User>(id))
            }
            Self::Group(id) => {
                identity.group_mut(id).map(|group| &mut group.grants).ok_or_else(|| unknown::<Group>(id))
            }
        }
    }

    /// The IDs of the users that it is.
    fn users(&self, identity: &Identity) -> Vec<String> {
        match self {
            Self::User(id) => vec![id.clone()],
            Self::Group(id) => identity.group(id).map(|group| group.users.clone()).unwrap_or_default(),
        }
    }
}
