//! Members: the projects that an image is shared with.
//!
//! Any non-empty text can be made a member: that it names a project is for the layers above to find out.
//! Source: `glance/api/v2/image_members.py`, `ImageMembersController`.

use serde_json::json;

use super::reliable::retry_once::is_found;
use super::unfinished::in_flight::Addition;
use super::{Glance, image_path};
use crate::budget::size_of_texts;
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Request};

/// A member of an image.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Member {
    /// The image.
    pub image_id: String,
    /// The project it is shared with.
    pub member_id: String,
    /// pending, accepted or rejected.
    pub status: String,
    /// ISO 8601.
    #[serde(default)]
    pub created_at: String,
    /// ISO 8601.
    #[serde(default)]
    pub updated_at: String,
}

impl Member {
    /// Every field in the order in which it is shown.
    pub const FIELDS: &[&str] = &["image_id", "member_id", "status", "created_at", "updated_at"];

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let Member { image_id, member_id, status, created_at, updated_at } = self;
        size_of_texts([image_id, member_id, status, created_at, updated_at].map(String::as_str))
    }

    /// The value of a field by Glance's name for it; `None` where it is no field.
    pub fn field(&self, key: &str) -> Option<&str> {
        match key {
            "image_id" => Some(&self.image_id),
            "member_id" => Some(&self.member_id),
            "status" => Some(&self.status),
            "created_at" => Some(&self.created_at),
            "updated_at" => Some(&self.updated_at),
            _ => None,
        }
    }
}

/// What Glance answers to a listing, which it never pages.
#[derive(serde::Deserialize)]
struct Members {
    members: Vec<Member>,
}

impl Glance {
    /// All members that the caller may see (GET /v2/images/{id}/members): the owner all, a member only
    /// itself.
    ///
    /// Errors: `forbidden` (the image is not `shared`), `not_found`.
    pub async fn members(&self, image_id: &str) -> Result<Vec<Member>> {
        let request = self.request(Method::GET, &image_path(image_id, &["members"])?).await?;
        Ok(self.ask::<Members>(request).await.map_err(explain)?.members)
    }

    /// One member. Errors: `not_found` (no such member, or not for the caller to see).
    pub async fn member(&self, image_id: &str, member_id: &str) -> Result<Member> {
        let request = self.member_request(Method::GET, image_id, member_id).await?;
        self.ask(request).await.and_then(|member| require_same_id(member, member_id))
    }

    /// Adds a member, `pending` until its own side accepts. A lost answer is looked up before it is sent
    /// again.
    ///
    /// Errors: `conflict` (is one already; an answer was lost and it is one, so whether this call added it
    /// cannot be known), `forbidden` (not the owner; the image is not `shared`), `limit` (128 members),
    /// `not_found`, `usage` (an empty ID).
    pub async fn add_member(&self, image_id: &str, member_id: &str) -> Result<Member> {
        require_id(member_id)?;
        let request = self.request(Method::POST, &image_path(image_id, &["members"])?).await?;
        let look = self.member_request(Method::GET, image_id, member_id).await?;
        let request = request.json(&json!({ "member": member_id }));
        let object = object(image_id, member_id);
        self.once(request, object, &look, |_| Ok(false)).await.map_err(explain)
    }

    /// Sets a member's status: pending, accepted or rejected. Only the member itself may (or an
    /// administrator).
    ///
    /// Errors: `forbidden` (as the owner), `not_found` (not a member), `invalid` (no such status).
    pub async fn update_member(&self, image_id: &str, member_id: &str, status: &str) -> Result<Member> {
        self.require_exact(image_id, member_id).await?;
        let request = self.member_request(Method::PUT, image_id, member_id).await?;
        let answer = self.ask(request.json(&json!({ "status": status }))).await;
        answer.map_err(|error| answered_for_another(explain(error), image_id, member_id))
    }

