//! The cost of reading a recipe's declaration: steps of work, time and memory.
//!
//! Recipes are read to be listed and completed, without anybody having asked for them: reading always ends,
//! whatever the recipe does. A hook counts Lua's instructions. It sees no function of C, so none that could
//! compute for long is there: patterns are matched by `host/strings`, which counts its own steps, and
//! `lua/bounded.lua` takes the place of what loops in C. No message handler of `xpcall` and no `__close` of
//! the recipe runs after the hook has raised, because Lua calls some of them without a hook
//! (`lua/prelude.lua`, `lua/bounded.lua`).

use std::rc::Rc;
use std::time::Duration;

use mlua::{Function, HookTriggers, Lua, Table, Value, VmState};

use crate::host::error::traceback::PRELUDE;
use crate::host::strings;
use crate::host::watch::Watch;

/// The longest time that it may take.
pub(super) const TIME: Duration = Duration::from_secs(1);

/// The most bytes of memory that it may take.
pub(super) const MEMORY: usize = 32 << 20;

/// How many instructions pass between two looks. One of them may collect all garbage, or copy a text of
/// megabytes.
const EVERY: u32 = 20;

/// Functions of Lua's own that others stand in for.
pub(super) struct Replaced {
    /// Library, name, the function, and its substitute.
    functions: Vec<(Table, String, Value, Value)>,
    /// Gives each table the metatable that the recipe set.
    finish: Function,
}

/// Bounds what runs in that state until the hook is removed. Past the bound, each instruction raises.
pub(super) fn bound(lua: &Lua, watch: &Rc<Watch>, time: Duration) -> mlua::Result<Replaced> {
    watch.bind(time);
    look(lua, watch.clone(), EVERY)?;
    let stopping = watch.clone();
    let stopping = lua.create_function(move |_, ()| Ok(stopping.must_stop()))?;
    let chunk = lua.load(include_str!("../lua/bounded.lua")).set_name(PRELUDE);
    let (bounded, finish): (Table, Function) = chunk.call((stopping, strings::counting_functions(lua)?))?;
    let mut replaced = Vec::new();
    for library in bounded.pairs::<String, Table>() {
        let (name, functions) = library?;
        let library: Table = lua.globals().raw_get(name)?;
        for function in functions.pairs::<String, Value>() {
            let (name, substitute) = function?;
            replaced.push((library.clone(), name.clone(), library.raw_get(&*name)?, substitute.clone()));
            library.raw_set(name, substitute)?;
        }
    }
    Ok(Replaced { functions: replaced, finish })
}

impl Replaced {
    /// Puts Lua's own functions back, where the recipe has not put others there.
    pub(super) fn put_back(self, lua: &Lua) -> mlua::Result<()> {
        let exchange = |_: &Lua, (table, meta): (Table, Table)| table.set_metatable(Some(meta));
        self.finish.call::<()>(lua.create_function(exchange)?)?;
        for (library, name, function, substitute) in self.functions {
            if library.raw_get::<Value>(&*name)? == substitute {
                library.raw_set(name, function)?;
            }
        }
        Ok(())
    }
}

fn look(lua: &Lua, watch: Rc<Watch>, every: u32) -> mlua::Result<()> {
    lua.set_global_hook(HookTriggers::new().every_nth_instruction(every), move |lua, _| {
        let counted = watch.count(u64::from(every));
        if counted.is_err() && every != 1 {
            look(lua, watch.clone(), 1)?;
        }
        counted.map(|()| VmState::Continue)
    })
}
