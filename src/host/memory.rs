//! How much memory a script may take, for bindings that gather data on its behalf.
//!
//! Lua counts what it holds itself; what Rust gathers before it hands it over is to be asked about here.

use mlua::Lua;

use crate::error::{Error, Kind, Result};

/// The most bytes that a Lua state may take; 0 is any number.
pub(super) struct Limit(pub(super) usize);

/// The most bytes that this state may take; 0 is any number.
pub(super) fn limit(lua: &Lua) -> usize {
    lua.app_data_ref::<Limit>().map_or(0, |limit| limit.0)
}

/// Whether a script may hold so many bytes more. Errors: `usage` (no).
pub fn room_for(lua: &Lua, bytes: u64) -> Result<()> {
    let limit = limit(lua);
    let used = lua.used_memory() as u64;
    if limit == 0 || used.saturating_add(bytes) <= limit as u64 {
        return Ok(());
    }
    let message = format!("{bytes} bytes are more than this script can hold: it may use {} MiB", limit >> 20);
    Err(Error::new(Kind::Usage, message).advice("--max-memory raises that"))
}

/// The error of a recipe for which no memory is left.
pub(super) fn used_up(limit: usize) -> Error {
    let message =
        format!("no memory is left for a recipe: all scripts and recipes may use {} MiB", limit >> 20);
    Error::new(Kind::Limit, message).advice("--max-memory raises that")
}
