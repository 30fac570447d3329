//! Faults on request, seen from outside: what is asked for happens, as often as it was asked for, and nothing
//! else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, OCTETS, PFSENSE};
use crate::sandbox::images::imports;
use crate::sandbox::raw::Ask;

const SHOW: &str = "/v2/images/1bea47ed-f6a9-463b-b423-14b9cca9ad27";

fn struck_by(faults: &[&str]) -> Cloud {
    let cloud = Cloud::start();
    cloud.token("a");
    for fault in faults {
        cloud.sandbox.add_fault(fault.parse().unwrap());
    }
    cloud
}

#[test]
fn a_status_comes_in_the_form_of_its_service_and_then_no_more() {
    let cloud = struck_by(&["image-show status=503 count=2 retry-after=3", "project-list status=500"]);
    for _ in 0..2 {
        let answer = cloud.ask("a", "GET", SHOW).send();
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("3")));
        assert!(answer.header("x-openstack-request-id").is_some());
        assert!(answer.message().starts_with("The server is currently unavailable."), "{}", answer.text());
    }
    assert_eq!(cloud.ask("a", "GET", SHOW).send().status, 200);
    let answer = cloud.identity("GET", "/v3/projects").send();
    assert_eq!(answer.json()["error"]["code"], 500);
    cloud.sandbox.clear_faults();
    assert_eq!(cloud.identity("GET", "/v3/projects").send().status, 401);
}

#[test]
fn the_statuses_that_clouds_give_look_like_theirs() {
    for (fault, status, header) in [
        ("image-show status=429", 429, ("retry-after", "1")),
        ("image-show status=409", 409, ("content-type", "application/json")),
        ("image-show html", 502, ("content-type", "text/html; charset=utf-8")),
        ("image-show html status=200", 200, ("content-type", "text/html; charset=utf-8")),
    ] {
        let answer = struck_by(&[fault]).ask("a", "GET", SHOW).send();
        assert_eq!((answer.status, answer.header(header.0)), (status, Some(header.1)), "{fault}");
    }
    let refused = struck_by(&["image-show status=401"]).ask("a", "GET", SHOW).send();
    assert!(refused.header("www-authenticate").unwrap().starts_with("Keystone uri="));
}

#[test]
fn a_fault_that_is_late_has_done_what_was_asked() {
    let cloud = struck_by(&["image-create status=503 late count=1"]);
    assert_eq!(cloud.ask("a", "POST", "/v2/images").json(&json!({ "name": "twin" })).send().status, 503);
    let found = cloud.ask("a", "GET", "/v2/images?name=twin").send().json();
    assert_eq!(found["images"].as_array().unwrap().len(), 1);
}

#[test]
fn a_download_is_cut_and_the_connection_with_it() {
    let cloud = struck_by(&["image-download cut=1000"]);
    let answer = cloud.ask("a", "GET", &format!("{SHOW}/file")).send();
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("262144")));
    assert_eq!(answer.body.len(), 1000);
}

#[test]
fn data_stop_coming_and_the_connection_stays() {
    let cloud = struck_by(&["image-download stall=1000", "image-upload stall=5"]);
    let patience = Duration::from_millis(300);
    let file = cloud.ask("a", "GET", &format!("{SHOW}/file")).patience(patience);
    let began = Instant::now();
    let answer = file.send();
    assert_eq!((answer.status, answer.body.len()), (200, 1000));
    assert!(began.elapsed() >= patience, "it was cut");
    let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let upload = cloud.ask("a", "PUT", &format!("/v2/images/{id}/file")).header("Content-Type", OCTETS);
    let began = Instant::now();
    assert!(unanswered(upload.body("0123456789").patience(patience)));
    assert!(began.elapsed() >= patience, "it was cut");
}

