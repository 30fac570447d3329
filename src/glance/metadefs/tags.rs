//! What only tags know: one is made by its name alone, and several at once.
//!
//! Source: `glance/api/v2/metadef_tags.py`, `TagsController`.

use serde_json::{Value, json};

use super::super::Glance;
use super::{Class, Definition, Tag, definition, explain, path, require_name};
use crate::error::Result;
use crate::glance::reliable::lost_response::is_unsure;
use crate::glance::unfinished::in_flight::Addition;
use crate::http::{Effect, Method};

/// Keeps the tags that are there. A cloud from before this header was known takes them away.
const APPEND: &str = "X-OpenStack-Append";

/// What a list of tags does to those that exist.
#[derive(Clone, Copy)]
enum Tags {
    /// It is added to them.
    Append,
    /// It has them too, so that none is lost.
    PutBack,
    /// It takes their place.
    Replace,
}

impl Glance {
    /// Adds a tag (POST …/tags/{tag}).
    ///
    /// Errors: `conflict` (there, in whatever case), `forbidden` (no administrator), `not_found`, `usage`
    /// (the name).
    pub async fn create_tag(&self, namespace: &str, name: &str) -> Result<Definition<Tag>> {
        require_name(name)?;
        let request = self.request(Method::POST, &path(namespace, &[Tag::COLLECTION, name])?).await?;
        let object = definition::<Tag>(namespace, name);
        let made = self.creating(object, request, async |request| self.ask(request).await).await;
        made.map_err(|error| explain(error, namespace))
    }

    /// Adds tags, all or none, and keeps those that are there (POST …/tags).
    ///
    /// Where the cloud keeps none, they are put back: a second POST then has them all. That is done after a
    /// lost answer too, and removes nothing, so it is allowed where writes are.
    ///
    /// Errors: as for one tag.
    pub async fn add_tags(&self, namespace: &str, names: &[String]) -> Result<Vec<Definition<Tag>>> {
        let before = self.definitions::<Tag>(namespace).await?;
        let made = self.post_tags(namespace, names, Tags::Append).await;
        if made.as_ref().is_err_and(|error| !is_unsure(error)) {
            return made;
        }
        if let Some(one) = before.first() {
            let after = self.definitions::<Tag>(namespace).await?;
            if !after.iter().any(|tag| tag.name() == one.name()) && after.len() == names.len() {
                let old = before.iter().map(|tag| tag.name().to_owned());
                let all: Vec<String> = old.chain(names.iter().cloned()).collect();
                self.post_tags(namespace, &all, Tags::PutBack).await?;
            }
        }
        made
    }

    /// Adds tags in place of all that are there, which are deleted (POST …/tags).
    ///
    /// Errors: as for one tag; `conflict` is a name that stands twice in the list.
    pub async fn replace_tags(&self, namespace: &str, names: &[String]) -> Result<Vec<Definition<Tag>>> {
        self.post_tags(namespace, names, Tags::Replace).await
    }

