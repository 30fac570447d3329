//! A buffer that is part of a budget while it grows.

use std::{fmt, io};

use super::{Budget, Held, Reserved};
use crate::error::Result;

/// Bytes as they are written, taken from a budget while they grow: a writer that fails instead of growing
/// over it.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    reserved: Reserved,
}

impl Buffer {
    /// An empty one.
    pub fn new(budget: &Budget) -> Buffer {
        Buffer { bytes: Vec::new(), reserved: budget.nothing() }
    }

    /// Appends. Errors: `limit`.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let needed = self.bytes.len() + bytes.len();
        if needed > self.bytes.capacity() {
            // While they move, the old bytes exist beside the new ones.
            let roomy = needed.max(self.bytes.capacity().saturating_mul(2)).max(256);
            let tight = needed.saturating_add(needed / 8);
            let room = if self.reserved.grow(roomy).is_ok() {
                roomy
            } else {
                self.reserved.grow(tight)?;
                tight
            };
            self.bytes.reserve_exact(room - self.bytes.len());
            self.reserved.shrink_to(self.bytes.capacity());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Makes room for so many bytes in all. Errors: `limit`.
    pub fn make_room(&mut self, bytes: usize) -> Result<()> {
        if bytes > self.bytes.capacity() {
            self.reserved.grow(bytes)?;
            self.bytes.reserve_exact(bytes - self.bytes.len());
            self.reserved.shrink_to(self.bytes.capacity());
        }
        Ok(())
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, with their memory.
    pub fn into_held(self) -> Held<Vec<u8>> {
        Held::new(self.bytes, self.reserved)
    }

    /// The same as text; what is no UTF-8 is replaced.
    pub fn into_text(self) -> Held<String> {
        let Buffer { bytes, reserved } = self;
        let text = String::from_utf8(bytes);
        Held::new(text.unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()), reserved)
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes()).map_err(|_| fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_buffer_stops_before_it_grows_over_the_limit_and_keeps_what_it_has() {
        let budget = Budget::of(1 << 20);
        let mut buffer = Buffer::new(&budget);
        let mut written = 0;
        while buffer.write_all(&[b'x'; 1000]).is_ok() {
            written += 1000;
        }
        assert!((500_000..=1_000_000).contains(&written), "{written}");
        assert_eq!(buffer.bytes().len(), written);
        drop(buffer);
        assert!(budget.reserve(1 << 20).is_ok(), "all was given back");
    }
}
