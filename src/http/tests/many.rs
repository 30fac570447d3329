//! Many requests at once, to servers that are busy or dying.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, Request as Asked, ResponseTemplate};

use super::{failure, options, raw, request};
use crate::error::Kind;
use crate::http::{Door, Method, Options};

const PATIENT: Duration = Duration::from_mins(1);

fn patient() -> Options {
    Options { read_timeout: PATIENT, ..options() }
}

/// Sends that many, eight at a time; returns how many came through.
async fn through(door: &Door, count: usize, base: &str) -> usize {
    let all = (0..count).map(|_| async {
        let response = door.send(request(&Method::POST, base, "/v2/images")).await.unwrap();
        usize::from(response.status == 200)
    });
    futures_util::stream::iter(all).buffer_unordered(8).fold(0, |sum, one| async move { sum + one }).await
}

#[tokio::test]
async fn a_server_that_takes_only_so_many_a_second_takes_them_all() {
    let server = MockServer::start().await;
    // One request in each slice of time.
    let slice = Duration::from_millis(20);
    let last = std::sync::Mutex::new(None::<Instant>);
    let limit = move |_: &Asked| {
        let mut last = last.lock().unwrap();
        if last.is_some_and(|last| last.elapsed() < slice) {
            return ResponseTemplate::new(429).insert_header("retry-after", "0");
        }
        *last = Some(Instant::now());
        ResponseTemplate::new(200)
    };
    Mock::given(any()).respond_with(limit).mount(&server).await;
    let door = Door::with_pace(patient(), slice / 2);
    assert_eq!(through(&door, 40, &server.uri()).await, 40);
    assert!(door.count() < 40 * 3, "{} requests are a hammer", door.count());
}

#[tokio::test]
async fn a_retry_after_pauses_all_requests_and_is_noted_once() {
    let busy: &[u8] =
        b"HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let fine: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let base = raw(vec![busy, fine, fine]).await;
    let notes = Rc::new(RefCell::new(Vec::new()));
    let heard = notes.clone();
    let note = Rc::new(move |text: &str| heard.borrow_mut().push(text.to_owned()));
    let door = Door::with_pace(Options { note: Some(note), ..patient() }, Duration::from_millis(1));
    let began = tokio::time::Instant::now();
    let first = door.send(request(&Method::POST, &base, "/a"));
    let second = async {
        while notes.borrow().is_empty() {
            tokio::task::yield_now().await;
        }
        let response = door.send(request(&Method::GET, &base, "/b")).await;
        (response.unwrap().status, began.elapsed().as_secs())
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.unwrap().status, second), (200, (200, 1)));
    let host = base.trim_start_matches("http://");
    assert_eq!(*notes.borrow(), [format!("{host} asks to wait 1 s (429)")]);
}

#[tokio::test]
async fn a_thousand_requests_to_a_dying_server_are_not_a_thousand_pauses() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let door = Door::with_pace(patient(), Duration::from_millis(20));
    let began = Instant::now();
    let mut last = None;
    for _ in 0..1000 {
        last = Some(failure(&door, request(&Method::GET, &server.uri(), "/")).await);
    }
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert!(door.count() < 1100, "{}", door.count());
    let last = last.unwrap();
    assert_eq!(last.kind(), Kind::Unavailable);
    assert!(last.message().contains("not tried again: there has been nothing better for "), "{last}");
    // Another method has not failed yet, and a good answer ends it all.
    server.reset().await;
    let once = Mock::given(method("GET")).respond_with(ResponseTemplate::new(200));
    once.mount(&server).await;
    door.send(request(&Method::GET, &server.uri(), "/")).await.unwrap();
    server.reset().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let before = door.count();
    failure(&door, request(&Method::GET, &server.uri(), "/")).await;
    assert_eq!(door.count() - before, 4);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_says_that_it_may_have_been_done() {
    for (verb, advice) in [
        (Method::POST, "it may have been done all the same: look before you try again"),
        (Method::PUT, "try again; if that port speaks TLS, use https://"),
    ] {
        let door = Door::with_pace(Options { status_attempts: 1, ..options() }, Duration::from_millis(1));
        let error = failure(&door, request(&verb, &raw(vec![b""]).await, "/v2/images")).await;
        assert_eq!(error.advice_text(), Some(advice));
    }
}

#[tokio::test]
async fn an_answer_says_whether_an_attempt_before_it_may_have_done_it() {
    let missing: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let busy: &[u8] =
        b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let bad: &[u8] = b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (answers, repeated) in [
        (vec![missing], false),
        (vec![busy, missing], false),
        (vec![b"", missing], true),
        (vec![bad, missing], true),
    ] {
        let door = Door::with_pace(options(), Duration::from_millis(1));
        let response =
            door.send(request(&Method::DELETE, &raw(answers).await, "/v2/images/1")).await.unwrap();
        assert_eq!((response.status, response.repeated), (404, repeated));
    }
}
