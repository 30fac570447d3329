//! The tasks of the whole cloud, which only admins see, and where images lie, which only services do.

use std::time::{Duration, Instant};

use lunette::sandbox::Options;
use serde_json::{Value, json};

use crate::sandbox::cloud::{Cloud, Row};
use crate::sandbox::server::web;

const IMPORT_TIME: Duration = Duration::from_mins(1);

fn slow() -> Cloud {
    Cloud::with(Options { import_time: IMPORT_TIME, ..Options::default() })
}

/// Asks until no task is at work any more.
fn until_idle(cloud: &Cloud) {
    let start = Instant::now();
    let busy = |status: &str| -> usize {
        let path = format!("/v2/tasks?status={status}");
        cloud.ask("admin", "GET", &path).send().json()["tasks"].as_array().unwrap().len()
    };
    while busy("pending") + busy("processing") > 0 {
        cloud.sandbox.advance(IMPORT_TIME);
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

fn post(cloud: &Cloud, body: &Value) -> Value {
    let answer = cloud.ask("admin", "POST", "/v2/tasks").json(body).send();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let task = answer.json();
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    assert!(answer.header("location").unwrap().ends_with(&path));
    task
}

#[test]
fn a_task_of_the_old_kind_makes_an_image() {
    let cloud = slow();
    let server = web::serve("old");
    let image = json!({ "name": "old", "disk_format": "raw", "container_format": "bare", "foo": "bar" });
    let input = |file: &str| json!({ "import_from": format!("{server}/{file}"), "import_from_format": "raw", "image_properties": image });
    let task = post(&cloud, &json!({ "type": "import", "input": input("file") }));
    assert_eq!(
        [&task["status"], &task["input"], &task["message"]],
        [&json!("pending"), &input("file"), &json!("")]
    );
    let broken = post(&cloud, &json!({ "type": "import", "input": input("nothing") }));
    let odd = post(&cloud, &json!({ "type": "api_image_import", "input": {} }));
    until_idle(&cloud);

    let show = |task: &Value| {
        cloud.ask("admin", "GET", &format!("/v2/tasks/{}", task["id"].as_str().unwrap())).send().json()
    };
    for task in [&broken, &odd] {
        let task = show(task);
        assert_eq!([&task["status"], &task["result"]], [&json!("failure"), &Value::Null]);
        assert_eq!(task["message"], "Task failed due to Internal Error");
    }
    let done = show(&task);
    assert_eq!(done["status"], "success");
    let image = cloud.show("admin", done["result"]["image_id"].as_str().unwrap());
    assert_eq!(["name", "foo", "status"].map(|key| &image[key]), ["old", "bar", "active"]);

    let listed = cloud.ask("admin", "GET", "/v2/tasks?limit=2&type=import").send().json();
    assert_eq!([&listed["tasks"][0]["id"], &listed["tasks"][1]["id"]], [&broken["id"], &task["id"]]);
    assert_eq!(listed["tasks"][0].get("input"), None);
    let next = listed["next"].as_str().unwrap();
    assert!(next.starts_with("/v2/tasks?limit=2&type=import&marker="));
    let rest = cloud.ask("admin", "GET", next).send().json();
    assert_eq!((rest["tasks"].as_array().unwrap().len(), rest.get("next")), (0, None));
}

#[test]
fn a_record_goes_two_days_after_its_end() {
    let cloud = slow();
    let task = post(&cloud, &json!({ "type": "api_image_import", "input": {} }));
    until_idle(&cloud);
    let path = format!("/v2/tasks/{}", task["id"].as_str().unwrap());
    for (hours, status) in [(47, 200), (2, 404)] {
        cloud.sandbox.advance(Duration::from_hours(hours));
        cloud.forget_tokens();
        assert_eq!(cloud.ask("admin", "GET", &path).send().status, status);
    }
}

#[test]
fn a_request_for_tasks_is_refused_with_the_reason() {
    let cloud = Cloud::start();
    let refused = "You are not authorized to complete tasks_api_access action.";
    let not_deleted = "This operation is currently not permitted on Glance Tasks. They are auto deleted after reaching the time \
                       based on their expires_at property.";
    let row = |who, method, path: &str, body: Value, status, message| -> Row<'_> {
        (who, method, path.to_owned(), body, status, message)
    };
    let list =
        |query: &str, message| row("admin", "GET", &format!("/v2/tasks?{query}"), Value::Null, 400, message);
    let create = |body: Value, message| row("admin", "POST", "/v2/tasks", body, 400, message);
    cloud.expect(&[
        row("a", "GET", "/v2/tasks", Value::Null, 403, refused),
        row("a", "POST", "/v2/tasks", json!({}), 403, refused),
        row("r", "GET", "/v2/tasks/x", Value::Null, 403, refused),
        row("a", "DELETE", "/v2/tasks/x", Value::Null, 403, refused),
        row("admin", "DELETE", "/v2/tasks/x", Value::Null, 405, not_deleted),
        row("admin", "GET", "/v2/tasks/nope", Value::Null, 404, "Could not find task nope"),
        row("admin", "PUT", "/v2/tasks", Value::Null, 405, "The method PUT is not allowed for this resource."),
        list("status=nope", "Invalid status value: nope"),
        list("type=api_image_import", "Invalid type value: api_image_import"),
        list("limit=-1", "limit param must be positive"),
        list("limit=x", "limit param must be an integer"),
        list("marker=nope", "Invalid marker format"),
        list(
            "marker=00000000-0000-0000-0000-000000000000",
            "Task with the given id 00000000-0000-0000-0000-000000000000 was not found",
        ),
        list("sort_dir=x", "Invalid sort direction: x"),
        list("sort_key=nope", "Sort key supplied was not valid."),
        create(Value::Null, "Body expected in request."),
        create(json!({}), "Task 'type' is required"),
        create(json!([]), "Task 'type' is required"),
        create(json!({ "type": "x" }), "Task 'input' is required"),
        create(
            json!({ "type": "x", "input": {} }),
            "Provided object does not match schema 'task': 'x' is not one of ['import', 'api_image_import', 'location_import']",
        ),
        create(
            json!({ "type": "import", "input": "x" }),
            "Provided object does not match schema 'task': 'x' is not of type 'null', 'object'",
        ),
        create(json!({ "type": "import", "input": {} }), "Invalid location: None"),
        create(
            json!({ "type": "import", "input": { "import_from": "file:///etc/passwd" } }),
            "File based imports are not allowed. Please use a non-local source of image data.",
        ),
    ]);
}

#[test]
fn a_location_is_added_by_request() {
    let cloud = slow();
    let server = web::serve("abcdefghij");
    let url = format!("{server}/file");
    let raw = || cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let tell = |id: &str, body: &Value| {
        cloud.ask("a", "POST", &format!("/v2/images/{id}/locations")).json(body).send().status
    };
    let shown = |id: &str| {
        let image = cloud.show("a", id);
        ["status", "size", "virtual_size", "checksum", "stores"].map(|key| image[key].clone())
    };
    let id = raw();
    assert_eq!(tell(&id, &json!({ "url": url })), 202);
    assert!(cloud.show("a", &id)["os_glance_import_task"].is_string());
    until_idle(&cloud);
    let md5 = json!("a925576942e94b2ef57a066101b48876");
    assert_eq!(shown(&id), [json!("active"), json!(10), Value::Null, md5, json!("web")]);
    assert_eq!(tell(&id, &json!({ "url": url })), 409);
    let path = format!("/v2/images/{id}/locations");
    let expected = json!([{ "url": url, "metadata": { "store": "web" } }]);
    assert_eq!(cloud.ask("service", "GET", &path).send().status, 404, "of what it sees");
    cloud.set("a", &id, "visibility", &json!("community"));
    for who in ["service", "admin"] {
        assert_eq!(cloud.ask(who, "GET", &path).send().json(), expected);
    }

    let wrong = raw();
    let hash = json!({ "os_hash_algo": "sha512", "os_hash_value": "a".repeat(128) });
    assert_eq!(tell(&wrong, &json!({ "url": url, "validation_data": hash })), 202);
    let missing = raw();
    assert_eq!(tell(&missing, &json!({ "url": format!("{server}/nothing") })), 202);
    until_idle(&cloud);
    let queued = |stores: Value| [json!("queued"), Value::Null, Value::Null, Value::Null, stores];
    assert_eq!(shown(&wrong), queued(json!("web")));
    assert_eq!(shown(&missing), queued(Value::Null));
}

#[test]
fn location_data_are_hashed_as_requested() {
    let cloud = Cloud::start();
    let url = format!("{}/file", web::serve("abc"));
    let cases = [
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ];
    let tell = |algorithm: &str, hash: &str| {
        let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
        let told = json!({ "os_hash_algo": algorithm, "os_hash_value": hash });
        let request = cloud.ask("a", "POST", &format!("/v2/images/{id}/locations"));
        assert_eq!(request.json(&json!({ "url": url, "validation_data": told })).send().status, 202);
        until_idle(&cloud);
        let image = cloud.show("a", &id);
        ["status", "checksum", "os_hash_algo", "os_hash_value"].map(|key| image[key].clone())
    };
    for (algorithm, hash) in cases {
        let md5 = json!(cases[0].1);
        assert_eq!(tell(algorithm, hash), [json!("active"), md5, json!(algorithm), json!(hash)]);
        // The letters count too.
        let nothing = [json!("queued"), Value::Null, Value::Null, Value::Null];
        assert_eq!(tell(algorithm, &hash.to_uppercase()), nothing);
        let list = cloud.ask("a", "GET", &format!("/v2/images?os_hash_algo={algorithm}")).send().json();
        assert_eq!(list["images"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn locations_refuse_users_without_their_role() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let path = format!("/v2/images/{id}/locations");
    let url = "http://127.0.0.1:1/x";
    let schema = "Provided object does not match schema 'location': ";
    let row =
        |who, body: Value, status, message| -> Row<'_> { (who, "POST", path.clone(), body, status, message) };
    let hashed = |algorithm: &str, value: &str| json!({ "url": url, "validation_data": { "os_hash_algo": algorithm, "os_hash_value": value } });
    let fetch = "You are not authorized to complete fetch_image_location action.";
    cloud.expect(&[
        ("a", "GET", path.clone(), Value::Null, 403, fetch),
        ("r", "GET", path.clone(), Value::Null, 403, fetch),
        ("b", "GET", path.clone(), Value::Null, 404, "No image found with ID"),
        ("admin", "GET", path.clone(), Value::Null, 200, ""),
        row("b", json!({ "url": url }), 404, "No image found with ID"),
        row("r", json!({ "url": url }), 403, "You are not authorized to complete add_image_location action."),
        row("a", json!({}), 400, &format!("{schema}'url' is a required property")),
        row("a", json!([]), 400, &format!("{schema}[] is not of type 'object'")),
        row("a", json!({ "url": 5 }), 400, &format!("{schema}5 is not of type 'string'")),
        row(
            "a",
            json!({ "url": url, "validation_data": { "os_hash_algo": "sha512" } }),
            400,
            &format!("{schema}'os_hash_value' is a dependency of 'os_hash_algo'"),
        ),
        row("a", hashed("sha3", "ab"), 400, &format!("{schema}'sha3' is not one of")),
        row("a", hashed("sha512", "x"), 400, "os_hash_value (x) is not a valid hexadecimal value"),
        row(
            "a",
            hashed("md5", "ab"),
            400,
            "os_hash_value: (ab) is not the correct size for (md5) (should be (16) bytes)",
        ),
        row(
            "a",
            json!({ "url": "file:///etc/passwd" }),
            403,
            "http store must be enabled to use location API by normal user.",
        ),
        row(
            "a",
            json!({ "url": "http://example.com/x" }),
            400,
            "URI for add location does not pass filtering: http://example.com/x",
        ),
        row("service", json!({ "url": url }), 404, "No image found with ID"),
    ]);
    cloud.set("a", &id, "visibility", &json!("community"));
    let local = json!({ "url": "file:///etc/hostname" });
    cloud.expect(&[("service", "POST", path.clone(), local, 202, "")]);
}
