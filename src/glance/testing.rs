//! What the tests of this layer share: a client of a server that stands in for Glance, without a log-in.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use wiremock::{MockServer, Request, ResponseTemplate};

use super::Glance;
use crate::config::{Login, Scope, Service, Settings, Tls};
use crate::http::{Door, Effect, Effects, Options};
use crate::keystone::Session;

/// A client of that server which may do everything.
pub(super) fn glance(server: &MockServer) -> Glance {
    glance_allowed(server, Effect::Delete)
}

/// A client of that server which may do no more than `effect`.
pub(super) fn glance_allowed(server: &MockServer, effect: Effect) -> Glance {
    glance_at(&server.uri(), effect)
}

/// A client of a server at that URL which may do no more than `effect`.
pub(super) fn glance_at(url: &str, effect: Effect) -> Glance {
    client(url, Options { status_attempts: 2, ..Options::new(Effects::up_to(effect)) })
}

/// A client of that server by a door of those options.
pub(super) fn glance_with(server: &MockServer, options: Options) -> Glance {
    client(&server.uri(), options)
}

/// A client of a server at that URL, whose first pause before another attempt is that long.
pub(super) fn glance_paced(url: &str, options: Options, pace: Duration) -> Glance {
    client_by(url, Door::with_pace(options, pace))
}

fn client(url: &str, options: Options) -> Glance {
    client_by(url, Door::new(options))
}

fn client_by(url: &str, door: Door) -> Glance {
    let image = Service { endpoint_override: Some(url.to_owned()), ..Service::default() };
    let settings = Settings {
        name: "test".into(),
        auth_url: None,
        login: Login::None,
        scope: Scope::Default,
        claims: Vec::new(),
        region: None,
        interfaces: vec!["public".into()],
        services: BTreeMap::from([("image".into(), image)]),
        tls: Tls::default(),
        timeout: None,
        connect_retries: None,
        status_code_retries: None,
        origins: BTreeMap::new(),
    };
    Glance::new(Session::new(settings, door, None))
}

/// What Glance answers of an image, as far as it matters here.
pub(super) fn image(id: &str) -> Value {
    json!({"id": id, "name": format!("name of {id}"), "status": "queued", "visibility": "shared", "owner": "81a6"})
}

/// What Glance answers of an image that holds `abc`.
pub(super) fn active(id: &str) -> Value {
    let hash = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    json!({
        "id": id, "status": "active", "visibility": "shared", "size": 3,
        "checksum": "900150983cd24fb0d6963f7d28e17f72", "os_hash_algo": "sha512", "os_hash_value": hash
    })
}

/// The method and path, with its query, of every request the server got.
pub(super) async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap_or_default();
    let line =
        |url: &url::Url| url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    requests.iter().map(|request| format!("{} {}", request.method, line(&request.url))).collect()
}

/// The same, every image called ID.
pub(super) async fn normalised(server: &MockServer) -> Vec<String> {
    let one = |line: String| {
        let mut parts: Vec<&str> = line.split('/').collect();
        if let Some(id) = parts.get_mut(3) {
            *id = "ID";
        }
        parts.join("/")
    };
    asked(server).await.into_iter().map(one).collect()
}

/// Answers a creation as Glance does: with what was sent, the ID among it.
pub(super) fn created(request: &Request) -> ResponseTemplate {
    let mut image = image("");
    for (key, value) in request.body_json::<Map<String, Value>>().unwrap_or_default() {
        image[key] = value;
    }
    ResponseTemplate::new(201).set_body_json(image)
}
