//! Requests that nobody should send, and machines that run out of something: the sandbox says so and serves
//! on.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::sandbox::cloud::{Cloud, OCTETS, password};
use crate::sandbox::raw::Ask;

const SHOW: &str = "/v2/images/1bea47ed-f6a9-463b-b423-14b9cca9ad27";

/// Sends bytes as they are, and gives the first line of what comes back.
fn status_of(cloud: &Cloud, head: &str, more: impl Iterator<Item = Vec<u8>>) -> String {
    let host = cloud.sandbox.image_url().replace("http://", "").replace("/image", "");
    let mut stream = TcpStream::connect(host).unwrap();
    // Whoever is refused may find the connection closed before all is sent.
    let mut sent = stream.write_all(head.as_bytes());
    for bytes in more {
        sent = sent.and_then(|()| stream.write_all(&bytes));
    }
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    line.trim().to_owned()
}

fn serves_on(cloud: &Cloud) {
    assert_eq!(cloud.ask("a", "GET", SHOW).send().status, 200);
}

#[test]
fn a_request_line_or_header_of_a_megabyte_is_refused() {
    let cloud = Cloud::start();
    let line = format!("GET /image/v2/images?name={} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(9000));
    assert_eq!(status_of(&cloud, &line, std::iter::empty()), "HTTP/1.1 414 URI Too Long");
    let long = "a".repeat(1 << 20);
    let line = format!("GET /image/v2/images?name={long} HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(status_of(&cloud, &line, std::iter::empty()), "HTTP/1.1 431 Request Header Fields Too Large");
    let header = format!("GET /image/v2/images HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {long}\r\n\r\n");
    let status = status_of(&cloud, &header, std::iter::empty());
    assert_eq!(status, "HTTP/1.1 431 Request Header Fields Too Large");
    let status = status_of(&cloud, "This is no HTTP\r\n\r\n", std::iter::empty());
    assert_eq!(status, "HTTP/1.1 400 Bad Request");
    serves_on(&cloud);
}

#[test]
fn json_nested_a_thousand_deep_is_malformed() {
    let cloud = Cloud::start();
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(1000), "]".repeat(1000));
    let answer = cloud.ask("a", "POST", "/v2/images").body(deep.clone()).send();
    assert_eq!((answer.status, answer.message().as_str()), (400, "Malformed JSON in request body."));
    assert_eq!(cloud.identity("POST", "/v3/auth/tokens").body(deep).send().status, 400);
    serves_on(&cloud);
}

#[test]
fn a_body_of_json_that_never_ends_is_too_large() {
    let cloud = Cloud::start();
    let token = cloud.token("a");
    for (path, status) in [
        ("/image/v2/images", "HTTP/1.1 413 Payload Too Large"),
        ("/identity/v3/auth/tokens", "HTTP/1.1 400 Bad Request"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        );
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        assert_eq!(status_of(&cloud, &head, std::iter::repeat_n(chunk, 400)), status, "{path}");
    }
    serves_on(&cloud);
}

#[test]
fn an_upload_that_ends_early_leaves_the_image_queued() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let token = cloud.token("a");
    let host = cloud.sandbox.image_url().replace("http://", "").replace("/image", "");
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "PUT /image/v2/images/{id}/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Type: {OCTETS}\r\n\
         Content-Length: 1000\r\n\r\nonly this"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let status = || cloud.show("a", &id)["status"].as_str().unwrap().to_owned();
    until(|| status() == "saving");
    drop(stream);
    until(|| status() == "queued");
    assert_eq!(cloud.upload("a", &id, "all of it").status, 204);
}

#[test]
fn a_hundred_uploads_that_never_end_hinder_nobody() {
    let cloud = Cloud::start();
    let id = cloud.image("a", &json!({ "disk_format": "raw", "container_format": "bare" }));
    let token = cloud.token("a");
    let host = cloud.sandbox.image_url().replace("http://", "").replace("/image", "");
    let hanging: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(&host).unwrap();
            let head = format!(
                "PUT /image/v2/images/{id}/file HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\
                 Content-Type: {OCTETS}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    serves_on(&cloud);
    drop(hanging);
}

/// A sandbox in a process of its own, started by a line of shell that ends in `exec "$@"`.
struct Served {
    process: Child,
    auth_url: String,
    /// Its temporary files: who is killed leaves them.
    _place: tempfile::TempDir,
}

impl Served {
    /// `None` where the shell could not do what it was asked to.
    fn start(shell: &str) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let mut process = Command::new("sh")
            .env("TMPDIR", place.path())
            .args(["-c", shell, "sh"])
            .arg(assert_cmd::cargo::cargo_bin("lunette"))
            .arg("sandbox")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.strip_prefix("export OS_AUTH_URL=").map(str::to_owned));
        let Some(auth_url) = url else {
            process.wait().unwrap();
            return None;
        };
        Some(Self { process, auth_url: auth_url.trim_matches(['\'', '"']).to_owned(), _place: place })
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        let url = format!("{}{path}", self.auth_url.replace("/identity/v3", ""));
        Ask::new(method, &url).header("Accept", "application/json")
    }

    fn token(&self) -> String {
        let body = password("alice", Some("project-a"));
        let answer = self
            .ask("POST", "/identity/v3/auth/tokens")
            .header("Content-Type", "application/json")
            .json(&body)
            .send();
        answer.header("x-subject-token").unwrap().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_sandbox_without_file_descriptors_left_serves_on_when_there_are_some() {
    let served = Served::start("ulimit -n 48; exec \"$@\"").unwrap();
    let host = served.auth_url.replace("http://", "").replace("/identity/v3", "");
    let many: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(&host).unwrap()).collect();
    drop(many);
    assert_eq!(served.ask("GET", "/identity/v3").send().status, 200);
    served.token();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_answers_413_and_deletes_the_data() {
    let place = tempfile::tempdir().unwrap();
    let disk = place.path().display();
    let shell = format!("mount -t tmpfs -o size=1m none {disk} && TMPDIR={disk} exec \"$@\"");
    // Where nobody may mount anything, nothing can be filled.
    let Some(served) = Served::start(&format!("exec unshare -rm sh -c '{shell}' sh \"$@\"")) else {
        // Not by eprintln, which a passing test keeps to itself.
        let _ = writeln!(std::io::stderr(), "skipped: a full disk, since this machine lets nobody make one");
        return;
    };
    let token = served.token();
    let ask = |method: &str, path: &str| served.ask(method, path).header("X-Auth-Token", &token);
    let formats = json!({ "disk_format": "raw", "container_format": "bare" });
    let id = ask("POST", "/image/v2/images").json(&formats).send().json()["id"].as_str().unwrap().to_owned();
    let upload = |data: Vec<u8>| {
        ask("PUT", &format!("/image/v2/images/{id}/file")).header("Content-Type", OCTETS).body(data).send()
    };
    let answer = upload(vec![7; 2 << 20]);
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.message().starts_with("Image storage media is full"), "{}", answer.text());
    assert_eq!(ask("GET", &format!("/image/v2/images/{id}")).send().json()["status"], "queued");
    assert_eq!(upload(vec![7; 1000]).status, 204);
}

#[track_caller]
fn until(holds: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed().as_secs() < 20, "it never came to it");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}
