//! What was sent, and whether an image holds it.

use crate::error::Result;
use crate::glance::Image;
use crate::glance::transfer::hash::{Hash, check_size};

/// Data that were read to their end: what an image that was made of them must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub(super) bytes: u64,
    pub(super) hashes: Vec<Hash>,
}

impl Sent {
    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Compares them with what the image is said to hold. False where no hash could be compared.
    ///
    /// Errors: `integrity` (other data).
    pub fn check(&self, image: &Image) -> Result<bool> {
        self.check_size(image)?;
        let mut compared = Hash::all_of(image).filter_map(|hash| Some((self.value(&hash)?, hash)));
        compared.next().map_or(Ok(false), |(value, hash)| hash.check(value).map(|()| true))
    }

    pub(super) fn check_size(&self, image: &Image) -> Result<()> {
        image.size.map_or(Ok(()), |size| check_size(self.bytes, size))
    }

    /// The value of the same hash of what was sent.
    pub(super) fn value(&self, hash: &Hash) -> Option<&str> {
        let same = |known: &&Hash| known.algorithm.eq_ignore_ascii_case(&hash.algorithm);
        self.hashes.iter().find(same).map(|known| &*known.value)
    }
}
