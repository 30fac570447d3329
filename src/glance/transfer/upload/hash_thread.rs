//! Hashes of data on their way, made on another thread: hashing must not stand in the way of the network.
//!
//! Knows nothing of where the data come from or go to.

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

use crate::error::Result;
use crate::glance::transfer::hash::{Hash, Hasher};
use crate::glance::transfer::threads::spawn;
use crate::http::Bytes;

/// How many parts wait to be hashed. They are the same memory that is sent, not a copy.
const WAITING: usize = 16;

/// Hashes under way. Dropped, it stops.
pub(super) struct Hashing {
    parts: Sender<Bytes>,
    hashes: oneshot::Receiver<Vec<Hash>>,
}

impl Hashing {
    /// Begins hashes of those names, as far as they are known here. Errors: `unavailable` (no more threads).
    pub(super) fn begin(algorithms: &[&str]) -> Result<Hashing> {
        let (parts, mut waiting) = channel::<Bytes>(WAITING);
        let begun = |name: &&str| Some((Box::<str>::from(*name), Hasher::find(name)?));
        let mut hashers: Vec<_> = algorithms.iter().filter_map(begun).collect();
        let (done, outcome) = oneshot::channel();
        spawn("hash", move || {
            while let Some(part) = waiting.blocking_recv() {
                for (_, hasher) in &mut hashers {
                    hasher.update(&part);
                }
            }
            let ended =
                |(name, hasher): (Box<str>, Hasher)| Hash { algorithm: name.into(), value: hasher.hex() };
            // Nobody is told where nobody waits any more.
            let _ = done.send(hashers.into_iter().map(ended).collect());
        })?;
        Ok(Hashing { parts, hashes: outcome })
    }

    /// Takes the next part; waits where the thread is behind.
    pub(super) async fn take(&self, part: &Bytes) {
        // Nobody there to take it: the thread has died, and `end` gives no hash.
        let _ = self.parts.send(part.clone()).await;
    }

    /// The hashes of all parts.
    pub(super) async fn end(self) -> Vec<Hash> {
        drop(self.parts);
        self.hashes.await.unwrap_or_default()
    }
}
