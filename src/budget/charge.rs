//! Small things that Lua holds and cannot weigh: error objects, iterators, records.
//!
//! Lua's collector sees a few words of each, so a script could hold, or leave as garbage, many times what Lua
//! counts. Bytes are taken from the budget in steps, and Lua's garbage is collected as often as it is worth
//! it.

use std::cell::Cell;

use super::{Budget, STEP};
use crate::error::Result;

/// Bytes that the allocator adds to a block, and its rounding up.
const BLOCK: usize = 32;

/// Bytes of new things after which a collection is considered.
const LOOK: usize = 256 << 10;

/// Bytes that small things leave free, for the errors of a run that has no memory left.
const LAST: usize = 32 << 10;

/// Garbage is not collected for less than this, while there is room.
const WORTH_IT: usize = 16 << 20;

/// What a budget knows of small things.
#[derive(Default)]
pub(super) struct Small {
    /// Bytes that are reserved for small things and used by none.
    spare: Cell<usize>,
    /// Bytes of things that are garbage already, until the next collection.
    garbage: Cell<usize>,
    /// Bytes of things that were made since the last collection.
    made: Cell<usize>,
    /// How many of those there are at the next look.
    next_look: Cell<usize>,
}

/// The bytes of a small thing, given back when this is dropped.
#[derive(Debug)]
pub struct Charge {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    /// Counts a small thing of so many bytes on the heap. Errors: `limit`.
    pub fn charge(&self, bytes: usize) -> Result<Charge> {
        let bytes = self.make(bytes);
        let small = &self.0.small;
        if small.spare.get() < bytes {
            let step = if self.left() >= STEP + LAST { STEP.max(bytes) } else { bytes };
            // The rest is for the errors that report this.
            if self.left() < step + LAST {
                self.collect();
                if self.left() < bytes + LAST {
                    return Err(self.limit_error());
                }
            }
            self.take(step)?;
            // A collection may have given back more.
            small.spare.set(small.spare.get() + step);
        }
        small.spare.set(small.spare.get().saturating_sub(bytes));
        Ok(Charge { budget: self.clone(), bytes })
    }

    /// Counts a small thing even over the limit; what comes next is refused then.
    pub fn count_small(&self, bytes: usize) -> Charge {
        self.charge(bytes).unwrap_or_else(|_| {
            let bytes = bytes + BLOCK;
            self.set(self.0.reserved.get().saturating_add(bytes));
            Charge { budget: self.clone(), bytes }
        })
    }

    /// Counts a small thing that only garbage holds: it is gone at the next collection.
    pub fn discard(&self, bytes: usize) {
        if self.0.limit == 0 {
            return;
        }
        let bytes = self.make(bytes);
        let small = &self.0.small;
        if small.spare.get() < bytes {
            let step = STEP.max(bytes);
            self.set(self.0.reserved.get().saturating_add(step));
            small.spare.set(small.spare.get() + step);
        }
        small.spare.set(small.spare.get().saturating_sub(bytes));
        small.garbage.set(small.garbage.get() + bytes);
    }

    /// After a collection: the garbage is gone.
    pub(super) fn note_collection(&self) {
        let small = &self.0.small;
        small.made.set(0);
        small.next_look.set(LOOK);
        self.give_back(small.garbage.take());
    }

    /// The bytes that a new thing takes; collects where enough were made.
    fn make(&self, bytes: usize) -> usize {
        let bytes = bytes + BLOCK;
        if self.0.limit == 0 {
            return bytes;
        }
        let small = &self.0.small;
        let made = small.made.get() + bytes;
        small.made.set(made);
        if made >= small.next_look.get() {
            small.next_look.set(made + LOOK);
            let enough = WORTH_IT.max(self.used() / 2).min(self.left() / 2).max(LOOK * 4);
            if made >= enough {
                self.collect();
            }
        }
        bytes
    }

    fn give_back(&self, bytes: usize) {
        let spare = self.0.small.spare.get() + bytes;
        let excess = if spare > STEP * 2 { spare - STEP } else { 0 };
        self.0.small.spare.set(spare - excess);
        if excess > 0 {
            self.set(self.0.reserved.get().saturating_sub(excess));
        }
    }
}

impl Charge {
    /// The bytes it counts.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::Kind;

    #[test]
    fn small_things_fill_a_budget_and_come_back() {
        let budget = Budget::of(1 << 20);
        let mut held = Vec::new();
        let error = loop {
            match budget.charge(1000) {
                Ok(charge) => held.push(charge),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), Kind::Limit);
        // What is left of a step may be too little for one more.
        let most = ((1 << 20) - LAST) / (1000 + BLOCK);
        assert!((most - 1..=most).contains(&held.len()), "{}", held.len());
        assert!(budget.reserve(STEP).is_err());
        assert!(budget.left() > LAST - 2000);
        held.clear();
        assert!(budget.reserve((1 << 20) - 3 * STEP).is_ok());
    }

    #[test]
    fn garbage_counts_until_it_is_collected() {
        let budget = Budget::of(1 << 20);
        for _ in 0..900 {
            budget.discard(1000);
        }
        assert!(budget.left() < 200_000);
        assert!(budget.reserve(800_000).is_ok());
    }
}
