//! A file that is written by one thread, hashed by another that follows it, and brought to the disk by a
//! third.
//!
//! Knows no network. The writer leaves out zeros, so that they stay holes where the file system has such. The
//! hash is computed of what stands in the file, in order, close behind the writer and so out of the system's
//! memory: in whatever order parts come, and however much an earlier run had received.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::extents::Filled;
use super::resume_log;
use super::verify::Check;
use crate::error::Result;
use crate::glance::transfer::threads::{blocking, spawn};
use crate::http::Bytes;

/// How many parts may wait to be written.
const QUEUE: usize = 16;
/// Zeros are left out by blocks of this size: a file system's own.
const BLOCK_BYTES: u64 = 4096;
/// How much is hashed at once.
const HASHED_BYTES: usize = 256 << 10;
/// How far the hash may lag behind: little enough that what it reads is still in memory.
const LAG_BYTES: u64 = 256 << 20;
/// After how many bytes they are brought to the disk: at the end there is not much left to wait for.
const SYNCED_BYTES: u64 = 64 << 20;
/// The most bytes that are written and not yet on the disk. Neither ^C nor `kill -9` ends a process before a
/// sync of these returns; the system alone would let a slow disk fall behind by a fifth of the memory.
const MOST_UNSYNCED_BYTES: u64 = 2 * SYNCED_BYTES;
/// After how many bytes it is noted that they are there.
const NOTED_BYTES: u64 = 4 << 20;

/// A file under way.
pub(super) struct Disk {
    parts: Option<mpsc::Sender<(u64, Bytes)>>,
    writer: Option<JoinHandle<()>>,
    hasher: Option<JoinHandle<()>>,
    syncer: Option<JoinHandle<()>>,
    verdict: Option<oneshot::Receiver<Result<()>>>,
    shared: Arc<Shared>,
}

/// What the threads know of one another.
struct Shared {
    file: File,
    ledger: Arc<File>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// All bytes before this one are in the file.
    front: u64,
    /// All bytes before this one are hashed.
    hashed: u64,
    /// There are no more parts to come.
    is_ended: bool,
    /// Nobody wants them any more.
    is_dropped: bool,
    /// All bytes before this one are on the disk for certain.
    synced: u64,
    /// How many bytes were written, wherever in the file.
    written: u64,
    /// How many of those are on the disk for certain.
    written_synced: u64,
    failure: Option<io::Error>,
}

impl State {
    fn new(front: u64, hashed: u64) -> State {
        State {
            front,
            hashed,
            is_ended: false,
            is_dropped: false,
            synced: front,
            written: 0,
            written_synced: 0,
            failure: None,
        }
    }

    fn unsynced_bytes(&self) -> u64 {
        self.written - self.written_synced
    }

    /// Returns whether more may be written, in a file whose first `there` bytes are an earlier run's.
    fn has_room(&self, there: u64) -> bool {
        let follows = self.front <= self.hashed.saturating_add(there + LAG_BYTES);
        follows && self.unsynced_bytes() < MOST_UNSYNCED_BYTES
    }

    fn fail(&mut self, failure: io::Error) {
        self.failure.get_or_insert(failure);
    }

    /// A failure to bring data to the disk: those that were not there before may be lost.
    fn fail_to_sync(&mut self, failure: io::Error) {
        self.front = self.synced;
        self.fail(failure);
    }
}

