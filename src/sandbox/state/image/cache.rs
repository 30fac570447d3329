//! The image cache: what is kept near the server, and what shall be. Data are not kept twice; only the book
//! is.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::Images;
use super::status::Status;

/// What is cached of an image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Cached {
    /// A number of the database's.
    pub(crate) number: u64,
    /// The image's ID.
    pub(crate) image: String,
    /// Bytes.
    pub(crate) size: u64,
    /// How often it was read from the cache.
    pub(crate) hits: u64,
    /// When it was last read.
    pub(crate) last_accessed: Timestamp,
    /// When it was cached.
    pub(crate) last_modified: Timestamp,
}

/// The whole cache.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cache {
    cached: Vec<Cached>,
    queue: Vec<(String, Timestamp)>,
}

impl Cache {
    /// What is cached.
    pub(crate) fn cached(&self) -> &[Cached] {
        &self.cached
    }

    /// The IDs of those that wait, in order.
    pub(crate) fn queued(&self) -> impl Iterator<Item = &str> {
        self.queue.iter().map(|(image, _)| image.as_str())
    }

    /// Whether an image is cached.
    pub(crate) fn holds(&self, image: &str) -> bool {
        self.cached.iter().any(|cached| cached.image == image)
    }

    /// Lets an image wait for its turn, which comes after a while; not one that is cached or waits already.
    pub(crate) fn queue(&mut self, image: &str, now: Timestamp, takes: Duration) {
        if !self.holds(image) && self.queued().all(|queued| queued != image) {
            let due = now.checked_add(takes).unwrap_or(now);
            self.queue.push((image.to_owned(), due));
        }
    }

    /// Notes that all of an image was read: from the cache, or past it and into it.
    pub(crate) fn read(&mut self, image: &str, size: u64, now: Timestamp) {
        match self.cached.iter_mut().find(|cached| cached.image == image) {
            Some(cached) => {
                cached.hits += 1;
                cached.last_accessed = now;
            }
            None => self.add(image, size, now),
        }
    }

    /// Forgets one image.
    pub(crate) fn drop_cached(&mut self, image: &str) {
        self.cached.retain(|cached| cached.image != image);
    }

    /// Lets one image wait no longer.
    pub(crate) fn drop_queued(&mut self, image: &str) {
        self.queue.retain(|(queued, _)| queued != image);
    }

    /// Forgets what is cached.
    pub(crate) fn clear_cached(&mut self) {
        self.cached.clear();
    }

    /// Forgets what waits.
    pub(crate) fn clear_queue(&mut self) {
        self.queue.clear();
    }

    /// Caches what is due.
    pub(crate) fn settle(&mut self, images: &Images, now: Timestamp) {
        let due: Vec<_> = self.queue.extract_if(.., |(_, due)| *due <= now).collect();
        for (id, due) in due {
            let image = images.iter().find(|image| image.id == id && image.status == Status::Active);
            if let Some(size) = image.and_then(|image| image.size) {
                self.add(&id, size, due);
            }
        }
    }

    fn add(&mut self, image: &str, size: u64, now: Timestamp) {
        let number = self.cached.iter().map(|cached| cached.number).max().unwrap_or(0) + 1;
        let image = image.to_owned();
        self.cached.push(Cached { number, image, size, hits: 0, last_accessed: now, last_modified: now });
    }
}