    async fn post_tags(&self, namespace: &str, names: &[String], how: Tags) -> Result<Vec<Definition<Tag>>> {
        for name in names {
            require_name(name)?;
        }
        let tags: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        let request = self.request(Method::POST, &path(namespace, &[Tag::COLLECTION])?).await?;
        let request = request.json(&json!({ "tags": tags }));
        let request = match how {
            Tags::Append => request.header(APPEND, "true"),
            Tags::PutBack => request,
            Tags::Replace => request.effect(Effect::Delete),
        };
        let object = Addition::new(
            &format!("tags {} of namespace {namespace}", names.join(", ")),
            &format!("cloud:namespace({namespace:?}):tags()"),
        );
        let made =
            self.creating(object, request, async |request| self.listed(request, Tag::LIST).await).await;
        made.map_err(|error| explain(error, namespace))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{body_json, header, method, path as at};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::Kind;
    use crate::glance::testing::{asked, glance, glance_allowed};

    const TAGS: &str = "/v2/metadefs/namespaces/Pub/tags";

    fn tags(names: &[&str]) -> Value {
        let tags: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        json!({ "tags": tags })
    }

    /// The tags of a listing, the first time and ever after.
    async fn listing(server: &MockServer, first: &[&str], after: &[&str]) {
        let get = || Mock::given(method("GET")).and(at(TAGS));
        let told = |names| ResponseTemplate::new(200).set_body_json(tags(names));
        get().respond_with(told(first)).up_to_n_times(1).mount(server).await;
        get().respond_with(told(after)).mount(server).await;
    }

    async fn taking(server: &MockServer, names: &[&str], append: bool) {
        let post = Mock::given(method("POST")).and(body_json(tags(names)));
        let post = if append { post.and(header(APPEND, "true")) } else { post };
        post.respond_with(ResponseTemplate::new(201).set_body_json(tags(names))).mount(server).await;
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn tags_are_added_to_the_existing_ones() {
        let server = MockServer::start().await;
        listing(&server, &["old"], &["new", "old"]).await;
        taking(&server, &["new"], true).await;
        let made = glance(&server).add_tags("Pub", &names(&["new"])).await.unwrap();
        assert_eq!(made[0].name(), "new");
        assert_eq!(asked(&server).await, ["GET", "POST", "GET"].map(|verb| format!("{verb} {TAGS}")));
    }

    #[tokio::test]
    async fn tags_removed_by_an_old_cloud_are_restored() {
        let server = MockServer::start().await;
        listing(&server, &["old", "older"], &["new"]).await;
        taking(&server, &["new"], true).await;
        taking(&server, &["old", "older", "new"], false).await;
        glance(&server).add_tags("Pub", &names(&["new"])).await.unwrap();
        assert_eq!(asked(&server).await.len(), 4);
    }

    #[tokio::test]
    async fn tags_that_an_old_cloud_removed_are_put_back_after_a_lost_answer_and_by_a_writer() {
        let server = MockServer::start().await;
        listing(&server, &["old"], &["new"]).await;
        let lost = Mock::given(method("POST")).and(header(APPEND, "true"));
        lost.respond_with(ResponseTemplate::new(504)).mount(&server).await;
        taking(&server, &["old", "new"], false).await;
        let error = glance_allowed(&server, Effect::Write).add_tags("Pub", &names(&["new"])).await;
        assert_eq!(error.unwrap_err().status_code(), Some(504));
        let sent = server.received_requests().await.unwrap();
        assert!(sent.len() == 4 && !sent[3].headers.contains_key(APPEND));
    }

    #[tokio::test]
    async fn taking_the_place_of_others_is_a_deletion() {
        let server = MockServer::start().await;
        taking(&server, &["new"], false).await;
        let refused = glance_allowed(&server, Effect::Write).replace_tags("Pub", &names(&["new"])).await;
        assert_eq!(refused.unwrap_err().kind(), Kind::Forbidden);
        glance(&server).replace_tags("Pub", &names(&["new"])).await.unwrap();
        let sent = server.received_requests().await.unwrap();
        assert!(sent.len() == 1 && !sent[0].headers.contains_key(APPEND));
    }

    #[tokio::test]
    async fn a_tag_is_created_by_its_name_alone() {
        let server = MockServer::start().await;
        let made = ResponseTemplate::new(201).set_body_json(json!({ "name": "a b" }));
        Mock::given(method("POST")).respond_with(made).mount(&server).await;
        let glance = glance(&server);
        assert_eq!(glance.create_tag("Pub", "a b").await.unwrap().name(), "a b");
        assert_eq!(glance.create_tag("Pub", "é").await.unwrap_err().kind(), Kind::Usage);
        assert_eq!(asked(&server).await, [format!("POST {TAGS}/a%20b")]);
    }
}
