//! The one place where a request to Glance leaves: [`Glance::dispatch`].
//!
//! Before the first write of a run, what earlier runs left unfinished in this project is removed: so a run
//! that only shares or tags an image removes it too. A run that may not write, or does not, removes nothing.
//!
//! Every write is listed as long as its answer is not known, whatever operation sends it: a run that is
//! stopped meanwhile says so. An operation that lists its request itself, because it knows more of it
//! (`unfinished/creation.rs`), passes the request's attempts with it; one whose object is named in any case
//! sends by [`Glance::unlisted`].

use futures_util::future::LocalBoxFuture;

use super::Glance;
use crate::error::Result;
use crate::http::{Effect, Request, Response};

impl Glance {
    /// The same service, whose requests are not listed: the caller names their object, however it ends.
    pub(in crate::glance) fn unlisted(&self) -> Glance {
        Glance { is_listing: false, ..self.clone() }
    }

    /// Sends; an answer of any status is returned as it is.
    ///
    /// Errors: those of [`crate::keystone::Session::send`].
    ///
    /// Boxed, so that the future of what is built of many requests stays small.
    pub(in crate::glance) fn dispatch(&self, request: Request) -> LocalBoxFuture<'_, Result<Response>> {
        if request.method.is_safe() {
            return Box::pin(self.session.send(request));
        }
        Box::pin(async move {
            self.look_before_write(request.effect).await;
            let send = async |request| self.session.send(request).await;
            self.changing(request, send, |response| response.status).await
        })
    }

    /// Removes, before the first write of this client, what earlier runs left.
    async fn look_before_write(&self, effect: Effect) {
        let door = self.session.door();
        if !self.orphans.has_ever_looked.get() && door.allows(Effect::Write) && door.allows(effect) {
            self.remove_left_behind().await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;
    use std::time::Duration;

    use serde_json::json;
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::glance::testing::{glance_allowed, image, normalised};
    use crate::glance::unfinished::authorship::Seed;
    use crate::glance::unfinished::may_remain::Ledger;
    use crate::glance::unfinished::this_run::{Entry, Extent};
    use crate::http::with_effect_limit;

    const TAG: &str = "PUT /v2/images/ID/tags/red";
    const SHOW: &str = "GET /v2/images/ID";
    const DELETE: &str = "DELETE /v2/images/ID";

    /// A server that has an image of that ID without data.
    async fn server(id: &str) -> MockServer {
        let server = MockServer::start().await;
        let shown = ResponseTemplate::new(200).set_body_json(json!(image(id)));
        let done = || ResponseTemplate::new(204);
        for (verb, answer) in [("GET", shown), ("DELETE", done()), ("PUT", done())] {
            Mock::given(method(verb)).respond_with(answer).mount(&server).await;
        }
        server
    }

    fn marking(server: &MockServer, folder: &Path, effect: Effect) -> Glance {
        glance_allowed(server, effect).with_marks(Some(folder.into()), Ledger::default())
    }

    /// Marks an image as a run does that is killed then.
    async fn mark(glance: &Glance, seed: &Seed) {
        glance.begin(Entry::new(&seed.id(), Some(seed.clone()), None, false)).await.leave();
    }

    #[tokio::test]
    async fn the_first_write_removes_what_a_killed_run_left_and_reads_and_refused_writes_do_not() {
        let seed = Seed::draw();
        let server = server(&seed.id()).await;
        let folder = tempfile::tempdir().unwrap();
        let marking_up_to = |effect| marking(&server, folder.path(), effect);
        mark(&marking_up_to(Effect::Write), &seed).await;
        marking_up_to(Effect::Read).add_tag("1bea", "red").await.unwrap_err();
        // As a creation does.
        marking_up_to(Effect::Read).remove_left_behind().await;
        marking_up_to(Effect::Write).delete_image("1bea").await.unwrap_err();
        let read = marking_up_to(Effect::Delete);
        read.image("1bea").await.unwrap();
        Box::pin(with_effect_limit(Effect::Read, false, read.add_tag("1bea", "red"))).await.unwrap_err();
        assert_eq!(normalised(&server).await, [SHOW]);
        let writing = marking_up_to(Effect::Write);
        for _time in 0..2 {
            writing.add_tag("1bea", "red").await.unwrap();
        }
        assert_eq!(normalised(&server).await, [SHOW, SHOW, DELETE, TAG, TAG]);
    }

    #[tokio::test]
    async fn a_deletion_whose_answer_was_lost_is_named_where_the_look_for_its_object_is_cut_off() {
        let server = MockServer::start().await;
        let slow = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
        for (verb, answer) in [("DELETE", ResponseTemplate::new(504)), ("GET", slow)] {
            Mock::given(method(verb)).respond_with(answer).mount(&server).await;
        }
        let glance = glance_allowed(&server, Effect::Delete);
        let looks = async {
            while !normalised(&server).await.contains(&SHOW.to_owned()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = glance.delete_image("1bea") => unreachable!("the look takes a minute"),
            () = looks => {}
        }
        let told = glance.remove_orphans(Extent::All).await;
        let said = "Deletion of image 1bea may have been carried out in cloud test: ";
        assert!(told.len() == 1 && told[0].starts_with(said), "{told:?}");
    }

    #[tokio::test]
    async fn a_write_asks_nothing_more_where_all_marks_are_those_of_others() {
        let seed = Seed::draw();
        let (own, other) = (server(&seed.id()).await, server(&seed.id()).await);
        let folder = tempfile::tempdir().unwrap();
        mark(&marking(&other, folder.path(), Effect::Write), &seed).await;
        marking(&own, folder.path(), Effect::Write).add_tag("1bea", "red").await.unwrap();
        assert_eq!(normalised(&own).await, [TAG]);
        assert!(normalised(&other).await.is_empty());
    }
}
