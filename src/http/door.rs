//! The door: one request in, one answer out, however many attempts that takes.
//!
//! Everything that holds for all requests stands here; what each rule is stands in the files beside this one.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use reqwest::{Method, Url};
use tokio::time::Instant;

use super::body::{Body, Watch};
use super::client::Clients;
use super::failure::{Failure, authority};
use super::guard::effect_limit::Effect;
use super::guard::reserved_headers::is_framing;
use super::options::Options;
use super::request::Request;
use super::response::{Pace, Response};
use super::retry::{Effort, Next, Retry, Setback, retry_after};
use super::server_health::Spell;
use super::trace::exchange::Telling;
use crate::error::{Error, Kind, Result};

/// The first pause before another attempt.
const PACE: Duration = Duration::from_millis(500);

/// How many redirections are followed.
const REDIRECTIONS: u32 = 5;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");
const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");

/// The door. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Door(Rc<Inner>);

struct Inner {
    options: Options,
    retry: Retry,
    clients: Clients,
    count: Cell<u64>,
}

impl Door {
    /// A door; opens nothing until the first request.
    pub fn new(options: Options) -> Door {
        Door::with_pace(options, PACE)
    }

    /// A door whose first pause is that long.
    pub(crate) fn with_pace(options: Options, pace: Duration) -> Door {
        let retry = Retry::new(&options, pace);
        Door(Rc::new(Inner { options, retry, clients: Clients::default(), count: Cell::new(0) }))
    }

    /// Sends, again where that is safe and may help, and returns the answer whatever its status.
    ///
    /// Errors: `forbidden` (the effect may not leave), `unavailable` (no answer), `config` (TLS files),
    /// `invalid` (a header that is none), `usage` (the data to send cannot be read).
    ///
    /// Nothing is sent at the first poll: a caller that cannot wait (a callback in Lua that cannot yield)
    /// polls once and drops the future.
    pub async fn send(&self, request: Request) -> Result<Response> {
        pause().await;
        self.0.options.effects.admit(request.effect, &request.op)?;
        if let Some(name) = request.headers.keys().find(|name| is_framing(name.as_str())) {
            let message = format!("header {name} cannot be set: the connection has it");
            return Err(Error::new(Kind::Usage, message).op(&request.op));
        }
        if let Some(flaw) = &request.flaw {
            return Err(Error::new(Kind::Invalid, flaw).op(&request.op));
        }
        let started = Instant::now();
        let request = add_request_id(request);
        let Inner { options: Options { servers, .. }, retry, .. } = &*self.0;
        let (mut attempt, mut repeated) = (1, false);
        loop {
            self.wait_turn(&request.url).await;
            let on_its_way = |is_so| {
                request.attempts.iter().for_each(|attempts| attempts.is_on_its_way.store(is_so, Relaxed));
            };
            on_its_way(true);
            let outcome = self.follow(&request, attempt).await;
            on_its_way(false);
            let setback = match &outcome {
                Ok(response) => Setback::Status(response.status, wait(response)),
                Err(failure) => failure.setback,
            };
            if setback.may_be_done() {
                let status = if let Setback::Status(status, _) = setback { status } else { 0 };
                if let Some(attempts) = &request.attempts {
                    attempts.unsure_status.store(status, Relaxed);
                    attempts.may_be_done.store(true, Relaxed);
                }
            }
            let now = Instant::now();
            let spell = if setback.is_trouble() {
                servers.note_failure(&request.url, &request.method, now)
            } else {
                servers.note_answer(&request.url, &request.method);
                Spell::default()
            };
            let next = if request.body.can_be_sent_again() {
                retry.next(setback, request.repeatable, attempt, spell)
            } else {
                Next::Stop
            };
            let given_up = (next == Next::Spent).then_some(spell.lasted);
            let effort = Effort { attempts: attempt, elapsed: now - started, spell: given_up };
            match (next, outcome) {
                (Next::Again(pause), outcome) => {
                    drop(outcome);
                    tokio::time::sleep(pause).await;
                }
                (Next::Rest(wait), _) => self.rest(&request.url, setback, wait),
                (_, Ok(response)) => return Ok(Response { repeated, effort, ..response }),
                (_, Err(failure)) => return Err(describe_failure(failure, &request, effort)),
            }
            attempt += 1;
            repeated |= setback.is_unsure();
        }
    }

