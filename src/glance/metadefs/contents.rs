//! What stands in a namespace: list, show, create, update, delete, whatever kind it is.
//!
//! What only tags or resource types know stands in files of their own. Source:
//! `glance/api/v2/metadef_properties.py`, `metadef_objects.py`, `metadef_tags.py`,
//! `metadef_resource_types.py`; and `metadef_namespaces.py` for the deletion of all.

use serde_json::{Map, Value};

use super::super::Glance;
use super::{Class, Definition, definition, explain, path, require_name, require_same_name};
use crate::error::{Error, Kind, Result};
use crate::http::{Method, Request};

/// The status of Glance's answer to a new name that is taken, where it has not thought of that.
const TRIPPED: u16 = 500;

impl Glance {
    /// All of that kind in a namespace, which Glance tells at once (GET …/{collection}).
    ///
    /// Errors: `not_found` (no such namespace, or not visible from this project).
    pub async fn definitions<C: Class>(&self, namespace: &str) -> Result<Vec<Definition<C>>> {
        let request = self.request(Method::GET, &path(namespace, &[C::COLLECTION])?).await?;
        self.listed(request, C::LIST).await.map_err(|error| explain(error, namespace))
    }

    /// One of them (GET …/{collection}/{name}). Errors: `not_found` (the message says what: namespace or
    /// name).
    pub async fn definition<C: Class>(&self, namespace: &str, name: &str) -> Result<Definition<C>> {
        let request = self.request(Method::GET, &path(namespace, &[C::COLLECTION, name])?).await?;
        let definition = self.ask(request).await.map_err(|error| explain(error, namespace))?;
        require_same_name(definition, name)
    }

    /// Adds one (POST …/{collection}). The fields are sent as they are.
    ///
    /// Errors: `conflict` (the name is taken), `forbidden` (no administrator), `invalid`, `not_found` (the
    /// namespace), `usage` (a name that Glance could not find again).
    pub async fn create_definition<C: Class>(
        &self,
        namespace: &str,
        fields: Map<String, Value>,
    ) -> Result<Definition<C>> {
        let name = fields.get(C::NAME).and_then(Value::as_str).unwrap_or_default();
        require_name(name)?;
        let object = definition::<C>(namespace, name);
        let request = self.request(Method::POST, &path(namespace, &[C::COLLECTION])?).await?;
        let request = request.json(&Value::Object(fields));
        let made = self.creating(object, request, async |request| self.ask(request).await).await;
        made.map_err(|error| explain(error, namespace))
    }

    /// Changes one, its name too (GET and PUT …/{collection}/{name}); null takes a field away.
    ///
    /// Errors: `conflict` (the new name is taken), `forbidden`, `invalid`, `not_found`, `usage` (the new
    /// name).
    pub async fn update_definition<C: Class>(
        &self,
        namespace: &str,
        name: &str,
        changes: Map<String, Value>,
    ) -> Result<Definition<C>> {
        let renamed = changes.get(C::NAME).and_then(Value::as_str).unwrap_or(name).to_owned();
        let updated = self.replace(&path(namespace, &[C::COLLECTION, name])?, changes).await;
        match updated {
            Err(error) if error.status_code() == Some(TRIPPED) && renamed != name => {
                // Both names exist only where the new one was taken; else this call may have renamed it all
                // the same.
                let is_taken = self.definition::<C>(namespace, &renamed).await.is_ok()
                    && self.definition::<C>(namespace, name).await.is_ok();
                Err(if is_taken { taken::<C>(&error, namespace, &renamed) } else { error })
            }
            answer => answer.map_err(|error| explain(error, namespace)),
        }
    }

    /// Deletes one (DELETE …/{collection}/{name}). Errors: `not_found`, `forbidden` (protected; no
    /// administrator).
    pub async fn delete_definition<C: Class>(&self, namespace: &str, name: &str) -> Result<()> {
        let request = self.request(Method::DELETE, &path(namespace, &[C::COLLECTION, name])?).await?;
        // Not every kind can be asked for by name.
        let is_there = async || self.are_there(namespace, |one: &Definition<C>| one.name() == name).await;
        self.take_away(request, is_there).await.map_err(|error| explain(error, namespace))
    }

    /// Deletes all of that kind (DELETE …/{collection}). Errors: `not_found`, `forbidden` (protected; no
    /// administrator).
    pub async fn delete_definitions<C: Class>(&self, namespace: &str) -> Result<()> {
        let request = self.request(Method::DELETE, &path(namespace, &[C::COLLECTION])?).await?;
        let is_there = async || self.are_there(namespace, |_: &Definition<C>| true).await;
        self.take_away(request, is_there).await.map_err(|error| explain(error, namespace))
    }

