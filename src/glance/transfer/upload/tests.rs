//! Uploads against a server that stands in for Glance. What a real one does to them is in tests/specs.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::io::{Read, Write};
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::glance::testing::{active, asked, glance, glance_at, glance_with, image};
use crate::http::{Bytes, Effect, Effects, Note, Options};

fn abc() -> Source {
    Source::bytes("abc")
}

/// The same data, which can be had once only.
fn abc_once() -> Source {
    Source::parts("data", stream::iter(["a", "bc"]).map(|part| Ok(Bytes::from(part))).boxed_local())
}

async fn server(put: ResponseTemplate, after: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).and(path("/v2/images/1bea/file")).respond_with(put).mount(&server).await;
    let after = ResponseTemplate::new(200).set_body_json(after);
    Mock::given(method("GET")).and(path("/v2/images/1bea")).respond_with(after).mount(&server).await;
    server
}

#[tokio::test]
async fn sends_type_length_and_data_and_tells_how_far_it_is() {
    let server = server(ResponseTemplate::new(204), active("1bea")).await;
    let told = Rc::new(RefCell::new(Vec::new()));
    let progress = told.clone();
    let glance =
        glance(&server).with_progress(Rc::new(move |done, total| progress.borrow_mut().push((done, total))));
    assert_eq!(glance.upload("1bea", abc(), None).await.unwrap().size, Some(3));
    assert_eq!(told.borrow().last(), Some(&(3, Some(3))));

    let put = &server.received_requests().await.unwrap()[0];
    let sent = |name: &str| {
        put.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(put.body, b"abc");
    assert_eq!(
        (sent("content-type"), sent("content-length"), sent("x-openstack-image-size")),
        ("application/octet-stream".into(), "3".into(), "3".into())
    );
}

#[tokio::test]
async fn a_second_attempt_sends_all_data() {
    let server = MockServer::start().await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let after = ResponseTemplate::new(200).set_body_json(active("1bea"));
    Mock::given(method("GET")).respond_with(after).mount(&server).await;
    glance(&server).upload("1bea", abc(), None).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let bodies: Vec<_> = requests.iter().take(2).map(|request| &request.body[..]).collect();
    assert_eq!(bodies, [b"abc", b"abc"]);
}

#[tokio::test]
async fn an_upload_with_a_lost_answer_is_found_complete() {
    for (size, again, there) in
        [(3, 409, Ok("active")), (3, 504, Ok("active")), (4, 409, Err(Kind::Conflict))]
    {
        let server = MockServer::start().await;
        let lost = Mock::given(method("PUT")).respond_with(ResponseTemplate::new(504));
        lost.up_to_n_times(1).mount(&server).await;
        Mock::given(method("PUT")).respond_with(ResponseTemplate::new(again)).mount(&server).await;
        let mut after = active("1bea");
        after["size"] = json!(size);
        let after = ResponseTemplate::new(200).set_body_json(after);
        Mock::given(method("GET")).respond_with(after).mount(&server).await;
        let uploaded = glance(&server).upload("1bea", abc(), None).await;
        let uploaded = uploaded.map(|image| image.status.to_string()).map_err(|error| error.kind());
        assert_eq!(uploaded, there.map(str::to_owned));
    }
}

#[tokio::test]
async fn data_changed_on_the_way_are_an_integrity_error() {
    for (key, value) in [("size", json!(4)), ("os_hash_value", json!("ab")), ("checksum", json!("ab"))] {
        let mut after = active("1bea");
        if key == "checksum" {
            after["os_hash_algo"] = json!("blake2b");
        }
        after[key] = value;
        let server = server(ResponseTemplate::new(204), after).await;
        let error = glance(&server).upload("1bea", abc(), None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Integrity, "{key}");
        assert!(error.message().starts_with("image 1bea does not hold what was sent"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_upload_says_what_to_do() {
    let refusal =
        ResponseTemplate::new(409).set_body_string("transition from active to saving is not allowed");
    let server = server(refusal, active("1bea")).await;
    let error = glance(&server).upload("1bea", abc(), None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.advice_text().unwrap().contains("queued"));
}

#[tokio::test]
async fn data_that_were_read_and_cannot_be_read_again_are_not_sent_again() {
    for status in [503, 429, 401] {
        let refusal = ResponseTemplate::new(status).insert_header("retry-after", "0");
        let server = server(refusal, image("1bea")).await;
        let error = glance(&server).upload("1bea", abc_once(), None).await.unwrap_err();
        assert_eq!(error.status_code(), Some(status));
        let advice = "data was read and cannot be read again, so it was not sent again; image 1bea stays queued: upload to \
                      it once more";
        assert_eq!(error.advice_text(), Some(advice));
        let puts = asked(&server).await.iter().filter(|line| line.starts_with("PUT")).count();
        assert_eq!(puts, 1);
    }
}

#[tokio::test]
async fn an_image_that_was_let_go_of_too_late_is_sent_its_data_again() {
    let server = MockServer::start().await;
    let answers = [(503, 1), (409, 2), (204, 3)];
    for (status, priority) in answers {
        let answer = Mock::given(method("PUT")).respond_with(ResponseTemplate::new(status));
        answer.up_to_n_times(1).with_priority(priority).mount(&server).await;
    }
    let mut saving = image("1bea");
    saving["status"] = json!("saving");
    // It is looked at often enough for a person to be told.
    for (answer, times, priority) in [(saving, 3, 1), (image("1bea"), 1, 2), (active("1bea"), 1, 3)] {
        let answer =
            Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(answer));
        answer.up_to_n_times(times).with_priority(priority).mount(&server).await;
    }
    let told = Rc::new(RefCell::new(Vec::new()));
    let heard = told.clone();
    let note: Note = Rc::new(move |text| heard.borrow_mut().push(text.to_owned()));
    let options =
        Options { note: Some(note), status_attempts: 2, ..Options::new(Effects::up_to(Effect::Write)) };
    let glance = glance_with(&server, options);
    assert_eq!(&*glance.upload("1bea", abc(), None).await.unwrap().status, "active");
    let (put, get) = ("PUT /v2/images/1bea/file", "GET /v2/images/1bea");
    assert_eq!(asked(&server).await, [put, put, get, get, get, get, put, get]);
    let waiting = "image 1bea is saving: waiting for the end of that upload, 30 s at most";
    assert_eq!(*told.borrow(), [waiting]);
}

#[tokio::test]
async fn an_image_that_is_called_gone_and_is_there_is_sent_its_data_again() {
    for (shown, puts) in [(Some(image("1bea")), 2), (None, 1)] {
        let server = MockServer::start().await;
        for (status, priority) in [(410, 1), (204, 2)] {
            let answer = Mock::given(method("PUT")).respond_with(ResponseTemplate::new(status));
            answer.up_to_n_times(1).with_priority(priority).mount(&server).await;
        }
        let is_there = shown.is_some();
        let first =
            shown.map_or(ResponseTemplate::new(404), |image| ResponseTemplate::new(200).set_body_json(image));
        let then = ResponseTemplate::new(200).set_body_json(active("1bea"));
        for (answer, priority) in [(first, 1), (then, 2)] {
            let answer = Mock::given(method("GET")).respond_with(answer);
            answer.up_to_n_times(1).with_priority(priority).mount(&server).await;
        }
        let uploaded = glance(&server).upload("1bea", abc(), None).await;
        assert_eq!(uploaded.map_err(|error| error.status_code()).is_ok(), is_there);
        assert_eq!(asked(&server).await.iter().filter(|line| line.starts_with("PUT")).count(), puts);
    }
}

#[tokio::test]
async fn staged_data_are_recognised_by_size() {
    let server = MockServer::start().await;
    let put = Mock::given(method("PUT")).and(path("/v2/images/1bea/stage"));
    put.respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let mut staged = image("1bea");
    (staged["status"], staged["size"]) = (json!("uploading"), json!(3));
    let shown = Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(&staged));
    shown.up_to_n_times(1).mount(&server).await;
    let (image, sent) = glance(&server).stage("1bea", abc()).await.unwrap();
    assert_eq!((&*image.status, sent.bytes()), ("uploading", 3));
    let imported: Image = serde_json::from_value(active("1bea")).unwrap();
    assert!(sent.check(&imported).unwrap());

    staged["size"] = json!(2);
    let shown = Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(&staged));
    shown.mount(&server).await;
    let error = glance(&server).stage("1bea", abc()).await.unwrap_err();
    assert_eq!((error.kind(), error.op_name()), (Kind::Integrity, Some("PUT /v2/images/1bea/stage")));
}

#[tokio::test]
async fn an_unexpected_hash_is_computed_afterwards_or_its_absence_reported() {
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let by_md5 = "image 1bea was verified by its md5 only: its sha256 is not known here";
    let unverified = "image 1bea was not verified: its cloud tells no hash that is known here";
    let cases = [
        (abc(), json!(sha256), json!("ab"), Ok(None)),
        (abc(), json!("ab"), json!("ab"), Err(Kind::Integrity)),
        (abc_once(), json!(sha256), active("1bea")["checksum"].clone(), Ok(Some(by_md5))),
        (abc_once(), json!(sha256), json!("ab"), Err(Kind::Integrity)),
        (abc_once(), json!(sha256), json!(null), Ok(Some(unverified))),
    ];
    for (source, hash, checksum, verdict) in cases {
        let mut after = active("1bea");
        (after["os_hash_algo"], after["os_hash_value"], after["checksum"]) =
            (json!("sha256"), hash, checksum);
        let server = server(ResponseTemplate::new(204), after).await;
        let said = Rc::new(RefCell::new(None));
        let heard = said.clone();
        let note: Note = Rc::new(move |text| *heard.borrow_mut() = Some(text.to_owned()));
        let options = Options { note: Some(note), ..Options::new(Effects::up_to(Effect::Write)) };
        let glance = glance_with(&server, options);
        let uploaded = glance.upload("1bea", source, None).await.map_err(|error| error.kind());
        assert_eq!(uploaded.map(|_| said.take()), verdict.map(|note| note.map(str::to_owned)));
    }
}

#[tokio::test]
async fn a_failing_source_is_reported_rather_than_the_broken_request() {
    let server = server(ResponseTemplate::new(204), active("1bea")).await;
    let parts = [Ok(Bytes::from("abc")), Err(Error::new(Kind::Conflict, "no more"))];
    let source = Source::parts("data", stream::iter(parts).boxed_local());
    let error = glance(&server).upload("1bea", source, None).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Conflict, "no more"));
    // The data that were there never became a whole request.
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.body.is_empty()), "{requests:?}");
}

