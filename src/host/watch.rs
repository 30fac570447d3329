//! The reasons to stop what computes in one Lua state: an interrupt, and the bound of a recipe's declaration.
//!
//! Lua's instruction hook looks here, and so does each function of Rust that can compute for long.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::error::lua_error::raise;
use super::interrupt::{Interrupt, interrupted_error};
use crate::error::{Error, Kind};

/// The most steps of work that reading a declaration may take: instructions of Lua, and comparisons of a
/// pattern.
const STEPS: u64 = 2_000_000;

/// What may stop the work of one Lua state.
#[derive(Default)]
pub(super) struct Watch {
    interrupt: Interrupt,
    bound: RefCell<Option<Bound>>,
}

/// The limit of a declaration that is being read.
struct Bound {
    steps: Cell<u64>,
    ends: Instant,
    is_over: Cell<bool>,
}

impl Watch {
    /// Work that this interrupt stops.
    pub(super) fn new(interrupt: Interrupt) -> Watch {
        Watch { interrupt, bound: RefCell::default() }
    }

    /// Limits the work from now on.
    pub(super) fn bind(&self, time: Duration) {
        let ends = Instant::now() + time;
        self.bound.replace(Some(Bound { steps: Cell::new(0), ends, is_over: Cell::new(false) }));
    }

    /// Removes the limit. Returns whether the work has gone beyond it.
    pub(super) fn unbind(&self) -> bool {
        self.bound.take().is_some_and(|bound| bound.is_over.get())
    }

    /// Counts steps of work. Raises `interrupted`, or `limit` where the declaration takes too long.
    pub(super) fn count(&self, steps: u64) -> mlua::Result<()> {
        if self.interrupt.stopped() {
            return Err(raise(interrupted_error()));
        }
        match &*self.bound.borrow() {
            Some(bound) if bound.count(steps) => Err(raise(endless())),
            _ => Ok(()),
        }
    }

    /// Whether what runs is to end: no more code of a script runs then, not even a message handler.
    pub(super) fn must_stop(&self) -> bool {
        self.interrupt.stopped() || self.bound.borrow().as_ref().is_some_and(|bound| bound.is_over.get())
    }
}

impl Bound {
    fn count(&self, steps: u64) -> bool {
        self.steps.set(self.steps.get().saturating_add(steps));
        if !self.is_over.get() && (self.steps.get() > STEPS || Instant::now() > self.ends) {
            self.is_over.set(true);
        }
        self.is_over.get()
    }
}

/// The error of a recipe whose declaration takes too long to read.
pub(super) fn endless() -> Error {
    let message = "it computes too long while it is loaded";
    Error::new(Kind::Limit, message).advice("compute in the recipe's run function; its file only declares")
}
