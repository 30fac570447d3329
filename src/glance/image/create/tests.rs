//! What a creation asks the service for, and what becomes of the image.

#![allow(clippy::unwrap_used)]

use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::glance::testing::{active, created, glance, glance_allowed, image, normalised};
use crate::glance::unfinished::may_remain::Ledger;
use crate::http::Effect;

const CREATE: &str = "POST /v2/images";
const UPLOAD: &str = "PUT /v2/images/ID/file";
const SHOW: &str = "GET /v2/images/ID";
const DELETE: &str = "DELETE /v2/images/ID";

fn body() -> Map<String, Value> {
    [("disk_format", "raw"), ("container_format", "bare")]
        .map(|(key, value)| (key.into(), json!(value)))
        .into_iter()
        .collect()
}

fn with_id() -> Map<String, Value> {
    body().into_iter().chain([("id".to_owned(), json!("1bea"))]).collect()
}

fn abc() -> Source {
    Source::bytes("abc")
}

async fn server(put: u16, delete: u16) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(created).mount(&server).await;
    let filled = move |request: &Request| {
        let id = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        ResponseTemplate::new(200).set_body_json(if put < 300 { active(&id) } else { image(&id) })
    };
    Mock::given(method("GET")).respond_with(filled).mount(&server).await;
    for (verb, status) in [("PUT", put), ("DELETE", delete)] {
        Mock::given(method(verb)).respond_with(ResponseTemplate::new(status)).mount(&server).await;
    }
    server
}

/// Answers requests of that method so, one after the other, and before all other answers.
async fn answer(server: &MockServer, verb: &str, answers: impl IntoIterator<Item = ResponseTemplate>) {
    for answer in answers {
        let mock = Mock::given(method(verb)).respond_with(answer).up_to_n_times(1);
        mock.with_priority(1).mount(server).await;
    }
}

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

/// An image of that ID, as another run may have left it, created at that time.
fn there(state: &str, created_at: &str) -> ResponseTemplate {
    let mut there = image("1bea");
    (there["status"], there["created_at"]) = (json!(state), json!(created_at));
    (there["disk_format"], there["container_format"]) = (json!("raw"), json!("bare"));
    status(200).set_body_json(there)
}

fn missing() -> ResponseTemplate {
    status(404).insert_header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
}

#[tokio::test]
async fn with_data_it_is_created_filled_and_shown() {
    let server = server(204, 204).await;
    let created = glance(&server).create_image(body(), Some(abc()), None).await.unwrap();
    assert_eq!(&*created.status, "active");
    assert_eq!(normalised(&server).await, [CREATE, UPLOAD, SHOW]);
}

