//! The images that this run has begun and not completed, and how they are removed when the run ends.
//!
//! `create` says when an image is begun, sent and complete; `authorship` decides which image may be removed. Nothing here
//! depends on how a run ends: an image that is listed here when the run ends was not completed, whether its creation
//! failed, was dropped (an interrupt, a time limit, another task's failure) or waits in a coroutine that nobody resumes.
//! What a run that is killed leaves is `left_behind`'s.
//!
//! A request that creates an image outlives the work that sent it: it is kept here, so that its answer is known before
//! anything is said. A 404 soon after such a request was cut off proves nothing, as Glance may still be at work.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::future::{FutureExt, LocalBoxFuture, Shared};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{Instant, sleep, timeout};

use super::super::{Glance, Image};
use super::authorship::{Authorship, Known, Seed, Stamp, TakenBack};
use super::marks::{Mark, Marks};
use super::may_remain::{Begun, Ledger};
use crate::error::Result;
use crate::glance::reliable::retry_once::is_doubtful;
use crate::http::{Attempts, Request};

/// What errors call the request that creates an image.
const CREATE: &str = "POST /v2/images";

/// How long clean-up waits for the answer to a creation, or for an image to appear whose creation was cut off.
const GRACE: Duration = Duration::from_secs(5);

/// The pause before clean-up looks again for an image that may still appear; each further pause is twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// Which unfinished images are cleaned up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of them: nothing runs any more.
    All,
    /// Those that nobody awaits: a coroutine may still complete others.
    Dropped,
    /// Of these, those whose creation was answered: there is nothing to wait for.
    Answered,
}

/// The images that were begun. Shared by the clones of one client.
#[derive(Default)]
pub(in crate::glance) struct Orphans {
    begun: RefCell<BTreeMap<u64, Entry>>,
    next: Cell<u64>,
    /// Where images that are begun are marked.
    pub(in crate::glance) marks: Option<Marks>,
    /// What may remain, images and all else.
    pub(in crate::glance) ledger: Ledger,
    /// Whether this client has looked for what earlier runs left.
    pub(in crate::glance) has_looked: Cell<bool>,
    /// Whether a person was told that an image could not be marked.
    pub(in crate::glance) has_told: Cell<bool>,
}

/// The request that creates an image, and its answer.
type Post = Shared<LocalBoxFuture<'static, Result<Answered>>>;

/// The answer to a creation.
#[derive(Clone)]
pub(in crate::glance) struct Answered {
    pub(in crate::glance) status: u16,
    pub(in crate::glance) image: Rc<Image>,
}

/// An image that was begun.
pub(in crate::glance) struct Entry {
    pub(in crate::glance) id: Box<str>,
    /// From which the ID was drawn; `None` where the caller chose it.
    pub(in crate::glance) seed: Option<Seed>,
    /// What the caller's own ID is recognised by, where it is a copy's.
    pub(in crate::glance) stamp: Option<Stamp>,
    pub(in crate::glance) is_protected: bool,
    pub(in crate::glance) mark: Option<Mark>,
    /// The request that creates the image, until it is answered.
    post: Option<Post>,
    /// Its attempts: one that waits for its turn is not on its way to the service.
    attempts: Arc<Attempts>,
    /// The time of the latest answer that was lost or does not say whether the image exists.
    lost: Option<Instant>,
    /// Set once Glance has answered that the image was created: the proof that this answer is.
    #[allow(clippy::option_option, reason = "no answer, an answer that proves nothing, and a proof differ")]
    made: Option<Option<Authorship>>,
    /// Whether nobody awaits the creation any more.
    is_dropped: bool,
}

impl Entry {
    /// An image that is to be created.
    pub(in crate::glance) fn new(
        id: &str,
        seed: Option<Seed>,
        stamp: Option<Stamp>,
        is_protected: bool,
    ) -> Entry {
        Entry {
            id: id.into(),
            seed,
            stamp,
            is_protected,
            mark: None,
            post: None,
            attempts: Arc::default(),
            lost: None,
            made: None,
            is_dropped: false,
        }
    }

