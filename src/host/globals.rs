//! What a script finds when it starts: the safe libraries, the prelude, and strict globals.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use mlua::{Function, Lua, LuaOptions, LuaString, MultiValue, StdLib, Table, Value, Variadic};

use super::bindings::text::{Name, shown_key};
use super::engine::{Engine, Prelude};
use super::error::failure::Caught;
use super::error::lua_error::{lift, raise, rethrow};
use super::error::traceback::{self, PRELUDE};
use super::explore::complete::Names;
use super::loader::{self, Loader, Make};
use super::source;
use super::state::{Common, is_loading, refuse_while_loading};
use super::strings;
use crate::error::{Error, Kind, nearest};

/// Globals that are built when a script first reads them.
#[derive(Default)]
pub(super) struct Lazies(RefCell<BTreeMap<String, Lazy>>);

/// The same for one engine.
pub(super) struct Globals {
    common: Rc<Common>,
    otherwise: RefCell<Option<Otherwise>>,
}

/// What a name means that is no global; `None` where it means nothing.
pub(super) type Otherwise = Rc<dyn Fn(&Lua, &str) -> mlua::Result<Option<Value>>>;

/// What the prelude is told of a global that is not there: the function that makes it, or the module it is,
/// or why there is none; or what it means though it is none.
type Missing = (Value, Option<String>, Option<String>, Value);

/// How a global comes to be.
#[derive(Clone)]
pub(super) enum Lazy {
    /// By `require`.
    Module(String),
    /// By calling the Lua function that this makes, which may wait for the network.
    Called(Make, Names),
}

impl Lazies {
    /// `name` is what `require "module"` returns.
    pub(super) fn share(&self, name: &str, module: &str) {
        self.0.borrow_mut().insert(name.to_owned(), Lazy::Module(module.to_owned()));
    }

    /// `name` is what the function that `make` builds returns.
    pub(super) fn lazily(&self, name: &str, names: Names, make: Make) {
        self.0.borrow_mut().insert(name.to_owned(), Lazy::Called(make, names));
    }
}

impl Globals {
    pub(super) fn new(common: &Rc<Common>) -> Globals {
        Globals { common: common.clone(), otherwise: RefCell::default() }
    }

    /// What a name means that is no global.
    pub(super) fn otherwise(&self, find: Otherwise) {
        self.otherwise.replace(Some(find));
    }

    /// How that global comes to be.
    pub(super) fn lookup(&self, name: &str) -> Option<Lazy> {
        self.common.lazies.0.borrow().get(name).cloned()
    }

    /// The names of all that can be built.
    pub(super) fn names(&self) -> Vec<String> {
        self.common.lazies.0.borrow().keys().cloned().collect()
    }

    /// For the prelude, a global that is not there.
    fn missing(&self, lua: &Lua, name: &Value, modules: &Loader) -> mlua::Result<Missing> {
        let name = shown_key(name)?;
        match self.lookup(&name) {
            Some(Lazy::Module(module)) => return Ok((Value::Nil, Some(module), None, Value::Nil)),
            Some(Lazy::Called(make, _)) => return Ok((make(lua)?, None, None, Value::Nil)),
            None => {}
        }
        let otherwise = self.otherwise.borrow().clone();
        Ok(match otherwise.map(|find| find(lua, &name)).transpose()?.flatten() {
            Some(value) => (Value::Nil, None, None, value),
            None => (Value::Nil, None, Some(self.unknown_global(lua, &name, modules)), Value::Nil),
        })
    }

    fn unknown_global(&self, lua: &Lua, name: &str, modules: &Loader) -> String {
        if let Some(module) = modules.names().iter().find(|module| module.rsplit('.').next() == Some(name)) {
            return format!("unknown global '{name}'; write local {name} = require \"{module}\" before");
        }
        if !modules.trust && ["dofile", "loadfile", "package"].contains(&name) {
            return format!("unknown global '{name}'; --trust opens it");
        }
        let mut known = self.names();
        known.extend(
            lua.globals().pairs::<Value, Value>().flatten().filter_map(|(key, _)| key.to_string().ok()),
        );
        match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("unknown global '{name}'; did you mean '{near}'?"),
            None => format!("unknown global '{name}'"),
        }
    }
}

/// A Lua state with the libraries that a script may use.
///
/// By default the language, and of `os` only the clock. With `trust`, everything that safe Rust can open.
/// Bytecode and C modules are closed either way, and of `debug` there is only `traceback`.
pub(super) fn open(trust: bool) -> mlua::Result<Lua> {
    let safe = StdLib::COROUTINE | StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::UTF8 | StdLib::OS;
    let lua = Lua::new_with(if trust { StdLib::ALL_SAFE } else { safe }, LuaOptions::default())?;
    let globals = lua.globals();
    globals.get::<Table>("string")?.raw_set("dump", Value::Nil)?;
    if trust {
        lua.load(include_str!("lua/trust.lua")).set_name(PRELUDE).exec()?;
    } else {
        let os: Table = globals.get("os")?;
        let clock = lua.create_table()?;
        for name in ["clock", "date", "difftime", "time"] {
            clock.raw_set(name, os.get::<Function>(name)?)?;
        }
        globals.raw_set("os", clock)?;
        globals.raw_set("dofile", Value::Nil)?;
        globals.raw_set("loadfile", Value::Nil)?;
    }
    let debug = lua.create_table()?;
    debug.raw_set("traceback", lua.create_function(debug_traceback)?)?;
    globals.raw_set("debug", debug)?;
    Ok(lua)
}

