//! How the images that this run has begun and not completed are removed when the run ends.
//!
//! `authorship.rs` decides which image may be removed. A request that creates an image outlives the work that
//! sent it: `this_run.rs` keeps it, so that its answer is known before anything is said. A 404 soon after
//! such a request was cut off proves nothing, as Glance may still be at work.

use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::future::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep, timeout};

use super::super::Glance;
use super::authorship::{Authorship, Known, TakenBack};
use super::marks::Mark;
use super::this_run::{Answered, Entry, Extent, GRACE, Unfinished};
use super::unclear::Unclear;
use crate::error::Result;
use crate::http::Request;

/// The pause before clean-up looks again for an image that may still appear; each further pause is twice as
/// long.
const PAUSE: Duration = Duration::from_millis(100);

impl Unfinished {
    /// Sends the request that creates the image. It goes on where this future is dropped, if clean-up awaits
    /// it.
    pub(in crate::glance) async fn post(&self, glance: &Glance, mut request: Request) -> Result<Answered> {
        let glance = glance.clone();
        request.attempts = self.with(|entry| entry.attempts.clone());
        let work = async move {
            let response = glance.send(request).await?;
            Ok(Answered { status: response.status, image: Rc::new(response.json().await?) })
        };
        let post = work.boxed_local().shared();
        self.with(|entry| entry.post = Some(post.clone()));
        let answer = post.await;
        self.with(|entry| entry.learn(&answer));
        answer
    }

    /// Ends the creation: the image is complete, gone, or was never made.
    pub(in crate::glance) fn settle(self, glance: &Glance) {
        if let Some(mark) = self.orphans.take(self.key).and_then(|entry| entry.mark) {
            glance.erase(&mark);
        }
    }

    /// Ends a creation that failed: where the image may exist, and is this run's, clean-up looks for it.
    /// Another image that may exist is named by the caller's error.
    pub(in crate::glance) fn fail(self, glance: &Glance) {
        if !self.may_exist() {
            self.settle(glance);
        } else if !self.is_drawn() {
            self.leave_to_error(glance);
        }
    }

    /// Ends the creation of an image that the caller's error names: its mark stays until that is shown.
    pub(in crate::glance) fn leave_to_error(self, glance: &Glance) {
        let Some(entry) = self.orphans.take(self.key) else { return };
        let begun = entry.describe_begun();
        if let Some(mark) = entry.mark {
            let unkept = self.orphans.ledger.keep_named_by_error(begun, mark);
            for text in unkept {
                glance.tell(&text);
            }
        }
    }
}

impl Glance {
    /// Whether something was begun and not completed: [`Glance::remove_orphans`] has to remove or to name it.
    pub fn has_orphans(&self) -> bool {
        !self.orphans.begun.borrow().is_empty() || !self.orphans.ledger.lock().sent.is_empty()
    }

    /// Removes the images that were begun and not completed, and returns what a person should know: a
    /// sentence for each image, and one for each other object that may exist (`creation.rs`).
    ///
    /// To be called when work has ended, while there is still a runtime to send requests with. It ends when
    /// 10 s bring nothing new.
    pub async fn remove_orphans(&self, extent: Extent) -> Vec<String> {
        let keys = self.orphans.keys(extent);
        let mut running: FuturesUnordered<_> = keys.iter().map(|key| self.remove_orphan(*key)).collect();
        let mut told = self.orphans.ledger.take_unknown(extent);
        // Each takes its time at most; requests that hang are given up together.
        while let Ok(Some(text)) = timeout(GRACE + GRACE, running.next()).await {
            told.extend(text);
        }
        drop(running);
        for entry in keys.into_iter().filter_map(|key| self.orphans.take(key)) {
            told.push(remains(&entry, "the service did not answer in time"));
        }
        told
    }

    /// Removes one; returns what a person should know.
    async fn remove_orphan(&self, key: u64) -> Option<String> {
        let deadline = Instant::now() + GRACE;
        // A request that is not on its way stays where it is: nothing more is sent of what has ended.
        let post = {
            let begun = self.orphans.begun.borrow();
            let entry = begun.get(&key)?;
            entry.post.clone().filter(|_| entry.attempts.is_on_its_way.load(Relaxed))
        };
        if let Some(post) = post {
            let answer = tokio::time::timeout_at(deadline, post).await;
            let mut begun = self.orphans.begun.borrow_mut();
            let entry = begun.get_mut(&key)?;
            if let Ok(answer) = answer {
                entry.learn(&answer);
            } else {
                (entry.post, entry.lost) = (None, Some((deadline - GRACE, Unclear::NoAnswer)));
            }
        }
        let (proof, until, may_exist) = {
            let begun = self.orphans.begun.borrow();
            let entry = begun.get(&key)?;
            (entry.authorship(), entry.may_appear_until(), entry.may_exist())
        };
        let Some(proof) = proof.filter(|_| may_exist) else {
            let entry = self.orphans.take(key)?;
            let begun = entry.describe_begun();
            if let Some(mark) = entry.mark {
                if may_exist {
                    for text in self.orphans.ledger.keep_named_by_clean_up(&begun.id, mark) {
                        self.tell(&text);
                    }
                } else {
                    self.erase(&mark);
                }
            }
            return may_exist.then(|| begun.unproven());
        };
        let removed = self.take_back_until(key, &proof, until).await;
        let entry = self.orphans.take(key)?;
        match removed {
            Ok(TakenBack::Absent) if until.is_some() => {
                Some(entry.describe_begun().may_appear(&entry.unclear()))
            }
            Ok(removed) => {
                entry.mark.iter().for_each(|mark| self.erase(mark));
                entry.describe_begun().describe_taken_back(removed)
            }
            Err(error) => Some(remains(&entry, &error.to_string())),
        }
    }

    /// Takes an image back; where it does not exist, looks again until that time, because it may still
    /// appear.
    async fn take_back_until(
        &self,
        key: u64,
        proof: &Authorship,
        until: Option<Instant>,
    ) -> Result<TakenBack> {
        let (stamp, was_protected) = {
            let begun = self.orphans.begun.borrow();
            begun.get(&key).map_or((None, false), |entry| (entry.stamp.clone(), entry.is_protected))
        };
        let known = Known { stamp: stamp.as_ref(), was_protected, is_damaged: false };
        let mut pause = PAUSE;
        loop {
            let removed = self.take_back(proof, known).await?;
            let again = until.filter(|until| Instant::now() + pause < *until);
            if removed != TakenBack::Absent || again.is_none() {
                return Ok(removed);
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    /// Removes the marks of an image that is known to be complete or gone, though an error named it.
    pub(in crate::glance) fn forget_image(&self, id: &str) {
        self.orphans.ledger.forget_image(id).iter().for_each(|text| self.tell(text));
    }

    /// Removes a mark; says so where it stays in force.
    pub(in crate::glance) fn erase(&self, mark: &Mark) {
        mark.erase_or_say_why().iter().for_each(|text| self.tell(text));
    }
}

/// The sentence about an image that could not be removed.
fn remains(entry: &Entry, why: &str) -> String {
    if entry.authorship().is_some() {
        entry.describe_begun().remains(why)
    } else {
        entry.describe_begun().unproven()
    }
}
