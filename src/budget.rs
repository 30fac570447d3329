//! The memory budget of a run: what Lua holds and what Rust builds for it, under one limit.
//!
//! Rust code that builds something as large as a script or a server wishes takes the bytes from the budget
//! first, and gives them back by dropping the [`Reserved`]. Knows no Lua: the engine tells it how much Lua
//! holds ([`Heap`]).

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use crate::error::{Error, Kind, Result};

mod buffer;
mod charge;
mod size;

pub use self::buffer::Buffer;
pub use self::charge::Charge;
use self::charge::Small;
pub use self::size::{size_of_json, size_of_object, size_of_texts};

/// Bytes that are taken from the budget at once, so that small pieces cost no look at Lua each.
const STEP: usize = 64 << 10;

/// Bytes that one value of a JSON document takes at most while it is parsed: the value itself, its entry in
/// an object, and the room that growing lists leave.
const JSON_VALUE: usize = 256;

/// The memory that Lua holds.
pub trait Heap {
    /// Bytes in use, garbage included; `None` once it is gone.
    fn used(&self) -> Option<usize>;
    /// Frees garbage.
    fn collect(&self);
    /// Sets how many bytes it may use from now on.
    fn allow(&self, bytes: usize);
}

/// The budget. Cheap to clone; clones are one budget.
#[derive(Clone, Default)]
pub struct Budget(Rc<Inner>);

#[derive(Default)]
struct Inner {
    /// Bytes; 0 is no limit.
    limit: usize,
    reserved: Cell<usize>,
    heaps: RefCell<Vec<Rc<dyn Heap>>>,
    small: Small,
}

impl Budget {
    /// A budget of so many bytes; 0 is no limit.
    pub fn of(limit: usize) -> Budget {
        Budget(Rc::new(Inner { limit, ..Inner::default() }))
    }

    /// Counts that heap too from now on; a run may have several Lua states.
    pub fn count(&self, heap: impl Heap + 'static) {
        self.0.heaps.borrow_mut().push(Rc::new(heap));
        self.refresh();
    }

    /// Bytes that are left; all that can be addressed where there is no limit.
    pub fn left(&self) -> usize {
        match self.0.limit {
            0 => usize::MAX,
            limit => limit.saturating_sub(self.used()).saturating_sub(self.0.reserved.get()),
        }
    }

    /// Tells each heap how much it may grow.
    pub fn refresh(&self) {
        if self.0.limit == 0 {
            return;
        }
        let left = self.left();
        self.0.heaps.borrow_mut().retain(|heap| {
            let used = heap.used();
            used.inspect(|used| heap.allow(used.saturating_add(left).max(1))).is_some()
        });
    }

    fn used(&self) -> usize {
        self.0.heaps.borrow().iter().filter_map(|heap| heap.used()).sum()
    }

    /// The limit in bytes; 0 is none.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// Reserves bytes until the result is dropped. Errors: `limit`.
    pub fn reserve(&self, bytes: usize) -> Result<Reserved> {
        let mut reserved = self.nothing();
        reserved.grow(bytes)?;
        Ok(reserved)
    }

    /// A reservation of nothing yet, to grow.
    pub fn nothing(&self) -> Reserved {
        Reserved { budget: self.clone(), taken: 0, used: 0 }
    }

    /// Counts bytes that are in use already, even over the limit: whatever asks next is refused.
    pub fn count_in(&self, bytes: usize) -> Reserved {
        self.set(self.0.reserved.get().saturating_add(bytes));
        Reserved { budget: self.clone(), taken: bytes, used: bytes }
    }

    /// Reserves what a JSON document can take while it is parsed. Errors: `limit`.
    pub fn reserve_json(&self, text: &[u8]) -> Result<Reserved> {
        // Short texts are not counted: even if each byte were a value, there would be room.
        let most = text.len().saturating_mul(JSON_VALUE);
        if self.0.limit == 0 || most <= STEP * 4 {
            return self.reserve(most.min(text.len().saturating_mul(4)));
        }
        let values = text.iter().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
        self.reserve(text.len().saturating_mul(2).saturating_add(values.saturating_mul(JSON_VALUE)))
    }

    /// The error of more than the limit.
    pub fn limit_error(&self) -> Error {
        limit_error(self.0.limit)
    }

    fn take(&self, bytes: usize) -> Result<()> {
        if bytes > self.left() {
            self.collect();
            if bytes > self.left() {
                return Err(self.limit_error());
            }
        }
        self.set(self.0.reserved.get().saturating_add(bytes));
        Ok(())
    }

