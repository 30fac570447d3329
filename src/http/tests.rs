//! The door against servers that misbehave in every way a network can.
//!
//! Long because each way is a short test of its own, and all share the same five lines of server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod large;
mod many;
mod streams;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_string, header, header_exists, header_regex, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::error::{Error, Kind};

const SHORT: Duration = Duration::from_millis(150);

fn options() -> Options {
    Options { connect_timeout: SHORT, read_timeout: SHORT, ..Options::new(Effects::up_to(Effect::Delete)) }
}

fn door() -> Door {
    Door::with_pace(options(), Duration::from_millis(1))
}

fn request(method: &Method, base: &str, path: &str) -> Request {
    Request::new(method.clone(), Url::parse(&format!("{base}{path}")).unwrap())
}

async fn failure(door: &Door, request: Request) -> Error {
    match door.send(request).await {
        Ok(response) => response.check().await.err().expect("an error"),
        Err(error) => error,
    }
}

/// A server that reads one request a connection and answers it with raw bytes, the next of `answers` each
/// time.
async fn raw(answers: Vec<&'static [u8]>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await.unwrap();
            socket.write_all(answer).await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    base
}

#[tokio::test]
async fn names_itself_and_every_request() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(header("user-agent", concat!("lunette/", env!("CARGO_PKG_VERSION"))))
        .and(header("accept", "application/json"))
        .and(header_regex("x-openstack-request-id", "^req-[0-9a-f-]{36}$"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"a": 1})))
        .mount(&server)
        .await;
    let door = door();
    let answer: Value =
        door.send(request(&Method::GET, &server.uri(), "/v2")).await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"a": 1}));
    assert_eq!(door.count(), 1);
}

#[tokio::test]
async fn sends_no_forbidden_effect_and_no_invalid_header() {
    let server = MockServer::start().await;
    let door = Door::new(Options::new(Effects::up_to(Effect::Read)));
    let error = failure(&door, request(&Method::PUT, &server.uri(), "/v2/images/1/tags/x")).await;
    assert_eq!(error.kind(), Kind::Forbidden);
    assert_eq!(error.message(), "PUT /v2/images/1/tags/x was not sent: only reads are allowed here");
    let error = failure(&door, request(&Method::GET, &server.uri(), "/v2").header("a b", "c")).await;
    assert_eq!(error.to_string(), "GET /v2: invalid: \"a b\" is no header's name");
    assert_eq!(door.count(), 0);
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn sends_no_header_that_frames_another_message() {
    let server = MockServer::start().await;
    let door = door();
    for name in ["Content-Length", "Transfer-Encoding", "Host", "Connection", "Proxy-Connection"] {
        let error = failure(&door, request(&Method::GET, &server.uri(), "/v2").header(name, "400")).await;
        assert_eq!(error.kind(), Kind::Usage, "{name}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn tries_a_503_again_and_not_a_500() {
    for (status, sent) in [(503, 2), (502, 2), (429, 2), (500, 1), (404, 1)] {
        let server = MockServer::start().await;
        let bad = ResponseTemplate::new(status);
        Mock::given(method("GET")).respond_with(bad).up_to_n_times(1).mount(&server).await;
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
        let door = door();
        door.send(request(&Method::GET, &server.uri(), "/")).await.unwrap();
        assert_eq!(door.count(), sent, "{status}");
    }
}

#[tokio::test]
async fn says_at_the_end_how_often_it_tried_and_what_was_answered() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "0").set_body_string("Busy<br />");
    Mock::given(method("POST")).respond_with(busy).mount(&server).await;
    let patient = Options { read_timeout: Duration::from_mins(1), asked_attempts: 4, ..options() };
    let door = Door::with_pace(patient, Duration::from_millis(1));
    let error = failure(&door, request(&Method::POST, &server.uri(), "/v2/images")).await;
    assert_eq!((error.kind(), door.count()), (Kind::Unavailable, 4));
    let text = error.to_string();
    assert!(text.starts_with("POST /v2/images: 503 unavailable: Busy (4 attempts in 0."), "{text}");
    assert!(error.request_id_value().unwrap().starts_with("req-"));
}

#[tokio::test]
async fn does_not_wait_for_a_server_that_wants_minutes() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "3600");
    Mock::given(method("GET")).respond_with(busy).mount(&server).await;
    let door = door();
    let error = failure(&door, request(&Method::GET, &server.uri(), "/")).await;
    assert_eq!((error.kind(), door.count()), (Kind::Limit, 1));
    assert_eq!(
        error.advice_text(),
        Some("the server asks to try again after 3600 s; --timeout 3600 waits for that")
    );
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_only_where_that_is_safe() {
    let fine: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    for (method, sent, fails) in [(Method::GET, 2, false), (Method::PUT, 2, false), (Method::POST, 1, true)] {
        let base = raw(vec![b"", fine]).await;
        let door = door();
        let outcome = door.send(request(&method, &base, "/v2/images")).await;
        assert_eq!((door.count(), outcome.is_err()), (sent, fails), "{method}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), Kind::Unavailable);
            assert!(error.message().contains("closed the connection before it answered"), "{error}");
            assert!(error.request_id_value().is_some());
        }
    }
}

