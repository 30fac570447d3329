//! Where an image's data lie: stores, and places that somebody else looks after.
//!
//! Source: glance/api/v2/images.py, `ImagesController.add_location`, `get_locations` and `delete_from_store`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::{Glance, Image, image_path, segment};
use crate::error::{Error, Kind, Result};
use crate::glance::service::unsupported::{explain_role, is_bare, lacking};
use crate::glance::unfinished::in_flight::Addition;
use crate::http::Method;

/// A place that an image's data lie at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// `file:///…`, `https://…`, `rbd://…`
    pub url: String,
    /// What the cloud notes of it, such as its `store`.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// The hash that data must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// `sha512`.
    pub os_hash_algo: String,
    /// Hexadecimal digits.
    pub os_hash_value: String,
}

impl Glance {
    /// The places of an image's data (GET /v2/images/{id}/locations), for services and administrators; to
    /// others some clouds show them with the image (GET /v2/images/{id}).
    ///
    /// Errors: `forbidden` (anybody else), `not_found` (no such image; a Glance from before 2.17).
    pub async fn locations(&self, id: &str) -> Result<Vec<Location>> {
        let request = self.request(Method::GET, &image_path(id, &["locations"])?).await?;
        let refusal = match self.ask(request).await {
            Err(error) if error.kind() == Kind::Forbidden || is_bare(&error) => error,
            answer => return answer,
        };
        if let Ok(image) = self.image(id).await
            && let Some(shown) = parse_locations(&image)?
        {
            return Ok(shown);
        }
        let advice = "only the cloud's own services may, unless its policy says otherwise, or it shows them with the image";
        Err(explain_role(explain_location(refusal), advice))
    }

    /// Makes what lies at a URL the data of a queued image (POST /v2/images/{id}/locations), which takes some
    /// time.
    ///
    /// Errors: `conflict` (not queued), `forbidden` (the cloud takes no such URL from this role), `invalid`,
    /// `not_found`.
    pub async fn add_location(&self, id: &str, url: &str, validation: Option<&Validation>) -> Result<()> {
        let mut body = json!({ "url": url });
        if let Some(Validation { os_hash_algo, os_hash_value }) = validation {
            body["validation_data"] = json!({ "os_hash_algo": os_hash_algo, "os_hash_value": os_hash_value });
        }
        let request = self.request(Method::POST, &image_path(id, &["locations"])?).await?;
        let send = async |request| self.send(request).await.map(drop);
        self.creating(object(id), request.json(&body), send).await.map_err(explain_location)
    }

    /// Takes an image's data out of one of several stores (DELETE /v2/stores/{store}/{id}).
    ///
    /// Errors: `forbidden` (the only store that has them; no administrator), `conflict` (no such store; not
    /// active), `not_found` (no such image; not in that store; a cloud that has but one store).
    pub async fn delete_from_store(&self, id: &str, store: &str) -> Result<()> {
        let path = format!("/v2/stores/{}/{}", segment(store)?, segment(id)?);
        let request = self.request(Method::DELETE, &path).await?;
        let is_there = async || {
            let stores = self.image(id).await?.stores;
            Ok(stores.is_none_or(|stores| stores.split(',').any(|one| one == store)))
        };
        self.take_away(request, is_there).await.map_err(|error| {
            if is_bare(&error) {
                return lacking(
                    error,
                    "has but one store",
                    "to give up its data, delete the image: image:delete()",
                );
            }
            if error.message().contains("only store containing it") {
                return error.advice("copy it to another store first, or delete the image: image:delete()");
            }
            explain_role(error, "only an administrator may, unless the cloud's policy says otherwise")
        })
    }
}

/// The places that an image shows. Errors: `protocol` (what is shown is no list of them).
pub(in crate::glance) fn parse_locations(image: &Image) -> Result<Option<Vec<Location>>> {
    let shown = image.locations.as_deref().cloned().map(serde_json::from_value).transpose();
    shown.map_err(|failure| {
        Error::new(Kind::Protocol, format!("the image shows locations that are none: {failure}"))
    })
}

/// A location that is added, as messages name it: without its URL, which may hold a password.
pub(in crate::glance) fn object(image_id: &str) -> Addition {
    Addition::new(
        &format!("the new location of image {image_id}"),
        &format!("cloud:image({image_id:?}):locations()"),
    )
}

fn explain_location(error: Error) -> Error {
    if is_bare(&error) {
        return lacking(error, "knows no locations", "they are there since Glance 2.17");
    }
    error
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{any, body_json, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed, image};
    use crate::http::Effect;

    #[tokio::test]
    async fn taking_data_out_of_a_store_deletes_and_adding_a_location_writes() {
        let server = MockServer::start().await;
        let body = json!({"url": "https://a/b", "validation_data": {"os_hash_algo": "sha512", "os_hash_value": "ac1d"}});
        let add = Mock::given(method("POST")).and(body_json(body));
        add.respond_with(ResponseTemplate::new(202)).mount(&server).await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        let glance = glance_allowed(&server, Effect::Write);
        let validation = Validation { os_hash_algo: "sha512".into(), os_hash_value: "ac1d".into() };
        glance.add_location("1bea", "https://a/b", Some(&validation)).await.unwrap();
        assert_eq!(glance.delete_from_store("1bea", "fast").await.unwrap_err().kind(), Kind::Forbidden);
        glance_allowed(&server, Effect::Delete).delete_from_store("1bea", "f st").await.unwrap();
        let reader = glance_allowed(&server, Effect::Read);
        assert!(reader.add_location("1bea", "https://a/b", None).await.is_err());
        assert_eq!(asked(&server).await, ["POST /v2/images/1bea/locations", "DELETE /v2/stores/f%20st/1bea"]);
    }

    #[tokio::test]
    async fn locations_fall_back_to_those_that_the_image_shows() {
        let refused = "You are not authorized to complete fetch_image_location action.";
        let shown = json!([{"url": "file:///x", "metadata": {"store": "fast"}}]);
        for (status, message) in [(403, refused), (404, "The resource could not be found.")] {
            let server = MockServer::start().await;
            let answer = ResponseTemplate::new(status).set_body_json(json!({ "message": message }));
            Mock::given(path("/v2/images/1bea/locations")).respond_with(answer).mount(&server).await;
            let mut told = image("1bea");
            let hides = Mock::given(path("/v2/images/1bea"));
            let hides = hides.respond_with(ResponseTemplate::new(200).set_body_json(&told)).up_to_n_times(1);
            hides.mount(&server).await;
            let error = glance(&server).locations("1bea").await.unwrap_err();
            assert_eq!(error.status_code(), Some(status));
            told["locations"] = shown.clone();
            let now = Mock::given(path("/v2/images/1bea"));
            now.respond_with(ResponseTemplate::new(200).set_body_json(told)).mount(&server).await;
            assert_eq!(json!(glance(&server).locations("1bea").await.unwrap()), shown);
        }
    }

    #[tokio::test]
    async fn each_refusal_says_what_to_do() {
        let table = [
            (404, "The resource could not be found.", "delete the image"),
            (403, "Cannot delete image data from the only store containing it.", "another store first"),
            (
                403,
                "You are not authorized to complete delete_image_location action.",
                "only an administrator",
            ),
        ];
        for (status, message, advice) in table {
            let server = MockServer::start().await;
            let answer = ResponseTemplate::new(status).set_body_json(json!({ "message": message }));
            Mock::given(any()).respond_with(answer).mount(&server).await;
            let error = glance(&server).delete_from_store("1bea", "fast").await.unwrap_err();
            assert!(error.advice_text().unwrap().contains(advice), "{message}");
        }
    }
}
