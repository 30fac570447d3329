//! Writes whose answer this run does not know: it names them and removes nothing.
//!
//! Images are `this_run.rs`'s business, because a run can prove that it made one. Nothing proves that for a
//! member, a tag, a task, a location or a definition: another run may have made the same. A creation is
//! listed from before its request is sent until its answer is known. What may exist is named once: by the
//! error of the call where the caller gets one, else (^C, SIGTERM, SIGHUP, a time limit, a failing task) by
//! clean-up, or by the process that ends without clean-up.
//!
//! Every other write (an update, a deletion) is listed by `dispatch.rs` in the same way, until its answer
//! has come. Its error is an answer too: the caller knows what failed.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::super::Glance;
use super::change::change;
use super::in_flight::{Addition, Sent, sentences};
use super::may_remain::Ledger;
use super::this_run::Extent;
use crate::error::{Error, Kind, Result};
use crate::http::{Attempts, Body, Method, Request};

/// The status of what does not exist.
const NOT_FOUND: u16 = 404;

/// A write whose response is awaited. If it is dropped before, clean-up names it.
struct Awaited {
    ledger: Ledger,
    key: u64,
    cloud: String,
    op: String,
    object: Addition,
    attempts: Arc<Attempts>,
}

impl Awaited {
    /// Lists a write.
    fn begin(ledger: &Ledger, cloud: &str, object: Addition, op: &str) -> Awaited {
        let attempts = Arc::<Attempts>::default();
        let mut lines = ledger.lock();
        lines.latest += 1;
        let key = lines.latest;
        let (cloud, op) = (cloud.to_owned(), op.to_owned());
        lines.sent.push(Sent {
            key,
            cloud: cloud.clone(),
            object: object.clone(),
            attempts: attempts.clone(),
            is_dropped: false,
        });
        drop(lines);
        Awaited { ledger: ledger.clone(), key, cloud, op, object, attempts }
    }

    /// Ends a creation with its answer: an error names the object, where it may exist.
    fn end<T>(self, answer: Result<T>) -> Result<T> {
        let error = match answer {
            Err(error) if error.kind() != Kind::Conflict => error,
            // The service knows whether the object exists, and so does the caller.
            known => {
                self.ledger.forget(&self.cloud, &self.object);
                return known;
            }
        };
        // The error of another request is that of a log-in before this one.
        let is_doubtful = error.is_doubtful() && error.op_name() == Some(&self.op);
        let may_exist = (is_doubtful || self.attempts.may_be_done.load(Relaxed)) && !self.object.is_data();
        self.ledger.lock().sent.retain(|sent| sent.key != self.key);
        Err(if may_exist { self.object.named_by(error) } else { error })
    }

    /// Ends a change with the status of its answer, if there was one. A success says that the same change was
    /// made, and a deletion that nothing is left to tell of its object.
    fn end_change(self, method: &Method, status: Option<u16>) {
        let is_deletion = *method == Method::DELETE;
        let is_known = match status {
            Some(status) => status < 400 || is_deletion && status == NOT_FOUND,
            None => false,
        };
        self.ledger.lock().sent.retain(|sent| {
            let is_settled = is_known
                && (sent.is_same(&self.cloud, &self.object)
                    || is_deletion && sent.is_dropped && sent.is_about(&self.cloud, &self.object));
            sent.key != self.key && !is_settled
        });
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        let mut lines = self.ledger.lock();
        let Some(at) = lines.sent.iter().position(|sent| sent.key == self.key) else { return };
        let mut own = lines.sent.swap_remove(at);
        if own.may_exist() {
            // One entry is enough for the same write.
            lines.sent.retain(|sent| {
                let is_same = sent.is_same(&own.cloud, &own.object) && sent.sentence() == own.sentence();
                !(sent.is_dropped && is_same)
            });
            own.is_dropped = true;
            lines.sent.push(own);
        }
    }
}

impl Ledger {
    /// Forgets earlier creations of that object: whether it exists is known now.
    fn forget(&self, cloud: &str, object: &Addition) {
        self.lock().sent.retain(|sent| !sent.is_same(cloud, object));
    }

    /// Removes the writes whose response can no longer arrive, and returns a sentence for each.
    pub(in crate::glance) fn take_unknown(&self, extent: Extent) -> Vec<String> {
        let mut lines = self.lock();
        let is_over = |sent: &Sent| match extent {
            Extent::All => true,
            Extent::Dropped => sent.is_dropped,
            Extent::Answered => false,
        };
        let (over, rest) = std::mem::take(&mut lines.sent).into_iter().partition(is_over);
        lines.sent = rest;
        sentences(&over)
    }
}

impl Glance {
    /// Sends, by `send`, a request that creates an object; names the object where nobody learns whether it
    /// exists.
    ///
    /// `send` may send the request several times. Errors: its own.
    pub(in crate::glance) async fn creating<T>(
        &self,
        object: Addition,
        mut request: Request,
        send: impl AsyncFnOnce(Request) -> Result<T>,
    ) -> Result<T> {
        let op = request.op.clone();
        self.listing(object, &op, async |attempts| {
            request.attempts = Some(attempts);
            send(request).await
        })
        .await
    }

    /// The same for a caller that builds its own requests, and passes these attempts to each of them.
    pub(in crate::glance) async fn listing<T>(
        &self,
        object: Addition,
        op: &str,
        send: impl AsyncFnOnce(Arc<Attempts>) -> Result<T>,
    ) -> Result<T> {
        let awaited = Awaited::begin(&self.orphans.ledger, &self.session.settings().name, object, op);
        let answer = send(awaited.attempts.clone()).await;
        awaited.end(answer)
    }

