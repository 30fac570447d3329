//! Writes whose answer is lost: what is done once must not be done twice, nor be reported as a failure.
//!
//! The door sends again what may be repeated; this file is for writes that must be looked up first. An object
//! that is found after a lost answer may have existed before the call, or another run may have added it:
//! times cannot tell, because they are whole seconds of clocks that may differ. It counts as added by the
//! call only where a look directly before the call did not show it. That is enough to report success; nothing
//! is ever removed for it. Knows no single operation; `create` has rules of its own.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::super::Glance;
use super::lost_response::is_unsure;
use crate::error::{Error, Kind, Result};
use crate::glance::unfinished::in_flight::Addition;
use crate::http::{Request, Response};

/// How often a write is sent at most; each further time it was found not to be done.
const ATTEMPTS: u32 = 3;

/// The status of what does not exist.
const NOT_FOUND: u16 = 404;

/// The status of a deletion that succeeded.
const GONE: u16 = 204;

/// A time by a server's clock, from the `Date` of an answer. It has no fractions of a second, nor have
/// Glance's own times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::glance) struct ServerClock(Timestamp);

impl ServerClock {
    /// The time of that answer.
    pub(in crate::glance) fn read(response: &Response) -> Option<ServerClock> {
        let date = jiff::fmt::rfc2822::parse(response.header("date")?).ok()?;
        Some(ServerClock(date.timestamp()))
    }

    /// Whether Glance's `created_at` is this time or later; an unreadable one is not.
    pub(in crate::glance) fn is_not_after(self, created_at: Option<&str>) -> bool {
        created_at.and_then(|text| text.parse::<Timestamp>().ok()).is_some_and(|created| self.0 <= created)
    }
}

impl Glance {
    /// Sends a write that must not be done twice. Where its answer is lost, asks for what it was to make, and
    /// sends it again only where that does not exist.
    ///
    /// `look` is the request that shows the object, and `is_new` says whether a look before this call did not
    /// show it.
    ///
    /// Errors: those of the request and of `read`; `conflict` where the object exists and may not be this
    /// call's work; `unavailable` where the answer stays lost: says what is known of the object.
    pub(in crate::glance) async fn once<T: DeserializeOwned>(
        &self,
        request: Request,
        object: Addition,
        look: &Request,
        is_new: impl Fn(&T) -> Result<bool>,
    ) -> Result<T> {
        let name = object.name().to_owned();
        self.creating(object, request, async |request| self.send_once(request, &name, look, is_new).await)
            .await
    }

    async fn send_once<T: DeserializeOwned>(
        &self,
        request: Request,
        name: &str,
        look: &Request,
        is_new: impl Fn(&T) -> Result<bool>,
    ) -> Result<T> {
        let mut attempt = 1;
        loop {
            let error = match self.ask(request.clone()).await {
                Err(error) if is_unsure(&error) => error,
                // It is there by now, if the attempt before was but slow.
                Err(error) if attempt > 1 && error.kind() == Kind::Conflict => error,
                // Any other failure, of a service that may have done the work too: a look now could come too
                // soon.
                answer => return answer,
            };
            let seen = self.ask(look.clone()).await.and_then(|made| Ok((is_new(&made)?, made)));
            match seen {
                Ok((true, made)) => return Ok(made),
                Ok(_) => return Err(maybe_older(&error, name)),
                Err(missing) if missing.kind() == Kind::NotFound && attempt < ATTEMPTS => attempt += 1,
                Err(missing) if missing.kind() == Kind::NotFound => {
                    let error = error.context(format!("{name} does not exist so far, but may appear"));
                    return Err(error.advice("try again, after a look for it"));
                }
                Err(_) => return Err(error),
            }
        }
    }