    /// Whether there is any such one in a namespace; none is in one that is gone.
    async fn are_there<C: Class>(
        &self,
        namespace: &str,
        is_one: impl Fn(&Definition<C>) -> bool,
    ) -> Result<bool> {
        match self.definitions(namespace).await {
            Err(error) if error.kind() == Kind::NotFound => Ok(false),
            answer => Ok(answer?.iter().any(is_one)),
        }
    }

    /// Reads what is at a path, and puts it back changed. Without a change it is only read.
    pub(super) async fn replace<C: Class>(
        &self,
        path: &str,
        changes: Map<String, Value>,
    ) -> Result<Definition<C>> {
        let renamed = changes.get(C::NAME).and_then(Value::as_str).map(ToOwned::to_owned);
        renamed.as_deref().map_or(Ok(()), require_name)?;
        let now: Definition<C> = self.ask(self.request(Method::GET, path).await?).await?;
        if changes.is_empty() {
            return Ok(now);
        }
        let request = self.request(Method::PUT, path).await?.json(&Value::Object(now.merge_changes(changes)));
        // A new name is taken over once; by the old one nothing is found any more.
        let again = renamed.is_none_or(|name| name == now.name());
        let updated: Definition<C> = self.ask(request.repeatable(again)).await?;
        Ok(updated.keep(&now))
    }

    /// An answer that is a list under a key, or an object whose keys are the names.
    pub(super) async fn listed<C: Class>(&self, request: Request, key: &str) -> Result<Vec<Definition<C>>> {
        let response = self.send(request).await?;
        let broken = response.error(Kind::Protocol, format!("the answer has no list of {}", C::COLLECTION));
        let mut answer: Map<String, Value> = response.json().await?;
        definitions(answer.remove(key).unwrap_or_default(), broken)
    }
}

/// A list, or an object whose keys are the names. Errors: `broken`, where it is neither.
pub(super) fn definitions<C: Class>(told: Value, broken: Error) -> Result<Vec<Definition<C>>> {
    let items = match told {
        Value::Array(items) => items,
        Value::Object(items) => items.into_iter().map(named::<C>).collect(),
        _ => return Err(broken),
    };
    let read = items.into_iter().map(serde_json::from_value).collect::<Result<_, serde_json::Error>>();
    read.map_err(|failure| broken.context(failure))
}

/// A definition that is told without its name, by its name.
fn named<C: Class>((name, mut told): (String, Value)) -> Value {
    if let Value::Object(fields) = &mut told {
        fields.insert(C::NAME.to_owned(), Value::String(name));
    }
    told
}

