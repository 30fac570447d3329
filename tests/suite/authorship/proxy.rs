//! A proxy before Glance that loses, delays and spoils answers, and knows what is on its way.
//!
//! It stands before the sandbox and before a real cloud alike. A request that has reached it is carried out,
//! whether its client still lives or not. One request a connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use std::{io, thread};

/// Longer than anything here is waited for.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harm {
    /// The connection breaks before the request is carried out.
    HangUp,
    /// The connection breaks after it.
    LateHangUp,
    /// A proxy answers so, and nothing is carried out.
    Status(u16),
    /// A limit on requests: the client is asked to wait for a minute, and nothing is carried out.
    Wait,
    /// A proxy answers so, and the request is carried out.
    LateStatus(u16),
    /// It is carried out so many milliseconds later.
    Delay(u64),
    /// Its answer comes so many milliseconds later.
    SlowAnswer(u64),
    /// It is carried out, and its answer never comes.
    NoAnswer,
    /// It is carried out once Glance has carried out a request of that kind.
    After(&'static str),
}

/// A harm to requests of one kind, so many times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) operation: &'static str,
    pub(crate) harm: Harm,
    pub(crate) count: u32,
}

/// The proxy. It ends when it is dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// `host:port` of Glance.
    upstream: String,
    faults: Mutex<Vec<Fault>>,
    seen: Mutex<Seen>,
    changed: Condvar,
    has_ended: AtomicBool,
}

#[derive(Default)]
struct Seen {
    arrived: Vec<&'static str>,
    answered: Vec<&'static str>,
    /// What Glance carried out, whether its answer arrived or not.
    done: Vec<&'static str>,
    on_the_way: usize,
}

impl Proxy {
    /// A proxy before the Glance at that URL.
    pub(crate) fn before(url: &str) -> Proxy {
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            upstream: host.to_owned(),
            faults: Mutex::default(),
            seen: Mutex::default(),
            changed: Condvar::new(),
            has_ended: AtomicBool::new(false),
        });
        let serving = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.has_ended.load(Ordering::Relaxed) {
                    return;
                }
                let shared = serving.clone();
                shared.seen.lock().unwrap().on_the_way += 1;
                thread::spawn(move || {
                    let _ = shared.serve(stream);
                    shared.seen.lock().unwrap().on_the_way -= 1;
                    shared.changed.notify_all();
                });
            }
        });
        Proxy { url: format!("http://127.0.0.1:{port}{path}"), shared }
    }

    /// Does harm from now on, and forgets what was seen.
    pub(crate) fn harm(&self, faults: &[Fault]) {
        *self.shared.faults.lock().unwrap() = faults.to_vec();
        self.forget();
    }

    /// Forgets what was seen.
    pub(crate) fn forget(&self) {
        let mut seen = self.shared.seen.lock().unwrap();
        (seen.arrived, seen.answered, seen.done) = (Vec::new(), Vec::new(), Vec::new());
    }

    /// Waits until a request of that kind has arrived, or was answered; at most so long.
    pub(crate) fn wait_for(&self, operation: &str, is_answered: bool, most: Duration) {
        self.shared.wait(most, |seen| {
            let list = if is_answered { &seen.answered } else { &seen.arrived };
            list.contains(&operation)
        });
    }

    /// Whether a request of that kind was answered.
    pub(crate) fn has_answered(&self, operation: &str) -> bool {
        self.shared.seen.lock().unwrap().answered.contains(&operation)
    }

    /// Whether a request of that kind has arrived.
    pub(crate) fn has_arrived(&self, operation: &str) -> bool {
        self.shared.seen.lock().unwrap().arrived.contains(&operation)
    }

    /// Whether Glance has carried out a request of that kind.
    pub(crate) fn has_done(&self, operation: &str) -> bool {
        self.shared.seen.lock().unwrap().done.contains(&operation)
    }

    /// Waits until nothing is on its way any more.
    pub(crate) fn settle(&self) {
        self.shared.wait(LONG, |seen| seen.on_the_way == 0);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://").split('/').next().unwrap());
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let (head, mut rest) = head(&mut client)?;
        let operation = operation(&head);
        self.note(operation, |seen| &mut seen.arrived);
        let harm = self.strike(operation);
        match harm {
            Some(Harm::HangUp) => return Ok(()),
            Some(Harm::Status(status)) => return refuse(&mut client, status, ""),
            Some(Harm::Wait) => return refuse(&mut client, 429, "Retry-After: 60\r\n"),
            Some(Harm::Delay(time)) => thread::sleep(Duration::from_millis(time)),
            Some(Harm::After(other)) => self.wait(LONG, |seen| seen.done.contains(&other)),
            _ => {}
        }
        let mut upstream = TcpStream::connect(&self.upstream)?;
        upstream.write_all(&closing(&head))?;
        let mut left = Body::of(&head);
        while !left.is_complete(&rest) {
            upstream.write_all(&rest)?;
            left.pass(&rest);
            rest.resize(64 << 10, 0);
            let read = client.read(&mut rest)?;
            if read == 0 {
                return Ok(());
            }
            rest.truncate(read);
        }
        upstream.write_all(&rest)?;
        let mut answer = Vec::new();
        let _ = upstream.read_to_end(&mut answer);
        if answer.starts_with(b"HTTP/1.1 2") {
            self.note(operation, |seen| &mut seen.done);
        }
        match harm {
            Some(Harm::LateHangUp) => return Ok(()),
            Some(Harm::LateStatus(status)) => return refuse(&mut client, status, ""),
            Some(Harm::SlowAnswer(time)) => {
                self.note(operation, |seen| &mut seen.answered);
                thread::sleep(Duration::from_millis(time));
            }
            Some(Harm::NoAnswer) => {
                self.note(operation, |seen| &mut seen.answered);
                // Until the client hangs up, which the end of its process does too.
                return io::copy(&mut client, &mut io::sink()).map(drop);
            }
            _ => self.note(operation, |seen| &mut seen.answered),
        }
        client.write_all(&answer)
    }

    fn wait(&self, most: Duration, is_so: impl Fn(&Seen) -> bool) {
        let (end, mut seen) = (Instant::now() + most, self.seen.lock().unwrap());
        while !is_so(&seen) && Instant::now() < end {
            seen = self.changed.wait_timeout(seen, Duration::from_millis(20)).unwrap().0;
        }
    }

    fn note(&self, operation: &'static str, list: impl Fn(&mut Seen) -> &mut Vec<&'static str>) {
        list(&mut self.seen.lock().unwrap()).push(operation);
        self.changed.notify_all();
    }

    fn strike(&self, operation: &str) -> Option<Harm> {
        let mut faults = self.faults.lock().unwrap();
        let fault = faults.iter_mut().find(|fault| fault.operation == operation && fault.count > 0)?;
        fault.count -= 1;
        Some(fault.harm)
    }
}

