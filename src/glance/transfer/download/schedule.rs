//! Who receives which part of an image, when several connections receive it at once, and how many there are
//! to be.
//!
//! Knows no network and no clock: it is told what moved and how long that took.

use std::ops::Range;
use std::time::Duration;

/// How much one connection receives before it asks for more.
const BLOCK_BYTES: u64 = 16 << 20;
/// With an explicit number of connections, none gets less.
const LEAST_BLOCK_BYTES: u64 = 1 << 20;
/// What is left must be so much before another connection is worth it.
const WORTHWHILE_BYTES: u64 = 64 << 20;
/// And must take so much longer.
const WORTHWHILE: Duration = Duration::from_secs(4);
/// A connection that moves so much in a second is not what holds it up.
const FAST_BYTES: f64 = 100.0 * 1024.0 * 1024.0;
/// How many connections there are at most, where nobody says.
const MOST_LANES: usize = 4;
/// How long a rate is measured.
const MEASURED: Duration = Duration::from_millis(1500);
/// How long a new connection has to come up to speed before it is measured.
const WARMING: Duration = Duration::from_millis(500);
/// One more connection must make it so much faster.
const GAIN: f64 = 1.15;

/// What is left to be received, block by block, from the front on.
pub(super) struct Plan {
    next: u64,
    end: u64,
    block: u64,
    returned: Vec<Range<u64>>,
}

impl Plan {
    /// From `start` to `end`, for `lanes` connections where their number is given.
    pub(super) fn new(start: u64, end: u64, lanes: Option<usize>) -> Plan {
        let share = lanes.map_or(BLOCK_BYTES, |lanes| (end - start).div_ceil(lanes.max(1) as u64));
        // What has no known end is one block.
        let block = if end == u64::MAX { end } else { share.clamp(LEAST_BLOCK_BYTES, BLOCK_BYTES) };
        Plan { next: start, end, block, returned: Vec::new() }
    }

    /// The next block, the nearest to the front.
    pub(super) fn claim(&mut self) -> Option<Range<u64>> {
        if let Some(block) = self.returned.pop() {
            return Some(block);
        }
        let block = self.next..self.next.saturating_add(self.block).min(self.end);
        self.next = block.end;
        (!block.is_empty()).then_some(block)
    }

    /// Gives back what was not received.
    pub(super) fn give_back(&mut self, block: Range<u64>) {
        self.returned.push(block);
        self.returned.sort_by_key(|block| std::cmp::Reverse(block.start));
    }

    /// Whether all is claimed.
    pub(super) fn is_done(&self) -> bool {
        self.returned.is_empty() && self.next == self.end
    }

    /// How much nobody has claimed.
    fn unclaimed_bytes(&self) -> u64 {
        self.end - self.next
    }
}

/// How many connections there are to be.
pub(super) struct Pace {
    most: usize,
    wanted: usize,
    /// The number is what it will be.
    is_settled: bool,
    /// The rate with one connection less, in bytes a second.
    before: f64,
    /// Bytes and time since the last change, the warming left out.
    moved: u64,
    elapsed: Duration,
    warmed: Duration,
}

impl Pace {
    /// So many connections; where nobody says, one, and more as long as that helps.
    pub(super) fn new(lanes: Option<usize>) -> Pace {
        let (most, wanted) = lanes.map_or((MOST_LANES, 1), |lanes| (lanes, lanes));
        Pace {
            most,
            wanted,
            is_settled: lanes.is_some(),
            before: 0.0,
            moved: 0,
            elapsed: Duration::ZERO,
            warmed: Duration::ZERO,
        }
    }

    /// How many there are to be now.
    pub(super) fn wanted_connections(&self) -> usize {
        self.wanted
    }

    /// Another number would not help, or was tried: so many it stays.
    pub(super) fn settle(&mut self, lanes: usize) {
        self.is_settled = true;
        self.wanted = lanes.max(1);
    }

    /// So many bytes came in that time.
    #[allow(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    pub(super) fn note_moved(&mut self, bytes: u64, time: Duration, plan: &Plan) {
        if self.is_settled {
            return;
        }
        if self.warmed < WARMING {
            self.warmed += time;
            return;
        }
        self.moved += bytes;
        self.elapsed += time;
        if self.elapsed < MEASURED {
            return;
        }
        let rate = self.moved as f64 / self.elapsed.as_secs_f64();
        if self.wanted > 1 && rate < self.before * GAIN {
            return self.settle(self.wanted - 1);
        }
        let left = plan.unclaimed_bytes();
        let is_worthwhile = left >= WORTHWHILE_BYTES && left as f64 > rate * WORTHWHILE.as_secs_f64();
        let is_fast = self.wanted == 1 && rate >= FAST_BYTES;
        if self.wanted == self.most || is_fast || !is_worthwhile {
            return self.settle(self.wanted);
        }
        self.wanted += 1;
        (self.before, self.moved) = (rate, 0);
        (self.elapsed, self.warmed) = (Duration::ZERO, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn blocks_are_claimed_from_the_front_and_what_comes_back_goes_first() {
        let mut plan = Plan::new(8 * MIB, 50 * MIB, None);
        assert_eq!(plan.claim(), Some(8 * MIB..24 * MIB));
        assert_eq!(plan.claim(), Some(24 * MIB..40 * MIB));
        plan.give_back(30 * MIB..40 * MIB);
        plan.give_back(9 * MIB..24 * MIB);
        assert_eq!(plan.claim(), Some(9 * MIB..24 * MIB));
        assert_eq!(plan.claim(), Some(30 * MIB..40 * MIB));
        assert_eq!(plan.claim(), Some(40 * MIB..50 * MIB));
        assert_eq!(plan.claim(), None);
        let mut few = Plan::new(0, 4 * MIB, Some(2));
        assert_eq!(few.claim(), Some(0..2 * MIB));
        let mut tiny = Plan::new(0, 10, Some(8));
        assert_eq!((tiny.claim(), tiny.claim()), (Some(0..10), None));
    }

    /// How many connections there are in the end, where that many together move so many bytes a second.
    fn lanes_in_the_end(size: u64, rate_of: impl Fn(usize) -> u64) -> usize {
        let plan = Plan::new(0, size, None);
        let mut pace = Pace::new(None);
        for _ in 0..100 {
            let rate = rate_of(pace.wanted_connections());
            pace.note_moved(rate / 4, Duration::from_millis(250), &plan);
        }
        pace.wanted_connections()
    }

    #[test]
    fn more_connections_only_while_that_makes_it_faster() {
        let gib = 1024 * MIB;
        let each = |lanes: usize| lanes as u64 * 10 * MIB;
        assert_eq!(lanes_in_the_end(gib, each), 4, "a limit for each connection");
        assert_eq!(lanes_in_the_end(gib, |_| 10 * MIB), 1, "a limit for all");
        assert_eq!(lanes_in_the_end(gib, |lanes| each(lanes.min(2))), 2, "as much as two can get");
        assert_eq!(lanes_in_the_end(63 * MIB, each), 1, "too small");
        assert_eq!(lanes_in_the_end(gib, |lanes| each(lanes) * 25 / 2), 1, "fast as it is");
        assert_eq!(lanes_in_the_end(256 * MIB, |lanes| each(lanes) * 8), 1, "done in a moment");
    }
}