    /// Whether an operation of that effect may leave now.
    pub fn allows(&self, effect: Effect) -> bool {
        effect <= self.0.options.effects.deepest_allowed()
    }

    /// How long a response may take to begin, and to continue (`--timeout`).
    pub fn read_timeout(&self) -> Duration {
        self.0.options.read_timeout
    }

    /// The pause before the rest of an answer that broke off is asked for, as for a request whose answer was
    /// lost.
    ///
    /// `setbacks` counts how often it broke off since there was progress; `None` gives up.
    pub fn pause(&self, setbacks: u32) -> Option<Duration> {
        match self.0.retry.next(Setback::Lost, true, setbacks, Spell::default()) {
            Next::Again(pause) => Some(pause),
            _ => None,
        }
    }

    /// Tells a person what they should know of work that goes well all the same.
    pub fn tell(&self, text: &str) {
        if let Some(note) = &self.0.options.note {
            note(text);
        }
    }

    /// How many requests have left, retries included.
    pub fn count(&self) -> u64 {
        self.0.count.get()
    }

    /// Waits as long as the server has asked anybody to, and until it is this request's turn.
    async fn wait_turn(&self, url: &Url) {
        let servers = &self.0.options.servers;
        let mut wait = servers.wait(url, false, Instant::now());
        while !wait.is_zero() {
            tokio::time::sleep(wait).await;
            wait = servers.wait(url, true, Instant::now());
        }
    }

    /// The server asks everybody to wait; says so where a person would wonder.
    fn rest(&self, url: &Url, setback: Setback, wait: Duration) {
        let Inner { options: Options { servers, note, .. }, retry, .. } = &*self.0;
        let is_new = servers.rest(url, wait, retry.gap(), Instant::now());
        let is_long = wait >= retry.worth_telling();
        if let (Some(note), Setback::Status(status, _), true) = (note, setback, is_new && is_long) {
            note(&format!("{} asks to wait {} s ({status})", authority(url), wait.as_secs()));
        }
    }

    /// One attempt; a GET goes where it is redirected.
    async fn follow(&self, request: &Request, attempt: u32) -> Result<Response, Failure> {
        let mut response = self.exchange(request, attempt).await?;
        let mut request = request.clone();
        for _ in 0..REDIRECTIONS {
            match follow_redirect(&request, &response) {
                Some(next) => request = next,
                None => break,
            }
            response = self.exchange(&request, attempt).await?;
        }
        Ok(response)
    }

    /// One request on the wire, up to the head of its answer.
    async fn exchange(&self, request: &Request, attempt: u32) -> Result<Response, Failure> {
        let Options { connect_timeout, read_timeout, trace, .. } = &self.0.options;
        let client = self.0.clients.of(&request.url, &self.0.options).map_err(Failure::lasting)?;
        let watch = Watch::new();
        let headers = headers(request);
        let mut telling = trace.as_ref().map(|trace| Telling::new(trace, request, &headers, attempt));
        let sending = client
            .request(request.method.clone(), request.url.clone())
            .headers(headers)
            .body(wire_body(&request.body, &watch).map_err(Failure::lasting)?)
            .send();

        self.0.count.set(self.0.count.get() + 1);
        let started = Instant::now();
        let answer = tokio::select! {
            answer = sending => answer.map_err(|failure| match watch.failure() {
                Some(error) => Failure::lasting(error),
                None => Failure::of(&failure, &request.url, *connect_timeout),
            }),
            () = watch.silence(*read_timeout) => {
                Err(Failure::silence(&request.url, *read_timeout, watch.taken_bytes()))
            }
        };
        let mut wire = answer.inspect_err(|failure| {
            if let Some(telling) = &mut telling {
                telling.note_failure(failure.error.message(), started.elapsed());
            }
        })?;

        let status = wire.status().as_u16();
        let headers = std::mem::take(wire.headers_mut());
        if let Some(telling) = &mut telling {
            telling.note_answer(status, &headers, started.elapsed());
        }
        Ok(Response {
            status,
            url: request.url.clone(),
            op: request.op.clone(),
            request_id: text(&request.headers, &REQUEST_ID).to_owned(),
            effort: Effort { attempts: attempt, elapsed: started.elapsed(), spell: None },
            repeated: false,
            silence: *read_timeout,
            budget: self.0.options.budget.clone(),
            pace: Pace::new(),
            received: 0,
            // Data are not shown, so nothing is gained by telling of them only when they have all come.
            telling: telling.filter(|_| is_readable(&headers)),
            headers,
            wire,
        })
    }
}