    /// The proof that this run made the image, where there is one.
    fn authorship(&self) -> Option<Authorship> {
        match &self.made {
            Some(Some(proof)) => Some(proof.clone()),
            _ => self.seed.as_ref().map(Seed::authorship),
        }
    }

    fn learn(&mut self, answer: &Result<Answered>) {
        self.post = None;
        match answer {
            Ok(Answered { status, image }) if image.id == self.id => {
                self.made = Some(Authorship::of_answer(&self.id, *status, image));
            }
            // The service names another image, so nothing is known of this one.
            Ok(_) => self.lost = Some(Instant::now()),
            // With another name it is a log-in that failed before: the request was not sent.
            Err(error) if error.op_name() == Some(CREATE) && is_doubtful(error) => {
                self.lost = Some(Instant::now());
            }
            Err(_) => {}
        }
    }

    /// Whether the image may exist.
    fn may_exist(&self) -> bool {
        self.made.is_some() || self.lost.is_some() || self.attempts.may_be_done.load(Relaxed)
    }

    /// The time until which the image may still appear, if it may.
    fn may_appear_until(&self) -> Option<Instant> {
        let is_open = self.made.is_none() && self.may_exist();
        is_open.then(|| self.lost.unwrap_or_else(Instant::now) + GRACE)
    }

    /// What is said of the image.
    fn begun(&self) -> Begun {
        let (is_drawn, is_marked) = (self.seed.is_some(), self.mark.is_some());
        Begun { id: self.id.to_string(), is_drawn, is_marked }
    }
}

/// An image that is begun. Dropped as it is, it is removed when the run cleans up.
pub(in crate::glance) struct Unfinished {
    orphans: Rc<Orphans>,
    key: u64,
}

impl Unfinished {
    /// The image's ID.
    pub(in crate::glance) fn id(&self) -> Box<str> {
        self.with(|entry| entry.id.clone()).unwrap_or_default()
    }

    /// Whether the ID was drawn at random, so that nobody else can have used it.
    pub(in crate::glance) fn is_drawn(&self) -> bool {
        self.with(|entry| entry.seed.is_some()).unwrap_or_default()
    }

    /// Whether a protected image was asked for.
    pub(in crate::glance) fn is_protected(&self) -> bool {
        self.with(|entry| entry.is_protected).unwrap_or_default()
    }

    /// What a copy is recognised by.
    pub(in crate::glance) fn stamp(&self) -> Option<Stamp> {
        self.with(|entry| entry.stamp.clone()).flatten()
    }

    /// Whether an answer was lost.
    pub(in crate::glance) fn is_lost(&self) -> bool {
        self.with(|entry| entry.lost.is_some()).unwrap_or_default()
    }

    /// Whether the image may exist.
    pub(in crate::glance) fn may_exist(&self) -> bool {
        self.with(|entry| entry.may_exist()).unwrap_or_default()
    }

    /// The proof that this run made the image, where there is one.
    pub(in crate::glance) fn authorship(&self) -> Option<Authorship> {
        self.with(|entry| entry.authorship()).flatten()
    }

    /// Sends the request that creates the image. It goes on where this future is dropped, if clean-up awaits it.
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

    /// Notes a proof that was found by looking at the image.
    pub(in crate::glance) fn prove(&self, proof: Authorship) {
        self.with(|entry| entry.made = Some(Some(proof)));
    }

    /// Ends the creation: the image is complete, gone, or was never made.
    pub(in crate::glance) fn settle(self, glance: &Glance) {
        if let Some(mark) = self.orphans.take(self.key).and_then(|entry| entry.mark) {
            glance.erase(&mark);
        }
    }

    /// Ends the creation; the caller tells of the image that remains. A mark stays, so that the next run tries again.
    pub(in crate::glance) fn leave(self) {
        self.orphans.take(self.key);
    }

