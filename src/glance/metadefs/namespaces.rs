//! Namespaces: show, create, update, delete.
//!
//! Their listing is `listing`'s. Source: `glance/api/v2/metadef_namespaces.py`, `NamespaceController`.

use serde_json::{Map, Value};

use super::super::Glance;
use super::{
    Class, Definition, Namespace, Object, ResourceType, Tag, advise, explain, path, require_name,
    require_same_name,
};
use crate::error::Result;
use crate::glance::reliable::retry_once::is_found;
use crate::glance::unfinished::in_flight::Addition;
use crate::http::Method;

impl Glance {
    /// One namespace (GET /v2/metadefs/namespaces/{namespace}). Errors: `not_found` (none, or another
    /// project's).
    pub async fn namespace(&self, name: &str) -> Result<Definition<Namespace>> {
        let request = self.request(Method::GET, &path(name, &[])?).await?;
        let namespace = self.ask(request).await.map_err(|error| explain(error, name))?;
        require_same_name(namespace, name)
    }

    /// Makes a namespace, and what it is given to hold (POST /v2/metadefs/namespaces): `properties` by name,
    /// lists of `objects`, `tags` and `resource_type_associations`.
    ///
    /// Errors: `conflict` (the name is taken, if only by one that another project hides), `forbidden` (no
    /// administrator), `invalid`, `usage` (a name that Glance could not find again).
    pub async fn create_namespace(&self, fields: Map<String, Value>) -> Result<Definition<Namespace>> {
        for name in names(&fields) {
            require_name(name)?;
        }
        let request = self.request(Method::POST, "/v2/metadefs/namespaces").await?;
        let name = fields.get(Namespace::NAME).and_then(Value::as_str).unwrap_or_default();
        let object = Addition::new(&format!("namespace {name}"), &format!("cloud:namespace({name:?})"));
        let request = request.json(&Value::Object(fields));
        self.creating(object, request, async |request| self.ask(request).await).await.map_err(advise)
    }

    /// Changes a namespace, its name too (GET and PUT …/{namespace}); null takes a field away.
    ///
    /// Errors: `conflict` (the new name is taken), `forbidden` (no administrator), `not_found`, `usage` (the
    /// new name).
    pub async fn update_namespace(
        &self,
        name: &str,
        changes: Map<String, Value>,
    ) -> Result<Definition<Namespace>> {
        self.replace(&path(name, &[])?, changes).await.map_err(|error| explain(error, name))
    }

    /// Deletes a namespace with all that is in it (DELETE …/{namespace}).
    ///
    /// Errors: `not_found`, `forbidden` (protected; no administrator).
    pub async fn delete_namespace(&self, name: &str) -> Result<()> {
        let request = self.request(Method::DELETE, &path(name, &[])?).await?;
        let is_there = async || is_found(self.namespace(name).await);
        self.take_away(request, is_there).await.map_err(|error| explain(error, name))
    }
}

/// Every name that a new namespace brings, its own first.
fn names(fields: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let own = fields.get(Namespace::NAME).and_then(Value::as_str).unwrap_or_default();
    let properties = fields.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let listed = [Object::LIST, Tag::LIST, ResourceType::LIST].into_iter();
    let listed = listed.filter_map(|key| fields.get(key)?.as_array()).flatten();
    let listed = listed.map(|item| item.get("name").and_then(Value::as_str).unwrap_or_default());
    [own].into_iter().chain(properties.map(String::as_str)).chain(listed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{any, body_json, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::error::Kind;
    use crate::glance::testing::{asked, glance, glance_allowed};
    use crate::http::Effect;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[tokio::test]
    async fn an_update_keeps_owner_and_all_else_that_glance_would_set_anew() {
        let server = MockServer::start().await;
        let types = json!([{"name": "OS::Nova::Flavor"}]);
        let now = json!({
            "namespace": "Pub", "description": "d", "visibility": "public", "protected": true, "owner": "me",
            "created_at": "t", "updated_at": "t", "self": "/", "schema": "/", "resource_type_associations": types,
            "properties": {"p": {"title": "P", "type": "string"}}, "objects": [{"name": "o"}], "tags": [{"name": "t"}]
        });
        let here = ResponseTemplate::new(200).set_body_json(now);
        Mock::given(method("GET")).respond_with(here).mount(&server).await;
        let whole = json!({
            "namespace": "Pub", "description": "d", "visibility": "public", "protected": true, "owner": "me",
            "display_name": "D"
        });
        let right = Mock::given(method("PUT")).and(body_json(&whole));
        right.respond_with(ResponseTemplate::new(200).set_body_json(&whole)).mount(&server).await;
        let changes = map(&json!({"display_name": "D"}));
        let updated = glance(&server).update_namespace("Pub", changes).await.unwrap();
        assert_eq!(updated.field("owner"), Some(&json!("me")));
        assert_eq!(updated.field("resource_type_associations"), Some(&types));
    }

    #[tokio::test]
    async fn no_name_that_a_new_namespace_brings_is_one_that_nothing_finds() {
        let server = MockServer::start().await;
        let glance = glance(&server);
        for fields in [
            json!({"namespace": "a/b"}),
            json!({"namespace": "é"}),
            json!({"namespace": "Pub", "properties": {"a/b": {}}}),
            json!({"namespace": "Pub", "objects": [{"name": "o"}, {"name": ""}]}),
            json!({"namespace": "Pub", "tags": [{"name": ".."}]}),
            json!({"namespace": "Pub", "resource_type_associations": [{"name": "/"}]}),
        ] {
            let refused = glance.create_namespace(map(&fields)).await.unwrap_err();
            assert_eq!(refused.kind(), Kind::Usage, "{fields}");
        }
        assert!(asked(&server).await.is_empty());
    }

    #[tokio::test]
    async fn each_verb_asks_for_its_own_namespace_and_deleting_is_more_than_a_write() {
        let server = MockServer::start().await;
        let one = ResponseTemplate::new(200).set_body_json(json!({"namespace": "A::B"}));
        Mock::given(any()).respond_with(one).mount(&server).await;
        let glance = glance_allowed(&server, Effect::Write);
        glance.create_namespace(map(&json!({"namespace": "A::B"}))).await.unwrap();
        glance.namespace("A::B").await.unwrap();
        assert_eq!(glance.delete_namespace("A::B").await.unwrap_err().kind(), Kind::Forbidden);
        glance_allowed(&server, Effect::Delete).delete_namespace("A::B").await.unwrap();
        let expected = [
            "POST /v2/metadefs/namespaces",
            "GET /v2/metadefs/namespaces/A%3A%3AB",
            "DELETE /v2/metadefs/namespaces/A%3A%3AB",
        ];
        assert_eq!(asked(&server).await, expected);
    }
}