#[tokio::test]
async fn a_failed_upload_leaves_nothing_also_where_only_writes_are_allowed() {
    let server = server(415, 204).await;
    let glance = glance_allowed(&server, Effect::Write);
    let error = glance.create_image(body(), Some(abc()), None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let words = "the image was created, and deleted again without its data: ";
    assert!(error.message().starts_with(words), "{error}");
    assert_eq!(normalised(&server).await, [CREATE, UPLOAD, SHOW, DELETE]);
    assert!(!glance.has_orphans());
}

#[tokio::test]
async fn an_image_that_somebody_else_filled_or_took_over_is_kept() {
    let server = server(409, 204).await;
    let filled = |request: &Request| {
        let id = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
        status(200).set_body_json(active(&id))
    };
    Mock::given(method("GET")).respond_with(filled).with_priority(1).mount(&server).await;
    let copy = [("lunette_copy".to_owned(), json!("unfinished"))];
    for body in [body(), with_id(), with_id().into_iter().chain(copy).collect()] {
        let glance = glance(&server);
        let error = glance.create_image(body, Some(abc()), None).await.unwrap_err();
        assert!(error.message().contains("was created, and is kept, because"), "{error}");
        assert!(!glance.has_orphans());
    }
    assert!(!normalised(&server).await.iter().any(|line| line.starts_with("DELETE")));
}

#[tokio::test]
async fn an_image_that_disappeared_is_not_reported_as_deleted() {
    let server = server(415, 404).await;
    let error = glance(&server).create_image(body(), Some(abc()), None).await.unwrap_err();
    assert!(
        error.message().starts_with("the image was created, had no data, and no longer exists"),
        "{error}"
    );
}

#[tokio::test]
async fn an_image_of_a_random_id_is_its_own_after_a_lost_answer() {
    for (posts, requests) in [(vec![502], 2), (vec![409], 2)] {
        let server = server(204, 204).await;
        answer(&server, "POST", posts.into_iter().map(status)).await;
        let made = glance(&server).create_image(body(), None, None).await.unwrap();
        assert_eq!(&*made.status, "active");
        assert_eq!(normalised(&server).await.len(), requests);
    }
}

#[tokio::test]
async fn an_image_that_existed_before_is_never_taken_for_the_callers() {
    for state in ["queued", "active"] {
        for post in [502, 504, 409] {
            let server = MockServer::start().await;
            let old = there(state, "2026-11-30T08:00:00Z");
            Mock::given(method("GET")).respond_with(old).mount(&server).await;
            for data in [None, Some(abc())] {
                answer(&server, "POST", [status(post)]).await;
                let glance = glance(&server);
                let error = glance.create_image(with_id(), data, None).await.unwrap_err();
                assert_eq!(error.kind(), Kind::Conflict, "{error}");
                assert!(!glance.has_orphans());
            }
            let asked = normalised(&server).await;
            assert!(asked.iter().all(|line| line.starts_with("GET") || line == CREATE), "{asked:?}");
        }
    }
}

#[tokio::test]
async fn the_callers_id_is_found_created_after_a_lost_answer_where_it_did_not_exist_before() {
    let server = MockServer::start().await;
    answer(&server, "POST", [status(502)]).await;
    answer(&server, "GET", [missing(), there("queued", "1994-11-06T08:49:37Z")]).await;
    let made = glance(&server).create_image(with_id(), None, None).await.unwrap();
    assert_eq!(&*made.id, "1bea");

    // One that differs, or is older than the call, may be anybody's.
    for found in [there("active", "1994-11-06T08:49:37Z"), there("queued", "1994-11-06T08:49:36Z")] {
        answer(&server, "POST", [status(502)]).await;
        answer(&server, "GET", [missing(), found]).await;
        let error = glance(&server).create_image(with_id(), None, None).await.unwrap_err();
        assert!(error.message().contains("nobody can tell whether this call created it"), "{error}");
    }
}

#[tokio::test]
async fn the_callers_id_that_is_taken_after_a_lost_answer_is_left_alone() {
    let server = MockServer::start().await;
    answer(&server, "POST", [status(502), status(409)]).await;
    answer(&server, "GET", [missing(), missing(), there("queued", "1994-11-06T08:49:37Z")]).await;
    let glance = glance(&server);
    let error = glance.create_image(with_id(), Some(abc()), None).await.unwrap_err();
    assert_eq!((error.kind(), error.status_code()), (Kind::Conflict, Some(409)));
    assert!(error.message().contains("nobody can tell whether this call created it"), "{error}");
    assert!(!glance.has_orphans());
    assert_eq!(normalised(&server).await.len(), 5);
}

#[tokio::test]
async fn no_data_are_sent_to_an_image_of_the_callers_id_whose_answer_was_lost() {
    let server = server(204, 204).await;
    answer(&server, "POST", [status(502)]).await;
    answer(&server, "GET", [missing(), there("queued", "1994-11-06T08:49:38Z")]).await;
    let glance = glance(&server);
    let error = glance.create_image(with_id(), Some(abc()), None).await.unwrap_err();
    assert!(error.message().contains("nobody can tell whether this call created it"), "{error}");
    assert_eq!(normalised(&server).await, [SHOW, CREATE, SHOW]);
    assert!(!glance.has_orphans());
}

#[tokio::test]
async fn an_image_of_the_callers_id_that_may_exist_is_named() {
    let broken = || status(201).set_body_string("{");
    for answers in [vec![status(500)], vec![broken()], vec![status(502), status(413)]] {
        let server = MockServer::start().await;
        answer(&server, "POST", answers).await;
        Mock::given(method("GET")).respond_with(missing()).mount(&server).await;
        let glance = glance(&server);
        let error = glance.create_image(with_id(), None, None).await.unwrap_err();
        let advice = error.advice_text().unwrap_or_default();
        assert!(advice.contains("image 1bea may exist"), "{error} {advice}");
        assert!(!glance.has_orphans());
    }
}

#[tokio::test]
async fn an_image_of_a_drawn_id_that_appears_after_a_500_is_removed() {
    let server = server(415, 204).await;
    answer(&server, "POST", [status(500)]).await;
    answer(&server, "GET", [missing(), missing()]).await;
    let glance = glance(&server);
    let error = glance.create_image(body(), None, None).await.unwrap_err();
    assert!(error.advice_text().unwrap().contains("before this run ends, it is deleted"), "{error}");
    let told = glance.remove_orphans(Extent::All).await;
    assert!(told.len() == 1 && told[0].contains("was deleted again"), "{told:?}");
    assert_eq!(normalised(&server).await, [CREATE, SHOW, SHOW, SHOW, DELETE]);
}

#[tokio::test]
async fn an_image_whose_creation_failed_and_waits_to_be_sent_again_is_removed() {
    let server = server(415, 204).await;
    answer(&server, "POST", [status(503).insert_header("retry-after", "5")]).await;
    let glance = glance(&server);
    let creation = glance.create_image(body(), None, None);
    tokio::select! {
        _ = creation => unreachable!("the service asks to wait for 5 s"),
        () = tokio::time::sleep(std::time::Duration::from_millis(300)) => {}
    }
    let told = glance.remove_orphans(Extent::All).await;
    assert!(told.len() == 1 && told[0].contains("was deleted again"), "{told:?}");
    assert_eq!(normalised(&server).await, [CREATE, SHOW, DELETE]);
}

#[tokio::test]
async fn a_copy_is_known_by_its_stamp_after_a_lost_answer_and_no_other_copy_is() {
    for (is_own, deletions) in [(true, 1), (false, 0)] {
        let server = server(415, 204).await;
        let glance = glance(&server);
        let state = [("lunette_copy".to_owned(), json!("unfinished"))];
        let mut body: Map<String, Value> = with_id().into_iter().chain(state).collect();
        let stamp = Stamp::put(&mut body).unwrap();
        let mut copy = image("1bea");
        copy["lunette_copy"] = if is_own { body["lunette_copy"].clone() } else { json!("unfinished") };
        Mock::given(method("GET"))
            .respond_with(status(200).set_body_json(&copy))
            .with_priority(1)
            .mount(&server)
            .await;
        let copy: Image = serde_json::from_value(copy).unwrap();
        let unfinished = glance.begin(Entry::new("1bea", None, Some(stamp), false)).await;
        let lost = Error::new(Kind::Unavailable, "lost");
        let found = Glance::judge_found(copy, &body, &unfinished, Before::Unknown, lost);
        assert_eq!(found.is_ok(), is_own);
        if let Ok(copy) = found {
            let error = Error::new(Kind::Invalid, "no");
            glance.give_up(unfinished, &copy, error).await;
        }
        let asked = normalised(&server).await;
        assert_eq!(asked.iter().filter(|line| line.starts_with("DELETE")).count(), deletions);
    }
}

#[tokio::test]
async fn an_answer_with_another_id_is_an_error_and_that_image_is_not_touched() {
    for body in [body(), with_id()] {
        let server = server(415, 204).await;
        answer(&server, "POST", [status(201).set_body_json(image("2cfb"))]).await;
        let glance = glance(&server);
        let error = glance.create_image(body, Some(abc()), None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol);
        assert!(error.message().contains("answered with image 2cfb"), "{error}");
        let told = glance.remove_orphans(Extent::All).await;
        assert!(told.iter().all(|text| !text.contains("no answer")), "{told:?}");
        let asked = crate::glance::testing::asked(&server).await;
        assert!(!asked.iter().any(|line| line.contains("2cfb") || line.starts_with("PUT")), "{asked:?}");
    }
}

#[tokio::test]
async fn an_image_that_may_still_appear_is_told_with_the_answer_that_came() {
    let moved = || status(307).insert_header("location", "http://127.0.0.1:1/v2/images");
    let another = || status(201).set_body_json(image("2cfb"));
    for (answered, said) in [
        (moved(), "was answered with status 307"),
        (status(500), "was answered with status 500"),
        (another(), "with image 2cfb"),
        (status(201).set_body_string("{"), "was not readable"),
    ] {
        let server = server(415, 204).await;
        answer(&server, "POST", [answered]).await;
        Mock::given(method("GET")).respond_with(missing()).with_priority(1).mount(&server).await;
        let glance = glance(&server);
        glance.create_image(body(), None, None).await.unwrap_err();
        let told = glance.remove_orphans(Extent::All).await;
        assert!(told.len() == 1 && told[0].contains(said) && !told[0].contains("no answer"), "{told:?}");
    }
}

#[tokio::test]
async fn a_refused_creation_keeps_the_mark_of_one_before_it_and_a_success_removes_it() {
    for (second, marks) in [(Some(status(400)), 1), (None, 0)] {
        let server = server(415, 204).await;
        answer(&server, "POST", std::iter::once(status(500)).chain(second)).await;
        Mock::given(method("GET")).respond_with(missing()).with_priority(1).mount(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let glance = glance(&server).with_marks(Some(folder.path().into()), Ledger::default());
        let count = || std::fs::read_dir(folder.path()).unwrap().count();
        let id = json!("1bea47ed-f6a9-463b-b423-14b9cca9ad27");
        let body: Map<_, _> = body().into_iter().chain([("id".to_owned(), id)]).collect();
        glance.create_image(body.clone(), None, None).await.unwrap_err();
        assert_eq!(count(), 1);
        assert_eq!(glance.create_image(body, None, None).await.is_ok(), marks == 0);
        assert_eq!(count(), marks);
    }
}

#[tokio::test]
async fn a_protected_image_is_taken_back_too() {
    let server = server(415, 204).await;
    let mut shown = image("1bea");
    shown["protected"] = json!(true);
    for verb in ["GET", "GET", "PATCH"] {
        answer(&server, verb, [status(200).set_body_json(&shown)]).await;
    }
    let protected = with_id().into_iter().chain([("protected".to_owned(), json!(true))]).collect();
    assert!(glance(&server).create_image(protected, Some(abc()), None).await.is_err());
    let asked = normalised(&server).await;
    assert_eq!(asked[asked.len() - 4..], [UPLOAD, SHOW, "PATCH /v2/images/ID", DELETE]);
}

#[tokio::test]
async fn an_image_that_cannot_be_deleted_is_named() {
    let server = server(415, 403).await;
    let error = glance(&server).create_image(with_id(), Some(abc()), None).await.unwrap_err();
    assert!(error.message().starts_with("image 1bea was created, and is left behind"), "{error}");
    assert!(error.advice_text().unwrap().starts_with("delete image 1bea yourself"));
}

#[tokio::test]
async fn create_refuses_impossible_options_before_it_creates() {
    let server = server(204, 204).await;
    let missing = Some(Source::file("/nowhere/image.raw".into()));
    let empty = Some(Source::bytes(""));
    for (body, data) in [(body(), missing), (body(), empty), (Map::new(), Some(abc()))] {
        assert!(glance(&server).create_image(body, data, None).await.is_err());
    }
    assert!(normalised(&server).await.is_empty());
}

#[tokio::test]
async fn an_image_of_a_dropped_creation_is_removed_when_asked_for() {
    let server = server(415, 204).await;
    let slow = status(204).set_delay(std::time::Duration::from_mins(1));
    answer(&server, "PUT", [slow]).await;
    let glance = glance(&server);
    let creation = glance.create_image(body(), Some(abc()), None);
    tokio::select! {
        _ = creation => unreachable!("the upload takes a minute"),
        () = async { while normalised(&server).await.len() < 2 { tokio::task::yield_now().await } } => {}
    }
    let told = glance.remove_orphans(Extent::All).await;
    assert!(told.len() == 1 && told[0].contains("was deleted again"), "{told:?}");
    assert_eq!(normalised(&server).await, [CREATE, UPLOAD, SHOW, DELETE]);
    assert!(!glance.has_orphans());
}

#[tokio::test]
async fn a_creation_that_was_not_sent_yet_is_not_sent_by_clean_up() {
    let server = server(204, 204).await;
    let busy = || status(429).insert_header("retry-after", "2");
    answer(&server, "POST", [busy()]).await;
    let glance = glance(&server);
    let creation = glance.create_image(body(), None, None);
    tokio::select! {
        _ = creation => unreachable!("the service asks to wait for 2 s"),
        () = tokio::time::sleep(std::time::Duration::from_millis(300)) => {}
    }
    assert!(glance.remove_orphans(Extent::All).await.is_empty());
    assert_eq!(normalised(&server).await, [CREATE]);
}