#[tokio::test]
async fn a_refused_connection_is_retried_for_any_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap();
    drop(listener);
    let door = door();
    let error = failure(&door, request(&Method::POST, &format!("http://{host}"), "/v3/auth/tokens")).await;
    assert_eq!(door.count(), 3);
    let text = error.to_string();
    let start = format!("POST /v3/auth/tokens: unavailable: {host} refuses connections (3 attempts in 0.");
    assert!(text.starts_with(&start), "{text}");
    assert_eq!(error.request_id_value(), None);
}

#[tokio::test]
async fn an_unknown_host_name_is_reported_as_such() {
    let options = Options { connect_timeout: Duration::from_secs(5), connect_attempts: 1, ..options() };
    let error = failure(&Door::new(options), request(&Method::GET, "http://nowhere.invalid", "/")).await;
    assert_eq!(error.to_string(), "GET /: unavailable: there is no host named nowhere.invalid");
}

#[tokio::test]
async fn silence_ends_after_the_read_timeout_and_is_not_repeated() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    Mock::given(method("GET")).respond_with(slow).mount(&server).await;
    let door = door();
    let error = failure(&door, request(&Method::GET, &server.uri(), "/")).await;
    assert_eq!((error.kind(), door.count()), (Kind::Unavailable, 1));
    assert!(error.message().ends_with("said nothing for 0.15 s"), "{error}");
    assert!(error.request_id_value().is_some());
}

#[tokio::test]
async fn a_cut_body_says_how_far_it_came() {
    let cut: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"a\":";
    let response = door().send(request(&Method::GET, &raw(vec![cut]).await, "/v2")).await.unwrap();
    let error = response.json::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(error.message().contains("was cut off after 5 bytes"), "{error}");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc").await.unwrap();
        socket
    };
    let (door, request) = (door(), request(&Method::GET, &base, "/"));
    let (_socket, response) = tokio::join!(server, door.send(request));
    let error = response.unwrap().bytes().await.unwrap_err();
    assert!(error.message().contains("was cut off after 3 bytes: 127.0.0.1:"), "{error}");
    assert!(error.message().ends_with("said nothing for 0.15 s"), "{error}");
}

#[tokio::test]
async fn answers_that_are_not_http_or_tls_are_named() {
    let error =
        failure(&door(), request(&Method::GET, &raw(vec![b"SSH-2.0-OpenSSH_9.2\r\n"]).await, "/")).await;
    assert_eq!(error.kind(), Kind::Protocol);
    assert!(error.message().ends_with("does not speak HTTP"), "{error}");

    let base = raw(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n"]).await.replace("http", "https");
    let error = failure(&door(), request(&Method::GET, &base, "/")).await;
    assert!(error.message().ends_with("does not speak TLS"), "{error}");
    assert_eq!(error.advice_text(), Some("use http:// in place of https://, or check the port"));
}

#[tokio::test]
async fn html_in_place_of_json_says_what_came_and_from_where() {
    let server = MockServer::start().await;
    let page = "<html><head><title>Welcome to nginx!</title></head></html>";
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string(page))
        .mount(&server)
        .await;
    let response = door().send(request(&Method::GET, &server.uri(), "/v2/images")).await.unwrap();
    let error = response.json::<Value>().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    let url = format!("{}/v2/images", server.uri());
    assert_eq!(
        error.message(),
        format!("{url} answered an HTML page titled \"Welcome to nginx!\" in place of what was asked for")
    );
    assert!(error.advice_text().unwrap().contains("check auth_url"));
}

