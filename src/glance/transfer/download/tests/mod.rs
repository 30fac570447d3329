//! Downloads against a server that stands in for Glance. Broken connections are tried on the sandbox, in
//! tests/suite. Long, since a server can answer wrongly in many ways.

#![allow(clippy::unwrap_used)]

mod connections;

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::resume_log::{self, Identity};
use super::*;
use crate::error::{Kind, Result};
use crate::folder_entry::FolderEntry;
use crate::glance::testing::{active, asked, glance, glance_paced, glance_with};
use crate::http::{Effect, Effects, Note, Options};

const MD5_OF_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";

/// A server that answers so of an image, and so of its data.
async fn server(image: &Value, data: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let shown = ResponseTemplate::new(200).set_body_json(image);
    Mock::given(method("GET")).and(path("/v2/images/1bea")).respond_with(shown).mount(&server).await;
    Mock::given(method("GET")).and(path("/v2/images/1bea/file")).respond_with(data).mount(&server).await;
    server
}

fn data(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(text, "application/octet-stream")
}

/// What Glance answers of an image that holds `abc`, but for these fields.
fn changed(changes: &[(&str, Value)]) -> Value {
    let mut image = active("1bea");
    for (key, value) in changes {
        image[key] = value.clone();
    }
    image
}

fn read(image: &Value) -> Image {
    serde_json::from_value(image.clone()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn saved(server: &MockServer, image: &Value, place: &Path) -> Result<u64> {
    glance(server).download(&read(image), FolderEntry::of(place).unwrap(), Saving::default()).await
}

#[tokio::test]
async fn verified_data_replace_the_target_and_report_progress() {
    let server = server(&active("1bea"), data("abc")).await;
    let folder = tempfile::tempdir().unwrap();
    let told = Rc::new(RefCell::new(None));
    let progress = told.clone();
    let glance = glance(&server)
        .with_progress(Rc::new(move |done, total| *progress.borrow_mut() = Some((done, total))));
    let place = folder.path().join("image");
    let entry = FolderEntry::of(&place).unwrap();
    assert_eq!(glance.download(&read(&active("1bea")), entry, Saving::default()).await.unwrap(), 3);
    assert_eq!((fs::read(place).unwrap(), names(folder.path())), (b"abc".to_vec(), vec!["image".to_owned()]));
    assert_eq!(*told.borrow(), Some((3, Some(3))));
}

#[tokio::test]
async fn wrong_data_are_an_integrity_error_and_leave_no_file() {
    let unknown = ("os_hash_algo", json!("gost"));
    let cases = [
        (vec![("size", json!(4))], "the data are 3 bytes, and should be 4"),
        (vec![("size", json!(2))], "the data are 3 bytes, and should be 2"),
        (vec![("os_hash_value", json!("ab"))], "and should have ab"),
        (vec![unknown, ("checksum", json!("cd"))], "and should have cd"),
    ];
    for (changes, message) in cases {
        let image = changed(&changes);
        let server = server(&image, data("abc")).await;
        let folder = tempfile::tempdir().unwrap();
        let error = saved(&server, &image, &folder.path().join("image")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Integrity);
        assert!(error.message().ends_with(message), "{error}");
        assert!(names(folder.path()).is_empty());
        let mut stream = glance(&server).download_stream(&read(&image)).await;
        while let Ok(download) = &mut stream {
            match download.chunk().await {
                Ok(part) => assert!(part.is_some(), "the end was reached"),
                Err(error) => stream = Err(error),
            }
        }
        assert_eq!(stream.err().unwrap().kind(), Kind::Integrity);
    }
}

#[tokio::test]
async fn a_snapshot_without_hash_is_verified_by_the_one_of_now_and_one_of_other_data_is_a_conflict() {
    let server = server(&active("1bea"), data("abd")).await;
    let nothing_known = [("size", json!(null)), ("os_hash_value", json!(null)), ("checksum", json!(null))];
    let mut download = glance(&server).download_stream(&read(&changed(&nothing_known))).await.unwrap();
    assert_eq!(download.total_bytes(), Some(3));
    assert_eq!(download.chunk().await.unwrap().unwrap(), "abd");
    assert_eq!(download.chunk().await.unwrap_err().kind(), Kind::Integrity);
    for other in [("size", json!(4)), ("os_hash_value", json!("ab"))] {
        let error = glance(&server).download_stream(&read(&changed(&[other]))).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Conflict);
    }
}

#[tokio::test]
async fn no_data_and_no_permission_say_what_to_do() {
    let deactivated = "The requested image has been deactivated. Image data download is forbidden.";
    let cases = [
        (ResponseTemplate::new(204), Kind::Conflict, "upload its data first, or wait until it is active"),
        (
            ResponseTemplate::new(403).set_body_string(deactivated),
            Kind::Forbidden,
            "reactivate the image first",
        ),
        (
            ResponseTemplate::new(403),
            Kind::Forbidden,
            "a role that may download is needed: a reader may only list and show",
        ),
    ];
    for (answer, kind, advice) in cases {
        let server = server(&active("1bea"), answer).await;
        let folder = tempfile::tempdir().unwrap();
        let error = saved(&server, &active("1bea"), &folder.path().join("image")).await.unwrap_err();
        assert_eq!((error.kind(), error.advice_text()), (kind, Some(advice)));
        assert!(names(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_written_costs_no_request() {
    let server = server(&active("1bea"), data("abc")).await;
    let folder = tempfile::tempdir().unwrap();
    for place in [folder.path().to_owned(), "/sys/image".into()] {
        let error = saved(&server, &active("1bea"), &place).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
    }
    assert!(asked(&server).await.is_empty());
}

/// What an earlier run left: `text` in the `.part`, of which so many bytes were noted, of that image.
fn left_behind(place: &Path, image: &Value, text: &str, filled: u64) {
    fs::write(place.with_extension("part"), text).unwrap();
    let ledger = File::create(place.with_extension("part.json")).unwrap();
    resume_log::begin(&ledger, &Identity::of(&read(image)), filled).unwrap();
}

/// What the server was asked for of the data: the `Range` headers, `-` where there was none.
async fn ranges(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    let files = requests.iter().filter(|request| request.url.path().ends_with("/file"));
    let range = |request: &Request| {
        request.headers.get("range").map_or("-".into(), |range| range.to_str().unwrap().to_owned())
    };
    files.map(range).collect()
}

/// The rest of `abc`, as Glance sends it: with the MD5 of the whole.
fn rest(range: &str) -> ResponseTemplate {
    ResponseTemplate::new(206)
        .set_body_raw("bc", "application/octet-stream")
        .insert_header("content-range", range)
        .insert_header("content-md5", MD5_OF_ABC)
}

#[tokio::test]
async fn an_earlier_part_is_resumed_or_restarted() {
    let image = active("1bea");
    let renamed = changed(&[("updated_at", json!("2020-01-01T00:00:00Z"))]);
    let other = changed(&[("os_hash_value", json!("4a1b"))]);
    let from_one = vec!["bytes=1-"];
    let cases = [
        ("its range", &image, "a", rest("bytes 1-2/3"), from_one.clone()),
        ("more in the file than was noted", &image, "axx", rest("bytes 1-2/3"), from_one.clone()),
        ("a server that ignores ranges", &image, "a", data("abc"), from_one.clone()),
        ("damaged since", &image, "x", rest("bytes 1-2/3"), vec!["bytes=1-", "-"]),
        ("cut short since", &image, "", data("abc"), vec!["-"]),
        ("of an image that was renamed since", &renamed, "a", rest("bytes 1-2/3"), from_one.clone()),
        ("of another image", &other, "a", data("abc"), vec!["-"]),
    ];
    for (what, known, text, answer, wanted) in cases {
        let server = server_of(&image, move |request| match request.headers.get("range") {
            Some(_) => answer.clone(),
            None => data("abc"),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("image");
        left_behind(&place, known, text, 1);
        assert_eq!(saved(&server, &image, &place).await.unwrap(), 3, "{what}");
        assert_eq!(fs::read(&place).unwrap(), b"abc", "{what}");
        assert_eq!(ranges(&server).await, wanted, "{what}");
        assert_eq!(names(folder.path()), ["image"], "{what}");
    }
}

#[tokio::test]
async fn an_answer_with_another_range_is_refused() {
    for range in ["bytes 0-1/3", "nonsense"] {
        let server = server(&active("1bea"), rest(range)).await;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("image");
        left_behind(&place, &active("1bea"), "a", 1);
        let error = saved(&server, &active("1bea"), &place).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol, "{range}");
        assert!(error.message().ends_with(range), "{error}");
    }
}

#[tokio::test]
async fn the_whole_of_an_earlier_run_needs_no_data_any_more() {
    let server = server(&active("1bea"), data("abc")).await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    left_behind(&place, &active("1bea"), "abc", 3);
    assert_eq!(saved(&server, &active("1bea"), &place).await.unwrap(), 3);
    assert_eq!(ranges(&server).await, Vec::<String>::new());
    assert_eq!(names(folder.path()), ["image"]);
}

#[tokio::test]
async fn a_cloud_that_is_away_costs_nothing_of_an_earlier_run_and_a_deleted_image_all_of_it() {
    for (status, kind, left) in
        [(500, Kind::Unavailable, vec!["image.part", "image.part.json"]), (404, Kind::NotFound, vec![])]
    {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(status)).mount(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("image");
        left_behind(&place, &active("1bea"), "a", 1);
        assert_eq!(saved(&server, &active("1bea"), &place).await.unwrap_err().kind(), kind);
        assert_eq!(names(folder.path()), left);
    }
}

/// An image of four MiB, and what Glance answers of it.
fn large() -> (Vec<u8>, Value) {
    let text: Vec<u8> = (0..4_u32 << 20).map(|place| place.to_le_bytes()[place as usize % 3]).collect();
    let mut hasher = crate::glance::transfer::hash::Hasher::find("sha256").unwrap();
    hasher.update(&text);
    let hash = [("os_hash_algo", json!("sha256")), ("os_hash_value", json!(hasher.hex()))];
    let image = changed(&[&hash[..], &[("size", json!(text.len()))]].concat());
    (text, image)
}

async fn saved_in_ranges(server: &MockServer, image: &Value) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("image");
    let saving = Saving { ranges: Some(4), ..Saving::default() };
    glance(server).download(&read(image), FolderEntry::of(&place).unwrap(), saving).await.unwrap();
    assert_eq!(names(folder.path()), ["image"]);
    fs::read(place).unwrap()
}

/// What was asked for, as Glance sends it.
fn ranged(text: &[u8], request: &Request) -> ResponseTemplate {
    let range = request.headers["range"].to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last) = (first.parse().unwrap(), last.parse().unwrap_or(text.len() - 1));
    ResponseTemplate::new(206)
        .set_body_bytes(&text[first..=last])
        .insert_header("content-range", format!("bytes {first}-{last}/{}", text.len()))
}

/// A server of that image, which answers so when it is asked for its data.
async fn server_of(
    image: &Value,
    answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static,
) -> MockServer {
    let server = MockServer::start().await;
    let shown = ResponseTemplate::new(200).set_body_json(image);
    Mock::given(path("/v2/images/1bea")).respond_with(shown).mount(&server).await;
    Mock::given(path("/v2/images/1bea/file")).respond_with(answer).mount(&server).await;
    server
}
