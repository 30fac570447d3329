//! One answer: its head at once, its body when it is asked for.
//!
//! Knows the shape of error answers, and nothing of what a right one holds.

use std::time::Duration;

use tokio::time::Instant;

use bytes::Bytes;
use reqwest::Url;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::{authority, innermost};
use super::retry::{Effort, retry_after};
use super::server_message;
use super::trace::exchange::Telling;
use crate::budget::{Budget, Buffer, Held};
use crate::error::{Error, Kind, Result};
use crate::secrets::{hide, redact_url};

/// The most that is read of an answer at once.
const LARGEST_BODY: usize = 64 << 20;

/// The most that is read of an answer which tells of an error.
const LARGEST_REFUSAL: usize = 64 << 10;

/// The longest pause that a person is advised to wait for: a day.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

const NOT_OPENSTACK: &str =
    "is that URL really an OpenStack service's? check auth_url, or the service's endpoint_override";

/// An answer. Its body is still on the wire until it is asked for.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// Where it came from, redirects followed.
    pub url: Url,
    /// Whether an attempt before this one may have been carried out: its answer was lost.
    pub repeated: bool,
    pub(super) op: String,
    pub(super) request_id: String,
    pub(super) effort: Effort,
    pub(super) silence: Duration,
    pub(super) budget: Budget,
    pub(super) pace: Pace,
    pub(super) wire: reqwest::Response,
    pub(super) telling: Option<Telling>,
    pub(super) received: u64,
}

/// How fast a body comes: one that trickles never ends, though it is never silent.
pub(super) struct Pace {
    since: Instant,
    received: u64,
}

/// The fewest bytes that must come in the time that an answer may be silent.
pub const FEWEST_BYTES: u64 = 1 << 10;

impl Pace {
    pub(super) fn new() -> Pace {
        Pace { since: Instant::now(), received: 0 }
    }

    /// Says how slow it is, where fewer than [`FEWEST_BYTES`] bytes came in `limit`. To be asked before each
    /// part.
    fn describe_slowness(&mut self, received: u64, limit: Duration) -> Option<String> {
        let elapsed = self.since.elapsed();
        if elapsed < limit {
            return None;
        }
        let came = received - self.received;
        *self = Pace { since: Instant::now(), received };
        (came < FEWEST_BYTES).then(|| format!("{came} bytes in {} s", elapsed.as_secs()))
    }
}

/// An answer that is an error, read to its end.
#[derive(Debug)]
pub struct Refusal {
    /// What the user is told, in the server's own words.
    pub error: Error,
    /// The body, where it is JSON.
    pub json: Option<Value>,
    /// What the body is, in a few words: `an HTML page titled "Welcome"`.
    pub came: String,
}

impl Response {
    /// The answer itself where its status is below 400, else the error it tells of.
    ///
    /// The message is the server's own words, out of Glance's JSON or HTML, or Keystone's JSON. A redirection
    /// that was not followed is an error too (`protocol`): what was asked has not been done.
    pub async fn check(self) -> Result<Response> {
        match self.status {
            301 | 302 | 303 | 307 | 308 => Err(self.redirection()),
            status if status < 400 => Ok(self),
            _ => Err(self.refusal().await.error),
        }
    }

    /// The error that this answer tells of, whatever its status is, with the body it was taken from.
    pub async fn refusal(mut self) -> Refusal {
        // A body that cannot be read changes nothing: the status has said no already.
        let body = self.collect(LARGEST_REFUSAL).await.map(Held::into_inner).unwrap_or_default();
        let status = self.status;
        let message = server_message::message(&body).unwrap_or_else(|| "the answer gives no reason".into());
        let pause = self.pause();
        let too_long = pause.filter(|pause| *pause > self.silence);
        let too_long =
            too_long.map(|pause| format!(" (the server asks for a pause of {} s)", pause.as_secs()));
        let message = format!("{message}{}{}", too_long.unwrap_or_default(), self.effort);
        let mut error = self.error(Kind::of_status(status), message).status(status);
        if let Some(pause) = pause {
            error = error.advice(self.patience(pause));
        }
        Refusal { error, json: serde_json::from_slice(&body).ok(), came: server_message::description(&body) }
    }

