//! The list of requests that were answered. Knows nothing of what they meant.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// A benchmark sends millions of requests; memory must not grow with them.
const MOST: usize = 100_000;

/// The latest requests, oldest first, one line each.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<VecDeque<String>>);

impl Journal {
    /// Adds a line, and drops the oldest where there are too many.
    pub(crate) fn add(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == MOST {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// All lines that are kept.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }
}