/// The error for a new name that is taken. It has no status: Glance's own was 500.
fn taken<C: Class>(error: &Error, namespace: &str, name: &str) -> Error {
    let message = format!("{} {name} is there already in namespace {namespace}", C::WORD);
    let told = Error::new(Kind::Conflict, message).op(error.op_name().unwrap_or_default());
    match error.request_id_value() {
        Some(id) => told.request_id(id),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{any, body_json, method, path as at};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::{Object, Property, ResourceType, Tag};
    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed};
    use crate::http::Effect;

    const NAMESPACE: &str = "/v2/metadefs/namespaces/Pub";

    async fn answer(server: &MockServer, verb: &str, path: &str, template: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(at(format!("{NAMESPACE}{path}")));
        mock.respond_with(template).mount(server).await;
    }

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[tokio::test]
    async fn only_the_exact_name_finds_a_namespace_or_a_definition_in_it() {
        let server = MockServer::start().await;
        let told = |json: Value| ResponseTemplate::new(200).set_body_json(json);
        Mock::given(at("/v2/metadefs/namespaces/pub"))
            .respond_with(told(json!({"namespace": "Pub"})))
            .mount(&server)
            .await;
        answer(&server, "GET", "/tags/Red", told(json!({"name": "red"}))).await;
        let glance = glance(&server);
        let error = glance.namespace("pub").await.unwrap_err();
        assert_eq!((error.kind(), error.advice_text()), (Kind::NotFound, Some("did you mean 'Pub'?")));
        let error = glance.definition::<Tag>("Pub", "Red").await.unwrap_err();
        assert_eq!((error.kind(), error.advice_text()), (Kind::NotFound, Some("did you mean 'red'?")));
    }

    #[tokio::test]
    async fn a_list_is_read_in_each_of_the_shapes_that_glance_gives() {
        let server = MockServer::start().await;
        let told = |json: Value| ResponseTemplate::new(200).set_body_json(json);
        let properties = json!({"properties": {"b": {"type": "string"}, "a": {"type": "string"}}});
        answer(&server, "GET", "/properties", told(properties)).await;
        answer(&server, "GET", "/objects", told(json!({"objects": [{"name": "o"}], "schema": "x"}))).await;
        let types = json!({"resource_type_associations": [{"name": "OS::Nova::Flavor", "prefix": "hw:"}]});
        answer(&server, "GET", "/resource_types", told(types)).await;
        answer(&server, "GET", "/tags", told(json!({"tag": []}))).await;

        let glance = glance(&server);
        let properties = glance.definitions::<Property>("Pub").await.unwrap();
        assert_eq!(properties.iter().map(Definition::name).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(glance.definitions::<Object>("Pub").await.unwrap()[0].name(), "o");
        let types = glance.definitions::<ResourceType>("Pub").await.unwrap();
        assert_eq!(types[0].field("prefix"), Some(&json!("hw:")));
        let broken = glance.definitions::<Tag>("Pub").await.unwrap_err();
        assert_eq!((broken.kind(), broken.message()), (Kind::Protocol, "the answer has no list of tags"));
    }

    #[tokio::test]
    async fn each_verb_asks_for_its_own_thing_and_only_deletions_are_more_than_a_write() {
        let server = MockServer::start().await;
        let one = ResponseTemplate::new(200).set_body_json(json!({"name": "a b"}));
        Mock::given(any()).respond_with(one).mount(&server).await;
        let glance = glance_allowed(&server, Effect::Write);
        glance.definition::<Object>("Pub", "a b").await.unwrap();
        glance.create_definition::<Object>("Pub", map(&json!({"name": "a b"}))).await.unwrap();
        glance.update_definition::<Object>("Pub", "a b", map(&json!({"description": "d"}))).await.unwrap();
        glance.update_definition::<Object>("Pub", "a b", Map::new()).await.unwrap();
        for refused in [
            glance.delete_definition::<Object>("Pub", "a b").await,
            glance.delete_definitions::<Object>("Pub").await,
        ] {
            assert_eq!(refused.unwrap_err().kind(), Kind::Forbidden);
        }
        let glance = glance_allowed(&server, Effect::Delete);
        glance.delete_definition::<Object>("Pub", "a b").await.unwrap();
        glance.delete_definitions::<Object>("Pub").await.unwrap();
        let (list, one) = (format!("{NAMESPACE}/objects"), format!("{NAMESPACE}/objects/a%20b"));
        let expected = [
            ("GET", &one),
            ("POST", &list),
            ("GET", &one),
            ("PUT", &one),
            ("GET", &one),
            ("DELETE", &one),
            ("DELETE", &list),
        ];
        assert_eq!(asked(&server).await, expected.map(|(verb, path)| format!("{verb} {path}")));
    }

    #[tokio::test]
    async fn a_new_name_that_is_taken_is_a_conflict_and_one_that_is_not_leaves_the_error() {
        let server = MockServer::start().await;
        let tripped = ResponseTemplate::new(500).set_body_string("The server has either erred");
        answer(&server, "PUT", "/properties/a", tripped).await;
        for name in ["a", "b"] {
            let here = ResponseTemplate::new(200).set_body_json(json!({"name": name, "type": "string"}));
            answer(&server, "GET", &format!("/properties/{name}"), here).await;
        }
        let glance = glance(&server);
        let rename = async |name: &str| {
            glance.update_definition::<Property>("Pub", "a", map(&json!({"name": name}))).await
        };
        let taken = rename("b").await.unwrap_err();
        assert_eq!(taken.kind(), Kind::Conflict);
        assert_eq!(taken.message(), "property b is there already in namespace Pub");
        assert_eq!(rename("c").await.unwrap_err().kind(), Kind::Unavailable);
        assert_eq!(rename("a").await.unwrap_err().status_code(), Some(500));
    }

    #[tokio::test]
    async fn an_update_sends_the_whole_current_definition() {
        let server = MockServer::start().await;
        let now = json!({"name": "a", "title": "A", "type": "array", "enum": [], "default": "3"});
        answer(&server, "GET", "/properties/a", ResponseTemplate::new(200).set_body_json(now)).await;
        let whole = json!({"name": "a", "title": "A", "type": "array", "enum": [], "pattern": "^x"});
        let right = Mock::given(method("PUT")).and(body_json(&whole));
        right.respond_with(ResponseTemplate::new(200).set_body_json(&whole)).mount(&server).await;
        let changes = map(&json!({"pattern": "^x", "default": null}));
        let updated = glance(&server).update_definition::<Property>("Pub", "a", changes).await.unwrap();
        assert_eq!(updated.field("pattern"), Some(&json!("^x")));
    }

    #[tokio::test]
    async fn a_name_that_could_not_be_found_again_is_refused_without_a_request() {
        let server = MockServer::start().await;
        let glance = glance(&server);
        for name in ["", "a/b", "..", "é"] {
            let fields = map(&json!({"name": name}));
            let created = glance.create_definition::<Object>("Pub", fields.clone()).await;
            assert_eq!(created.unwrap_err().kind(), Kind::Usage, "{name}");
            let renamed = glance.update_definition::<Object>("Pub", "o", fields).await;
            assert_eq!(renamed.unwrap_err().kind(), Kind::Usage, "{name}");
        }
        assert!(asked(&server).await.is_empty());
    }
}
