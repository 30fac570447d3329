//! Imports: of staged data and from the web, and what becomes of them in time.

use std::time::{Duration, Instant};

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, OCTETS, Row};
use crate::sandbox::raw::Answer;
use crate::sandbox::server::web;

pub(crate) const IMPORT_TIME: Duration = Duration::from_mins(1);
const SLICE: Duration = Duration::from_secs(30);
pub(crate) const TASK_FAILED: &str = "Task failed due to Internal Error";

/// A cloud in which nothing goes on unless the clock is moved.
pub(crate) fn slow() -> Cloud {
    Cloud::with(Options { import_time: IMPORT_TIME, ..Options::default() })
}

pub(crate) fn raw(cloud: &Cloud) -> String {
    cloud.image("a", &json!({ "name": "x", "disk_format": "raw", "container_format": "bare" }))
}

pub(crate) fn stage(cloud: &Cloud, who: &str, id: &str, data: &str) -> Answer {
    let path = format!("/v2/images/{id}/stage");
    cloud.ask(who, "PUT", &path).header("Content-Type", OCTETS).body(data).send()
}

pub(crate) fn import(cloud: &Cloud, who: &str, id: &str, body: &Value) -> Answer {
    cloud.ask(who, "POST", &format!("/v2/images/{id}/import")).json(body).send()
}

pub(crate) fn task(cloud: &Cloud, id: &str) -> Value {
    let tasks = cloud.ask("a", "GET", &format!("/v2/images/{id}/tasks")).send().json();
    tasks["tasks"].as_array().unwrap().last().unwrap().clone()
}

/// The image when no task is at work on it any more. Data from elsewhere come in their own time.
pub(crate) fn settled(cloud: &Cloud, id: &str) -> Value {
    let start = Instant::now();
    loop {
        cloud.sandbox.advance(IMPORT_TIME);
        let image = cloud.show("a", id);
        if image.get("os_glance_import_task").is_none() {
            return image;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{image}");
    }
}

pub(crate) fn marks(image: &Value) -> [&Value; 4] {
    ["status", "stores", "os_glance_importing_to_stores", "os_glance_failed_import"].map(|key| &image[key])
}

#[test]
fn staged_data_go_from_store_to_store_in_time() {
    let cloud = slow();
    let id = raw(&cloud);
    assert_eq!(stage(&cloud, "a", &id, "abcdefghij").status, 204);
    let staged = cloud.show("a", &id);
    assert_eq!(
        [&staged["status"], &staged["size"], &staged["checksum"]],
        [&json!("uploading"), &json!(10), &Value::Null]
    );
    let body = json!({ "method": { "name": "glance-direct" }, "stores": ["fast", "slow"] });
    let answer = import(&cloud, "a", &id, &body);
    assert_eq!((answer.status, answer.body.len()), (202, 0));

    let image = cloud.show("a", &id);
    assert_eq!(marks(&image), [&json!("importing"), &Value::Null, &json!("fast,slow"), &json!("")]);
    let begun = task(&cloud, &id);
    assert_eq!(image["os_glance_import_task"], begun["id"]);
    assert_eq!(
        [&begun["status"], &begun["message"], &begun["expires_at"]],
        [&json!("processing"), &json!(""), &Value::Null]
    );
    cloud.sandbox.advance(SLICE);
    let image = cloud.show("a", &id);
    assert_eq!(marks(&image), [&json!("importing"), &json!("fast"), &json!("slow"), &json!("")]);
    assert_eq!(image["checksum"], "a925576942e94b2ef57a066101b48876");
    assert_eq!(task(&cloud, &id)["message"], "Copied 0 MiB");

    cloud.sandbox.advance(SLICE);
    let image = cloud.show("a", &id);
    assert_eq!(marks(&image), [&json!("active"), &json!("fast,slow"), &json!(""), &json!("")]);
    assert_eq!(image.get("os_glance_import_task"), None);
    let done = task(&cloud, &id);
    assert_eq!([&done["status"], &done["result"]], [&json!("success"), &json!({ "image_id": id })]);
    assert_eq!(done["input"], json!({ "image_id": id, "import_req": body, "backend": ["fast", "slow"] }));
    let file = cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send();
    assert_eq!(file.text(), "abcdefghij");
}

#[test]
fn an_import_takes_no_more_than_a_moment_by_itself() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    stage(&cloud, "a", &id, "abc");
    assert_eq!(import(&cloud, "a", &id, &json!({ "method": { "name": "glance-direct" } })).status, 202);
    let start = Instant::now();
    while cloud.show("a", &id)["status"] != "active" {
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    assert!(start.elapsed() > Duration::from_millis(100));
}

#[test]
fn a_stage_is_refused_with_the_reason() {
    let cloud = Cloud::start();
    let id = raw(&cloud);
    cloud.share("a", &id, "b");
    let forbidden = "You are not authorized to complete modify_image action.";
    for (who, status, message) in
        [("b", 403, forbidden), ("r", 403, forbidden), ("c", 404, "No image found with ID")]
    {
        let answer = stage(&cloud, who, &id, "abc");
        assert_eq!(answer.status, status);
        assert!(answer.message().starts_with(message));
    }
    let path = format!("/v2/images/{id}/stage");
    let typed = cloud.ask("a", "PUT", &path).header("Content-Type", "text/plain").body("abc").send();
    assert_eq!(typed.status, 415);
    let ask = cloud.ask("a", "PUT", &path).header("Content-Type", OCTETS);
    assert_eq!(ask.header("X-Openstack-Image-Size", "2").body("abc").send().status, 400);
    assert_eq!(cloud.show("a", &id)["status"], "queued");
    assert_eq!(stage(&cloud, "a", &id, "abc").status, 204);
    let again = stage(&cloud, "a", &id, "abc");
    let message = "Image status transition from uploading to uploading is not allowed";
    assert_eq!((again.status, again.message().as_str()), (409, message));
    assert_eq!(cloud.upload("a", &id, "abc").status, 409);
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send().status, 204);
}

