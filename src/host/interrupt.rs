//! Stopping what an engine runs, from any thread.
//!
//! A chunk that waits is dropped. A chunk that computes is stopped by a count hook, where the engine has one:
//! it raises, and from then on raises at every instruction, so that `while true do pcall(f) end` ends too.
//! Patterns are matched in Rust, which looks at the same flag (`strings/`). What it cannot stop is one long
//! call of C, such as `string.rep("", 1 << 60)`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mlua::{HookTriggers, Lua, VmState};
use tokio::sync::Notify;

use super::error::lua_error::raise;
use crate::error::{Error, Kind};

/// How many instructions pass between two looks at the flag. What a hook costs does not depend on it.
const EVERY: u32 = 1000;

/// Stops what an engine runs. May be used from any thread.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stop: AtomicBool,
    wake: Notify,
}

impl Interrupt {
    /// Makes the running chunk end with an `interrupted` error, also inside `while true do pcall(f) end`.
    ///
    /// A chunk that computes is stopped only where `Options::interruptible` is set. Nothing happens where
    /// none runs.
    pub fn stop(&self) {
        self.0.stop.store(true, Ordering::Relaxed);
        self.0.wake.notify_waiters();
    }

    /// Whether it has been stopped.
    pub(super) fn stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }

    /// Returns when [`stop`](Interrupt::stop) has been called.
    pub(super) async fn wait(&self) {
        loop {
            let woken = self.0.wake.notified();
            if self.stopped() {
                return;
            }
            woken.await;
        }
    }

    /// Forgets an earlier stop, before a chunk begins.
    pub(super) fn reset(&self) {
        self.0.stop.store(false, Ordering::Relaxed);
    }

    /// Lets the engine's pure Lua loops be stopped.
    ///
    /// The hook is global: `set_hook` does not reach the coroutines that asynchronous calls make. It never
    /// yields: inside a coroutine that a script made, that would be taken for the script's own.
    pub(super) fn arm(&self, lua: &Lua) -> mlua::Result<()> {
        watch(lua, self.clone(), EVERY)
    }
}

/// The error of everything that was stopped.
pub(super) fn interrupted_error() -> Error {
    Error::new(Kind::Interrupted, "interrupted")
}

fn watch(lua: &Lua, interrupt: Interrupt, every: u32) -> mlua::Result<()> {
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(every), move |lua, _| {
        if !interrupt.stopped() {
            return Ok(VmState::Continue);
        }
        if every != 1 {
            watch(lua, interrupt.clone(), 1)?;
        }
        Err(raise(interrupted_error()))
    })
}
