//! Properties of the sandbox: requests as an enemy writes them, faults described in words, files of a kept
//! state.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::state::seed::PASSWORD;
use super::{Fault, Options, Sandbox};
use crate::fuzz::{bytes, config, config_of_slow_cases, json as any_json, near, object, soon, text};

const FAULTS: &[&str] = &[
    "image-download status=503 count=2 retry-after=1 after=3 probability=0.5 seed=7",
    "GET /v2/images/{id}/file cut=1000 slow=1 stall=0",
    "* /v3/auth/tokens delay=1e-3 html late",
    "image-import import=hang wrong-hash drop-next end-token hang-up",
];

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "COPY", "get"];

const PATHS: &[&str] = &[
    "/image/v2/images",
    "/image/v2/images/ID",
    "/image/v2/images/ID/file",
    "/image/v2/images/ID/members",
    "/image/v2/images/ID/members/x",
    "/image/v2/images/ID/tags/t",
    "/image/v2/images/ID/actions/deactivate",
    "/image/v2/images/ID/stage",
    "/image/v2/images/ID/import",
    "/image/v2/images/ID/locations",
    "/image/v2/tasks",
    "/image/v2/schemas/image",
    "/image/v2/info/stores",
    "/image/v2/metadefs/namespaces",
    "/image/v2/metadefs/namespaces/n/objects",
    "/image/v2/metadefs/namespaces/n/properties/p",
    "/image/v2/stores/fast/ID",
    "/image/v2/cache",
    "/image/versions",
    "/image",
    "/identity/v3/auth/tokens",
    "/identity/v3/projects",
    "/identity/v3/users/x",
    "/identity/v3/role_assignments",
    "/identity/v3/limits",
    "/identity/v3/domains/default",
    "/identity/v3/auth/catalog",
];

const QUERIES: &[&str] = &[
    "limit=2&marker=ID&sort=name:asc,size&name=in:a,\"b, c\"&size_min=1",
    "created_at=gt:2020-01-01&tag=a&tag=b&os_hidden=true",
    "sort_key=id&sort_dir=desc&visibility=all&member_status=all",
    "%ff=%00&a=%2",
    "limit=99999999999999999999&limit=-1",
];

const HEADERS: &[&str] = &[
    "Range: bytes=0-1",
    "Range: bytes=18446744073709551615-",
    "Content-Range: bytes 5-9/*",
    "Content-Type: application/json",
    "Content-Type: application/openstack-images-v2.1-json-patch",
    "Content-Type: application/octet-stream",
    "X-Image-Meta-Store: fast",
    "X-Openstack-Image-Size: -1",
    "Accept: text/html",
    "X-Subject-Token: x",
    "Content-Type: ;;charset=",
    "Expect: 100-continue",
];

const BODIES: &[&str] = &[
    r#"[{"op": "replace", "path": "/name", "value": "x"}, {"op": "add", "path": "/tags", "value": ["a"]}, {"op": "remove", "path": "/a~1b"}]"#,
    r#"{"name": "x", "id": "1bea47ed-f6a9-463b-b423-14b9cca9ad27", "disk_format": "raw", "container_format": "bare", "min_disk": 1}"#,
    r#"{"member": "81a6", "status": "accepted"}"#,
    r#"{"method": {"name": "copy-image"}, "stores": ["fast"], "all_stores": true}"#,
    r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "alice", "domain": {"id": "default"}, "password": "x"}}},
       "scope": {"project": {"name": "project-a", "domain": {"id": "default"}}}}}"#,
    r#"{"namespace": "OS::X", "properties": {"p": {"title": "t", "type": "string"}}, "objects": [], "tags": [{"name": "t"}]}"#,
    r#"{"limits": [{"service_id": "s", "resource_name": "image_count_total", "resource_limit": 1}]}"#,
];

