//! HTTP/1.1 by hand: one request to a connection, and nothing added that a test did not ask for.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// One request.
pub(crate) struct Ask {
    url: String,
    method: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    is_chunked: bool,
    patience: Option<Duration>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self {
            url: url.into(),
            method: method.into(),
            headers: Vec::new(),
            body: Vec::new(),
            is_chunked: false,
            patience: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A body whose length is not told beforehand.
    pub(crate) fn chunks(mut self, chunks: &[&str]) -> Self {
        let chunks = chunks.iter().chain([&""]).map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len()));
        self.body = chunks.collect::<String>().into_bytes();
        self.is_chunked = true;
        self
    }

    /// Takes it for the end when nothing comes for so long.
    pub(crate) fn patience(mut self, time: Duration) -> Self {
        self.patience = Some(time);
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    pub(crate) fn send(self) -> Answer {
        Answer::parse(&self.bytes())
    }

    /// All that is sent back, which may be nothing.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let (host, path) = split(&self.url);
        let mut stream = TcpStream::connect(host).unwrap();
        let mut head = Vec::new();
        write!(head, "{} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", self.method).unwrap();
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        let body = self.body;
        if !body.is_empty() && !self.is_chunked {
            write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        head.extend(b"\r\n");
        stream.write_all(&head).unwrap();
        // A server that says no without reading the body may have closed already.
        let _ = stream.write_all(&body);
        stream.set_read_timeout(self.patience).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer with a head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_lowercase(), value.to_owned())
        });
        Self { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} is no JSON: {}", self.status, self.text()))
    }

    /// What an error says: Glance's two parts joined by a space, or Keystone's one.
    pub(crate) fn message(&self) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let message = json.get("message").or_else(|| json.get("error")?.get("message"));
        let message = message.and_then(Value::as_str).unwrap_or_default().replace("<br /><br />", "");
        message.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}
