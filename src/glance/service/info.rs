//! What a cloud's Glance is and can do: versions, import methods, stores, usage, JSON schemas. All of it is
//! read.
//!
//! Source: glance/api/versions.py; glance/api/v2/discovery.py, `InfoController`; glance/api/v2/schemas.py.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::super::Glance;
use super::unsupported::{explain_role, lacking};
use crate::budget::{size_of_object, size_of_texts};
use crate::error::{Error, Kind, Result, nearest};
use crate::http::Method;

/// The names of all JSON schemas, as they stand in their paths.
pub const SCHEMAS: [&str; 16] = [
    "image",
    "images",
    "member",
    "members",
    "task",
    "tasks",
    "metadefs/namespace",
    "metadefs/namespaces",
    "metadefs/object",
    "metadefs/objects",
    "metadefs/property",
    "metadefs/properties",
    "metadefs/resource_type",
    "metadefs/resource_types",
    "metadefs/tag",
    "metadefs/tags",
];

/// A version of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// `v2.17`.
    pub id: String,
    /// `CURRENT`, `SUPPORTED`, `DEPRECATED`, `EXPERIMENTAL`.
    pub status: String,
}

/// A place where a cloud keeps data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Store {
    /// Its name in requests.
    pub id: String,
    /// What its operators say of it.
    pub description: Option<String>,
    /// Data go here where no store is named.
    #[serde(default, deserialize_with = "flag")]
    pub default: bool,
    /// Nothing can be put here.
    #[serde(default, rename(deserialize = "read-only"), deserialize_with = "flag")]
    pub read_only: bool,
    /// `file`, `rbd`, `swift`, …; for administrators.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Of two stores that have an image, the heavier is read from; for administrators.
    pub weight: Option<i64>,
    /// How it is configured; for administrators.
    pub properties: Option<Map<String, Value>>,
}

impl Store {
    /// Every field in the order in which it is shown.
    pub const FIELDS: &[&str] =
        &["id", "description", "default", "read_only", "type", "weight", "properties"];

    /// The bytes that it takes on the heap.
    pub fn memory(&self) -> usize {
        let texts = [Some(&self.id), self.description.as_ref(), self.kind.as_ref()];
        size_of_texts(texts.into_iter().flatten().map(String::as_str))
            + self.properties.as_ref().map_or(0, size_of_object)
    }
}

/// How much of something a project uses, and how much it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The most there may be: MiB for sizes, a number for counts; -1 is no limit.
    pub limit: i64,
    /// What there is, in the same unit.
    pub usage: i64,
}

impl Glance {
    /// The versions of the API, in the server's order (GET /versions). It is asked without a token.
    pub async fn versions(&self) -> Result<Vec<Version>> {
        #[derive(Deserialize)]
        struct Versions {
            versions: Vec<Version>,
        }
        let request = self.request(Method::GET, "/versions").await?;
        // The list comes with 200 from here, with 300 from an older Glance.
        let answer = self.session.door().send(request).await?.check().await?;
        Ok(answer.json::<Versions>().await?.versions)
    }

    /// The ways to import data that this cloud offers (GET /v2/info/import).
    ///
    /// Errors: `not_found` (a Glance from before imports).
    pub async fn import_methods(&self) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Methods {
            value: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Info {
            #[serde(rename = "import-methods")]
            methods: Methods,
        }
        let request = self.request(Method::GET, "/v2/info/import").await?;
        let info: Info = self
            .ask(request)
            .await
            .map_err(|error| lacking(error, "knows no imports", "send the data themselves: image:upload"))?;
        Ok(info.methods.value)
    }

    /// The stores (GET /v2/info/stores), or in `detail`, which is for administrators (GET
    /// /v2/info/stores/detail).
    ///
    /// Errors: `not_found` (a cloud that has but one store), `forbidden` (detail).
    pub async fn stores(&self, detail: bool) -> Result<Vec<Store>> {
        #[derive(Deserialize)]
        struct Stores {
            stores: Vec<Store>,
        }
        let path = if detail { "/v2/info/stores/detail" } else { "/v2/info/stores" };
        let request = self.request(Method::GET, path).await?;
        let stores: Stores = self.ask(request).await.map_err(|error| {
            let error = lacking(error, "has but one store", "there is none to choose: name no store");
            explain_role(
                error,
                "only an administrator sees stores in detail; cloud:stores() shows their names",
            )
        })?;
        Ok(stores.stores)
    }

    /// What the caller's project uses and may use, by name (GET /v2/info/usage); nothing where there are no
    /// limits.
    ///
    /// Errors: `not_found` (a Glance from before 2.13).
    pub async fn usage(&self) -> Result<BTreeMap<String, Usage>> {
        #[derive(Deserialize)]
        struct Usages {
            usage: BTreeMap<String, Usage>,
        }
        let request = self.request(Method::GET, "/v2/info/usage").await?;
        let usages: Usages = self.ask(request).await.map_err(|error| {
            lacking(error, "tells no usage", "count the images: cloud:images{ owner = cloud.project_id }")
        })?;
        Ok(usages.usage)
    }

