//! The image cache: how images come into it and out of it, and who may see to that.

use std::time::Duration;

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Row};

const IMPORT_TIME: Duration = Duration::from_mins(1);

fn caching() -> Cloud {
    Cloud::with(Options { cache: true, import_time: IMPORT_TIME, ..Options::default() })
}

/// What is cached, with the hits, and what waits.
fn state(cloud: &Cloud) -> (Vec<(String, u64)>, Vec<Value>) {
    let state = cloud.ask("admin", "GET", "/v2/cache").send().json();
    let cached =
        state["cached_images"].as_array().unwrap().iter().map(|cached| {
            (cached["image_id"].as_str().unwrap().to_owned(), cached["hits"].as_u64().unwrap())
        });
    (cached.collect(), state["queued_images"].as_array().unwrap().clone())
}

#[test]
fn an_image_comes_into_the_cache_by_request_or_by_being_read() {
    let cloud = caching();
    let id = cloud.raw_image("a", "x", "abcdefghij");
    let read = |range: Option<&str>| {
        let ask = cloud.ask("a", "GET", &format!("/v2/images/{id}/file"));
        if let Some(range) = range { ask.header("Range", range) } else { ask }.send().status
    };
    assert_eq!(cloud.ask("admin", "PUT", &format!("/v2/cache/{id}")).send().status, 202);
    assert_eq!(state(&cloud), (vec![], vec![json!(id)]));
    cloud.sandbox.advance(IMPORT_TIME);
    assert_eq!(state(&cloud), (vec![(id.clone(), 0)], vec![]));
    let nodes = cloud.ask("admin", "GET", &format!("/v2/cache/nodes/{id}")).send().json();
    assert_eq!(nodes, json!([cloud.sandbox.image_url()]));
    assert_eq!((read(None), read(Some("bytes=0-1"))), (200, 206));
    assert_eq!(state(&cloud).0, [(id.clone(), 1)]);

    assert_eq!(cloud.ask("admin", "DELETE", &format!("/v2/cache/{id}")).send().status, 204);
    assert_eq!(read(Some("bytes=0-1")), 206);
    assert_eq!(state(&cloud).0, []);
    assert_eq!(read(None), 200);
    assert_eq!(state(&cloud).0, [(id.clone(), 0)]);
    for (target, left) in [("queue", 1), ("CACHE", 0)] {
        let ask = cloud.ask("admin", "DELETE", "/v2/cache").header("X-Image-Cache-Clear-Target", target);
        assert_eq!(ask.send().status, 204);
        assert_eq!(state(&cloud).0.len(), left);
    }
    read(None);
    cloud.ask("a", "DELETE", &format!("/v2/images/{id}")).send();
    assert_eq!(state(&cloud).0, []);
}

#[test]
fn a_cached_image_is_read_from_no_store() {
    let cloud = caching();
    let id = cloud.raw_image("a", "x", "abcdefghij");
    let path = format!("/v2/images/{id}/file?prefer=nowhere");
    let wants = || cloud.ask("a", "GET", &path).send().status;
    assert_eq!(wants(), 400);
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send().status, 200);
    assert_eq!(
        (wants(), cloud.ask("a", "GET", &path).header("Range", "bytes=0-1").send().status),
        (200, 400)
    );
}

#[test]
fn the_cache_refuses_users_without_its_role() {
    let cloud = caching();
    let queued = cloud.image("a", &json!({}));
    let row = |who, method, path: &str, status, message| -> Row<'_> {
        (who, method, format!("/v2/cache{path}"), Value::Null, status, message)
    };
    let one = format!("/{queued}");
    let gone = format!("Image {queued} not found.");
    cloud.expect(&[
        row("a", "GET", "", 403, "You are not authorized to complete cache_list action."),
        row("a", "DELETE", "", 403, "You are not authorized to complete cache_delete action."),
        row("a", "POST", "/clean", 403, "You are not authorized to complete cache_clean action."),
        row("a", "POST", "/prune", 403, "You are not authorized to complete cache_prune action."),
        row("a", "GET", "/nodes/x", 403, "You are not authorized to complete list_cached_nodes action."),
        row("a", "PUT", &one, 403, "You are not authorized to complete cache_image action."),
        row("b", "PUT", &one, 404, &gone),
        row("admin", "PUT", &one, 400, "Only images with status active can be targeted for queueing"),
        row("admin", "PUT", "/nope", 404, "Image nope not found."),
        row("admin", "DELETE", "/nope", 404, "Image nope not found."),
        row("admin", "DELETE", &one, 204, ""),
        row("admin", "GET", "/nodes/nope", 404, "Image nope not found."),
        row("admin", "POST", "/clean", 200, ""),
        row("admin", "POST", "/prune", 200, ""),
        row("admin", "GET", "/x", 405, "The method GET is not allowed for this resource."),
    ]);
    let ask = cloud.ask("admin", "DELETE", "/v2/cache").header("X-Image-Cache-Clear-Target", "nope").send();
    let message = "If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.";
    assert_eq!((ask.status, ask.message().as_str()), (400, message));
    let versions = cloud.ask("-", "GET", "/versions").send().json();
    assert_eq!([&versions["versions"][0]["id"], &versions["versions"][0]["status"]], ["v2.18", "CURRENT"]);
}

#[test]
fn without_a_cache_the_api_says_that_there_is_none() {
    let cloud = Cloud::start();
    let id = cloud.raw_image("a", "x", "abc");
    let none = "Caching via API is not supported at this site.";
    let row = |who, method, path: &str, status, message| -> Row<'static> {
        (who, method, format!("/v2/cache{path}"), Value::Null, status, message)
    };
    cloud.expect(&[
        row("admin", "GET", "", 404, none),
        row("admin", "DELETE", "", 404, none),
        row("admin", "POST", "/clean", 404, none),
        row("admin", "PUT", &format!("/{id}"), 404, none),
        row("a", "GET", "", 403, "You are not authorized to complete cache_list action."),
        row("admin", "DELETE", "/nope", 500, ""),
    ]);
}