    /// Takes something away. That it is gone is success where an attempt whose answer was lost may have done
    /// it.
    ///
    /// Asks whether it `is_there` where the last answer does not tell, or refuses for another reason: that
    /// too may be what the attempt before has brought about.
    pub(in crate::glance) async fn take_away(
        &self,
        request: Request,
        is_there: impl AsyncFn() -> Result<bool>,
    ) -> Result<()> {
        let send = async |request| self.take_away_listed(request, is_there).await;
        self.changing(request, send, |()| GONE).await
    }

    async fn take_away_listed(
        &self,
        request: Request,
        is_there: impl AsyncFn() -> Result<bool>,
    ) -> Result<()> {
        let (error, may_be_done) = match self.dispatch(request).await {
            Ok(response) if response.status == NOT_FOUND && response.repeated => return Ok(()),
            Ok(response) => {
                let repeated = response.repeated;
                match response.check().await {
                    Ok(_) => return Ok(()),
                    Err(error) => (error, repeated),
                }
            }
            Err(error) => (error, false),
        };
        if (may_be_done || is_unsure(&error)) && matches!(is_there().await, Ok(false)) {
            return Ok(());
        }
        Err(error)
    }
}

/// The error where the object exists, and nobody can tell whether this call added it.
fn maybe_older(error: &Error, name: &str) -> Error {
    let message = format!(
        "{name} exists; an answer was lost, so whether this call added it cannot be known: {}",
        error.message()
    );
    let mut conflict = Error::new(Kind::Conflict, message);
    if let Some(op) = error.op_name() {
        conflict = conflict.op(op);
    }
    if let Some(id) = error.request_id_value() {
        conflict = conflict.request_id(id);
    }
    conflict
}

