//! Sessions against a Keystone and a service that say what each case needs them to say.
//!
//! Long because each case is a short test of its own; how log-ins are refused stands in `refusals`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::StreamExt;
use serde_json::{Value, json};
use wiremock::matchers::{basic_auth, body_partial_json, body_string, header, method, path};
use wiremock::{Mock, MockServer, Respond, ResponseTemplate};

use super::*;
use crate::config::{ExposeSecret, Login, Named, Scope, Service, Settings, Tls};
use crate::error::{Error, Kind};
use crate::http::{Body, Bytes, Door, Effect, Effects, Method, Reopen, with_effect_limit};

mod echoes;
mod refusals;

/// Alice by password, in project `a1`.
pub(super) fn settings(auth_url: &str) -> Settings {
    Settings {
        name: "test".into(),
        auth_url: Some(auth_url.into()),
        login: Login::Password { user: alice(), password: "hunter2".into() },
        scope: Scope::Project(Named::Id("a1".into())),
        claims: Vec::new(),
        region: None,
        interfaces: vec!["public".into()],
        services: BTreeMap::default(),
        tls: Tls::default(),
        timeout: None,
        connect_retries: Some(0),
        status_code_retries: Some(0),
        origins: BTreeMap::default(),
    }
}

fn alice() -> Named {
    Named::Name("alice".into(), Some(Box::new(Named::Name("Default".into(), None))))
}

fn session(settings: Settings) -> Session {
    let door = Door::new(door_options(&settings, Effects::up_to(Effect::Delete), None));
    Session::new(settings, door, None)
}

/// Gives the tokens `t1`, `t2`, … with an hour to live and the server itself as image service.
struct Tokens {
    given: std::sync::atomic::AtomicU64,
    image: String,
    lifetime: jiff::SignedDuration,
}

impl Respond for Tokens {
    fn respond(&self, _: &wiremock::Request) -> ResponseTemplate {
        let number = self.given.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let now = jiff::Timestamp::now();
        let endpoint = json!({"interface": "public", "region_id": "R", "region": "R", "url": self.image});
        ResponseTemplate::new(201).insert_header("X-Subject-Token", format!("t{number}")).set_body_json(
            json!({"token": {
                "methods": ["password"],
                "issued_at": now.to_string(),
                "expires_at": (now + self.lifetime).to_string(),
                "user": {"id": "u1", "name": "alice"},
                "project": {"id": "a1", "name": "project-a"},
                "roles": [{"id": "r1", "name": "member"}],
                "catalog": [{"type": "image", "name": "glance", "endpoints": [endpoint]}],
            }}),
        )
    }
}

/// A Keystone that gives tokens of that many minutes.
async fn keystone(minutes: i64) -> MockServer {
    let server = MockServer::start().await;
    let lifetime = jiff::SignedDuration::from_mins(minutes);
    let tokens = Tokens { given: 0.into(), image: format!("{}/v2/", server.uri()), lifetime };
    Mock::given(method("POST")).and(path("/v3/auth/tokens")).respond_with(tokens).mount(&server).await;
    server
}

/// Lets a path be answered 200 with that token, and 401 with any other.
async fn wants(server: &MockServer, route: &str, token: &str) {
    let open = ResponseTemplate::new(200).set_body_json(json!({}));
    Mock::given(path(route)).and(header("X-Auth-Token", token)).respond_with(open).mount(server).await;
    Mock::given(path(route)).respond_with(ResponseTemplate::new(401)).with_priority(9).mount(server).await;
}

async fn log_ins(server: &MockServer) -> usize {
    let requests = server.received_requests().await.unwrap();
    requests.iter().filter(|request| request.url.path() == "/v3/auth/tokens").count()
}

async fn status(session: &Session, path: &str) -> Result<u16, Error> {
    let request = session.request(Method::GET, "image", path).await?;
    session.send(request).await.map(|response| response.status)
}

fn keystone_error(status: u16, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status)
        .set_body_json(json!({"error": {"code": status, "message": message, "title": "No"}}))
}

#[tokio::test]
async fn a_limit_of_nothing_refuses_even_the_log_in() {
    let server = keystone(60).await;
    let session = session(settings(&server.uri()));
    let refused = Box::pin(with_effect_limit(Effect::Nothing, false, session.access())).await;
    let error = refused.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    assert_eq!(log_ins(&server).await, 0);
    assert!(session.access().await.is_ok());
}

