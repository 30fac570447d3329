//! How many requests for one image the sandbox answers in a second, beside another server in the same run.
//!
//! The load is raw HTTP from threads of this process, on the machine that also runs the server: the figures
//! are what a client here could get. The peers send a file of the same size: nginx where it is
//! installed, over the same kept-alive connections, and Python's `http.server`, which Glance's own language
//! offers, a connection for each request.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lunette::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

const CONNECTIONS: usize = 4;
const MEASURED: Duration = Duration::from_secs(3);
const PFSENSE: &str = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

fn main() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let host = sandbox.image_url().replace("http://", "").replace("/image", "");
    let path = format!("/image/v2/images/{PFSENSE}");
    let headers = format!("X-Auth-Token: {}\r\n", token(&host));
    let image = get(&host, &path, &headers);
    let ours = per_second(&host, &path, &headers);

    println!("{:<28}{:>14}{:>10}", "GET of one image from", "requests/s", "ratio");
    println!("{:<28}{:>14}{:>10}", "the sandbox", ours, "1.00");
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("image"), image).unwrap();
    for (name, start) in
        [("nginx", nginx as fn(&Path, u16) -> Option<Child>), ("python's http.server", python)]
    {
        match peer(place.path(), start) {
            Some(theirs) => println!("{name:<28}{theirs:>14}{:>10}", ratio(ours, theirs)),
            None => println!("{name:<28}{:>14}", "not installed"),
        }
    }
}

/// How many times as many the sandbox answers.
fn ratio(ours: u64, theirs: u64) -> String {
    let hundredths = ours * 100 / theirs.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn peer(place: &Path, start: fn(&Path, u16) -> Option<Child>) -> Option<u64> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = start(place, port)?;
    let host = format!("127.0.0.1:{port}");
    let began = Instant::now();
    while TcpStream::connect(&host).is_err() {
        if began.elapsed() > Duration::from_secs(10) || server.try_wait().unwrap().is_some() {
            let _ = server.kill();
            let _ = server.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let count = per_second(&host, "/image", "");
    let _ = server.kill();
    let _ = server.wait();
    Some(count)
}

fn nginx(place: &Path, port: u16) -> Option<Child> {
    let folder = place.display();
    let config = format!(
        "daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; events {{}}\n\
         http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {folder}; keepalive_requests 10000000; }} }}"
    );
    fs::write(place.join("nginx.conf"), config).unwrap();
    spawn(Command::new("nginx").arg("-p").arg(place).arg("-c").arg(place.join("nginx.conf")))
}

fn python(place: &Path, port: u16) -> Option<Child> {
    // By HTTP/1.0, a connection for each request: kept alive, it waits 40 ms between head and body.
    let arguments = ["-m", "http.server", "--bind", "127.0.0.1", "-d"];
    spawn(Command::new("python3").args(arguments).arg(place).arg(port.to_string()))
}

fn spawn(command: &mut Command) -> Option<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

/// Requests a second over all connections, after a moment of warming up.
fn per_second(host: &str, path: &str, headers: &str) -> u64 {
    let (count, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::open(host);
                while !is_over.load(Ordering::Relaxed) {
                    connection.get(path, headers);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(MEASURED / 6);
        let (began, before) = (Instant::now(), count.load(Ordering::Relaxed));
        thread::sleep(MEASURED);
        let (counted, took) = (count.load(Ordering::Relaxed) - before, began.elapsed());
        is_over.store(true, Ordering::Relaxed);
        counted * 1000 / u64::try_from(took.as_millis()).unwrap()
    })
}

fn get(host: &str, path: &str, headers: &str) -> Vec<u8> {
    Connection::open(host).get(path, headers)
}

/// One kept-alive connection, read as little as HTTP allows: the client must not be what is measured.
struct Connection<'a> {
    host: &'a str,
    stream: BufReader<TcpStream>,
}

impl<'a> Connection<'a> {
    fn open(host: &'a str) -> Self {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { host, stream: BufReader::new(stream) }
    }

    fn get(&mut self, path: &str, headers: &str) -> Vec<u8> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.host)).1
    }

    /// The head and the body of the answer.
    fn ask(&mut self, request: &str) -> (String, Vec<u8>) {
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let start = head.len();
            assert!(self.stream.read_line(&mut head).unwrap() > 0, "the server hung up");
            let line = head[start..].trim();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        assert!(head.split(' ').nth(1).is_some_and(|status| status.starts_with("20")), "{head}");
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        if head.starts_with("HTTP/1.0") {
            *self = Self::open(self.host);
        }
        (head, body)
    }
}

fn token(host: &str) -> String {
    let domain = json!({ "name": "Default" });
    let user = json!({ "name": "alice", "password": "secret", "domain": domain });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let body: Value = json!({ "auth": { "identity": identity, "scope": { "project": { "name": "project-a", "domain": domain } } } });
    let body = body.to_string();
    let request = format!(
        "POST /identity/v3/auth/tokens HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (head, _) = Connection::open(host).ask(&request);
    let line = head.lines().find_map(|line| line.strip_prefix("x-subject-token: "));
    line.unwrap().to_owned()
}