#[test]
fn an_import_is_refused_with_the_reason() {
    let cloud = slow();
    let id = raw(&cloud);
    let path = format!("/v2/images/{id}/import");
    let direct = json!({ "name": "glance-direct" });
    let row =
        |body: Value, status, message| -> Row<'_> { ("a", "POST", path.clone(), body, status, message) };
    cloud.expect(&[row(
        json!({ "method": direct }),
        409,
        "Image needs to be staged before 'glance-direct' method can be used",
    )]);
    stage(&cloud, "a", &id, "abc");
    cloud.expect(&[
        row(json!({}), 400, "Import request requires a 'method' field."),
        row(json!({ "method": {} }), 400, "Import request requires a 'name' field."),
        row(json!({ "method": { "name": "x" } }), 400, "Unknown import method name 'x'."),
        row(json!({ "method": direct, "all_stores": "x" }), 400, "'all_stores' must be boolean value only"),
        row(
            json!({ "method": direct, "all_stores_must_succeed": 1 }),
            400,
            "'all_stores_must_succeed' must be boolean value only",
        ),
        row(json!({ "method": direct, "stores": ["nope"] }), 409, "Store for identifier nope not found"),
        row(json!({ "method": direct, "stores": "fast" }), 409, "Store for identifier f not found"),
        row(
            json!({ "method": direct, "stores": ["fast"], "all_stores": true }),
            400,
            "All_stores parameter can't be used with x-image-meta-store header or stores parameter",
        ),
        row(
            json!({ "method": { "name": "copy-image" } }),
            409,
            "Only images with status active can be targeted for copying",
        ),
        row(
            json!({ "method": { "name": "web-download" } }),
            409,
            "Image needs to be in 'queued' state to use 'web-download' method",
        ),
        row(json!([]), 500, ""),
        row(json!({ "method": "x" }), 500, ""),
        row(Value::Null, 400, "Body expected in request."),
        ("b", "POST", path.clone(), json!({ "method": direct }), 404, "No image found with ID"),
        (
            "r",
            "POST",
            path.clone(),
            json!({ "method": direct }),
            403,
            "You are not authorized to complete modify_image action.",
        ),
        ("a", "GET", path.clone(), Value::Null, 405, "The method GET is not allowed for this resource."),
    ]);
    let both = cloud.ask("a", "POST", &path).header("X-Image-Meta-Store", "fast");
    let both = both.json(&json!({ "method": direct, "stores": ["fast"] })).send();
    let message = "Stores parameter and x-image-meta-store header can't be both specified";
    assert_eq!((both.status, both.message().as_str()), (400, message));
    cloud.upload("a", &raw(&cloud), "abc");
    settled(&cloud, &id);
    assert_eq!(import(&cloud, "a", &id, &json!({ "method": direct })).status, 202);
    settled(&cloud, &id);
    cloud.expect(&[row(
        json!({ "method": direct }),
        409,
        "Image with status active cannot be target for import",
    )]);

    for (formats, missing) in
        [(json!({ "container_format": "bare" }), "disk_format"), (json!({}), "container_format")]
    {
        let id = cloud.image("a", &formats);
        let message = format!("'{missing}' needs to be set before import");
        let body = json!({ "method": { "name": "web-download" } });
        cloud.expect(&[("a", "POST", format!("/v2/images/{id}/import"), body, 409, &message)]);
    }
}

