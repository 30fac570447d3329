//! Whom an image is shared with (`glance/api/v2/image_members.py`, `ImageMembersController`).

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::body::{Document, NoBody};
use super::fault::Fault;
use super::permit::{look_up, permit, refusal};
use super::view;
use crate::sandbox::cloud::Shared;
use crate::sandbox::reply;
use crate::sandbox::state::image::member::{MOST_MEMBERS, Member, MemberStatus};
use crate::sandbox::state::image::visibility::Visibility;
use crate::sandbox::state::policy::Action;
use crate::sandbox::state::{Caller, Image, State as Cloud};

/// `GET /v2/images/{id}/members`: all of them for the owner, their own entry for a member. Never paged.
pub(crate) async fn index(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let image = look_up(&state, &caller, &id)?;
    if image.visibility != Visibility::Shared {
        let message = format!("Not allowed to list members for image {id}: Only shared images have members.");
        return Err(Fault::forbidden(message));
    }
    permit(&caller, Action::GetMembers, image)?;
    let members = image.members.iter().filter(|member| is_visible(image, &caller, &member.id));
    let members: Vec<Value> = members.map(|member| view::member(image, member)).collect();
    Ok(reply::json(StatusCode::OK, &json!({ "members": members, "schema": "/v2/schemas/members" })))
}

/// `POST /v2/images/{id}/members`. Whether there is such a project is nobody's business.
pub(crate) async fn add(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let project = read_member(&body)?;
    let mut state = cloud.state();
    let image = look_up_shared(&state, &caller, &id, "create")?;
    permit(&caller, Action::AddMember, image)?;
    let name = as_text(project)?;
    if image.member(&name).is_some() {
        return Err(Fault::conflict(format!("Member {name} is duplicated for image {id}")));
    }
    let attempted = image.members.len() + 1;
    if attempted > MOST_MEMBERS {
        return Err(Fault::too_large(format!(
            "Image member limit exceeded for image {id}: The limit has been exceeded on the number of allowed image members for this \
             image. Attempted: {attempted}, Maximum: {MOST_MEMBERS}:"
        )));
    }
    let mut image = image.clone();
    let member = Member::pending(name, state.clock.now());
    let mut body = view::member(&image, &member);
    // What is stored is text; what is answered is what was sent.
    body["member_id"] = project.clone();
    image.members.push(member);
    state.images.put(image);
    Ok(reply::json(StatusCode::OK, &body))
}

/// `GET /v2/images/{id}/members/{member}`. What is forbidden is told as missing.
pub(crate) async fn show(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, member)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let state = cloud.state();
    let image = look_up(&state, &caller, &id)?;
    if image.visibility != Visibility::Shared {
        return Err(Fault::not_found("Only shared images have members."));
    }
    if !Action::GetMember.allows(&caller, image.target(&caller)) {
        return Err(Fault::not_found(format!(
            "You are not authorized to lookup the members of the image {id}."
        )));
    }
    let member = find_member(image, &caller, &member)?;
    Ok(reply::json(StatusCode::OK, &view::member(image, member)))
}

/// `PUT /v2/images/{id}/members/{member}`: what the member says, which only the member or an admin can say.
pub(crate) async fn update(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, member)): Path<(String, String)>,
    Document(body): Document,
) -> Result<Response, Fault> {
    let status = read_status(&body)?;
    let mut state = cloud.state();
    let image = look_up_shared(&state, &caller, &id, "update")?;
    find_member(image, &caller, &member)?;
    if !Action::ModifyMember.allows(&caller, image.target(&caller)) {
        return Err(refusal(Action::ModifyMember));
    }
    let complaint = "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".";
    let status =
        status.as_str().and_then(MemberStatus::parse).ok_or_else(|| Fault::bad_request(complaint))?;
    let now = state.clock.now();
    let mut image = image.clone();
    for entry in image.members.iter_mut().filter(|entry| entry.id == member) {
        entry.status = status;
        entry.updated_at = now;
    }
    let body = find_member(&image, &caller, &member).map(|entry| view::member(&image, entry))?;
    state.images.put(image);
    Ok(reply::json(StatusCode::OK, &body))
}

/// `DELETE /v2/images/{id}/members/{member}`: the owner's to do. A member cannot leave, only reject.
pub(crate) async fn remove(
    State(cloud): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path((id, member)): Path<(String, String)>,
    _: NoBody,
) -> Result<Response, Fault> {
    let mut state = cloud.state();
    let image = look_up_shared(&state, &caller, &id, "delete")?;
    find_member(image, &caller, &member)?;
    permit(&caller, Action::DeleteMember, image)?;
    let mut image = image.clone();
    image.members.retain(|entry| entry.id != member);
    state.images.put(image);
    Ok(reply::no_content())
}

/// The image, if it has members that one could `create`, `update` or `delete`.
fn look_up_shared<'a>(state: &'a Cloud, caller: &Caller, id: &str, verb: &str) -> Result<&'a Image, Fault> {
    let image = look_up(state, caller, id)?;
    if image.visibility != Visibility::Shared {
        return Err(Fault::forbidden(format!("Not allowed to {verb} members for image {id}.")));
    }
    Ok(image)
}

/// Owners and admins see every member, a member only itself.
fn is_visible(image: &Image, caller: &Caller, member: &str) -> bool {
    caller.is_admin() || caller.is_in(image.owner.as_deref()) || caller.is_in(Some(member))
}

fn find_member<'a>(image: &'a Image, caller: &Caller, member: &str) -> Result<&'a Member, Fault> {
    let found = image.member(member).filter(|_| is_visible(image, caller, member));
    found.ok_or_else(|| {
        Fault::not_found(format!("{member} not found in the member list of the image {}.", image.id))
    })
}

fn read_member(body: &Value) -> Result<&Value, Fault> {
    let Value::Object(body) = body else {
        return Err(Fault::bad_request("Expected a member in the form: {\"member\": \"image_id\"}"));
    };
    let member = body.get("member").ok_or_else(|| Fault::bad_request("Member to be added not specified"))?;
    let is_empty = match member {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(items) => items.is_empty(),
    };
    if is_empty { Err(Fault::bad_request("Member can't be empty")) } else { Ok(member) }
}

/// What a database makes of it: numbers become text, lists break it.
fn as_text(member: &Value) -> Result<String, Fault> {
    match member {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(_) => Ok("1".into()),
        _ => Err(Fault::tripped()),
    }
}

fn read_status(body: &Value) -> Result<&Value, Fault> {
    let Value::Object(body) = body else {
        return Err(Fault::bad_request("Expected a status in the form: {\"status\": \"status\"}"));
    };
    body.get("status").ok_or_else(|| Fault::bad_request("Status not specified"))
}
