//! One request, before it leaves.
//!
//! Knows nothing of tokens and endpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::body::Body;
use super::guard::effect_limit::Effect;

/// One request.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to. A user and password in it are sent as Basic authorisation.
    pub url: Url,
    /// Headers besides those the door sets itself.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// How deep it reaches; by the method unless said otherwise.
    pub effect: Effect,
    /// What errors call it: `GET /v2/images/ID`; by method and path unless said otherwise.
    pub op: String,
    /// Whether it may be sent again when its first answer was lost; GET, PUT and DELETE unless said
    /// otherwise.
    pub repeatable: bool,
    /// The state of its attempts, for a caller that may have to await their answer.
    pub attempts: Option<Arc<Attempts>>,
    /// A header that is none, told when the request is sent.
    pub(super) flaw: Option<String>,
}

/// The state of a request's attempts. The thread that ends the process on a second signal reads it too.
#[derive(Debug, Default)]
pub struct Attempts {
    /// Whether one is on its way to the server.
    pub is_on_its_way: AtomicBool,
    /// Whether an earlier one may have been carried out, as its answer was lost or a status from 500 on.
    pub may_be_done: AtomicBool,
    /// The status of the latest of these; 0 where it had no answer.
    pub unsure_status: AtomicU16,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, url: Url) -> Request {
        Request {
            effect: Effect::of(&method),
            op: format!("{method} {}", url.path()),
            repeatable: method.is_idempotent(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            attempts: None,
            flaw: None,
            method,
            url,
        }
    }

    /// Adds a header; a value that is none is dropped at sending with an `invalid` error.
    pub fn header(mut self, name: &str, value: &str) -> Request {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Err(_), _) => self.flaw = Some(format!("\"{}\" is no header's name", name.escape_debug())),
            // The value is not shown: it may be a token.
            (_, Err(_)) => {
                self.flaw = Some(format!("the value of header {name} has characters no header can carry"));
            }
        }
        self
    }

    /// Sets a JSON body (`application/json`).
    pub fn json(self, value: &serde_json::Value) -> Request {
        self.body(Body::Bytes(Bytes::from(value.to_string()), "application/json".into()))
    }

    /// Sets a form as the body (`application/x-www-form-urlencoded`).
    pub fn form(self, fields: &[(&str, &str)]) -> Request {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body(Body::Bytes(Bytes::from(form), "application/x-www-form-urlencoded".into()))
    }

    /// Sets the body.
    pub fn body(mut self, body: Body) -> Request {
        self.body = body;
        self
    }

    /// Sets the effect.
    pub fn effect(mut self, effect: Effect) -> Request {
        self.effect = effect;
        self
    }

    /// Sets what errors call it.
    pub fn op(mut self, op: impl Into<String>) -> Request {
        self.op = op.into();
        self
    }

    /// Says whether it may be sent again when its first answer was lost.
    pub fn repeatable(mut self, repeatable: bool) -> Request {
        self.repeatable = repeatable;
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_method_says_how_deep_it_reaches_and_whether_it_may_be_repeated() {
        let table = [
            (Method::GET, Effect::Read, true),
            (Method::HEAD, Effect::Read, true),
            (Method::PUT, Effect::Write, true),
            (Method::DELETE, Effect::Delete, true),
            (Method::POST, Effect::Write, false),
            (Method::PATCH, Effect::Write, false),
        ];
        for (method, effect, repeatable) in table {
            let request = Request::new(method.clone(), Url::parse("http://cloud/v2/images/1?x=y").unwrap());
            assert_eq!((request.effect, request.repeatable), (effect, repeatable), "{method}");
            assert_eq!(request.op, format!("{method} /v2/images/1"));
        }
    }

    #[test]
    fn an_invalid_header_is_remembered_without_its_value() {
        let request = Request::new(Method::GET, Url::parse("http://cloud/").unwrap())
            .header("X-Auth-Token", "gAAAA\nBBBB");
        assert!(request.headers.is_empty());
        assert_eq!(
            request.flaw.as_deref(),
            Some("the value of header X-Auth-Token has characters no header can carry")
        );
    }
}