#[test]
fn the_web_is_fetched_from_and_filtered() {
    let cloud = slow();
    let server = web::serve("from the web");
    let import_from = |uri: &Value, more: Value| {
        let id = raw(&cloud);
        let mut body = json!({ "method": { "name": "web-download", "uri": uri } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (import(&cloud, "a", &id, &body), id)
    };
    let (answer, id) = import_from(&json!(format!("{server}/file")), json!({ "all_stores": true }));
    assert_eq!(answer.status, 202);
    assert_eq!(import(&cloud, "a", &id, &json!({ "method": { "name": "web-download" } })).status, 409);
    let image = settled(&cloud, &id);
    assert_eq!(marks(&image), [&json!("active"), &json!("fast,slow"), &json!(""), &json!("")]);
    assert_eq!(image["size"], 12);
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/file")).send().text(), "from the web");

    for path in ["file.nope", "https"] {
        let uri =
            format!("{server}/{path}").replace("http:", if path == "https" { "https:" } else { "http:" });
        let (answer, id) = import_from(&json!(uri), json!({ "stores": ["slow", "fast"] }));
        assert_eq!(answer.status, 202);
        let image = settled(&cloud, &id);
        assert_eq!(marks(&image), [&json!("queued"), &Value::Null, &json!(""), &json!("fast,slow")]);
        let failed = task(&cloud, &id);
        assert_eq!([&failed["status"], &failed["message"]], [&json!("failure"), &json!(TASK_FAILED)]);
    }
    for uri in ["", "xx", "http://example.com/", "http://169.254.169.254/", "file:///etc/passwd"] {
        let (answer, _) = import_from(&json!(uri), json!({}));
        let message = format!("URI for web-download does not pass filtering: {uri}");
        assert_eq!((answer.status, answer.message()), (400, message.trim().to_owned()));
    }
    let (answer, _) = import_from(&Value::Null, json!({}));
    assert_eq!(answer.message(), "URI for web-download does not pass filtering: None");
}

/// Measured: of staged data the image stays `importing` for ever, fetched data leave it queued.
#[test]
fn data_of_another_format_fail_in_every_store() {
    let cloud = slow();
    let qcow2 = || cloud.image("a", &json!({ "disk_format": "qcow2", "container_format": "bare" }));
    let body = |all: bool| json!({ "method": { "name": "glance-direct" }, "stores": ["fast", "slow"], "all_stores_must_succeed": all });
    for (all_must_succeed, expected) in [
        (true, [json!("importing"), Value::Null, json!("slow"), json!("fast")]),
        (false, [json!("queued"), Value::Null, json!(""), json!("fast,slow")]),
    ] {
        let id = qcow2();
        stage(&cloud, "a", &id, "abc");
        assert_eq!(import(&cloud, "a", &id, &body(all_must_succeed)).status, 202);
        let image = settled(&cloud, &id);
        assert_eq!(marks(&image), expected.each_ref());
        assert_eq!(task(&cloud, &id)["status"], "failure");
    }
}

#[test]
fn a_store_that_fails_spoils_all_or_only_itself() {
    let cloud = slow();
    let server = web::serve("abc");
    let method = json!({ "name": "web-download", "uri": format!("{server}/file") });
    let id = raw(&cloud);
    import(&cloud, "a", &id, &json!({ "method": method, "stores": ["fast", "web"] }));
    assert_eq!(
        marks(&settled(&cloud, &id)),
        [&json!("queued"), &Value::Null, &json!(""), &json!("fast,web")]
    );
    let some =
        json!({ "method": method, "stores": ["fast", "web", "slow"], "all_stores_must_succeed": false });
    import(&cloud, "a", &id, &some);
    let image = settled(&cloud, &id);
    assert_eq!(marks(&image), [&json!("active"), &json!("fast,slow"), &json!(""), &json!("web")]);

    let id = raw(&cloud);
    stage(&cloud, "a", &id, "abc");
    import(&cloud, "a", &id, &json!({ "method": { "name": "glance-direct" }, "stores": ["fast", "web"] }));
    let image = settled(&cloud, &id);
    assert_eq!(marks(&image), [&json!("importing"), &Value::Null, &json!(""), &json!("web")]);
    assert_eq!(
        [&image["size"], &image["virtual_size"], &image["checksum"]],
        [&Value::Null, &json!(3), &Value::Null]
    );
}

/// Measured: an empty list of stores is taken, and a download that goes nowhere never lets go of the image.
#[test]
fn an_import_into_no_store_fails() {
    let cloud = slow();
    let id = raw(&cloud);
    stage(&cloud, "a", &id, "abc");
    import(&cloud, "a", &id, &json!({ "method": { "name": "glance-direct" }, "stores": [] }));
    assert_eq!(marks(&settled(&cloud, &id)), [&json!("queued"), &Value::Null, &json!(""), &json!("")]);
    let server = web::serve("abc");
    let method = json!({ "name": "web-download", "uri": format!("{server}/file") });
    import(&cloud, "a", &id, &json!({ "method": method, "stores": [] }));
    let start = Instant::now();
    while task(&cloud, &id)["status"] != "failure" {
        cloud.sandbox.advance(Duration::from_secs(1));
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    assert!(cloud.show("a", &id)["os_glance_import_task"].is_string());
    assert_eq!(import(&cloud, "a", &id, &json!({ "method": method })).message(), "Image has active task");
}

#[test]
fn an_image_that_is_deleted_meanwhile_fails_its_task() {
    let cloud = slow();
    let id = raw(&cloud);
    stage(&cloud, "a", &id, "abc");
    import(&cloud, "a", &id, &json!({ "method": { "name": "glance-direct" } }));
    assert_eq!(cloud.ask("a", "DELETE", &format!("/v2/images/{id}")).send().status, 204);
    cloud.sandbox.advance(IMPORT_TIME);
    let tasks = cloud.ask("admin", "GET", "/v2/tasks").send().json();
    assert_eq!(tasks["tasks"][0]["status"], "failure");
    assert_eq!(cloud.ask("a", "GET", &format!("/v2/images/{id}/tasks")).send().status, 404);
}
