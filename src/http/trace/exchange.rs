//! What a trace is told of an exchange.
//!
//! Built only where somebody listens. Everything in it is redacted already.

use std::time::Duration;

use reqwest::header::HeaderMap;

use super::redact;
use crate::http::body::Body;
use crate::http::options::Trace;
use crate::http::request::Request;
use crate::secrets::{hide, redact_url};

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
    pub outcome: Result<u16, String>,
    /// Answer headers, secrets redacted.
    pub response_headers: Vec<(String, String)>,
    /// The text of the answer as far as it is read by then (JSON answers), secrets redacted.
    pub response_body: Option<String>,
    /// From sending to the answer's head, in milliseconds.
    pub elapsed_ms: u64,
    /// 1 for the first.
    pub attempt: u32,
}

/// An exchange under way, told to the trace when it is done: at the latest when this is dropped.
pub(in crate::http) struct Telling {
    trace: Trace,
    event: Event,
}

impl Telling {
    /// Begins to tell of a request with the headers it really has.
    pub(in crate::http) fn new(
        trace: &Trace,
        request: &Request,
        headers: &HeaderMap,
        attempt: u32,
    ) -> Telling {
        let event = Event {
            method: request.method.to_string(),
            url: hide(&redact_url(&request.url)).into_owned(),
            request_headers: redact::headers(headers),
            request_body: describe_body(&request.body),
            outcome: Err("interrupted".into()),
            response_headers: Vec::new(),
            response_body: None,
            elapsed_ms: 0,
            attempt,
        };
        Telling { trace: trace.clone(), event }
    }

    /// Notes the answer's head.
    pub(in crate::http) fn note_answer(&mut self, status: u16, headers: &HeaderMap, elapsed: Duration) {
        self.event.outcome = Ok(status);
        self.event.response_headers = redact::headers(headers);
        self.event.elapsed_ms = ms(elapsed);
    }

    /// Notes that there was no answer.
    pub(in crate::http) fn note_failure(&mut self, reason: &str, elapsed: Duration) {
        self.event.outcome = Err(hide(reason).into_owned());
        self.event.elapsed_ms = ms(elapsed);
    }

    /// Notes the answer's body.
    pub(in crate::http) fn read(&mut self, body: &[u8]) {
        self.event.response_body = match readable(body) {
            Some(json) => Some(json),
            None if body.is_empty() => None,
            None => Some(format!("({} bytes)", body.len())),
        };
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        (self.trace)(&self.event);
    }
}

fn describe_body(body: &Body) -> Option<String> {
    match body {
        Body::Empty => None,
        Body::Bytes(bytes, media_type) => {
            Some(readable(bytes).unwrap_or_else(|| format!("({} bytes of {media_type})", bytes.len())))
        }
        Body::Stream { length: Some(length), media_type, .. } => {
            Some(format!("({length} bytes of {media_type})"))
        }
        Body::Stream { length: None, media_type, .. } => Some(format!("(a stream of {media_type})")),
    }
}

/// The longest body that is shown, in bytes; a person reads no longer one, and it takes many times its size
/// to redact.
const LONGEST: usize = 1 << 20;

/// A body as it is shown, where it is JSON of a readable size.
fn readable(body: &[u8]) -> Option<String> {
    (body.len() <= LONGEST).then(|| redact::json(body)).flatten()
}

fn ms(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