    /// Sends, by `send`, a write that nothing else lists; `status` reads the status of its answer.
    ///
    /// `send` may look at the object after a lost answer: the write stays listed meanwhile. Errors: its own.
    pub(in crate::glance) async fn changing<T>(
        &self,
        mut request: Request,
        send: impl AsyncFnOnce(Request) -> Result<T>,
        status: impl FnOnce(&T) -> u16,
    ) -> Result<T> {
        if request.attempts.is_some() || !self.is_listing {
            return send(request).await;
        }
        let body = if let Body::Bytes(bytes, _) = &request.body { &bytes[..] } else { &[] };
        let (change, method) = (change(&request.op, body), request.method.clone());
        let cloud = &self.session.settings().name;
        let awaited = Awaited::begin(&self.orphans.ledger, cloud, change, &request.op);
        request.attempts = Some(awaited.attempts.clone());
        let answer = send(request).await;
        awaited
            .end_change(&method, answer.as_ref().map_or_else(Error::status_code, |told| Some(status(told))));
        answer
    }

    /// Forgets a creation whose answer was not known: the object was removed, or seen.
    pub(in crate::glance) fn is_known(&self, object: &Addition) {
        self.orphans.ledger.forget(&self.session.settings().name, object);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use serde_json::{Map, json};
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::metadefs::Property;
    use crate::glance::testing::{asked, glance};

    /// A server that takes a minute for each answer.
    async fn slow() -> MockServer {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(201).set_body_json(json!({})).set_delay(Duration::from_mins(1));
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    }

    /// Drops the work as soon as a request of it has arrived.
    async fn cut_off<T>(server: &MockServer, work: impl Future<Output = T>) {
        let before = asked(server).await.len();
        let arrived = async {
            while asked(server).await.len() == before {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = work => unreachable!("the answer takes a minute"),
            () = arrived => {}
        }
    }

    #[tokio::test]
    async fn each_creation_that_is_cut_off_is_named_once_and_nothing_is_removed() {
        let server = slow().await;
        let glance = glance(&server);
        let fields = |value: serde_json::Value| value.as_object().cloned().unwrap_or_else(Map::new);
        for _time in 0..2 {
            Box::pin(cut_off(&server, glance.add_member("1bea", "b"))).await;
        }
        cut_off(&server, glance.add_tag("1bea", "re\nd")).await;
        cut_off(&server, glance.add_location("1bea", "http://user:word@a/", None)).await;
        cut_off(&server, glance.create_task("import", json!({}))).await;
        cut_off(&server, glance.create_namespace(fields(json!({ "namespace": "Pub" })))).await;
        cut_off(&server, glance.create_definition::<Property>("Pub", fields(json!({ "name": "p" })))).await;
        cut_off(&server, glance.create_tag("Pub", "t")).await;
        let ledger = glance.orphans.ledger.clone();
        assert_eq!(ledger.describe_not_cleaned_up().len(), 7);
        let sent = asked(&server).await.len();
        assert!(glance.remove_orphans(Extent::Answered).await.is_empty());
        let told = glance.remove_orphans(Extent::Dropped).await;
        for (text, name) in told.iter().zip([
            "Member b of image 1bea",
            "Tag re\\nd of image 1bea",
            "The new location of image 1bea",
            "A new task of type import",
            "Namespace Pub",
            "Property p of namespace Pub",
            "Tag t of namespace Pub",
        ]) {
            assert!(text.starts_with(&format!("{name} may exist in cloud ")), "{text}");
            assert!(!text.contains("word"), "{text}");
        }
        assert_eq!((told.len(), asked(&server).await.len()), (7, sent));
        assert!(!glance.has_orphans() && ledger.describe_not_cleaned_up().is_empty());
    }

    #[tokio::test]
    async fn a_creation_whose_answer_is_known_in_the_end_is_not_named() {
        let server = slow().await;
        let answer = |status| ResponseTemplate::new(status).set_body_json(json!({ "namespace": "Pub" }));
        let glance = glance(&server);
        let create = async || {
            let fields = Map::from_iter([("namespace".to_owned(), json!("Pub"))]);
            glance.create_namespace(fields).await
        };
        for status in [201, 409, 403] {
            cut_off(&server, create()).await;
            let quick = Mock::given(any()).respond_with(answer(status)).with_priority(1);
            quick.up_to_n_times(1).mount(&server).await;
            assert_eq!(create().await.is_ok(), status == 201);
            // A refusal says nothing of the request before it.
            assert_eq!(
                glance.remove_orphans(Extent::All).await.len(),
                usize::from(status == 403),
                "{status}"
            );
        }
    }

    #[tokio::test]
    async fn an_error_names_what_may_exist_and_only_that() {
        for (status, is_named) in
            [(500, true), (503, true), (502, true), (400, false), (403, false), (409, false)]
        {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(ResponseTemplate::new(status)).mount(&server).await;
            let glance = glance(&server);
            let error = glance.create_task("import", json!({})).await.unwrap_err();
            let is_said = error.message().contains("a new task of type import may exist");
            assert_eq!(is_said, is_named, "{status}: {error}");
            assert!(glance.remove_orphans(Extent::All).await.is_empty());
        }
    }
}