/// `debug.traceback([message])`: the script's own lines only.
fn debug_traceback(lua: &Lua, message: Value) -> mlua::Result<Value> {
    let mut text = match &message {
        Value::Nil => Vec::new(),
        Value::String(text) => vec![text.to_string_lossy()],
        _ => return Ok(message), // as Lua's own does
    };
    text.push("stack traceback:".to_owned());
    let lines = traceback::lines(&lua.traceback(None, 1)?.to_string_lossy());
    text.extend(lines.into_iter().map(|line| format!("\t{line}")));
    lua.create_string(text.join("\n")).map(Value::String)
}

/// Runs the prelude: errors, coroutines, `require`, `print`, strict globals.
pub(super) fn prelude(engine: &Engine) -> mlua::Result<Prelude> {
    let Engine { lua, loader, globals, standing, .. } = engine;
    let host = lua.create_table()?;
    host.raw_set("pending", Lua::poll_pending())?;
    host.raw_set("lift", lua.create_function(|lua, value: Value| lift(lua, value))?)?;
    host.raw_set("rethrow", lua.create_function(|_, value: Value| rethrow(value))?)?;
    host.raw_set("caught", lua.create_function(|lua, value: Value| Caught::new(lua, value))?)?;

    let out = standing.common.output.clone();
    let write = move |lua: &Lua, texts: Variadic<LuaString>| {
        // Reading what a recipe declares prints nothing.
        if is_loading(lua) { Ok(()) } else { out.write(&texts) }
    };
    let write = lua.create_function(write)?;
    host.raw_set("write", &write)?;
    host.raw_set("refuse_change", lua.create_function(refuse_change)?)?;
    host.raw_set("trust", loader.trust)?;
    host.raw_set("refuse_gc", lua.create_function(refuse_finaliser)?)?;
    if !loader.trust {
        lua.globals().raw_set("io", lua.create_table_from([("write", write)])?)?;
    }

    let finder = loader.clone();
    let find = move |lua: &Lua, (name, loading): (Name, Value)| {
        let loading = loading.as_string().map(|file| PathBuf::from(file.to_string_lossy()));
        finder.find(&name, [caller(lua), loading].into_iter().flatten()).map_err(raise)
    };
    host.raw_set("find", lua.create_function(find)?)?;
    let opener = loader.clone();
    host.raw_set("open", lua.create_function(move |lua, key: String| opener.open(lua, &key))?)?;
    let refuse = |_: &Lua, (name, chain): (Name, Option<String>)| -> mlua::Result<()> {
        Err(raise(loader::refuse(&name, chain.as_deref())))
    };
    host.raw_set("refuse_require", lua.create_function(refuse)?)?;

    if standing.depth > 0 {
        guard_clock(lua)?;
    }
    let (globals, modules) = (globals.clone(), loader.clone());
    let global = move |lua: &Lua, name: Value| globals.missing(lua, &name, &modules);
    host.raw_set("global", lua.create_function(global)?)?;

    let watch = standing.watch.clone();
    host.raw_set("stopping", lua.create_function(move |_, ()| Ok(watch.must_stop()))?)?;
    strings::install(lua, &standing.watch)?;

    let chunk = source::compile(lua, PRELUDE, include_bytes!("lua/prelude.lua"))?;
    let made: Table = chunk.call(host)?;
    let get = |name: &str| made.get::<Function>(name);
    Ok(Prelude {
        run: get("run")?,
        pcall: get("pcall")?,
        raise: get("raise")?,
        require: get("require")?,
        reload: get("reload")?,
        missing: get("missing")?,
        setmetatable: get("setmetatable")?,
        finish: get("finish")?,
    })
}

/// Raises the error of a module that is not a script's own to change.
fn refuse_change(_: &Lua, (module, name): (String, String)) -> mlua::Result<()> {
    let error = Error::new(Kind::Usage, format!("{module} is read-only: '{name}' cannot be set"));
    Err(raise(error.advice("keep functions of your own in a table or a module of your own")))
}

/// The table behind a module that is read-only, see `lua/prelude.lua`; any other table is its own.
pub(super) fn contents(table: &Table) -> Table {
    let meta = table.metatable();
    let module = meta.filter(|meta| meta.raw_get("__module").unwrap_or(false));
    module.and_then(|meta| meta.raw_get("__index").ok()).unwrap_or_else(|| table.clone())
}

/// Makes the functions of `os` refuse to be called while a recipe is loaded.
fn guard_clock(lua: &Lua) -> mlua::Result<()> {
    let os: Table = lua.globals().raw_get("os")?;
    let functions: Vec<(String, Value)> = os.pairs().collect::<mlua::Result<_>>()?;
    for (name, function) in functions {
        let Value::Function(function) = function else { continue };
        let call = format!("os.{name}");
        let guarded = move |lua: &Lua, args: MultiValue| {
            refuse_while_loading(lua, &call)?;
            function.call::<MultiValue>(args)
        };
        os.raw_set(name, lua.create_function(guarded)?)?;
    }
    Ok(())
}

/// Raises the error of a metatable with a finaliser.
fn refuse_finaliser(_: &Lua, (): ()) -> mlua::Result<()> {
    let error = Error::new(Kind::Usage, "a metatable cannot have '__gc': scripts have no finalisers");
    Err(raise(error.advice("clean up with a local variable marked <close>, or run with --trust")))
}

/// The file that called `require`: the innermost one that is a file, past this function and the prelude's.
///
/// Not so where it ends in `return require "x"`: a tail call leaves no trace of it.
fn caller(lua: &Lua) -> Option<PathBuf> {
    for level in 1.. {
        let source = lua.inspect_stack(level, |debug| debug.source().source.map(Cow::into_owned))?;
        if let Some(file) = source.as_deref().and_then(|source| source.strip_prefix('@')) {
            return Some(PathBuf::from(file));
        }
    }
    None
}