    /// A header, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// An error about this answer: with its operation and the cloud's name for the request.
    pub fn error(&self, kind: Kind, message: impl Into<String>) -> Error {
        let id = self.header("x-openstack-request-id").unwrap_or(&self.request_id);
        Error::new(kind, message).op(&self.op).request_id(hide(id))
    }

    /// The whole body as JSON. Errors: `protocol` (not JSON; says what came instead and from where); `limit`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T> {
        self.held_json().await.map(Held::into_inner)
    }

    /// The same, its memory reserved as long as it is held: for what may be long.
    pub async fn held_json<T: DeserializeOwned>(mut self) -> Result<Held<T>> {
        let body = self.collect(LARGEST_BODY).await?;
        let memory = self.budget.reserve_json(&body).map_err(|error| self.too_large_error(error))?;
        let parsed = serde_json::from_slice(&body);
        parsed.map(|value| Held::new(value, memory)).map_err(|failure| {
            let came = server_message::description(&body);
            let detail = if failure.is_data() { format!(" ({failure})") } else { String::new() };
            let message =
                format!("{} answered {came} in place of what was asked for{detail}", redact_url(&self.url));
            self.error(Kind::Protocol, message).advice(NOT_OPENSTACK)
        })
    }

    /// The whole body, at most 64 MiB. Errors: `protocol`, `unavailable`, `limit`.
    pub async fn bytes(mut self) -> Result<Held<Vec<u8>>> {
        self.collect(LARGEST_BODY).await
    }

    /// The next part of the body; `None` at its end. Errors: `unavailable` (cut, or nothing came in time).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let host = authority(&self.url);
        if let Some(slow) = self.pace.describe_slowness(self.received, self.silence) {
            let message = format!("{host} sends too slowly: {slow}");
            return Err(self
                .error(Kind::Unavailable, message)
                .advice("try again, or wait longer with --timeout"));
        }
        let cut = match tokio::time::timeout(self.silence, self.wire.chunk()).await {
            Ok(Ok(part)) => {
                self.received += part.as_ref().map_or(0, |part| part.len() as u64);
                return Ok(part);
            }
            Ok(Err(failure)) => innermost(&failure),
            Err(_) => format!("{host} said nothing for {} s", self.silence.as_secs_f64()),
        };
        let message = format!("the answer of {host} was cut off after {} bytes: {cut}", self.received);
        Err(self.error(Kind::Unavailable, message).advice("try again"))
    }

    /// The whole body, told to the trace.
    async fn collect(&mut self, limit: usize) -> Result<Held<Vec<u8>>> {
        let mut body = Buffer::new(&self.budget);
        while let Some(part) = self.chunk().await? {
            body.push(&part).map_err(|error| self.too_large_error(error))?;
            if body.bytes().len() > limit {
                let message = format!("the answer is larger than the {} KiB it may have", limit >> 10);
                return Err(self.error(Kind::Protocol, message));
            }
        }
        if let Some(mut telling) = self.telling.take() {
            telling.read(body.bytes());
        }
        Ok(body.into_held())
    }

    /// The error of a body for which there is no memory.
    fn too_large_error(&self, error: Error) -> Error {
        error.context("the response is too large").op(&self.op)
    }

    /// The pause that the server asks for, by its clock or ours.
    fn pause(&self) -> Option<Duration> {
        retry_after(self.headers.get(RETRY_AFTER)?.to_str().ok()?, jiff::Timestamp::now())
    }

    /// Advice for a pause that the server asks for.
    fn patience(&self, pause: Duration) -> String {
        let seconds = pause.as_secs();
        if pause > LONGEST_WAIT {
            format!("nobody waits that long: the {seconds} s are an error of the server")
        } else if pause > self.silence {
            format!("the server asks to try again after {seconds} s; --timeout {seconds} waits for that")
        } else {
            format!("the server asks to try again after {seconds} s")
        }
    }

    fn redirection(&self) -> Error {
        let target = match self.header("location").map(|location| self.url.join(location)) {
            Some(Ok(url)) => redact_url(&url),
            _ => "nowhere".into(),
        };
        self.error(
            Kind::Protocol,
            hide(&format!("{} redirects to {target}, and nothing was done", redact_url(&self.url))),
        )
        .status(self.status)
        .advice("write the URL it redirects to in auth_url, or in the service's endpoint_override")
    }
}
