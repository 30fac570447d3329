//! What a project may use, what it is told when it asks for more, and the clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lunette::sandbox::{Options, Quota};
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, OCTETS};
use crate::sandbox::raw::Ask;

const MIB: usize = 1 << 20;

fn with(quota: Quota) -> Cloud {
    Cloud::with(Options { quota, ..Options::default() })
}

fn raw(cloud: &Cloud) -> String {
    cloud.image("b", &json!({ "disk_format": "raw", "container_format": "bare" }))
}

fn put(cloud: &Cloud, id: &str, what: &str, size: usize) -> (u16, String) {
    let path = format!("/v2/images/{id}/{what}");
    let answer = cloud.ask("b", "PUT", &path).header("Content-Type", OCTETS).body("x".repeat(size)).send();
    (answer.status, answer.message())
}

fn over(cloud: &Cloud, resource: &str, limit: u64, usage: u64, delta: u64) -> (u16, String) {
    let message = format!(
        "The request returned a 413 Request Entity Too Large. This generally means that rate limiting or a quota threshold was \
         breached. The response body: Project {} is over a limit for [Resource {resource} is over limit of {limit} due to \
         current usage {usage} and delta {delta}]",
        cloud.project("b")
    );
    (413, message)
}

#[test]
fn an_image_too_many_is_413() {
    let cloud = with(Quota { image_count_total: 1, ..Quota::default() });
    raw(&cloud);
    let answer = cloud.ask("b", "POST", "/v2/images").json(&json!({})).send();
    assert_eq!((answer.status, answer.message()), over(&cloud, "image_count_total", 1, 1, 1));
    assert_eq!(cloud.ask("c", "POST", "/v2/images").json(&json!({})).send().status, 201);
}

#[test]
fn too_much_data_is_413_and_the_image_queued() {
    let cloud = with(Quota { image_size_total_mib: 2, image_stage_total_mib: 1, ..Quota::default() });
    let id = raw(&cloud);
    assert_eq!(put(&cloud, &id, "file", 3 * MIB), over(&cloud, "image_size_total", 2, 0, 3));
    assert_eq!(put(&cloud, &id, "stage", 2 * MIB), over(&cloud, "image_stage_total", 1, 0, 2));
    assert_eq!(cloud.show("b", &id)["status"], "queued");
    assert_eq!(put(&cloud, &id, "stage", MIB).0, 204);
    let usage = cloud.ask("b", "GET", "/v2/info/usage").send().json()["usage"].clone();
    assert_eq!(usage["image_stage_total"], json!({ "usage": 1, "limit": 1 }));
    assert_eq!(usage["image_count_uploading"], json!({ "usage": 1, "limit": 1000 }));
    let other = raw(&cloud);
    assert_eq!(put(&cloud, &other, "stage", MIB), over(&cloud, "image_stage_total", 1, 1, 1));
    assert_eq!(put(&cloud, &other, "file", 2 * MIB).0, 204);
}

#[test]
fn an_import_over_a_quota_is_taken_and_fails() {
    let cloud = with(Quota { image_count_uploading: 0, ..Quota::default() });
    let id = raw(&cloud);
    assert_eq!(put(&cloud, &id, "file", 1), over(&cloud, "image_count_uploading", 0, 1, 0));
    assert_eq!(put(&cloud, &id, "stage", 1), over(&cloud, "image_count_uploading", 0, 1, 0));
    let body = json!({ "method": { "name": "web-download", "uri": "http://127.0.0.1:1/x" } });
    let answer = cloud.ask("b", "POST", &format!("/v2/images/{id}/import")).json(&body).send();
    assert_eq!(answer.status, 202);
    let image = cloud.show("b", &id);
    let marks = ["status", "os_glance_importing_to_stores", "os_glance_failed_import"].map(|key| &image[key]);
    assert_eq!(marks, [&json!("queued"), &json!(""), &json!("")]);
    let tasks = cloud.ask("b", "GET", &format!("/v2/images/{id}/tasks")).send().json();
    assert_eq!(tasks["tasks"][0]["status"], "failure");
    assert!(tasks["tasks"][0]["message"].as_str().unwrap().ends_with("due to current usage 1 and delta 0]"));
}

#[test]
fn a_store_that_only_reads_takes_no_data() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    let ask = cloud.ask("b", "PUT", &format!("/v2/images/{id}/file")).header("Content-Type", OCTETS);
    let answer = ask.header("X-Image-Meta-Store", "web").body("abc").send();
    let message = "Error in store configuration. Adding images to store is disabled.";
    assert_eq!((answer.status, answer.message().as_str()), (410, message));
    assert_eq!(cloud.show("b", &id)["status"], "queued");
}

#[test]
fn the_clock_is_moved_and_all_times_with_it() {
    let cloud = Cloud::start();
    let noon = UNIX_EPOCH + Duration::from_hours(24 * 365 * 100 + 12);
    cloud.sandbox.set_time(noon);
    assert!(cloud.sandbox.time().duration_since(noon).unwrap() < Duration::from_mins(1));
    let id = raw(&cloud);
    let made = cloud.show("b", &id);
    assert!(made["created_at"].as_str().unwrap().starts_with("2069-12-07T12:00:"), "{made}");
    cloud.sandbox.advance(Duration::from_mins(30));
    cloud.set("b", &id, "name", &json!("y"));
    let changed = cloud.show("b", &id);
    assert_eq!(changed["created_at"], made["created_at"]);
    assert!(changed["updated_at"].as_str().unwrap().starts_with("2069-12-07T12:30:"), "{changed}");
    cloud.sandbox.advance(Duration::from_mins(31));
    assert_eq!(cloud.ask("b", "GET", &format!("/v2/images/{id}")).send().status, 401);
    // Farther than a service can write: the clock stays.
    cloud.sandbox.set_time(SystemTime::now() + Duration::from_hours(24 * 365 * 9000));
    assert!(cloud.sandbox.time() < noon + Duration::from_hours(24));
}

#[test]
fn a_region_has_images_of_its_own() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "near", "abc");
    let two = |path: &str| {
        let ask = Ask::new("GET", &format!("{}{path}", cloud.sandbox.image_url_two()));
        ask.header("X-Auth-Token", &cloud.token("a")).header("Accept", "application/json").send()
    };
    assert_eq!(two("/v2/images").json()["images"], json!([]));
    assert_eq!(two(&format!("/v2/images/{id}")).status, 404);
    let href = two("/versions").json()["versions"][0]["links"][0]["href"].clone();
    assert_eq!(href, json!(format!("{}/v2/", cloud.sandbox.image_url_two())));

    let catalog = cloud.identity("GET", "/v3/auth/catalog").header("X-Auth-Token", &cloud.token("a"));
    let catalog = catalog.send().json()["catalog"].clone();
    let image = catalog.as_array().unwrap().iter().find(|service| service["type"] == "image").unwrap();
    let url = |region: &str| -> Value {
        let endpoints = image["endpoints"].as_array().unwrap();
        let here = endpoints.iter().find(|end| end["region"] == region && end["interface"] == "public");
        here.unwrap()["url"].clone()
    };
    assert_eq!(url("RegionOne"), cloud.sandbox.image_url());
    assert_eq!(url("RegionTwo"), cloud.sandbox.image_url_two());
    let yaml = cloud.sandbox.clouds_yaml();
    assert_eq!(yaml.matches("region_name: RegionTwo").count(), 4);
    assert!(cloud.sandbox.exports("project-a-two").unwrap().contains("export OS_REGION_NAME=RegionTwo\n"));
}