impl Disk {
    /// Starts the threads on a file whose first bytes, so many, are there already.
    pub(super) fn start(file: File, ledger: Arc<File>, front: u64, check: Option<Check>) -> Result<Disk> {
        let hashed = if check.is_some() { 0 } else { u64::MAX };
        let state = State::new(front, hashed);
        let shared = Arc::new(Shared { file, ledger, state: Mutex::new(state), changed: Condvar::new() });
        let (parts, waiting) = mpsc::channel(QUEUE);
        let mut disk =
            Disk { parts: Some(parts), writer: None, hasher: None, syncer: None, verdict: None, shared };
        let shared = disk.shared.clone();
        disk.writer = Some(spawn("write", move || shared.write(waiting, front))?);
        let shared = disk.shared.clone();
        disk.syncer = Some(spawn("sync", move || shared.sync_on_the_way())?);
        if let Some(check) = check {
            let shared = disk.shared.clone();
            let (tell, verdict) = oneshot::channel();
            disk.hasher = Some(spawn("hash", move || {
                // Nobody is told where nobody waits.
                let _ = shared.hash(check).map(|verdict| tell.send(verdict));
            })?);
            disk.verdict = Some(verdict);
        }
        Ok(disk)
    }

    /// All bytes before this one are in the file.
    pub(super) fn front(&self) -> u64 {
        self.shared.lock().front
    }

    /// How many bytes are missing until it has `size`.
    pub(super) fn missing(&self, size: Option<u64>) -> Option<u64> {
        Some(size?.saturating_sub(self.front()))
    }

    /// Puts a part in its place, sooner or later. Errors: that of any part before it.
    pub(super) async fn write(&self, place: u64, part: Bytes) -> io::Result<()> {
        if let Some(parts) = &self.parts
            && parts.send((place, part)).await.is_ok()
        {
            return Ok(());
        }
        Err(self.failure())
    }

    /// Waits until all parts are in their places and on the disk, and says whether they are the right ones
    /// (`integrity`).
    pub(super) async fn finish(&mut self) -> io::Result<Result<()>> {
        self.parts = None;
        let shared = self.shared.clone();
        blocking("sync", move || shared.sync()).await.map_err(io::Error::other)??;
        match self.verdict.take() {
            None => Ok(Ok(())),
            Some(verdict) => verdict.await.map_err(|_| self.failure()),
        }
    }

    fn failure(&self) -> io::Error {
        let failure = self.shared.lock().failure.take();
        failure.unwrap_or_else(|| io::Error::other("the thread that writes it has ended"))
    }
}

impl Drop for Disk {
    /// The threads are gone afterwards, and nobody writes any more.
    fn drop(&mut self) {
        self.shared.change(|state| state.is_dropped = true);
        self.parts = None;
        for thread in [self.writer.take(), self.hasher.take(), self.syncer.take()].into_iter().flatten() {
            let _ = thread.join();
        }
        self.shared.give_room_back();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until it is so, or nobody wants it any more: then `None`.
    fn wait_until(&self, is_so: impl Fn(&State) -> bool) -> Option<MutexGuard<'_, State>> {
        let waits = |state: &mut State| !is_so(state) && !state.is_dropped;
        let state = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        (!state.is_dropped).then_some(state)
    }

    /// The thread that writes.
    fn write(&self, mut parts: mpsc::Receiver<(u64, Bytes)>, front: u64) {
        let outcome = self.write_all(&mut parts, front);
        self.change(|state| {
            state.is_ended = true;
            if let Err(failure) = outcome {
                state.fail(failure);
            }
        });
        self.note_last();
    }

    /// What was written after the last note counts too. A ledger that cannot be written costs only time.
    fn note_last(&self) {
        let _ = resume_log::note(&self.ledger, self.lock().front);
    }

    fn write_all(&self, parts: &mut mpsc::Receiver<(u64, Bytes)>, front: u64) -> io::Result<()> {
        let mut filled = Filled::up_to(front);
        let mut noted = front;
        let mut length = self.file.metadata()?.len();
        while let Some((place, part)) = parts.blocking_recv() {
            // A thread that has failed follows no more.
            match self.wait_until(|state| state.failure.is_some() || state.has_room(front)) {
                Some(state) if state.failure.is_none() => {}
                _ => return Ok(()),
            }
            let end = place + part.len() as u64;
            let stretches = occupied_ranges(place, &part);
            if end > length && stretches.last().is_none_or(|last| last.end < end) {
                // Where nobody knew how long it would be, zeros at its end are still part of it.
                self.file.set_len(end)?;
            }
            length = length.max(end);
            let mut written = 0;
            for stretch in stretches {
                written += stretch.end - stretch.start;
                let start = usize::try_from(stretch.start - place).unwrap_or_default();
                let end = usize::try_from(stretch.end - place).unwrap_or_default();
                self.file.write_all_at(&part[start..end], stretch.start)?;
            }
            filled.add(place..end);
            self.change(|state| {
                state.written += written;
                if state.failure.is_none() {
                    state.front = filled.front();
                }
            });
            if filled.front() >= noted + NOTED_BYTES {
                noted = filled.front();
                resume_log::note(&self.ledger, noted)?;
            }
        }
        Ok(())
    }