#[tokio::test]
async fn a_log_in_is_one_request_and_serves_all_that_follow() {
    let server = keystone(60).await;
    wants(&server, "/v2/images", "t1").await;
    let session = session(settings(&server.uri()));
    let access = session.access().await.unwrap();
    assert_eq!(access.project, Some(Reference { id: "a1".into(), name: "project-a".into() }));
    assert_eq!(
        (access.user.as_ref().unwrap().name.as_str(), access.roles.as_slice()),
        ("alice", &["member".into()][..])
    );
    assert_eq!(session.endpoint("image").await.unwrap().as_str(), format!("{}/", server.uri()));
    assert_eq!(status(&session, "/v2/images?limit=1").await.unwrap(), 200);
    assert_eq!((session.door().count(), log_ins(&server).await), (2, 1));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_by_all_who_hold_it() {
    let server = keystone(60).await;
    wants(&server, "/v2/images", "t2").await;
    let session = session(settings(&server.uri()));
    session.access().await.unwrap();
    let all = (0..10).map(|_| status(&session, "/v2/images"));
    for outcome in futures_util::future::join_all(all).await {
        assert_eq!(outcome.unwrap(), 200);
    }
    assert_eq!(log_ins(&server).await, 2);
}

#[tokio::test]
async fn a_stream_is_sent_anew_with_the_new_token() {
    let server = keystone(60).await;
    wants(&server, "/v2/images/1/file", "t2").await;
    let session = session(settings(&server.uri()));
    let open: Reopen = Rc::new(|| Ok(futures_util::stream::iter([Ok(Bytes::from("data"))]).boxed()));
    let body = Body::Stream {
        open,
        length: Some(4),
        media_type: "application/octet-stream".into(),
        spent: Rc::default(),
    };
    let request = session.request(Method::PUT, "image", "/v2/images/1/file").await.unwrap().body(body);
    assert_eq!(session.send(request).await.unwrap().status, 200);
    let bodies: Vec<_> =
        server.received_requests().await.unwrap().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.iter().filter(|body| body.as_slice() == b"data").count(), 2);
}

#[tokio::test]
async fn a_service_that_refuses_the_new_token_too_is_not_asked_a_third_time() {
    let server = keystone(60).await;
    wants(&server, "/v2/images", "nobody's").await;
    let session = session(settings(&server.uri()));
    let error = status(&session, "/v2/images").await.unwrap_err();
    assert_eq!((error.kind(), error.status_code()), (Kind::Unauthorized, Some(401)));
    assert_eq!(error.message(), "the token is refused, and so is a new one");
    assert_eq!((session.door().count(), log_ins(&server).await), (4, 2));
}

#[tokio::test]
async fn a_token_about_to_end_is_replaced_before_it_is_used() {
    let server = keystone(0).await;
    let session = session(settings(&server.uri()));
    for token in ["t1", "t2"] {
        assert_eq!(session.access().await.unwrap().token.expose_secret(), token);
    }
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_however_many_wait_for_it() {
    let server = MockServer::start().await;
    Mock::given(path("/v3/auth/tokens"))
        .respond_with(keystone_error(401, "The request you have made requires authentication."))
        .mount(&server)
        .await;
    let session = session(settings(&server.uri()));
    let all = (0..10).map(|_| session.access());
    for outcome in futures_util::future::join_all(all).await {
        assert_eq!(outcome.unwrap_err().kind(), Kind::Unauthorized);
    }
    assert_eq!(log_ins(&server).await, 1);
}

#[tokio::test]
async fn a_kept_token_spares_the_log_in_until_it_is_refused() {
    let server = keystone(60).await;
    wants(&server, "/v2/images", "t1").await;
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let session = session(settings(&server.uri()));
        Session::new(session.settings().clone(), session.door().clone(), Some(folder.path().join("tokens")))
    };
    for _ in 0..3 {
        assert_eq!(status(&run(), "/v2/images").await.unwrap(), 200);
    }
    assert_eq!(log_ins(&server).await, 1);

    wants(&server, "/v2/tasks", "t2").await;
    for _ in 0..2 {
        assert_eq!(status(&run(), "/v2/tasks").await.unwrap(), 200);
    }
    assert_eq!(log_ins(&server).await, 2);

    // no new token to be had: the refused one is not kept for the next run to stumble over
    let no = keystone_error(401, "The request you have made requires authentication.");
    Mock::given(path("/v3/auth/tokens")).respond_with(no).with_priority(1).mount(&server).await;
    assert_eq!(status(&run(), "/v2/images").await.unwrap_err().kind(), Kind::Unauthorized);
    assert_eq!(std::fs::read_dir(folder.path().join("tokens")).unwrap().count(), 0);
}