/// A server with one image, whose data are `abc`.
async fn source(image: &Value) -> MockServer {
    let from = MockServer::start().await;
    let data = ResponseTemplate::new(200).set_body_bytes("abc");
    Mock::given(method("GET")).and(path("/v2/images/2cfb/file")).respond_with(data).mount(&from).await;
    let image = ResponseTemplate::new(200).set_body_json(image);
    Mock::given(method("GET")).and(path("/v2/images/2cfb")).respond_with(image).mount(&from).await;
    from
}

#[tokio::test]
async fn the_data_of_another_image_are_streamed_and_compared_at_both_ends() {
    let to = server(ResponseTemplate::new(204), active("1bea")).await;
    let right = active("2cfb");
    let from = source(&right).await;
    let image: Image = serde_json::from_value(right).unwrap();
    let uploaded = glance(&to).upload("1bea", Source::image(&glance(&from), &image), None).await;
    assert_eq!(uploaded.unwrap().size, Some(3));
    assert_eq!(to.received_requests().await.unwrap()[0].headers["content-length"], "3");

    // Other data than the image should have never reach the other end whole.
    let mut wrong = active("2cfb");
    wrong["os_hash_value"] = json!("ab");
    let from = source(&wrong).await;
    let image: Image = serde_json::from_value(wrong).unwrap();
    let asked_before = asked(&to).await.len();
    let error = glance(&to).upload("1bea", Source::image(&glance(&from), &image), None).await.unwrap_err();
    assert_eq!((error.kind(), error.op_name()), (Kind::Integrity, Some("GET /v2/images/2cfb/file")));
    assert_eq!(asked(&to).await.len(), asked_before);
}

/// Hangs up on the head of the first upload, and refuses the next by its head alone; finds no image.
fn impatient(refusal: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut uploads = 0;
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let is_upload = head.starts_with(b"PUT");
            uploads += u32::from(is_upload);
            let answer = match (is_upload, uploads) {
                (true, 1) => continue,
                (true, _) => refusal,
                (false, _) => "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            };
            connection.write_all(answer.as_bytes()).unwrap();
            // Until the client hangs up.
            let _ = connection.read_to_end(&mut Vec::new());
        }
    });
    url
}

#[tokio::test]
async fn a_refusal_that_was_lost_with_the_connection_is_heard_by_the_head_alone() {
    let too_much = "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 8\r\n\r\ntoo much";
    let echo =
        "HTTP/1.1 409 Conflict\r\nconnection: close\r\ncontent-length: 21\r\n\r\nfrom saving to saving";
    for (refusal, heard) in [(too_much, (Kind::Limit, Some(413))), (echo, (Kind::Unavailable, None))] {
        let glance = glance_at(&impatient(refusal), Effect::Delete);
        let error = glance.upload("1bea", abc_once(), None).await.unwrap_err();
        assert_eq!((error.kind(), error.status_code()), heard, "{error}");
    }
}
