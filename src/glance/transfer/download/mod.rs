//! Downloads: an image's data, verified to the last byte, however often the connection breaks.
//!
//! | file | contents |
//! |---|---|
//! | `snapshot.rs` | the image that is downloaded, fixed at the start |
//! | `save.rs` | a download into a file |
//! | `part_file/`, `resume_log.rs` | that file with its lock, and what the next run needs to resume it |
//! | `connections.rs`, `schedule.rs` | which connection receives which part |
//! | `range_stream.rs` | the bytes of one part in order, resumed where they break off |
//! | `writer/`, `extents.rs` | threads that write and hash, and which bytes are there |
//! | `verify.rs` | the size and hash that the data must have |
//!
//! This file is the stream for everything but files. Source: `glance/api/v2/image_data.py`,
//! `ImageDataController.download`.

mod connections;
mod extents;
mod part_file;
mod range_stream;
mod resume_log;
mod save;
mod schedule;
mod snapshot;
mod verify;
mod writer;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use std::rc::Rc;

pub use self::save::Saving;

use self::range_stream::Parts;
use self::snapshot::Subject;
use self::verify::{Check, Hashing, caveat};
use super::super::{Glance, Image};
use crate::error::Result;
use crate::http::Bytes;

impl Glance {
    /// Receives the data part by part, verified at the end.
    ///
    /// The stream resumes by itself where it is cut off, as long as the image is the same.
    ///
    /// Errors: `conflict` (the image has no data yet, or others than the snapshot says), `forbidden`
    /// (deactivated, or not for this role), `not_found`.
    pub async fn download_stream(&self, image: &Image) -> Result<Download> {
        let subject = Rc::new(Subject::of(self, image).await?);
        let mut parts = Parts::new(&subject, 0, subject.image.size);
        parts.open().await?;
        if let Some(caveat) = caveat(&subject.image) {
            self.tell(&caveat);
        }
        let hashing = Check::of(&subject.image).map(Hashing::start).transpose()?;
        Ok(Download { subject, parts, hashing })
    }
}

/// A download under way.
pub struct Download {
    subject: Rc<Subject>,
    parts: Parts,
    /// The hash of what was received so far; `None` once it was compared.
    hashing: Option<Hashing>,
}

impl Download {
    /// Bytes in all, where that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.parts.end()
    }

    /// Bytes received so far.
    pub fn received_bytes(&self) -> u64 {
        self.parts.position()
    }

    /// The image as it was when the download began.
    pub fn image(&self) -> &Image {
        &self.subject.image
    }

    /// The next part; `None` at the end, after size and hash were found right.
    ///
    /// Errors: `integrity` (other data than Glance has announced), `unavailable` (cut off again and again),
    /// `not_found` and `conflict` (deleted or changed meanwhile).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let so_far = (self.parts.position(), self.parts.end());
        let received = self.subject.glance.telling(|| so_far, self.parts.chunk(u64::MAX)).await?;
        let Some(part) = received else {
            if let Some(hashing) = self.hashing.take() {
                hashing.finish().await.map_err(|error| self.subject.explain_corruption(error))?;
            }
            return Ok(None);
        };
        if let Some(hashing) = &self.hashing {
            hashing.update(part.clone()).await;
        }
        if let Some(progress) = &self.subject.glance.progress {
            progress(self.parts.position(), self.parts.end());
        }
        Ok(Some(part))
    }
}