#[tokio::test]
async fn without_a_log_in_the_endpoint_must_be_given() {
    let service = |url: &str| Service { endpoint_override: Some(url.into()), ..Service::default() };
    let server = MockServer::start().await;
    Mock::given(path("/v2/images")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let mut settings = Settings { auth_url: None, login: Login::None, ..settings("") };
    let error = session(settings.clone()).endpoint("image").await.unwrap_err();
    assert_eq!(error.message(), "without a log-in, image_endpoint_override must say where image stands");

    settings.services.insert("image".into(), service(&format!("{}/v2/", server.uri())));
    let session = session(settings);
    assert_eq!(status(&session, "/v2/images").await.unwrap(), 200);
    assert!(!server.received_requests().await.unwrap()[0].headers.contains_key("x-auth-token"));

    Mock::given(path("/v2/tasks")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let error = status(&session, "/v2/tasks").await.unwrap_err();
    assert_eq!((error.kind(), error.status_code()), (Kind::Unauthorized, Some(401)));
    assert_eq!(error.message(), "the service wants a token, and auth_type none has none to send");
}

#[tokio::test]
async fn an_access_token_buys_an_unscoped_token_and_that_the_scoped_one() {
    let server = keystone(60).await;
    let unscoped = ResponseTemplate::new(201).insert_header("X-Subject-Token", "unscoped").set_body_json(
        json!({"token": {"expires_at": "2999-01-01T00:00:00Z", "user": {"id": "1", "name": "alice"}}}),
    );
    Mock::given(path("/v3/OS-FEDERATION/identity_providers/my%20idp/protocols/openid/auth"))
        .and(header("Authorization", "Bearer hunter2"))
        .respond_with(unscoped)
        .expect(2)
        .mount(&server)
        .await;
    let provider = MockServer::start().await;
    let endpoint = json!({"token_endpoint": format!("{}/token", provider.uri())});
    Mock::given(path("/discovery"))
        .respond_with(ResponseTemplate::new(200).set_body_json(endpoint))
        .mount(&provider)
        .await;
    Mock::given(path("/token"))
        .and(basic_auth("ci", "se:cret@"))
        .and(body_string("grant_type=client_credentials&scope=openid+profile"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"access_token": "hunter2"})))
        .mount(&provider)
        .await;
    let (identity_provider, protocol) = ("my idp".to_owned(), "openid".to_owned());
    let logins = [
        Login::OidcAccessToken {
            identity_provider: identity_provider.clone(),
            protocol: protocol.clone(),
            access_token: "hunter2".into(),
        },
        Login::OidcClientCredentials {
            identity_provider,
            protocol,
            client_id: "ci".into(),
            client_secret: "se:cret@".into(),
            discovery_endpoint: Some(format!("{}/discovery", provider.uri())),
            access_token_endpoint: None,
            openid_scope: "openid profile".into(),
        },
    ];
    for (login, token) in logins.into_iter().zip(["t1", "t2"]) {
        let access = session(Settings { login, ..settings(&server.uri()) }).access().await.unwrap();
        assert_eq!(access.token.expose_secret(), token);
    }
    let rescope =
        json!({"auth": {"identity": {"token": {"id": "unscoped"}}, "scope": {"project": {"id": "a1"}}}});
    let requests = server.received_requests().await.unwrap();
    let scoped =
        |request: &&wiremock::Request| wiremock::Match::matches(&body_partial_json(&rescope), request);
    assert_eq!(requests.iter().filter(scoped).count(), 2);
}

#[tokio::test]
async fn projects_are_read_as_far_as_keystone_permits() {
    let server = keystone(60).await;
    let answers = [
        (
            "/v3/auth/projects",
            ResponseTemplate::new(200)
                .set_body_json(json!({"projects": [{"id": "a1", "name": "project-a", "enabled": true}]})),
        ),
        (
            "/v3/projects/a1",
            ResponseTemplate::new(200).set_body_json(json!({"project": {"id": "a1", "name": "project-a"}})),
        ),
        ("/v3/projects/b1", keystone_error(403, "You are not authorized")),
        ("/v3/projects/c1", keystone_error(404, "Could not find project: c1.")),
        ("/v3/projects", keystone_error(403, "You are not authorized")),
    ];
    for (route, answer) in answers {
        Mock::given(method("GET")).and(path(route)).respond_with(answer).mount(&server).await;
    }
    let session = session(settings(&server.uri()));
    let a = Reference { id: "a1".into(), name: "project-a".into() };
    assert_eq!(session.own_projects().await.unwrap(), std::slice::from_ref(&a));
    assert_eq!(session.project("a1").await.unwrap(), Some(a));
    assert_eq!(session.project("b1").await.unwrap_err().kind(), Kind::Forbidden);
    assert_eq!(session.project("c1").await.unwrap(), None);
    assert_eq!(session.find_projects("x y").await.unwrap_err().kind(), Kind::Forbidden);
}
