//! What loading a recipe may cost: instructions, time and memory.
//!
//! Recipes are loaded to be listed and completed, without anybody having asked for them: one that never ends must not
//! hold up the others.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::{HookTriggers, Lua, VmState};

use crate::error::{Error, Kind};
use crate::host::raise;

/// The most instructions that loading a recipe may take.
const INSTRUCTIONS: u64 = 10_000_000;

/// The longest time that it may take. Functions of C take time without instructions.
const TIME: Duration = Duration::from_secs(1);

/// The most bytes of memory that it may take.
pub(super) const MEMORY: usize = 32 << 20;

/// How many instructions pass between two looks.
const EVERY: u32 = 1000;

/// Bounds what runs in that state until the hook is removed. Past the bound, each instruction raises.
pub(super) fn bound(lua: &Lua) -> mlua::Result<()> {
    watch(lua, Rc::new(Cell::new(0)), Instant::now(), EVERY)
}

fn watch(lua: &Lua, passed: Rc<Cell<u64>>, began: Instant, every: u32) -> mlua::Result<()> {
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(every), move |lua, _| {
        passed.set(passed.get() + u64::from(every));
        if passed.get() <= INSTRUCTIONS && began.elapsed() <= TIME {
            return Ok(VmState::Continue);
        }
        if every != 1 {
            passed.set(INSTRUCTIONS);
            watch(lua, passed.clone(), began, 1)?;
        }
        Err(raise(endless()))
    })
}

/// The error of a recipe whose loading does not end.
pub(super) fn endless() -> Error {
    let message = "it computes too long while it is loaded";
    Error::new(Kind::Limit, message).advice("a recipe computes in its run function; its file only declares")
}