    fn collect(&self) {
        // Garbage may hold reservations: nothing of this is borrowed while it goes.
        let heaps = self.0.heaps.borrow().clone();
        for heap in &heaps {
            heap.collect();
        }
        self.note_collection();
    }

    fn set(&self, reserved: usize) {
        self.0.reserved.set(reserved);
        self.refresh();
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("limit", &self.0.limit).field("reserved", &self.0.reserved).finish()
    }
}

/// The error of a run that needs more than `limit` bytes.
pub fn limit_error(limit: usize) -> Error {
    let message = format!("this takes more than the {} MiB of memory that a script may use", limit >> 20);
    Error::new(Kind::Limit, message).advice("work on less at a time, or raise --max-memory")
}

/// Bytes of a budget, given back when this is dropped.
#[derive(Debug)]
pub struct Reserved {
    budget: Budget,
    /// Taken from the budget.
    taken: usize,
    /// Of those, in use.
    used: usize,
}

impl Reserved {
    /// So many bytes more. Errors: `limit`, and nothing has changed.
    pub fn grow(&mut self, bytes: usize) -> Result<()> {
        let used = self.used.saturating_add(bytes);
        if used > self.taken {
            let missing = used - self.taken;
            // The rest of a step is only taken where there is room for it.
            let taken = if self.budget.take(missing.max(STEP)).is_ok() {
                missing.max(STEP)
            } else {
                self.budget.take(missing)?;
                missing
            };
            self.taken += taken;
        }
        self.used = used;
        Ok(())
    }

    /// The bytes in use.
    pub fn bytes(&self) -> usize {
        self.used
    }

    /// Gives back all but so many bytes.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.used = self.used.min(bytes);
        if self.taken > self.used + STEP {
            let budget = &self.budget;
            budget.set(budget.0.reserved.get().saturating_sub(self.taken - self.used));
            self.taken = self.used;
        }
    }

    /// Takes over another reservation of the same budget.
    pub fn absorb(&mut self, mut other: Reserved) {
        self.used += other.used;
        self.taken += std::mem::take(&mut other.taken);
    }

    /// The budget it is part of.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.taken > 0 {
            self.budget.set(self.budget.0.reserved.get().saturating_sub(self.taken));
        }
    }
}

/// A value with the memory that was reserved for it.
#[derive(Debug)]
pub struct Held<T> {
    value: T,
    reserved: Reserved,
}

impl<T> Held<T> {
    /// The value, which takes so much.
    pub fn new(value: T, reserved: Reserved) -> Held<T> {
        Held { value, reserved }
    }

    /// A value that is part of no budget.
    pub fn free(value: T) -> Held<T> {
        Held::new(value, Budget::default().nothing())
    }

    /// The value, its memory no longer counted: for what is short-lived, or counted otherwise.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The value and its memory.
    pub fn into_parts(self) -> (T, Reserved) {
        (self.value, self.reserved)
    }

    /// Another value in the place of this one, with its memory.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Held<U> {
        Held { value: change(self.value), reserved: self.reserved }
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Held<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Fake {
        garbage: Cell<usize>,
        allowed: Rc<Cell<usize>>,
    }

    impl Heap for Fake {
        fn used(&self) -> Option<usize> {
            Some((1 << 20) + self.garbage.get())
        }

        fn collect(&self) {
            self.garbage.set(0);
        }

        fn allow(&self, bytes: usize) {
            self.allowed.set(bytes);
        }
    }

    #[test]
    fn reserved_bytes_reduce_luas_share_until_released() {
        let (budget, allowed) = (Budget::of(8 << 20), Rc::<Cell<usize>>::default());
        budget.count(Fake { garbage: Cell::new(6 << 20), allowed: allowed.clone() });
        let reserved = budget.reserve(5 << 20).unwrap();
        assert_eq!(allowed.get(), 3 << 20);
        let error = budget.reserve(3 << 20).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit);
        assert!(error.message().contains("8 MiB") && error.advice_text().unwrap().contains("--max-memory"));
        drop(reserved);
        assert_eq!(allowed.get(), 8 << 20);
        assert!(budget.reserve(7 << 20).is_ok());
    }

    #[test]
    fn a_document_of_many_small_values_takes_more_than_a_long_text() {
        let budget = Budget::of(64 << 20);
        assert!(budget.reserve_json("[],".repeat(1 << 20).as_bytes()).is_err());
        assert!(budget.reserve_json("x".repeat(3 << 20).as_bytes()).is_ok());
    }
}
