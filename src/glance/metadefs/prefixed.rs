//! What stands in a namespace, with names as things of one resource type carry them.
//!
//! Only the answer to a whole namespace tells them so. Source: `glance/api/v2/metadef_namespaces.py`,
//! `NamespaceController._prefix_property_name`.

use serde_json::{Map, Value};

use super::super::Glance;
use super::contents::definitions;
use super::{Class, Definition, ResourceType, explain, path};
use crate::error::{Error, Kind, Result, nearest};
use crate::http::Method;

impl Glance {
    /// All properties or objects of a namespace, with the names of properties as things of that resource type
    /// carry them (GET …/{namespace}?`resource_type`=…, the one answer that tells them so).
    ///
    /// Errors: `not_found` (no such namespace; it is not for that resource type, about which Glance would say
    /// nothing).
    pub async fn definitions_on<C: Class>(
        &self,
        namespace: &str,
        resource_type: &str,
    ) -> Result<Vec<Definition<C>>> {
        let mut request = self.request(Method::GET, &path(namespace, &[])?).await?;
        request.url.query_pairs_mut().append_pair("resource_type", resource_type);
        let response = self.send(request).await.map_err(|error| explain(error, namespace))?;
        let broken = response.error(Kind::Protocol, format!("the answer has no list of {}", C::COLLECTION));
        let mut answer: Map<String, Value> = response.json().await?;
        let told = answer.remove(C::LIST).unwrap_or_else(|| Value::Array(Vec::new()));
        let types = answer.remove(ResourceType::LIST).unwrap_or_else(|| Value::Array(Vec::new()));
        let types = definitions::<ResourceType>(types, broken.clone())?;
        let Some(this) = types.iter().find(|one| one.name() == resource_type) else {
            return Err(not_for_error(namespace, resource_type, &types));
        };
        let prefix = this.field("prefix").and_then(Value::as_str).unwrap_or_default();
        Ok(definitions(told, broken)?.into_iter().map(|one: Definition<C>| one.with_prefix(prefix)).collect())
    }
}

fn not_for_error(namespace: &str, resource_type: &str, types: &[Definition<ResourceType>]) -> Error {
    let message = format!("namespace {namespace} is not for the resource type '{resource_type}'");
    let names: Vec<_> = types.iter().map(Definition::name).collect();
    let advice = match nearest(resource_type, names.iter().copied()) {
        Some(near) => format!("did you mean '{near}'?"),
        None if names.is_empty() => "it is for none".to_owned(),
        None => format!("it is for {}", names.join(", ")),
    };
    Error::new(Kind::NotFound, message).advice(advice)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::super::{Object, Property, Tag};
    use super::*;
    use crate::glance::testing::{asked, glance};

    #[tokio::test]
    async fn on_a_type_of_thing_names_have_a_prefix_and_are_known_without_it() {
        let server = MockServer::start().await;
        let told = json!({
            "namespace": "Pub", "properties": {"hw_p": {"title": "P", "type": "string"}}, "objects": [{"name": "hw_o"}],
            "resource_type_associations": [{"name": "OS::A", "prefix": "hw_"}, {"name": "OS::B"}]
        });
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(told)).mount(&server).await;
        let glance = glance(&server);
        let properties = glance.definitions_on::<Property>("Pub", "OS::A").await.unwrap();
        assert_eq!((properties[0].name(), properties[0].stored_name()), ("hw_p", "p"));
        let objects = glance.definitions_on::<Object>("Pub", "OS::A").await.unwrap();
        assert_eq!(objects[0].stored_name(), "hw_o");
        let plain = glance.definitions_on::<Property>("Pub", "OS::B").await.unwrap();
        assert_eq!(plain[0].stored_name(), "hw_p");
        assert!(glance.definitions_on::<Tag>("Pub", "OS::A").await.unwrap().is_empty());
        let none = glance.definitions_on::<Object>("Pub", "OS::C").await.unwrap_err();
        assert_eq!((none.kind(), none.advice_text()), (Kind::NotFound, Some("did you mean 'OS::A'?")));
        let asked = asked(&server).await;
        assert_eq!(asked[0], "GET /v2/metadefs/namespaces/Pub?resource_type=OS%3A%3AA");
    }
}