/// Is pending at its first poll, and ready at the next.
async fn pause() {
    let mut polled = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The request with a name of its own, which Glance takes over: even a lost answer can be found in the
/// cloud's logs.
fn add_request_id(mut request: Request) -> Request {
    if !request.headers.contains_key(&REQUEST_ID)
        && let Ok(name) = HeaderValue::try_from(format!("req-{}", uuid::Uuid::new_v4()))
    {
        request.headers.insert(REQUEST_ID, name);
    }
    request
}

/// The headers as they are sent.
fn headers(request: &Request) -> HeaderMap {
    let mut headers = request.headers.clone();
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    if let Some(media_type) =
        request.body.media_type().and_then(|media_type| HeaderValue::try_from(media_type).ok())
    {
        headers.entry(CONTENT_TYPE).or_insert(media_type);
    }
    if let Body::Stream { length: Some(length), .. } = request.body {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    headers
}

fn wire_body(body: &Body, watch: &Watch) -> Result<reqwest::Body> {
    Ok(match body {
        Body::Empty => reqwest::Body::default(),
        Body::Bytes(bytes, _) => bytes.clone().into(),
        Body::Stream { open, length, .. } => reqwest::Body::wrap_stream(watch.watch_stream(open()?, *length)),
    })
}

/// The request that follows a redirection; `None` where there is none, or where it is not safe to follow.
///
/// Only reads are followed: whoever redirects a write has not done it. A token goes to no other host, and
/// nothing goes from https to http. 300 is an answer (a list of versions).
fn follow_redirect(request: &Request, response: &Response) -> Option<Request> {
    let reads = matches!(request.method, Method::GET | Method::HEAD);
    if !reads || !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let url = request.url.join(text(&response.headers, &LOCATION)).ok()?;
    if request.url.scheme() == "https" && url.scheme() != "https" {
        return None;
    }
    let mut next = request.clone();
    if !is_same_service(&request.url, &url) {
        next.headers.remove(AUTH_TOKEN);
        next.headers.remove(AUTHORIZATION);
    }
    next.url = url;
    Some(next)
}

/// Whether two URLs are one server's: the same origin, or the same host by https.
fn is_same_service(from: &Url, to: &Url) -> bool {
    from.origin() == to.origin() || (from.host() == to.host() && to.scheme() == "https")
}

/// How long the answer asks to wait.
fn wait(response: &Response) -> Option<Duration> {
    retry_after(response.header("retry-after")?, jiff::Timestamp::now())
}

/// The error of a request that was given up.
fn describe_failure(failure: Failure, request: &Request, effort: Effort) -> Error {
    let Failure { error, setback } = failure;
    let mut told = Error::new(error.kind(), format!("{}{effort}", error.message())).op(&request.op);
    if setback.is_unsure() && !request.repeatable {
        told = told.advice("it may have been done all the same: look before you try again");
    } else if let Some(advice) = error.advice_text() {
        told = told.advice(advice);
    }
    match setback {
        Setback::Lost | Setback::Silent => told.request_id(text(&request.headers, &REQUEST_ID)),
        // What never left has no name in anybody's logs.
        _ => told,
    }
}

/// Whether a trace could show the body.
fn is_readable(headers: &HeaderMap) -> bool {
    let media_type = text(headers, &CONTENT_TYPE);
    media_type.contains("json") || media_type.starts_with("text/")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