#[test]
fn an_upload_that_is_cut_gets_no_answer_and_leaves_the_image_queued() {
    let cloud = struck_by(&["image-upload cut=5 count=1"]);
    let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let path = format!("/v2/images/{id}/file");
    let ask = |cloud: &Cloud| cloud.ask("a", "PUT", &path).header("Content-Type", OCTETS).body("0123456789");
    assert!(unanswered(ask(&cloud)));
    assert_eq!(cloud.show("a", &id)["status"], "queued");
    assert_eq!(ask(&cloud).send().status, 204);
}

#[test]
fn a_server_that_hangs_up_says_nothing() {
    let cloud = struck_by(&["image-show hang-up count=1"]);
    assert!(unanswered(cloud.ask("a", "GET", SHOW)));
    assert!(cloud.sandbox.requests().last().unwrap().ends_with(" unanswered"));
    assert_eq!(cloud.ask("a", "GET", SHOW).send().status, 200);
}

#[test]
fn data_may_differ_from_their_hash_and_a_hash_from_its_data() {
    let cloud = struck_by(&["image-download wrong-hash", "image-list wrong-hash"]);
    let right = cloud.show("a", PFSENSE);
    let data = cloud.ask("a", "GET", &format!("{SHOW}/file")).send().body;
    assert_eq!((data.len(), data[0]), (262_144, b'Q' ^ 0xff));
    let list = cloud.ask("a", "GET", "/v2/images").send().json();
    let hash = |image: &Value| image["os_hash_value"].as_str().unwrap().to_owned();
    assert_ne!(hash(&list["images"][0]), hash(&right));
    assert_eq!(hash(&list["images"][0])[1..], hash(&right)[1..]);
}

#[test]
fn a_page_may_lose_its_next() {
    let cloud = struck_by(&["image-list drop-next after=1"]);
    cloud.image("a", &json!({}));
    let next =
        |cloud: &Cloud| cloud.ask("a", "GET", "/v2/images?limit=1").send().json().get("next").is_some();
    assert!(next(&cloud));
    assert!(!next(&cloud));
}

#[test]
fn a_token_ends_after_some_requests() {
    let cloud = struck_by(&["image-* end-token after=2 count=1"]);
    let status = |token: &str| {
        Ask::new("GET", &format!("{}{SHOW}", cloud.sandbox.image_url()))
            .header("X-Auth-Token", token)
            .send()
            .status
    };
    let token = cloud.token("a");
    assert_eq!([status(&token), status(&token), status(&token), status(&token)], [200, 200, 401, 401]);
}

#[test]
fn answers_may_be_late_and_slow() {
    let cloud = struck_by(&["image-show delay=0.2", "stores-info slow=500"]);
    let began = Instant::now();
    assert_eq!(cloud.ask("a", "GET", SHOW).send().status, 200);
    assert!(began.elapsed() >= Duration::from_millis(200));
    let began = Instant::now();
    let length = cloud.ask("a", "GET", "/v2/info/stores").send().body.len();
    assert!(
        began.elapsed() >= Duration::from_millis(length as u64),
        "{length} bytes in {:?}",
        began.elapsed()
    );
}

#[test]
fn an_import_may_fail_or_hang_after_it_was_accepted() {
    for (fault, status) in [("import=fail", "failure"), ("import=hang", "processing")] {
        let cloud = struck_by(&[&format!("image-import {fault} count=1")]);
        let id = imports::raw(&cloud);
        assert_eq!(imports::stage(&cloud, "a", &id, "some bytes").status, 204);
        let direct = json!({ "method": { "name": "glance-direct" } });
        assert_eq!(imports::import(&cloud, "a", &id, &direct).status, 202);
        cloud.sandbox.advance(Duration::from_mins(10));
        assert_eq!(imports::task(&cloud, &id)["status"], status);
        assert_eq!(cloud.show("a", &id)["status"], "importing");
    }
}

#[test]
fn the_second_region_is_struck_too() {
    let cloud = struck_by(&["image-list status=503"]);
    let url = format!("{}/v2/images", cloud.sandbox.image_url_two());
    assert_eq!(Ask::new("GET", &url).header("X-Auth-Token", &cloud.token("a")).send().status, 503);
}

fn unanswered(ask: Ask) -> bool {
    ask.bytes().is_empty()
}
