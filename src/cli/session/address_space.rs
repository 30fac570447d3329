//! Memory that the system lets this process have (`ulimit -v`), which may be less than a script may use.
//!
//! Lua's allocator ends the process where the system refuses memory: the limit of the script must be met
//! first.

use std::fs;

use rustix::param::page_size;
use rustix::process::{Resource, getrlimit};

/// What Lunette needs beside a script: its threads, connections and buffers.
const RESERVE: u64 = 128 << 20;

/// The least that a script gets; below it, nothing works.
const LEAST: usize = 16 << 20;

/// `max_memory` bytes, or what the system allows if that is less.
pub(crate) fn limit_memory(max_memory: usize) -> usize {
    let Some(limit) = getrlimit(Resource::As).current else { return max_memory };
    limit_to(max_memory, limit, used().unwrap_or_default())
}

fn limit_to(max_memory: usize, limit: u64, used: u64) -> usize {
    // Half of it: a table that grows is copied, and what is freed leaves holes.
    let left = limit.saturating_sub(used).saturating_sub(RESERVE) / 2;
    max_memory.min(usize::try_from(left).unwrap_or(usize::MAX).max(LEAST))
}

/// Bytes of address space that are taken already; `None` where the system does not tell.
fn used() -> Option<u64> {
    let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
    Some(pages.saturating_mul(page_size() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_gets_what_is_left_but_never_less_than_it_needs() {
        let mib = |count: u64| count << 20;
        assert_eq!(limit_to(64 << 20, mib(1024), mib(100)), 64 << 20);
        assert_eq!(limit_to(512 << 20, mib(400), mib(72)), 100 << 20);
        assert_eq!(limit_to(512 << 20, mib(100), mib(400)), LEAST);
        assert_eq!(limit_to(1 << 20, mib(100), mib(400)), 1 << 20);
    }
}