    /// A JSON schema by one of [`SCHEMAS`]' names (GET /v2/schemas/{name}).
    ///
    /// Errors: `usage` (no such name; nothing is sent), `not_found` (a Glance that lacks it).
    pub async fn schema(&self, name: &str) -> Result<Map<String, Value>> {
        if !SCHEMAS.contains(&name) {
            return Err(no_schema(name));
        }
        let request = self.request(Method::GET, &format!("/v2/schemas/{name}")).await?;
        self.ask(request).await.map_err(|error| {
            lacking(error, &format!("has no schema \"{name}\""), "its Glance is older than that")
        })
    }
}

fn no_schema(name: &str) -> Error {
    // `namespace` is as good as `metadefs/namespace` for whoever reads it.
    let short = |known: &'static str| known.rsplit('/').next().unwrap_or(known);
    let near = nearest(name, SCHEMAS).or_else(|| {
        let near = nearest(name, SCHEMAS.map(short))?;
        SCHEMAS.into_iter().find(|known| short(known) == near)
    });
    let meant = near.map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
    Error::new(Kind::Usage, format!("there is no schema \"{name}\"{meant}"))
        .advice(format!("there are: {}", SCHEMAS.join(" ")))
}

/// Glance writes `true` as a text here, and leaves out what is false.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(flag) => flag,
        Value::String(text) => text == "true",
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use wiremock::matchers::{any, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance, glance_allowed};
    use crate::http::Effect;

    #[test]
    fn an_unknown_schema_names_the_nearest() {
        for (name, near) in [
            ("imgae", "image"),
            ("namespaces", "metadefs/namespaces"),
            ("namespces", "metadefs/namespaces"),
            ("metadefs/objetc", "metadefs/object"),
        ] {
            assert!(no_schema(name).message().ends_with(&format!("did you mean \"{near}\"?")), "{name}");
        }
        assert_eq!(no_schema("server").message(), "there is no schema \"server\"");
    }

    #[tokio::test]
    async fn an_unknown_schema_sends_no_request() {
        let server = MockServer::start().await;
        assert_eq!(glance(&server).schema("../images").await.unwrap_err().kind(), Kind::Usage);
        assert_eq!(asked(&server).await, [""; 0]);
    }

    #[tokio::test]
    async fn store_flags_are_booleans_though_glance_sends_text() {
        let server = MockServer::start().await;
        let stores = json!({"stores": [
            {"id": "fast", "description": "Fast", "default": "true"},
            {"id": "web", "read-only": "true", "type": "http", "weight": 3, "properties": {"a": 1}},
        ]});
        let answer = ResponseTemplate::new(200).set_body_json(stores);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let glance = glance_allowed(&server, Effect::Read);
        let stores = glance.stores(false).await.unwrap();
        let flags: Vec<_> = stores.iter().map(|store| (store.default, store.read_only)).collect();
        assert_eq!(flags, [(true, false), (false, true)]);
        assert_eq!(glance.stores(true).await.unwrap(), stores);
        assert_eq!(asked(&server).await, ["GET /v2/info/stores", "GET /v2/info/stores/detail"]);
    }

    #[tokio::test]
    async fn versions_are_taken_from_a_300_too() {
        let server = MockServer::start().await;
        let list = json!({"versions": [{"id": "v2.9", "status": "SUPPORTED", "links": []}]});
        let answer = ResponseTemplate::new(300).set_body_json(list);
        Mock::given(path("/versions")).respond_with(answer).mount(&server).await;
        let versions = glance(&server).versions().await.unwrap();
        assert_eq!(versions, [Version { id: "v2.9".into(), status: "SUPPORTED".into() }]);
    }

    #[tokio::test]
    async fn a_missing_service_is_reported() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(404).set_body_json(json!({"message": "Not at this site.<br />"}));
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let glance = glance(&server);
        let errors = [
            (glance.stores(false).await.unwrap_err(), "this cloud has but one store: Not at this site."),
            (glance.usage().await.unwrap_err(), "this cloud tells no usage: Not at this site."),
            (glance.import_methods().await.unwrap_err(), "this cloud knows no imports: Not at this site."),
            (
                glance.schema("task").await.unwrap_err(),
                "this cloud has no schema \"task\": Not at this site.",
            ),
        ];
        for (error, message) in errors {
            assert_eq!((error.kind(), error.message()), (Kind::NotFound, message));
            assert!(error.advice_text().is_some());
        }
    }
}
