//! Imports: having Glance fetch an image's data, or spread them over stores.
//!
//! Begins them; how one waits for their end stands in `wait`. Source: glance/api/v2/images.py,
//! `ImagesController.import_image` and `RequestDeserializer._validate_import_body`.

use serde_json::{Map, Value, json};

use super::super::{Glance, image_path};
use crate::error::{Error, Result};
use crate::glance::service::unsupported::{explain_role, is_bare, lacking};
use crate::glance::unfinished::in_flight::Addition;
use crate::http::{Method, Request, Response};

/// Where an import takes its data from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportMethod {
    /// What was staged.
    GlanceDirect,
    /// A web server.
    WebDownload {
        /// http or https.
        uri: String,
    },
    /// A store that has them already.
    CopyImage,
    /// An image of another region of the same Keystone; its formats and some of its properties come along.
    GlanceDownload {
        /// The region.
        region: String,
        /// The ID of the image there.
        source: String,
        /// `public` unless said otherwise.
        interface: Option<String>,
    },
}

impl ImportMethod {
    /// The names of all of them.
    pub const NAMES: [&str; 4] = ["glance-direct", "web-download", "copy-image", "glance-download"];

    /// Glance's name for it.
    pub fn name(&self) -> &'static str {
        match self {
            ImportMethod::GlanceDirect => "glance-direct",
            ImportMethod::WebDownload { .. } => "web-download",
            ImportMethod::CopyImage => "copy-image",
            ImportMethod::GlanceDownload { .. } => "glance-download",
        }
    }
}

/// An import, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Where the data come from.
    pub method: ImportMethod,
    /// The stores they go to; `None` is the default one.
    pub stores: Option<Vec<String>>,
    /// They go to every store.
    pub all_stores: Option<bool>,
    /// One store that fails makes all of it fail; true unless said otherwise.
    pub all_stores_must_succeed: Option<bool>,
}

impl Import {
    /// The body of the request.
    fn body(&self) -> Value {
        let mut method = json!({ "name": self.method.name() });
        match &self.method {
            ImportMethod::WebDownload { uri } => method["uri"] = json!(uri),
            ImportMethod::GlanceDownload { region, source, interface } => {
                method["glance_region"] = json!(region);
                method["glance_image_id"] = json!(source);
                if let Some(interface) = interface {
                    method["glance_service_interface"] = json!(interface);
                }
            }
            ImportMethod::GlanceDirect | ImportMethod::CopyImage => {}
        }
        let mut body = Map::from_iter([("method".to_owned(), method)]);
        let mut add = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(key.to_owned(), value);
            }
        };
        add("stores", self.stores.as_ref().map(|stores| json!(stores)));
        add("all_stores", self.all_stores.map(Value::Bool));
        add("all_stores_must_succeed", self.all_stores_must_succeed.map(Value::Bool));
        Value::Object(body)
    }
}

impl Glance {
    /// Begins an import (POST /v2/images/{id}/import); the answer is the ID of the request, which its task
    /// bears.
    ///
    /// Errors: `invalid` (a method that this cloud does not offer: says which it offers; a URI that it
    /// refuses), `conflict` (a status that does not allow it, formats that are not set, no such store, an
    /// import under way), `forbidden` (copy-image, by default), `limit`, `not_found`.
    pub async fn import_image(&self, id: &str, import: &Import) -> Result<Option<String>> {
        let request = self.import_request(id, import).await?;
        let answer =
            self.creating(Addition::import(id), request, async |request| self.send(request).await).await;
        self.read_begun(answer, import).await
    }

    /// The same for an image that this run is creating: clean-up takes that back whole, so nothing is said of
    /// its import.
    pub(super) async fn import_own_image(&self, id: &str, import: &Import) -> Result<Option<String>> {
        let request = self.import_request(id, import).await?;
        self.read_begun(self.unlisted().send(request).await, import).await
    }

    async fn import_request(&self, id: &str, import: &Import) -> Result<Request> {
        Ok(self.request(Method::POST, &image_path(id, &["import"])?).await?.json(&import.body()))
    }

    /// The ID of the request that has begun an import.
    async fn read_begun(&self, answer: Result<Response>, import: &Import) -> Result<Option<String>> {
        match answer {
            Ok(answer) => Ok(answer.header("x-openstack-request-id").map(str::to_owned)),
            Err(error) if is_not_offered(&error) => {
                Err(self.not_offered_error(error, import.method.name()).await)
            }
            Err(error) if is_bare(&error) => {
                Err(lacking(error, "knows no imports", "send the data themselves: image:upload"))
            }
            Err(error) => Err(explain(error)),
        }
    }