    /// Removes a member. Errors: `forbidden` (not the owner: a member cannot leave, only reject),
    /// `not_found`.
    pub async fn remove_member(&self, image_id: &str, member_id: &str) -> Result<()> {
        self.require_exact(image_id, member_id).await?;
        let request = self.member_request(Method::DELETE, image_id, member_id).await?;
        let is_there = async || is_found(self.member(image_id, member_id).await);
        self.take_away(request, is_there).await.map_err(explain)?;
        self.is_known(&object(image_id, member_id));
        Ok(())
    }

    /// Looks a member up before a request changes it, unless its ID has the one form that Keystone gives IDs.
    ///
    /// Glance leaves the comparison to its database, which may take `Ghost` for `ghost`. Errors: `not_found`.
    async fn require_exact(&self, image_id: &str, member_id: &str) -> Result<()> {
        let is_keystones =
            member_id.len() == 32 && member_id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_keystones {
            let request = self.member_request(Method::GET, image_id, member_id).await?;
            // Whatever else is wrong, the change itself meets it, and says so better.
            if let Ok(member) = self.ask(request).await {
                require_same_id(member, member_id)?;
            }
        }
        Ok(())
    }

    async fn member_request(&self, method: Method, image_id: &str, member_id: &str) -> Result<Request> {
        require_id(member_id)?;
        self.request(method, &image_path(image_id, &["members", member_id])?).await
    }
}

/// A member, as messages name it.
fn object(image_id: &str, member_id: &str) -> Addition {
    Addition::new(
        &format!("member {member_id} of image {image_id}"),
        &format!("cloud:image({image_id:?}):members()"),
    )
}

/// The error with advice, where Glance's words alone would leave one wondering.
fn explain(error: Error) -> Error {
    let advice = [
        ("Only shared images", "members that it had are kept, unseen, and are back once it is shared again"),
        ("create members", "make the image shared first"),
        ("delete members", "make the image shared first: its members are kept, unseen, while it is not"),
        ("add_member", "only the project that owns the image can share it, by a role that may write"),
        ("delete_member", "only the project that owns the image can; a member can but reject it"),
    ];
    match advice
        .into_iter()
        .find(|(words, _)| error.kind() == Kind::Forbidden && error.message().contains(words))
    {
        Some((_, advice)) => error.advice(advice),
        None => error,
    }
}

/// The refusal to set the status of a member, with who can set it and by which command.
///
/// Source: glance/policies/image.py, `modify_member`; `glance/api/v2/image_members.py`, `update`.
fn answered_for_another(error: Error, image_id: &str, member_id: &str) -> Error {
    let says = |words: &str| error.kind() == Kind::Forbidden && error.message().contains(words);
    let command = format!("`lunette --os-cloud ENTRY accept {image_id}`");
    if says("modify_member") {
        let who = format!(
            "only the member can accept or reject: with the clouds.yaml entry of project {member_id}"
        );
        return error.advice(format!("{who}, {command}"));
    }
    let is_no_member =
        error.kind() == Kind::NotFound && error.message().contains("not found in the member list");
    if is_no_member || says("update members") {
        let who =
            format!("project {member_id} is no member of the image, and an owner cannot accept for a member");
        return error.advice(format!("{who}: with the clouds.yaml entry of the member, {command}"));
    }
    error
}

/// The member, if it is the one that was asked for: a database that ignores case finds others too.
///
/// Errors: `not_found`.
fn require_same_id(member: Member, member_id: &str) -> Result<Member> {
    if member.member_id == member_id {
        return Ok(member);
    }
    let message =
        format!("image {} has no member '{member_id}', only '{}'", member.image_id, member.member_id);
    Err(Error::new(Kind::NotFound, message).advice("write the ID exactly as the list of members has it"))
}

