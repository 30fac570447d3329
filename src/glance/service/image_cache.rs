//! The image cache of a cloud's Glance, for administrators.
//!
//! Source: `glance/api/v2/cached_images.py`, `CacheController`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::{Glance, segment};
use super::unsupported::{explain_role, lacking};
use crate::budget::{size_of_object, size_of_texts};
use crate::error::{Error, Result};
use crate::http::{Effect, Method, Request};

/// What is cached, and what waits to be: a snapshot of the one node of Glance that answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cache {
    /// `image_id`, `size` in bytes, `hits`, `last_accessed` and `last_modified` in seconds since 1970,
    /// `checksum`.
    pub cached_images: Vec<Map<String, Value>>,
    /// The IDs of images.
    pub queued_images: Vec<String>,
}

impl Cache {
    /// Every field in the order in which it is shown.
    pub const FIELDS: &[&str] = &["cached_images", "queued_images"];

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let cached = self.cached_images.iter().map(|fields| size_of_object(fields) + size_of_val(fields));
        let queued = size_of_texts(self.queued_images.iter().map(String::as_str));
        cached.sum::<usize>() + queued + self.queued_images.len() * size_of::<String>()
    }
}

/// A half of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CachePart {
    /// What is cached.
    Cache,
    /// What waits to be.
    Queue,
}

/// What was taken out of a cache that had grown too large.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// How many images.
    pub total_files_pruned: u64,
    /// How many bytes.
    pub total_bytes_pruned: u64,
}

/// All of these raise `not_found` (no cache here, or a Glance from before 2.14) and `forbidden` (no
/// administrator).
impl Glance {
    /// What is cached, and what waits to be (GET /v2/cache).
    pub async fn cache(&self) -> Result<Cache> {
        self.ask(self.cache_request(Method::GET, &[]).await?).await.map_err(explain)
    }

    /// Has an image cached (PUT /v2/cache/{id}), which happens later. Errors: `invalid` (it is not active).
    pub async fn cache_image(&self, id: &str) -> Result<()> {
        self.cache_act(Method::PUT, &[id]).await
    }

    /// Takes an image out of the cache and of what waits for it (DELETE /v2/cache/{id}).
    pub async fn uncache_image(&self, id: &str) -> Result<()> {
        let request = self.cache_request(Method::DELETE, &[id]).await?;
        let is_there = async || {
            let cache = self.cache().await?;
            let mut cached = cache.cached_images.iter().filter_map(|one| one.get("image_id")?.as_str());
            Ok(cached.any(|one| one == id) || cache.queued_images.iter().any(|one| one == id))
        };
        self.take_away(request, is_there).await.map_err(explain)
    }

    /// Empties a half of the cache, or all of it (DELETE /v2/cache).
    pub async fn clear_cache(&self, part: Option<CachePart>) -> Result<()> {
        let request = self.cache_request(Method::DELETE, &[]).await?;
        let target = match part {
            Some(CachePart::Cache) => "cache",
            Some(CachePart::Queue) => "queue",
            None => "",
        };
        let request = request.header("x-image-cache-clear-target", target);
        self.send(request).await.map(drop).map_err(explain)
    }

    /// The URLs of the nodes that have an image cached (GET /v2/cache/nodes/{id}).
    ///
    /// Errors: `conflict` (each node has a cache of its own, so none knows), `not_found`.
    pub async fn cache_nodes(&self, id: &str) -> Result<Vec<String>> {
        self.ask(self.cache_request(Method::GET, &["nodes", id]).await?).await.map_err(explain)
    }

    /// Takes out what is broken or was never finished (POST /v2/cache/clean).
    pub async fn clean_cache(&self) -> Result<()> {
        let request = self.cache_request(Method::POST, &["clean"]).await?.effect(Effect::Delete);
        self.send(request).await.map(drop).map_err(explain)
    }

    /// Takes out what was used least, down to the cache's size (POST /v2/cache/prune).
    pub async fn prune_cache(&self) -> Result<Pruned> {
        let request = self.cache_request(Method::POST, &["prune"]).await?.effect(Effect::Delete);
        self.ask(request).await.map_err(explain)
    }

    async fn cache_act(&self, method: Method, below: &[&str]) -> Result<()> {
        self.send(self.cache_request(method, below).await?).await.map(drop).map_err(explain)
    }

    async fn cache_request(&self, method: Method, below: &[&str]) -> Result<Request> {
        let mut path = String::from("/v2/cache");
        for part in below {
            path.push('/');
            path.push_str(&segment(part)?);
        }
        self.request(method, &path).await
    }
}

fn explain(error: Error) -> Error {
    let of_image = error.message().contains("Image ");
    let error = if of_image {
        error
    } else {
        lacking(error, "has no image cache to look after", "nothing can be cached ahead here")
    };
    match error.status_code() {
        Some(409) => {
            error.advice("each of its nodes has a cache of its own: ask cloud:cache() of each endpoint")
        }
        _ => explain_role(error, "the image cache is for administrators"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{any, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::Kind;
    use crate::glance::testing::{asked, glance, glance_allowed};

    #[tokio::test]
    async fn cache_requests_have_the_effect_of_their_operation() {
        let server = MockServer::start().await;
        let nothing = json!({"total_files_pruned": 0, "total_bytes_pruned": 0});
        Mock::given(any())
            .respond_with(ResponseTemplate::new(200).set_body_json(nothing))
            .mount(&server)
            .await;
        for (allowed, sent) in [(Effect::Read, 0), (Effect::Write, 1), (Effect::Delete, 1 + 6)] {
            let glance = glance_allowed(&server, allowed);
            let results = [
                glance.cache_image("1bea").await,
                glance.clean_cache().await,
                glance.prune_cache().await.map(drop),
                glance.uncache_image("1bea").await,
                glance.clear_cache(None).await,
                glance.clear_cache(Some(CachePart::Queue)).await,
            ];
            let refused = results.iter().filter(|result| result.is_err()).count();
            assert_eq!(asked(&server).await.len(), sent, "{allowed:?}");
            let expected = match allowed {
                Effect::Nothing | Effect::Read => 6,
                Effect::Write => 5,
                Effect::Delete => 0,
            };
            assert_eq!(refused, expected, "{allowed:?}");
        }
    }

    #[tokio::test]
    async fn a_half_is_named_in_a_header() {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).mount(&server).await;
        for part in [Some(CachePart::Cache), Some(CachePart::Queue), None] {
            glance(&server).clear_cache(part).await.unwrap();
        }
        let requests = server.received_requests().await.unwrap();
        let targets: Vec<_> =
            requests.iter().map(|one| one.headers["x-image-cache-clear-target"].to_str().unwrap()).collect();
        assert_eq!(targets, ["cache", "queue", ""]);
    }

    #[tokio::test]
    async fn a_missing_image_is_told_apart_from_a_missing_cache() {
        let server = MockServer::start().await;
        let answer = |message: &str| ResponseTemplate::new(404).set_body_json(json!({ "message": message }));
        let image = Mock::given(path("/v2/cache/1bea"));
        image.respond_with(answer("Image 1bea not found.")).mount(&server).await;
        let none = "Caching via API is not supported at this site.";
        Mock::given(method("GET")).respond_with(answer(none)).mount(&server).await;
        let glance = glance(&server);
        assert_eq!(glance.cache_image("1bea").await.unwrap_err().message(), "Image 1bea not found.");
        let error = glance.cache().await.unwrap_err();
        assert_eq!(error.message(), format!("this cloud has no image cache to look after: {none}"));
        assert_eq!(glance.cache_nodes("..").await.unwrap_err().kind(), Kind::Usage);
    }
}