#[derive(Debug, serde::Deserialize)]
struct Images {
    #[allow(dead_code)] // only its absence matters
    images: Vec<Value>,
}

#[tokio::test]
async fn json_of_another_shape_says_what_it_lacks() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .mount(&server)
        .await;
    let response = door().send(request(&Method::GET, &server.uri(), "/")).await.unwrap();
    let error = response.json::<Images>().await.unwrap_err();
    assert!(error.message().contains("missing field `images`"), "{error}");
}

#[tokio::test]
async fn a_read_is_redirected_without_its_token_to_strangers_and_a_write_is_not() {
    let (server, stranger) = (MockServer::start().await, MockServer::start().await);
    let to = |url: String| ResponseTemplate::new(307).insert_header("location", url);
    Mock::given(path("/near")).respond_with(to("/here".into())).mount(&server).await;
    Mock::given(path("/far")).respond_with(to(format!("{}/there", stranger.uri()))).mount(&server).await;
    Mock::given(path("/here"))
        .and(header_exists("x-auth-token"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    Mock::given(path("/there")).respond_with(ResponseTemplate::new(200)).mount(&stranger).await;
    let send = |method, path| {
        let request = request(&method, &server.uri(), path).header("X-Auth-Token", "t");
        async { door().send(request).await.unwrap() }
    };
    assert_eq!(send(Method::GET, "/near").await.status, 200);
    assert_eq!(send(Method::GET, "/far").await.status, 200);
    assert!(!stranger.received_requests().await.unwrap()[0].headers.contains_key("x-auth-token"));

    let error = send(Method::DELETE, "/near").await.check().await.err().unwrap();
    assert_eq!((error.kind(), error.status_code()), (Kind::Protocol, Some(307)));
    assert!(error.message().ends_with("/here, and nothing was done"), "{error}");
}

#[tokio::test]
async fn three_hundred_is_an_answer() {
    let server = MockServer::start().await;
    let list =
        ResponseTemplate::new(300).insert_header("location", "/v3").set_body_json(json!({"versions": []}));
    Mock::given(method("GET")).respond_with(list).mount(&server).await;
    let response =
        door().send(request(&Method::GET, &server.uri(), "/")).await.unwrap().check().await.unwrap();
    assert_eq!(response.status, 300);
}

#[tokio::test]
async fn a_trace_tells_of_every_attempt_and_of_no_secret() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(429))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let token = ResponseTemplate::new(201)
        .insert_header("x-subject-token", "hunter2")
        .set_body_json(json!({"access_token": "hunter2", "name": "alice"}));
    Mock::given(method("POST")).respond_with(token).mount(&server).await;

    let events = Rc::new(RefCell::new(Vec::new()));
    let told = events.clone();
    let trace: Trace = Rc::new(move |event: &Event| told.borrow_mut().push(event.clone()));
    let door = Door::with_pace(Options { trace: Some(trace), ..options() }, Duration::from_millis(1));
    let request = request(&Method::POST, &server.uri().replace("127", "u:hunter2@127"), "/v3/auth/tokens")
        .header("X-Auth-Token", "hunter2")
        .json(&json!({"user": {"name": "alice", "password": "hunter2"}}));
    let _: Value = door.send(request).await.unwrap().json().await.unwrap();

    let events = events.borrow();
    let outcomes: Vec<_> = events.iter().map(|event| (event.attempt, event.outcome.clone())).collect();
    assert_eq!(outcomes, [(1, Ok(429)), (2, Ok(201))]);
    assert_eq!(
        events[1].request_body.as_deref(),
        Some(r#"{"user":{"name":"alice","password":"(redacted)"}}"#)
    );
    assert_eq!(events[1].response_body.as_deref(), Some(r#"{"access_token":"(redacted)","name":"alice"}"#));
    assert!(!format!("{events:?}").contains("hunter2"), "{events:?}");
}

#[tokio::test]
async fn requests_run_side_by_side() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(SHORT / 3);
    Mock::given(method("GET")).respond_with(slow).mount(&server).await;
    let door = door();
    let started = std::time::Instant::now();
    let all = (0..20).map(|_| door.send(request(&Method::GET, &server.uri(), "/")));
    for response in futures_util::future::join_all(all).await {
        assert_eq!(response.unwrap().status, 200);
    }
    assert!(started.elapsed() < SHORT * 6, "{:?}", started.elapsed());
}
