//! The images that this run has begun and not completed.
//!
//! `create` says when an image is begun, sent and complete; `clean_up.rs` removes what is listed here.
//! Nothing here depends on how a run ends: an image that is listed here when the run ends was not completed,
//! whether its creation failed, was dropped (an interrupt, a time limit, another task's failure) or waits in
//! a coroutine that nobody resumes. What a run that is killed leaves is `earlier_runs.rs`'s. Sends nothing.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::future::{LocalBoxFuture, Shared};
use tokio::time::Instant;

use super::super::Image;
use super::authorship::{Authorship, Seed, Stamp};
use super::marks::{Mark, Marks};
use super::may_remain::{Begun, Ledger};
use super::unclear::Unclear;
use crate::error::Result;
use crate::http::Attempts;

/// What errors call the request that creates an image.
const CREATE: &str = "POST /v2/images";

/// How long clean-up waits for the answer to a creation, or for an image to appear whose creation was cut
/// off.
pub(super) const GRACE: Duration = Duration::from_secs(5);

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
    pub(super) begun: RefCell<BTreeMap<u64, Entry>>,
    next: Cell<u64>,
    /// Where images that are begun are marked.
    pub(in crate::glance) marks: Option<Marks>,
    /// What may remain, images and all else.
    pub(in crate::glance) ledger: Ledger,
    /// Whether this client has looked for what earlier runs left.
    pub(in crate::glance) has_looked: Cell<bool>,
    /// The same, and never reset.
    pub(in crate::glance) has_ever_looked: Cell<bool>,
    /// Whether a person was told that an image could not be marked.
    pub(in crate::glance) has_told: Cell<bool>,
}

/// The request that creates an image, and its answer.
pub(super) type Post = Shared<LocalBoxFuture<'static, Result<Answered>>>;

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
    pub(super) post: Option<Post>,
    /// Its attempts: one that waits for its turn is not on its way to the service.
    pub(super) attempts: Arc<Attempts>,
    /// The time of the latest answer that was lost or does not say whether the image exists, and that answer.
    pub(super) lost: Option<(Instant, Unclear)>,
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
    pub(super) fn authorship(&self) -> Option<Authorship> {
        match &self.made {
            Some(Some(proof)) => Some(proof.clone()),
            _ => self.seed.as_ref().map(Seed::authorship),
        }
    }

    pub(super) fn learn(&mut self, answer: &Result<Answered>) {
        self.post = None;
        match answer {
            Ok(Answered { status, image }) if image.id == self.id => {
                self.made = Some(Authorship::of_answer(&self.id, *status, image));
            }
            // The service names another image, so nothing is known of this one.
            Ok(Answered { image, .. }) => {
                self.lost = Some((Instant::now(), Unclear::Another(image.id.clone())));
            }
            // With another name it is a log-in that failed before: the request was not sent.
            Err(error) if error.op_name() == Some(CREATE) && error.is_doubtful() => {
                self.lost = Some((Instant::now(), Unclear::of(error, &self.attempts)));
            }
            Err(_) => {}
        }
    }

    /// Whether the image may exist.
    pub(super) fn may_exist(&self) -> bool {
        self.made.is_some() || self.lost.is_some() || self.attempts.may_be_done.load(Relaxed)
    }

    /// The time until which the image may still appear, if it may.
    pub(super) fn may_appear_until(&self) -> Option<Instant> {
        let is_open = self.made.is_none() && self.may_exist();
        is_open.then(|| self.lost.as_ref().map_or_else(Instant::now, |(lost, _)| *lost) + GRACE)
    }

    /// The answer that leaves open whether the image exists.
    pub(super) fn unclear(&self) -> Unclear {
        self.lost.as_ref().map_or_else(|| Unclear::so_far(&self.attempts), |(_, unclear)| unclear.clone())
    }

    /// What is said of the image.
    pub(super) fn describe_begun(&self) -> Begun {
        let (is_drawn, is_marked) = (self.seed.is_some(), self.mark.is_some());
        Begun { id: self.id.to_string(), is_drawn, is_marked }
    }
}

/// An image that is begun. Dropped as it is, it is removed when the run cleans up.
pub(in crate::glance) struct Unfinished {
    pub(super) orphans: Rc<Orphans>,
    pub(super) key: u64,
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

    /// Notes a proof that was found by looking at the image.
    pub(in crate::glance) fn prove(&self, proof: Authorship) {
        self.with(|entry| entry.made = Some(Some(proof)));
    }

    /// Ends the creation; the caller tells of the image that remains. A mark stays, so that the next run
    /// tries again.
    pub(in crate::glance) fn leave(self) {
        self.orphans.take(self.key);
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Entry) -> T) -> Option<T> {
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
        self.ledger.lock().images.push(entry.describe_begun());
        self.begun.borrow_mut().insert(key, entry);
        Unfinished { orphans: self.clone(), key }
    }

    pub(super) fn take(&self, key: u64) -> Option<Entry> {
        let entry = self.begun.borrow_mut().remove(&key)?;
        let images = &mut self.ledger.lock().images;
        if let Some(at) = images.iter().position(|begun| *begun.id == *entry.id) {
            images.swap_remove(at);
        }
        Some(entry)
    }

    pub(super) fn keys(&self, extent: Extent) -> Vec<u64> {
        let is_wanted = |entry: &Entry| match extent {
            Extent::All => true,
            Extent::Dropped => entry.is_dropped,
            Extent::Answered => entry.is_dropped && entry.made.is_some(),
        };
        let begun = self.begun.borrow();
        begun.iter().filter(|(_, entry)| is_wanted(entry)).map(|(key, _)| *key).collect()
    }
}