/// One raw request on a connection of its own; the status of its answer.
fn status(authority: &str, request: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that has refused already may have closed.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

fn request(method: &str, path: &str, headers: &[String], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    for header in headers {
        let header = header.replace(['\r', '\n'], "");
        let _ = write!(head, "{header}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A token of project A.
fn token(authority: &str) -> String {
    let domain = json!({ "id": "default" });
    let body = json!({ "auth": {
        "identity": { "methods": ["password"],
                      "password": { "user": { "name": "alice", "domain": domain, "password": PASSWORD } } },
        "scope": { "project": { "name": "project-a", "domain": domain } },
    } });
    let headers = ["Content-Type: application/json".to_owned()];
    let mut stream = TcpStream::connect(authority).unwrap();
    stream
        .write_all(&request("POST", "/identity/v3/auth/tokens", &headers, body.to_string().as_bytes()))
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let line = answer.lines().find_map(|line| line.strip_prefix("x-subject-token: "));
    line.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn authority(sandbox: &Sandbox) -> String {
    sandbox.image_url().trim_start_matches("http://").trim_end_matches("/image").to_owned()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_description_is_a_fault_or_refused_with_advice(text in prop_oneof![near(FAULTS), text()]) {
        match soon(|| text.parse::<Fault>()) {
            Ok(fault) => drop(format!("{fault:?}")),
            Err(bad) => prop_assert!(!bad.to_string().is_empty()),
        }
    }
}

#[test]
fn every_request_is_answered_whatever_it_holds() {
    let sandbox =
        Sandbox::start(Options { cache: true, show_locations: true, compute: true, ..Options::default() })
            .unwrap();
    let authority = authority(&sandbox);
    let token = token(&authority);
    let id = "5e1f0a9c-3b77-4c52-9d0e-6a1b2c3d4e5f";
    let own = [format!("X-Auth-Token: {token}"), "Content-Type: application/json".to_owned()];
    let image = json!({ "name": "x", "id": id, "disk_format": "raw", "container_format": "bare", "visibility": "shared" });
    let made = status(&authority, &request("POST", "/image/v2/images", &own, image.to_string().as_bytes()));
    assert_eq!(made, Some(201));
    let path = prop_oneof![4 => select(PATHS).prop_map(str::to_owned), 1 => near(PATHS)];
    let query = prop::option::of(prop_oneof![near(QUERIES), text()]);
    let headers = vec(prop_oneof![3 => select(HEADERS).prop_map(str::to_owned), 1 => near(HEADERS)], 0..4);
    let fields = object(&[
        "id",
        "name",
        "member",
        "status",
        "namespace",
        "type",
        "input",
        "method",
        "auth",
        "limits",
        "url",
        "tags",
    ]);
    let body = prop_oneof![
        near(BODIES).prop_map(String::into_bytes),
        any_json().prop_map(|json| json.to_string().into_bytes()),
        fields.prop_map(|json| json.to_string().into_bytes()),
        bytes(),
    ];
    let asked = (select(METHODS), path, query, headers, body, any::<bool>());
    proptest!(config(), |((method, path, query, mut headers, body, known) in asked)| {
        let unreserved = |text: &str| text.replace("ID", id).replace(|c: char| c.is_control() || c == ' ', "+");
        let target = match query {
            Some(query) => format!("{}?{}", unreserved(&path), unreserved(&query)),
            None => unreserved(&path),
        };
        if known {
            headers.push(own[0].clone());
        }
        let sent = request(method, &target, &headers, &body);
        let status = soon(|| status(&authority, &sent));
        prop_assert!(status.is_some(), "no answer to {}", String::from_utf8_lossy(&sent));
    });
    assert_eq!(status(&authority, &request("GET", "/image/versions", &[], b"")), Some(200), "it still lives");
}

#[test]
fn bytes_that_are_no_http_end_nothing() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let authority = authority(&sandbox);
    proptest!(config_of_slow_cases(), |(mut sent in bytes())| {
        sent.extend(b"\r\n\r\n");
        let mut stream = TcpStream::connect(&*authority).unwrap();
        let _ = stream.write_all(&sent);
        drop(stream);
        let status = status(&authority, &request("GET", "/image/versions", &[], b""));
        prop_assert_eq!(status, Some(200));
    });
}

#[test]
fn a_damaged_state_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cloud");
    let options = || Options { state: Some(file.clone()), ..Options::default() };
    drop(Sandbox::start(options()).unwrap());
    let whole: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let place = prop_oneof![
        select(vec!["/regions", "/regions/0", "/regions/1", "/format", "/version"]).prop_map(str::to_owned),
        (0..2_usize, any::<prop::sample::Index>()).prop_map({
            let whole = whole.clone();
            move |(region, key)| {
                let keys: Vec<_> = whole["regions"][region].as_object().unwrap().keys().cloned().collect();
                format!("/regions/{region}/{}", keys[key.index(keys.len())])
            }
        })
    ];
    let damaged = prop_oneof![
        2 => (place, any_json()).prop_map(move |(place, new)| {
            let mut damaged = whole.clone();
            *damaged.pointer_mut(&place).unwrap() = new;
            damaged.to_string().into_bytes()
        }),
        1 => bytes(),
    ];
    proptest!(config_of_slow_cases(), |(damaged in damaged)| {
        fs::write(&file, &damaged).unwrap();
        if soon(|| Sandbox::start(options())).map(drop).is_err() {
            prop_assert_eq!(fs::read(&file).unwrap(), damaged);
        }
    });
}
