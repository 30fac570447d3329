//! A Keystone and Glance on one port that misbehave in one way (`modes.rs`), and tell what they were asked.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::modes;

/// The password and the token that no output may hold.
pub(crate) const PASSWORD: &str = "hunter2-Zq81-PASSWORD";
pub(crate) const TOKEN: &str = "gAAAA-Zq81-TOKEN-of-the-hostile-cloud";

/// The one image that it has.
pub(crate) const IMAGE: &str = "11111111-2222-3333-4444-555555555555";

/// A running server; dropped, it takes no more connections.
pub(crate) struct Server {
    pub(crate) url: String,
    log: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
}

/// One request.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Where this server is, and one of somebody else.
    pub(crate) own: String,
    pub(crate) foreign: String,
    /// How many requests came before.
    pub(crate) count: usize,
}

impl Request {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn has_secret(&self) -> bool {
        let all = format!("{}{}{:?}", self.path, self.query, self.headers);
        let body = String::from_utf8_lossy(&self.body).into_owned();
        [PASSWORD, TOKEN].iter().any(|secret| all.contains(secret) || body.contains(secret))
            || !self.header("x-auth-token").is_empty()
            || !self.header("authorization").is_empty()
    }
}

impl Server {
    /// Serves in that mode.
    pub(crate) fn start(mode: &str, foreign: &str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::<Mutex<Vec<String>>>::default();
        let ended = Arc::<AtomicBool>::default();
        let server = Server { url: url.clone(), log: log.clone(), ended: ended.clone() };
        let (mode, foreign) = (mode.to_owned(), foreign.to_owned());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (mode, url, foreign, log) = (mode.clone(), url.clone(), foreign.clone(), log.clone());
                thread::spawn(move || serve(&stream, &mode, &url, &foreign, &log));
            }
        });
        server
    }

    /// The requests so far: `GET /v2/images?limit=2`, and whether a secret came with it.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// An entry for it, `project-a`.
    pub(crate) fn clouds_yaml(&self) -> String {
        format!(
            "clouds:\n  project-a:\n    auth:\n      auth_url: {}/v3\n      username: alice\n      password: {PASSWORD}\n      \
             project_name: p\n      user_domain_name: Default\n      project_domain_name: Default\n    region_name: R\n",
            self.url
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

/// One connection, one request.
fn serve(stream: &TcpStream, mode: &str, own: &str, foreign: &str, log: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let _ = stream.set_write_timeout(Some(Duration::from_secs(20)));
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line.trim().is_empty() => break,
            Ok(_) => lines.push(line.trim_end().to_owned()),
        }
    }
    let mut words = lines[0].split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let mut request = Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
        own: own.to_owned(),
        foreign: foreign.to_owned(),
        count: log.lock().unwrap().len(),
    };
    let length: u64 = request.header("content-length").parse().unwrap_or(0);
    let _ = reader.take(length).read_to_end(&mut request.body);
    let secret = if request.has_secret() { " with a secret" } else { "" };
    log.lock().unwrap().push(format!("{} {target}{secret}", request.method));
    modes::answer(mode, &request, &mut &*stream);
}

/// Writes an answer of JSON.
pub(crate) fn write_json(stream: &mut dyn Write, status: &str, headers: &[(&str, &str)], body: &Value) {
    write_body(stream, status, headers, body.to_string().as_bytes());
}

/// Writes an answer with those bytes.
pub(crate) fn write_body(stream: &mut dyn Write, status: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Content-Type") {
        head.push_str("Content-Type: application/json\r\n");
    }
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(b"\r\n"));
    let _ = stream.write_all(body);
}

/// What Glance would say of its image, under that ID.
pub(crate) fn image(id: &str) -> Value {
    json!({ "id": id, "name": "x", "status": "active", "visibility": "shared", "owner": "p", "size": 4, "min_disk": 0,
        "min_ram": 0, "protected": false, "os_hidden": false, "tags": [], "disk_format": "raw", "container_format": "bare",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" })
}

/// What Keystone would say of a log-in, with an image endpoint at that URL.
pub(crate) fn grant(image_url: &str, own: &str) -> Value {
    let endpoint = |url: &str| json!([{ "id": "e", "interface": "public", "region": "R", "region_id": "R", "url": url }]);
    json!({ "token": {
        "methods": ["password"], "issued_at": "2026-01-01T00:00:00Z", "expires_at": "2999-01-01T00:00:00Z",
        "user": { "id": "u", "name": "alice", "domain": { "id": "default", "name": "Default" } },
        "project": { "id": "p", "name": "p", "domain": { "id": "default", "name": "Default" } },
        "roles": [{ "id": "m", "name": "member" }],
        "catalog": [{ "type": "image", "name": "glance", "id": "1", "endpoints": endpoint(image_url) },
                    { "type": "identity", "name": "keystone", "id": "2", "endpoints": endpoint(&format!("{own}/v3")) }],
    } })
}