/// Errors: `usage` (an empty ID, which in a path would name the whole list).
fn require_id(member_id: &str) -> Result<()> {
    if member_id.is_empty() {
        return Err(Error::new(Kind::Usage, "the member's project ID is empty"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wiremock::matchers::{any, body_json, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance};

    /// What Glance 33 answers.
    fn pending() -> Value {
        json!({
            "member_id": "ba9b", "image_id": "048c", "status": "pending", "created_at": "2026-11-23T08:58:44Z",
            "updated_at": "2026-11-23T08:58:44Z", "schema": "/v2/schemas/member"
        })
    }

    #[tokio::test]
    async fn each_verb_asks_for_its_own_member() {
        const ID: &str = "14e5aed4d8c2499cad2c69bcd509d2d5";
        let server = MockServer::start().await;
        let pending = || {
            let mut pending = pending();
            pending["member_id"] = ID.into();
            pending
        };
        let list = ResponseTemplate::new(200).set_body_json(json!({"members": [pending()], "schema": "x"}));
        let list_path = wiremock::matchers::path("/v2/images/048c/members");
        Mock::given(method("GET")).and(list_path).respond_with(list).mount(&server).await;
        let one = || ResponseTemplate::new(200).set_body_json(pending());
        let added = Mock::given(method("POST")).and(body_json(json!({"member": ID})));
        added.respond_with(one()).mount(&server).await;
        let accepted = Mock::given(method("PUT")).and(body_json(json!({"status": "accepted"})));
        accepted.respond_with(one()).mount(&server).await;
        Mock::given(any()).respond_with(one()).mount(&server).await;

        let glance = glance(&server);
        let member = glance.add_member("048c", ID).await.unwrap();
        assert_eq!(glance.members("048c").await.unwrap(), std::slice::from_ref(&member));
        assert_eq!(glance.member("048c", ID).await.unwrap(), member);
        assert_eq!(glance.update_member("048c", ID, "accepted").await.unwrap(), member);
        glance.remove_member("048c", ID).await.unwrap();
        let (list, one) = ("/v2/images/048c/members", &*format!("/v2/images/048c/members/{ID}"));
        let expected = [("POST", list), ("GET", list), ("GET", one), ("PUT", one), ("DELETE", one)];
        assert_eq!(asked(&server).await, expected.map(|(method, path)| format!("{method} {path}")));
    }

    #[tokio::test]
    async fn a_member_whose_id_differs_in_case_is_another_one_and_is_left_alone() {
        let server = MockServer::start().await;
        let ghost = ResponseTemplate::new(200).set_body_json(pending());
        Mock::given(any()).respond_with(ghost).mount(&server).await;
        let glance = glance(&server);
        assert_eq!(glance.member("048c", "BA9B").await.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(glance.remove_member("048c", "BA9B").await.unwrap_err().kind(), Kind::NotFound);
        assert_eq!(
            glance.update_member("048c", "BA9B", "accepted").await.unwrap_err().kind(),
            Kind::NotFound
        );
        assert_eq!(asked(&server).await, ["GET /v2/images/048c/members/BA9B"; 3]);
        glance.remove_member("048c", "ba9b").await.unwrap();
        assert_eq!(asked(&server).await.last().unwrap(), "DELETE /v2/images/048c/members/ba9b");
    }

    #[tokio::test]
    async fn an_empty_id_is_refused_without_a_request() {
        let server = MockServer::start().await;
        let glance = glance(&server);
        assert_eq!(glance.add_member("048c", "").await.unwrap_err().kind(), Kind::Usage);
        assert_eq!(glance.remove_member("048c", "").await.unwrap_err().kind(), Kind::Usage);
        assert!(asked(&server).await.is_empty());
    }

    #[test]
    fn every_field_is_readable_by_its_name() {
        let member: Member = serde_json::from_value(pending()).unwrap();
        for key in Member::FIELDS {
            assert_eq!(member.field(key), pending()[key].as_str(), "{key}");
        }
        assert_eq!(member.field("schema"), None);
    }
}
