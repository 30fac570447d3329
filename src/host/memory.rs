//! The memory of a Lua state as part of the run's budget, for bindings that build data on a script's behalf.

use std::cell::Cell;
use std::rc::Rc;

use mlua::{Lua, WeakLua};

use super::error::lua_error::raise;
use crate::budget::{Budget, Charge, Heap, Reserved};
use crate::error::{Error, Kind};

/// Lua's own message when an allocation fails.
pub(super) const LUA_MESSAGE: &str = "not enough memory";

/// The memory of one Lua state.
struct State {
    lua: WeakLua,
    cap: Cap,
}

/// The most bytes that a state may take for a while, whatever the budget has; 0 is no such limit.
#[derive(Clone, Default)]
struct Cap(Rc<Cell<usize>>);

impl Heap for State {
    fn used(&self) -> Option<usize> {
        Some(self.lua.try_upgrade()?.used_memory())
    }

    fn collect(&self) {
        if let Some(lua) = self.lua.try_upgrade() {
            let _ = lua.gc_collect();
        }
    }

    fn allow(&self, bytes: usize) {
        if let Some(lua) = self.lua.try_upgrade() {
            let bytes = if self.cap.0.get() == 0 { bytes } else { bytes.min(self.cap.0.get()) };
            let _ = lua.set_memory_limit(bytes);
        }
    }
}

/// Makes the state part of that budget.
pub(super) fn join(lua: &Lua, budget: &Budget) -> mlua::Result<()> {
    lua.set_memory_limit(budget.limit())?;
    let cap = Cap::default();
    lua.set_app_data(cap.clone());
    lua.set_app_data(budget.clone());
    budget.count(State { lua: lua.weak(), cap });
    Ok(())
}

/// Lets the state take no more than so many bytes; 0 lets it take what the budget has again.
pub(super) fn cap(lua: &Lua, bytes: usize) -> mlua::Result<()> {
    let budget = budget(lua);
    if let Some(cap) = lua.app_data_ref::<Cap>() {
        cap.0.set(bytes);
    }
    if budget.limit() == 0 {
        lua.set_memory_limit(bytes)?;
    }
    budget.refresh();
    Ok(())
}

/// The budget of this state; without limit where it is not an engine's.
pub fn budget(lua: &Lua) -> Budget {
    lua.app_data_ref::<Budget>().map(|budget| budget.clone()).unwrap_or_default()
}

/// Reserves bytes for what a binding builds, until the result is dropped. Raises `limit`.
pub fn reserve(lua: &Lua, bytes: usize) -> mlua::Result<Reserved> {
    budget(lua).reserve(bytes).map_err(raise)
}

/// Counts a small thing that Lua holds and Rust has built, such as an iterator. Raises `limit`.
pub fn charge(lua: &Lua, bytes: usize) -> mlua::Result<Charge> {
    budget(lua).charge(bytes).map_err(raise)
}

/// The error of a recipe for which no memory is left.
pub(super) fn used_up_error(limit: usize) -> Error {
    let message =
        format!("no memory is left for a recipe: all scripts and recipes may use {} MiB", limit >> 20);
    Error::new(Kind::Limit, message).advice("--max-memory raises that")
}
