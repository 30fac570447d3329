//! The one door every request leaves by: effects, trace, retry, time-outs, limits.
//!
//! Knows no Keystone and no Glance; only HTTP, and the shape that both give their errors.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

pub use bytes::Bytes;
pub use reqwest::{Method, Url, header};

use crate::error::Result;

/// How deep a request reaches. Ordered: what allows `Delete` allows the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Changes nothing (a log-in too).
    Read,
    /// Creates or changes.
    Write,
    /// Takes away.
    Delete,
}

/// The deepest effect that may leave, shared by every door of a run: `--read-only`, a recipe's `effects`.
#[derive(Clone, Debug)]
pub struct Effects(Rc<Cell<Effect>>);

impl Effects {
    /// Allows all effects up to that one.
    pub fn up_to(effect: Effect) -> Effects {
        Effects(Rc::new(Cell::new(effect)))
    }
    /// The deepest that may leave.
    pub fn allowed(&self) -> Effect {
        self.0.get()
    }
    /// Changes what may leave, for every door that shares this; returns what it was.
    pub fn allow(&self, effect: Effect) -> Effect {
        self.0.replace(effect)
    }
}

/// How a door is made.
#[derive(Clone)]
pub struct Options {
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A PEM file with the client's certificate, and the file of its key where that is another.
    pub client_cert: Option<(PathBuf, Option<PathBuf>)>,
    /// Trust whatever certificate is shown.
    pub insecure: bool,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long an answer may take to begin, and each part of it to come.
    pub read_timeout: Duration,
    /// How often a request is sent at most where no connection was had.
    pub connect_attempts: u32,
    /// How often a request is sent at most where 429 or 5xx was answered.
    pub status_attempts: u32,
    /// What may leave.
    pub effects: Effects,
    /// Told of every request and answer, secrets already redacted (`--debug`, `--timing`).
    pub trace: Option<Rc<dyn Fn(&Event)>>,
}

/// What a trace is told: one exchange, done.
#[derive(Clone, Debug)]
pub struct Event {
    /// `GET`, …
    pub method: String,
    /// The URL, secrets redacted.
    pub url: String,
    /// Request headers, secrets redacted.
    pub request_headers: Vec<(String, String)>,
    /// The JSON that was sent, secrets redacted; or a word about its size.
    pub request_body: Option<String>,
    /// The status, or the error in words.
    pub outcome: std::result::Result<u16, String>,
    /// Answer headers, secrets redacted.
    pub response_headers: Vec<(String, String)>,
    /// The text of the answer as far as it is read by then (JSON answers), secrets redacted.
    pub response_body: Option<String>,
    /// From sending to the answer's head, in milliseconds.
    pub elapsed_ms: u64,
    /// 1 for the first.
    pub attempt: u32,
}

/// The door. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Door {}

impl Door {
    /// A door; opens nothing until the first request.
    pub fn new(options: Options) -> Door {
        let _ = options;
        todo!()
    }
    /// Sends, again where that is safe and may help, and returns the answer whatever its status.
    ///
    /// Errors: `forbidden` (the effect may not leave), `unavailable` (no answer), `config` (TLS files).
    pub async fn send(&self, request: Request) -> Result<Response> {
        let _ = request;
        todo!()
    }
    /// How many requests have left, retries included.
    pub fn count(&self) -> u64 {
        todo!()
    }
}

/// A body that can be made again for another attempt: returns the stream of its bytes from the start.
pub type Reopen = Rc<dyn Fn() -> Result<futures_util::stream::BoxStream<'static, std::io::Result<Bytes>>>>;

/// What a request carries.
#[derive(Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// A few bytes, with their media type.
    Bytes(Bytes, String),
    /// A stream; with a length it is sent with Content-Length, else chunked.
    Stream { open: Reopen, length: Option<u64>, media_type: String },
}

/// One request.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers besides those the door sets itself.
    pub headers: header::HeaderMap,
    /// The body.
    pub body: Body,
    /// How deep it reaches; by the method unless said otherwise.
    pub effect: Effect,
    /// What errors call it: `GET /v2/images/ID`; by method and path unless said otherwise.
    pub op: String,
    /// Whether it may be sent again when its first answer was lost; GET, PUT and DELETE unless said otherwise.
    pub repeatable: bool,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, url: Url) -> Request {
        let _ = (method, url);
        todo!()
    }
    /// Adds a header; a value that is none is dropped at sending with an `invalid` error.
    pub fn header(self, name: &str, value: &str) -> Request {
        let _ = (name, value);
        todo!()
    }
    /// Sets a JSON body (`application/json`).
    pub fn json(self, value: &serde_json::Value) -> Request {
        let _ = value;
        todo!()
    }
    /// Sets the body.
    pub fn body(self, body: Body) -> Request {
        let _ = body;
        todo!()
    }
    /// Sets the effect.
    pub fn effect(self, effect: Effect) -> Request {
        let _ = effect;
        todo!()
    }
}

/// An answer. Its body is still on the wire until it is asked for.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: header::HeaderMap,
}

impl Response {
    /// The answer itself where its status is below 400, else the error it tells of.
    ///
    /// The message is the server's own words, out of Glance's JSON or HTML, or Keystone's JSON.
    pub async fn check(self) -> Result<Response> {
        todo!()
    }
    /// A header, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let _ = name;
        todo!()
    }
    /// The whole body as JSON. Errors: `protocol` (not JSON; says what came instead and from where).
    pub async fn json<T: serde::de::DeserializeOwned>(self) -> Result<T> {
        todo!()
    }
    /// The whole body, at most 64 MiB. Errors: `protocol`, `unavailable`.
    pub async fn bytes(self) -> Result<Bytes> {
        todo!()
    }
    /// The next part of the body; `None` at its end. Errors: `unavailable` (cut, or nothing came in time).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        todo!()
    }
}