    /// The thread that hashes; `None` where the data did not come to their end.
    fn hash(&self, mut check: Check) -> Option<Result<()>> {
        let mut buffer = vec![0; HASHED_BYTES];
        let mut hashed = 0;
        loop {
            let state = self.wait_until(|state| {
                state.is_ended || state.front.saturating_sub(hashed) >= HASHED_BYTES as u64
            })?;
            let (front, is_ended) = (state.front, state.is_ended);
            if state.failure.is_some() {
                return None;
            }
            drop(state);
            if is_ended && hashed == front {
                return Some(check.finish());
            }
            let length = HASHED_BYTES.min(usize::try_from(front - hashed).unwrap_or(usize::MAX));
            if let Err(error) = self.file.read_exact_at(&mut buffer[..length], hashed) {
                self.change(|state| state.fail(error));
                return None;
            }
            check.hasher.update(&buffer[..length]);
            hashed += length as u64;
            self.change(|state| state.hashed = hashed);
        }
    }

    /// The thread that brings it to the disk.
    fn sync_on_the_way(&self) {
        let is_due = |state: &State| state.is_ended || state.unsynced_bytes() >= SYNCED_BYTES;
        while let Some(state) = self.wait_until(is_due) {
            if state.is_ended {
                return;
            }
            let (front, written) = (state.front, state.written);
            drop(state);
            match self.file.sync_data() {
                Ok(()) => self.change(|state| {
                    state.synced = front;
                    state.written_synced = written;
                }),
                // The system tells it once only.
                Err(error) => return self.change(|state| state.fail_to_sync(error)),
            }
        }
    }

    /// Waits for the writer, and until all of it is on the disk.
    fn sync(&self) -> io::Result<()> {
        let Some(mut state) = self.wait_until(|state| state.is_ended) else { return Ok(()) };
        if let Some(failure) = state.failure.take() {
            return Err(failure);
        }
        drop(state);
        let Err(failure) = self.file.sync_all() else { return Ok(()) };
        let told = failure.kind();
        self.change(|state| state.fail_to_sync(failure));
        self.note_last();
        Err(self.lock().failure.take().unwrap_or_else(|| told.into()))
    }

    /// What lies behind the front counts for nothing, and may be room that the disk lacks.
    fn give_room_back(&self) {
        let front = self.lock().front;
        if self.file.metadata().is_ok_and(|about| about.len() > front) {
            let _ = self.file.set_len(front);
        }
    }
}

/// The stretches of a part that are not zeros, by the file's blocks.
fn occupied_ranges(place: u64, part: &[u8]) -> Vec<Range<u64>> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut stretches: Vec<Range<u64>> = Vec::new();
    let end = place + part.len() as u64;
    let mut start = place;
    while start < end {
        let next = ((start / BLOCK_BYTES + 1) * BLOCK_BYTES).min(end);
        let block = usize::try_from(start - place).unwrap_or_default()
            ..usize::try_from(next - place).unwrap_or_default();
        if part[block.clone()] != ZEROS[..block.len()] {
            match stretches.last_mut() {
                Some(last) if last.end == start => last.end = next,
                _ => stretches.push(start..next),
            }
        }
        start = next;
    }
    stretches
}

#[cfg(test)]
mod tests;