    /// The error of a method that this cloud does not offer, with those that it does.
    async fn not_offered_error(&self, error: Error, name: &str) -> Error {
        let Ok(methods) = self.import_methods().await else { return error };
        let offered = if methods.is_empty() { "none".to_owned() } else { methods.join(", ") };
        error
            .with_message(format!("this cloud does not offer the import method {name}; it offers {offered}"))
            .advice("take one of those: cloud:import_methods() lists them")
    }
}

fn is_not_offered(error: &Error) -> bool {
    error.status_code() == Some(400) && error.message().contains("Unknown import method name")
}

/// The error with advice, where Glance's words alone would leave one wondering.
fn explain(error: Error) -> Error {
    let advice = [
        ("needs to be staged", "stage its data first: image:stage"),
        ("needs to be set before import", "image:update{ disk_format = …, container_format = … }"),
        (
            "Image has active task",
            "an import is under way: image:tasks() shows it, image:wait() waits for it",
        ),
        (
            "copy_image",
            "only an administrator may copy between stores, unless the cloud's policy says otherwise",
        ),
        ("does not pass filtering", "the cloud fetches from some hosts, ports and schemes only"),
        ("Store for identifier", "cloud:stores() lists the stores"),
        ("cannot be target for import", "an image is imported into once; copy-image spreads it over stores"),
    ];
    let found = advice.iter().find(|(words, _)| error.message().contains(words));
    match found {
        // A refusal of our own has its advice already.
        Some((_, advice)) if error.status_code().is_some() => error.advice(*advice),
        _ => explain_role(error, "only the image's owner may import into it"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wiremock::matchers::{any, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed};
    use crate::http::Effect;

    fn of(method: ImportMethod) -> Import {
        Import { method, stores: None, all_stores: None, all_stores_must_succeed: None }
    }

    #[test]
    fn a_body_holds_what_was_said_and_no_more() {
        let region = ImportMethod::GlanceDownload {
            region: "RegionTwo".into(),
            source: "1bea".into(),
            interface: None,
        };
        let spread = Import {
            stores: Some(vec!["slow".into()]),
            all_stores_must_succeed: Some(false),
            ..of(ImportMethod::CopyImage)
        };
        let table = [
            (of(ImportMethod::GlanceDirect), json!({"method": {"name": "glance-direct"}})),
            (
                of(ImportMethod::WebDownload { uri: "http://a/b".into() }),
                json!({"method": {"name": "web-download", "uri": "http://a/b"}}),
            ),
            // No interface, and yet region and image: some clients drop all three.
            (
                of(region),
                json!({"method":
                    {"name": "glance-download", "glance_region": "RegionTwo", "glance_image_id": "1bea"}}),
            ),
            (
                spread,
                json!({"method": {"name": "copy-image"}, "stores": ["slow"], "all_stores_must_succeed": false}),
            ),
        ];
        for (import, body) in table {
            assert_eq!(import.body(), body);
        }
    }

    #[tokio::test]
    async fn a_method_that_is_not_offered_names_those_that_are() {
        let server = MockServer::start().await;
        let refusal = json!({"message": "Unknown import method name 'web-download'.<br /><br />\n\n\n"});
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(400).set_body_json(refusal))
            .mount(&server)
            .await;
        let offers = json!({"import-methods": {"value": ["glance-direct", "copy-image"]}});
        Mock::given(path("/v2/info/import"))
            .respond_with(ResponseTemplate::new(200).set_body_json(offers))
            .mount(&server)
            .await;
        let import = of(ImportMethod::WebDownload { uri: "http://a/b".into() });
        let error = glance(&server).import_image("1bea", &import).await.unwrap_err();
        assert_eq!(
            error.message(),
            "this cloud does not offer the import method web-download; it offers glance-direct, copy-image"
        );
        assert_eq!(error.op_name(), Some("POST /v2/images/1bea/import"));
    }

    #[tokio::test]
    async fn an_import_is_a_write_and_tells_its_request() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(202).insert_header("x-openstack-request-id", "req-7f3c");
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let import = of(ImportMethod::GlanceDirect);
        let request = glance_allowed(&server, Effect::Write).import_image("1bea", &import).await.unwrap();
        assert_eq!(request.as_deref(), Some("req-7f3c"));
        assert!(glance_allowed(&server, Effect::Read).import_image("1bea", &import).await.is_err());
        assert_eq!(asked(&server).await.len(), 1);
    }
}
