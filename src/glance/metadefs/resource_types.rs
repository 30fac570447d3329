//! Types of resources, such as `OS::Nova::Flavor`: all that the cloud knows.
//!
//! Those that a namespace is for are part of its `contents`. Source:
//! `glance/api/v2/metadef_resource_types.py`, `ResourceTypeController`.

use super::super::Glance;
use super::{Class, Definition, ResourceType};
use crate::error::{Error, Kind, Result};
use crate::http::Method;

impl Glance {
    /// Every type that some namespace was ever for (`GET /v2/metadefs/resource_types`): names and times.
    pub async fn resource_types(&self) -> Result<Vec<Definition<ResourceType>>> {
        let request = self.request(Method::GET, "/v2/metadefs/resource_types").await?;
        self.listed(request, ResourceType::COLLECTION).await
    }

    /// Ends the association of a namespace with a resource type (`DELETE …/resource_types/{name}`).
    ///
    /// The list is read first: a database that ignores case would find a type whose name differs in case.
    /// Errors: `not_found`, `forbidden` (no administrator; the namespace is protected).
    pub async fn remove_resource_type(&self, namespace: &str, name: &str) -> Result<()> {
        let types = self.definitions::<ResourceType>(namespace).await?;
        let is_like = |one: &&Definition<ResourceType>| one.name().to_lowercase() == name.to_lowercase();
        if !types.iter().any(|one| one.name() == name)
            && let Some(other) = types.iter().find(is_like)
        {
            let message = format!("namespace {namespace} is not for the resource type '{name}'");
            return Err(
                Error::new(Kind::NotFound, message).advice(format!("did you mean '{}'?", other.name()))
            );
        }
        self.delete_definition::<ResourceType>(namespace, name).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::error::Kind;
    use crate::glance::testing::{asked, glance};

    #[tokio::test]
    async fn a_resource_type_whose_name_differs_in_case_is_not_removed() {
        let server = MockServer::start().await;
        let types = json!({"resource_type_associations": [{"name": "OS::Nova::Flavor"}]});
        let list = Mock::given(method("GET")).and(path("/v2/metadefs/namespaces/Pub/resource_types"));
        list.respond_with(ResponseTemplate::new(200).set_body_json(types)).mount(&server).await;
        let error = glance(&server).remove_resource_type("Pub", "os::nova::flavor").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.advice_text()),
            (Kind::NotFound, Some("did you mean 'OS::Nova::Flavor'?"))
        );
        assert_eq!(asked(&server).await.len(), 1);
    }

    #[tokio::test]
    async fn types_are_listed_under_their_own_key() {
        let server = MockServer::start().await;
        let types = json!({"resource_types": [{"name": "OS::Nova::Flavor", "created_at": "t"}]});
        let all = Mock::given(method("GET")).and(path("/v2/metadefs/resource_types"));
        all.respond_with(ResponseTemplate::new(200).set_body_json(types)).mount(&server).await;
        let types = glance(&server).resource_types().await.unwrap();
        assert_eq!((types.len(), types[0].name()), (1, "OS::Nova::Flavor"));
    }
}
