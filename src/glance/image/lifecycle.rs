//! What is done to one image by its ID alone: show, delete, deactivate, reactivate, tag.
//!
//! Source: glance/api/v2/images.py, `image_actions.py`, `image_tags.py`.

use super::super::{Glance, Image, image_path};
use crate::error::{Error, Result};
use crate::glance::reliable::retry_once::is_found;
use crate::glance::unfinished::in_flight::Addition;
use crate::http::{Effect, Method, is_own};

impl Glance {
    /// One image by ID (GET /v2/images/{id}). Errors: `not_found` (none, or not visible from this project).
    pub async fn image(&self, id: &str) -> Result<Image> {
        let request = self.request(Method::GET, &image_path(id, &[])?).await?;
        self.ask(request).await
    }

    /// Deletes an image for good (DELETE /v2/images/{id}); its members go with it, and its ID is never used
    /// again.
    ///
    /// Errors: `not_found`, `forbidden` (protected, or another's), `conflict` (in use).
    pub async fn delete_image(&self, id: &str) -> Result<()> {
        let request = self.request(Method::DELETE, &image_path(id, &[])?).await?;
        let is_own = is_own(request.url.as_str());
        let request = if is_own { request.effect(Effect::Write) } else { request };
        self.take_away(request, async || is_found(self.image(id).await)).await.map_err(explain_deletion)?;
        self.forget_image(id);
        Ok(())
    }

    /// Forbids the download of an image's data (POST …/actions/deactivate). Errors: `forbidden` (queued, or
    /// another's).
    pub async fn deactivate(&self, id: &str) -> Result<()> {
        self.act(Method::POST, id, &["actions", "deactivate"]).await
    }

    /// Allows the download again (POST …/actions/reactivate). Errors: `forbidden`.
    pub async fn reactivate(&self, id: &str) -> Result<()> {
        self.act(Method::POST, id, &["actions", "reactivate"]).await
    }

    /// Adds a tag; one that is there already stays (PUT …/tags/{tag}). Errors: `limit` (128 tags),
    /// `forbidden`.
    pub async fn add_tag(&self, id: &str, tag: &str) -> Result<()> {
        let request = self.request(Method::PUT, &image_path(id, &["tags", tag])?).await?;
        let object = Addition::new(&format!("tag {tag} of image {id}"), &format!("cloud:image({id:?}).tags"));
        self.creating(object, request, async |request| self.send(request).await.map(drop)).await
    }

    /// Takes a tag off (DELETE …/tags/{tag}): a change of the image, so it is a write. Errors: `not_found`
    /// (no such tag).
    pub async fn remove_tag(&self, id: &str, tag: &str) -> Result<()> {
        let request = self.request(Method::DELETE, &image_path(id, &["tags", tag])?).await?;
        let is_there = async || Ok(self.image(id).await?.tags.iter().any(|there| &**there == tag));
        self.take_away(request.effect(Effect::Write), is_there).await
    }

    /// Sends a request that has no body and whose answer has none.
    async fn act(&self, method: Method, id: &str, below: &[&str]) -> Result<()> {
        let request = self.request(method, &image_path(id, below)?).await?;
        // Whether it is done once or twice, the image is the same then.
        self.send(request.repeatable(true)).await.map(drop)
    }
}

/// The refusal of a deletion, with what to do about it.
fn explain_deletion(error: Error) -> Error {
    let protected = error.message().contains("is protected");
    match error.status_code() {
        Some(404) => error.advice("it is deleted already, or cannot be seen from this project"),
        Some(403) if protected => error.advice("allow it first: image:update{ protected = false }"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::Kind;
    use crate::glance::testing::{asked, glance_allowed};

    #[tokio::test]
    async fn a_deletion_that_cannot_be_says_why() {
        let table = [
            (404, "Failed to find image 1bea to delete", Some("it is deleted already")),
            (403, "Image 1bea is protected and cannot be deleted.", Some("protected = false")),
            (409, "Image 1bea could not be deleted because it is in use.", None),
        ];
        for (status, message, advice) in table {
            let server = MockServer::start().await;
            let answer = ResponseTemplate::new(status).set_body_json(json!({ "message": message }));
            Mock::given(any()).respond_with(answer).mount(&server).await;
            let error = glance_allowed(&server, Effect::Delete).delete_image("1bea").await.unwrap_err();
            let told = error.advice_text();
            assert_eq!(told.is_some(), advice.is_some(), "{message}");
            assert!(told.zip(advice).is_none_or(|(told, advice)| told.contains(advice)), "{told:?}");
        }
    }

    #[tokio::test]
    async fn only_the_deletion_is_more_than_a_write() {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        let glance = glance_allowed(&server, Effect::Write);
        glance.deactivate("1bea").await.unwrap();
        glance.reactivate("1bea").await.unwrap();
        glance.add_tag("1bea", "a b").await.unwrap();
        glance.remove_tag("1bea", "a b").await.unwrap();
        assert_eq!(glance.delete_image("1bea").await.unwrap_err().kind(), Kind::Forbidden);
        glance_allowed(&server, Effect::Delete).delete_image("1bea").await.unwrap();
        let expected = [
            "POST /v2/images/1bea/actions/deactivate",
            "POST /v2/images/1bea/actions/reactivate",
            "PUT /v2/images/1bea/tags/a%20b",
            "DELETE /v2/images/1bea/tags/a%20b",
            "DELETE /v2/images/1bea",
        ];
        assert_eq!(asked(&server).await, expected);
    }
}
