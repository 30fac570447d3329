//! Types of resources, such as `OS::Nova::Flavor`: all that the cloud knows.
//!
//! Those that a namespace is for are part of its `contents`. Source: `glance/api/v2/metadef_resource_types.py`,
//! `ResourceTypeController`.

use super::super::Glance;
use super::{Class, Definition, ResourceType};
use crate::error::Result;
use crate::http::Method;

impl Glance {
    /// Every type that some namespace was ever for (`GET /v2/metadefs/resource_types`): names and times.
    pub async fn resource_types(&self) -> Result<Vec<Definition<ResourceType>>> {
        let request = self.request(Method::GET, "/v2/metadefs/resource_types").await?;
        self.listed(request, ResourceType::COLLECTION).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use crate::glance::testing::glance;

    #[tokio::test]
    async fn all_types_are_told_under_a_key_of_their_own() {
        let server = MockServer::start().await;
        let types = json!({"resource_types": [{"name": "OS::Nova::Flavor", "created_at": "t"}]});
        let all = Mock::given(method("GET")).and(path("/v2/metadefs/resource_types"));
        all.respond_with(ResponseTemplate::new(200).set_body_json(types)).mount(&server).await;
        let types = glance(&server).resource_types().await.unwrap();
        assert_eq!((types.len(), types[0].name()), (1, "OS::Nova::Flavor"));
    }
}