/// Whether there is what was asked for.
pub(in crate::glance) fn is_found<T>(answer: Result<T>) -> Result<bool> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == Kind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use wiremock::matchers::{any, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{asked, glance};
    use crate::http::Method;

    /// A server that answers every POST so, and every GET so.
    async fn server(posts: &[u16], get: u16) -> MockServer {
        let server = MockServer::start().await;
        for status in posts {
            let answer = ResponseTemplate::new(*status).set_body_json(json!({ "made": "now" }));
            Mock::given(method("POST")).respond_with(answer).up_to_n_times(1).mount(&server).await;
        }
        let found = ResponseTemplate::new(get).set_body_json(json!({ "made": "before" }));
        Mock::given(any()).respond_with(found).mount(&server).await;
        server
    }

    async fn made(server: &MockServer, is_new: bool) -> Result<Value> {
        let glance = glance(server);
        let request = glance.request(Method::POST, "/v2/things").await?;
        let look = glance.request(Method::GET, "/v2/things/x").await?;
        glance.once(request, Addition::new("thing x", "cloud:things()"), &look, |_| Ok(is_new)).await
    }

    #[tokio::test]
    async fn an_object_that_is_new_after_a_lost_answer_is_not_made_twice() {
        let server = server(&[504], 200).await;
        assert_eq!(made(&server, true).await.unwrap(), json!({ "made": "before" }));
        assert_eq!(asked(&server).await, ["POST /v2/things", "GET /v2/things/x"]);
    }

    #[tokio::test]
    async fn an_object_that_may_have_existed_before_is_a_conflict() {
        for posts in [&[504][..], &[504, 409]] {
            let server = server(posts, 200).await;
            let error = made(&server, false).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
            assert!(error.message().starts_with("thing x exists; an answer was lost"), "{error}");
            assert!(!error.to_string().contains("may exist"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_object_that_does_not_exist_is_made_again_but_not_for_ever() {
        let once_more = server(&[504, 201], 404).await;
        assert_eq!(made(&once_more, true).await.unwrap(), json!({ "made": "now" }));
        let never = server(&[504, 504, 504, 504], 404).await;
        let error = made(&never, true).await.unwrap_err();
        assert_eq!(
            (error.status_code(), error.advice_text()),
            (Some(504), Some("try again, after a look for it"))
        );
        assert!(error.message().starts_with("thing x does not exist so far, but may appear: "), "{error}");
        assert_eq!(asked(&never).await.len(), 6);
    }

    #[tokio::test]
    async fn an_object_that_cannot_be_looked_for_is_named_and_a_plain_error_starts_no_look() {
        let error = made(&server(&[504], 403).await, true).await.unwrap_err();
        assert!(error.message().starts_with("thing x may exist: "), "{error}");
        for status in [409, 500, 503] {
            let server = server(&[status], 200).await;
            let error = made(&server, true).await.unwrap_err();
            assert_eq!(error.status_code(), Some(status));
            let is_named = error.message().contains("thing x may exist");
            assert_eq!(is_named, status >= 500);
            assert_eq!(asked(&server).await, ["POST /v2/things"], "{status}");
        }
    }

    #[tokio::test]
    async fn an_object_that_was_only_slow_is_found_when_it_is_made_again() {
        let server = MockServer::start().await;
        let answers = [("POST", 502), ("GET", 404), ("POST", 409), ("GET", 200)];
        for (verb, status) in answers {
            let answer = ResponseTemplate::new(status).set_body_json(json!({ "made": "late" }));
            Mock::given(method(verb)).respond_with(answer).up_to_n_times(1).mount(&server).await;
        }
        assert_eq!(made(&server, true).await.unwrap(), json!({ "made": "late" }));
        assert_eq!(asked(&server).await.len(), answers.len());
    }

    #[test]
    fn a_time_is_not_after_what_was_created_in_the_same_second() {
        let clock = ServerClock("2026-11-30T08:00:00Z".parse().unwrap());
        for (created, is_not_after) in [
            (Some("2026-11-30T08:00:00Z"), true),
            (Some("2026-11-30T08:00:01Z"), true),
            (Some("2026-11-30T07:59:59Z"), false),
            (Some("yesterday"), false),
            (None, false),
        ] {
            assert_eq!(clock.is_not_after(created), is_not_after, "{created:?}");
        }
    }

    /// What comes of taking a thing away where every DELETE is answered so, and then the look for it so.
    async fn taken(deletes: &[u16], get: u16) -> (Result<()>, Vec<String>) {
        let server = MockServer::start().await;
        for status in deletes {
            let answer = ResponseTemplate::new(*status);
            Mock::given(method("DELETE")).respond_with(answer).up_to_n_times(1).mount(&server).await;
        }
        let answer = ResponseTemplate::new(get).set_body_json(json!({}));
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        let glance = glance(&server);
        let request = glance.request(Method::DELETE, "/v2/things/x").await.unwrap();
        let look = async || glance.ask::<Value>(glance.request(Method::GET, "/v2/things/x").await?).await;
        let result = glance.take_away(request, async || is_found(look().await)).await;
        (result, asked(&server).await)
    }

    #[tokio::test]
    async fn an_object_missing_after_a_lost_answer_counts_as_deleted() {
        for (deletes, get, requests) in [
            (&[204][..], 200, 1),
            (&[504, 204], 200, 2),
            (&[504, 404], 200, 2),
            // The one store that is left may not be emptied; no answer at all.
            (&[504, 403], 404, 3),
            (&[504, 504], 404, 3),
        ] {
            let (result, asked) = taken(deletes, get).await;
            assert!(result.is_ok() && asked.len() == requests, "{deletes:?} {asked:?}");
        }
    }

    #[tokio::test]
    async fn an_object_still_visible_or_unreadable_does_not_count_as_deleted() {
        for (deletes, get, requests) in [
            (&[404][..], 404, 1),
            (&[403], 404, 1),
            (&[504, 403], 200, 3),
            (&[504, 504], 200, 3),
            (&[504, 403], 403, 3),
        ] {
            let (result, asked) = taken(deletes, get).await;
            assert_eq!(result.unwrap_err().status_code(), deletes.last().copied(), "{deletes:?}");
            assert_eq!(asked.len(), requests, "{deletes:?} {asked:?}");
        }
    }
}
