//! The connections that receive an image into a file: one at first, more while that makes it faster.
//!
//! Each takes block after block from the plan, nearest to the front first, so that what is kept of a run that
//! ends early is nearly all that it received. A connection that fails while others go on gives its block
//! back.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, interval};

use super::part_file::unwritable;
use super::range_stream::Parts;
use super::schedule::{Pace, Plan};
use super::snapshot::Subject;
use super::writer::Disk;
use crate::error::{Error, Kind, Result};
use crate::http::Bytes;

/// How often it is considered whether another connection would help.
const CONSIDERED: Duration = Duration::from_millis(250);

/// An image on its way into a file.
pub(super) struct Receiving<'a> {
    subject: &'a Rc<Subject>,
    disk: &'a Disk,
    path: &'a Path,
    plan: RefCell<Plan>,
    pace: RefCell<Pace>,
    /// How many connections there are.
    lanes: Cell<usize>,
    /// Whether the last one that was begun was not the only one.
    had_company: Cell<bool>,
    /// How much of the image is there.
    received: Cell<u64>,
}

impl<'a> Receiving<'a> {
    /// From byte `start` on, over so many connections where their number is given.
    pub(super) fn new(
        subject: &'a Rc<Subject>,
        disk: &'a Disk,
        path: &'a Path,
        start: u64,
        ranges: Option<usize>,
    ) -> Receiving<'a> {
        let size = subject.image.size;
        // Data whose size nobody knows cannot be divided.
        let ranges = if size.is_some() { ranges } else { Some(1) };
        Receiving {
            subject,
            disk,
            path,
            plan: RefCell::new(Plan::new(start, size.unwrap_or(u64::MAX), ranges)),
            pace: RefCell::new(Pace::new(ranges)),
            lanes: Cell::new(0),
            had_company: Cell::new(false),
            received: Cell::new(start),
        }
    }

    /// Receives it all; returns how many bytes the image has.
    pub(super) async fn run(&self) -> Result<u64> {
        let mut lanes = FuturesUnordered::new();
        let mut ticks = interval(CONSIDERED);
        let (mut before, mut since) = (self.received.get(), Instant::now());
        loop {
            while self.lanes.get() < self.pace.borrow().wanted_connections() {
                self.had_company.set(self.lanes.get() > 0);
                self.lanes.set(self.lanes.get() + 1);
                lanes.push(self.lane());
            }
            tokio::select! {
                Some(ended) = lanes.next() => {
                    let others = self.lanes.get();
                    match ended {
                        Err(error) if !self.is_bearable(&error) => return Err(error),
                        _ if others == 0 && self.plan.borrow().is_done() => return Ok(self.received.get()),
                        // A connection without work, or one that fails, is replaced only when it is the last.
                        _ => self.pace.borrow_mut().settle(others),
                    }
                }
                _ = ticks.tick() => {
                    let moved = self.received.get() - before;
                    self.pace.borrow_mut().note_moved(moved, since.elapsed(), &self.plan.borrow());
                    (before, since) = (self.received.get(), Instant::now());
                    self.tell();
                }
            }
        }
    }

    /// One connection, until nothing is left, or it is one too many.
    async fn lane(&self) -> Result<()> {
        let outcome = self.blocks().await;
        self.lanes.set(self.lanes.get() - 1);
        outcome
    }

    async fn blocks(&self) -> Result<()> {
        let mut parts: Option<Parts> = None;
        while self.lanes.get() <= self.pace.borrow().wanted_connections() {
            let Some(block) = self.plan.borrow_mut().claim() else { break };
            // The answer that is on its way goes on where the block begins, unless somebody else had the one
            // before.
            let mut current = match parts.take() {
                Some(parts) if parts.position() == block.start && !parts.is_spent() => parts,
                _ => self.parts(&block),
            };
            if let Err(error) = self.block(&block, &mut current).await {
                self.plan.borrow_mut().give_back(current.position()..block.end);
                return Err(error);
            }
            parts = Some(current);
        }
        Ok(())
    }

    /// A request for a block, or for all from there on while nobody else asks.
    fn parts(&self, block: &Range<u64>) -> Parts {
        let is_alone = self.pace.borrow().wanted_connections() == 1;
        let end = if is_alone { self.subject.image.size } else { Some(block.end) };
        Parts::new(self.subject, block.start, end)
    }

    async fn block(&self, block: &Range<u64>, parts: &mut Parts) -> Result<()> {
        if parts.open().await?.surplus > 0 && self.lanes.get() > 1 {
            let message = "the cloud sends whole images only, and no ranges of them";
            return Err(Error::new(Kind::Unavailable, message));
        }
        while let Some(part) = parts.chunk(block.end).await? {
            self.put(parts.position() - part.len() as u64, part).await?;
        }
        Ok(())
    }

    async fn put(&self, place: u64, part: Bytes) -> Result<()> {
        let length = part.len() as u64;
        self.disk.write(place, part).await.map_err(|error: io::Error| {
            unwritable(self.path, &error, self.disk.missing(self.subject.image.size))
        })?;
        self.received.set(self.received.get() + length);
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        if let Some(progress) = &self.subject.glance.progress {
            progress(self.received.get(), self.subject.image.size);
        }
    }

    /// Whether fewer connections may do what this one could not.
    fn is_bearable(&self, error: &Error) -> bool {
        (self.lanes.get() > 0 || self.had_company.get())
            && matches!(error.kind(), Kind::Unavailable | Kind::Limit)
    }
}