    /// Ends a creation that failed: where the image may exist, and is this run's, clean-up looks for it.
    pub(in crate::glance) fn fail(self, glance: &Glance) {
        if !(self.may_exist() && self.is_drawn()) {
            self.settle(glance);
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        self.orphans.begun.borrow_mut().get_mut(&self.key).map(look)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.with(|entry| entry.is_dropped = true);
    }
}

impl Orphans {
    /// A list that marks images in that folder, where it is given, and notes them in that ledger.
    pub(in crate::glance) fn new(marks: Option<Marks>, ledger: Ledger) -> Orphans {
        Orphans { marks, ledger, ..Orphans::default() }
    }

    /// Lists an image.
    pub(in crate::glance) fn begin(self: &Rc<Self>, entry: Entry) -> Unfinished {
        let key = self.next.get();
        self.next.set(key + 1);
        self.ledger.lock().images.push(entry.begun());
        self.begun.borrow_mut().insert(key, entry);
        Unfinished { orphans: self.clone(), key }
    }

    fn take(&self, key: u64) -> Option<Entry> {
        let entry = self.begun.borrow_mut().remove(&key)?;
        let images = &mut self.ledger.lock().images;
        if let Some(at) = images.iter().position(|begun| *begun.id == *entry.id) {
            images.swap_remove(at);
        }
        Some(entry)
    }

    fn keys(&self, extent: Extent) -> Vec<u64> {
        let is_wanted = |entry: &Entry| match extent {
            Extent::All => true,
            Extent::Dropped => entry.is_dropped,
            Extent::Answered => entry.is_dropped && entry.made.is_some(),
        };
        let begun = self.begun.borrow();
        begun.iter().filter(|(_, entry)| is_wanted(entry)).map(|(key, _)| *key).collect()
    }
}

impl Glance {
    /// Whether something was begun and not completed: [`Glance::remove_orphans`] has to remove or to name it.
    pub fn has_orphans(&self) -> bool {
        !self.orphans.begun.borrow().is_empty() || !self.orphans.ledger.lock().sent.is_empty()
    }

    /// Removes the images that were begun and not completed, and returns what a person should know: a sentence for each
    /// image, and one for each other object that may exist (`in_flight`).
    ///
    /// To be called when work has ended, while there is still a runtime to send requests with. It ends when 10 s bring
    /// nothing new.
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
                (entry.post, entry.lost) = (None, Some(deadline - GRACE));
            }
        }
        let (proof, until, may_exist) = {
            let begun = self.orphans.begun.borrow();
            let entry = begun.get(&key)?;
            (entry.authorship(), entry.may_appear_until(), entry.may_exist())
        };
        let Some(proof) = proof.filter(|_| may_exist) else {
            let entry = self.orphans.take(key)?;
            entry.mark.iter().for_each(|mark| self.erase(mark));
            return may_exist.then(|| entry.begun().unproven());
        };
        let removed = self.take_back_until(key, &proof, until).await;
        let entry = self.orphans.take(key)?;
        match removed {
            Ok(TakenBack::Absent) if until.is_some() => Some(entry.begun().may_appear()),
            Ok(removed) => {
                entry.mark.iter().for_each(|mark| self.erase(mark));
                entry.begun().taken_back(removed)
            }
            Err(error) => Some(remains(&entry, &error.to_string())),
        }
    }

    /// Takes an image back; where it does not exist, looks again until that time, because it may still appear.
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

    /// Removes a mark; says so where it stays in force.
    pub(in crate::glance) fn erase(&self, mark: &Mark) {
        if let Err(error) = mark.erase() {
            self.tell(&format!(
                "Cannot remove {} ({error}). Delete it: because of it, the next run may delete the image if it has no data.",
                mark.path().display()
            ));
        }
    }
}

/// The sentence about an image that could not be removed.
fn remains(entry: &Entry, why: &str) -> String {
    if entry.authorship().is_some() { entry.begun().remains(why) } else { entry.begun().unproven() }
}
