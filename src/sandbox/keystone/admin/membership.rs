//! Who is in which group: users are put in and taken out by admins.

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
use crate::sandbox::state::identity::{Group, Identity, User};

type Membership = (String, String);

/// `GET /v3/groups/{id}/users`, for admins.
pub(crate) async fn users_of(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    asker.require_admin("list_users_in_group")?;
    let state = cloud.state();
    let group = state.identity.group(&id).ok_or_else(|| unknown::<Group>(&id))?;
    let found = group.users.iter().filter_map(|id| state.identity.user(id));
    let found: Vec<Value> = found.map(|user| view::user(&cloud.auth_url(), user, false)).collect();
    Ok(answer::list(&cloud, "users", &uri, &found))
}

/// `GET /v3/users/{id}/groups`: one's own, or anyone's for an admin.
pub(crate) async fn groups_of(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    if asker.token.user != id {
        asker.require_admin("list_groups_for_user")?;
    }
    let state = cloud.state();
    state.identity.user(&id).ok_or_else(|| unknown::<User>(&id))?;
    let found: Vec<Value> =
        state.identity.groups_of(&id).map(|group| view::group(&cloud.auth_url(), group, true)).collect();
    Ok(answer::list(&cloud, "groups", &uri, &found))
}

/// `PUT /v3/groups/{}/users/{}`, as often as one likes.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(membership): Path<Membership>,
) -> Result<Response, Fault> {
    asker.require_admin("add_user_to_group")?;
    let mut state = cloud.state();
    let is_there = is_member(&state.identity, &membership)?;
    let (group, user) = membership;
    if !is_there {
        state.identity.group_mut(&group).ok_or_else(|| unknown::<Group>(&group))?.users.push(user);
    }
    Ok(reply::no_content())
}

/// `GET` and `HEAD` of the same: whether it is so.
pub(crate) async fn check(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(membership): Path<Membership>,
) -> Result<Response, Fault> {
    asker.require_admin("check_user_in_group")?;
    is_member(&cloud.state().identity, &membership)?
        .then(reply::no_content)
        .ok_or_else(|| absent(&membership))
}

/// `DELETE` of the same. The user's tokens end.
pub(crate) async fn remove(
    State(cloud): State<Shared>,
    asker: Asker,
    Path(membership): Path<Membership>,
) -> Result<Response, Fault> {
    asker.require_admin("remove_user_from_group")?;
    let mut state = cloud.state();
    if !is_member(&state.identity, &membership)? {
        return Err(absent(&membership));
    }
    let (group, user) = membership;
    let group = state.identity.group_mut(&group).ok_or_else(|| unknown::<Group>(&group))?;
    group.users.retain(|there| *there != user);
    state.identity.end_tokens(|token| token.user == user);
    Ok(reply::no_content())
}

fn is_member(identity: &Identity, (group, user): &Membership) -> Result<bool, Fault> {
    identity.user(user).ok_or_else(|| unknown::<User>(user))?;
    let group = identity.group(group).ok_or_else(|| unknown::<Group>(group))?;
    Ok(group.users.contains(user))
}

fn absent((group, user): &Membership) -> Fault {
    Fault::not_found(&format!("User '{user}' not found in group '{group}'"))
}