/// The head of a request, with the empty line at its end, and what came behind it.
fn head(client: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let (mut bytes, mut part) = (Vec::new(), [0; 16 << 10]);
    loop {
        let read = client.read(&mut part)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&part[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&bytes).into_owned(), rest));
        }
    }
}

/// The same head for a connection that ends with the answer.
fn closing(head: &str) -> Vec<u8> {
    let lines = head.trim_end().split("\r\n").filter(|line| !line.to_lowercase().starts_with("connection:"));
    let lines: Vec<&str> = lines.collect();
    format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).into_bytes()
}

/// How much of a request's body is still to come.
enum Body {
    Bytes(usize),
    /// Chunks, and the last bytes that came.
    Chunks(Vec<u8>),
}

impl Body {
    fn of(head: &str) -> Body {
        let head = head.to_lowercase();
        if head.contains("transfer-encoding: chunked") {
            return Body::Chunks(Vec::new());
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        Body::Bytes(length.and_then(|length| length.trim().parse().ok()).unwrap_or_default())
    }

    fn is_complete(&self, part: &[u8]) -> bool {
        match self {
            Body::Bytes(left) => part.len() >= *left,
            Body::Chunks(last) => [last, part].concat().ends_with(b"0\r\n\r\n"),
        }
    }

    fn pass(&mut self, part: &[u8]) {
        match self {
            Body::Bytes(left) => *left -= part.len(),
            Body::Chunks(last) => {
                let all = [last, part].concat();
                *last = all[all.len().saturating_sub(5)..].to_vec();
            }
        }
    }
}

fn refuse(client: &mut TcpStream, status: u16, header: &str) -> io::Result<()> {
    // What is still on its way is read, so that the answer is not lost with it.
    client.set_read_timeout(Some(Duration::from_millis(20)))?;
    let _ = io::copy(&mut client.take(8 << 20), &mut io::sink());
    let body = "<html><body><h1>proxy</h1></body></html>";
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status} Proxy\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n{header}Connection: close\r\n\r\n{body}"
    )
}

/// What a request is, by its first line.
fn operation(head: &str) -> &'static str {
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = path.split('?').next().unwrap_or_default();
    if let ("POST", Some((_, below))) = (method, path.split_once("/v2/metadefs/namespaces")) {
        return if below.is_empty() { "namespace" } else { "definition" };
    }
    if let ("PUT" | "DELETE", true) = (method, path.contains("/v2/metadefs/")) {
        return "redefine";
    }
    if method == "POST" && path.ends_with("/v2/tasks") {
        return "task";
    }
    let below: Vec<&str> =
        path.split_once("/v2/images").map_or("", |(_, below)| below).split('/').skip(1).collect();
    // What a script asks for in order to wait for another request (`Harm::After`), or to say how far it is.
    for own in ["after", "then"] {
        if path.ends_with(&format!("/v2/{own}")) {
            return own;
        }
    }
    match (method, below.as_slice()) {
        ("POST", []) => "create",
        ("GET", [_]) => "show",
        ("DELETE", [_]) => "delete",
        ("PATCH", [_]) => "update",
        ("PUT", [_, "file"]) => "upload",
        ("PUT", [_, "stage"]) => "stage",
        ("POST", [_, "import"]) => "import",
        ("POST", [_, "members"]) => "add",
        ("POST", [_, "locations"]) => "location",
        ("PUT", [_, "tags", _]) => "tag",
        ("DELETE", [_, "tags", _]) => "untag",
        ("PUT", [_, "members", _]) => "answer",
        ("DELETE", [_, "members", _]) => "unshare",
        ("POST", [_, "actions", _]) => "act",
        ("GET", [_, "members", _]) => "look",
        _ => "other",
    }
}
