//! A REPL session inside an engine: locals that stay from line to line, and the last values that were shown.
//!
//! Which locals stay is told by `session_locals.rs`; how they are shared, by `lua/locals.lua`.

use mlua::{Function, Lua, MultiValue, Table, Value};

use super::session_locals;
use super::tokens::tokens;
use crate::error::{Error, Kind, Result};
use crate::host::engine::{Engine, prelude};
use crate::host::error::failure::Failure;
use crate::host::error::traceback::PRELUDE;
use crate::host::library::json;
use crate::host::source;

/// The names of the last values, the newest first.
const LAST: [&str; 3] = ["_", "_1", "_2"];

/// The locals of a session: the functions of `lua/locals.lua`.
#[derive(Clone)]
pub(in crate::host) struct Locals {
    environment: Function,
    read: Function,
    names: Function,
    clear: Function,
}

impl Locals {
    fn new(lua: &Lua) -> mlua::Result<Locals> {
        let (missing, setmetatable) =
            prelude(lua, |prelude| (prelude.missing.clone(), prelude.setmetatable.clone()))?;
        let chunk = source::compile(lua, PRELUDE, include_bytes!("../lua/locals.lua"))?;
        let made: Table = chunk.call((missing, setmetatable))?;
        Ok(Locals {
            environment: made.get("environment")?,
            read: made.get("read")?,
            names: made.get("names")?,
            clear: made.get("clear")?,
        })
    }

    /// The names that the next line sees.
    pub(in crate::host) fn names(&self) -> Vec<String> {
        self.names.call(()).unwrap_or_default()
    }

    /// The value of one of them; runs nothing of a script's.
    pub(in crate::host) fn read(&self, name: &str) -> Option<Value> {
        self.read.call(name).ok().filter(|value: &Value| !value.is_nil())
    }
}

impl Engine {
    /// Runs a line of a session: an expression, whose values come back, or a chunk, whose locals the next
    /// line sees.
    pub async fn eval_line(&self, name: &str, text: &str) -> Result<MultiValue, Failure> {
        let chunk = self.native(self.line(&format!("={name}"), text))?;
        self.call(&chunk, MultiValue::new()).await
    }

    /// Whether a text is a statement, or several, as it is: a line of a script.
    pub fn is_chunk(&self, text: &str) -> bool {
        source::compile(&self.lua, "=input", text.as_bytes()).is_ok()
    }

    /// Remembers a value that was shown: it is `_` now, what was `_` is `_1`, and so on.
    pub fn remember(&self, value: &Value) -> Result<()> {
        let globals = self.lua.globals();
        for pair in LAST.windows(2).rev() {
            let older: Value = globals.raw_get(pair[0]).unwrap_or(Value::Nil);
            self.set_global(pair[1], older)?;
        }
        self.set_global(LAST[0], value.clone())
    }

    /// The same for a value in JSON.
    pub fn remember_json(&self, value: &serde_json::Value) -> Result<()> {
        let value = json::to_lua(&self.lua, value);
        self.remember(&value.map_err(|e| Error::new(Kind::Usage, e.to_string()))?)
    }

    /// Holds an iterator, to go on with it later.
    pub fn hold(&self, iterator: &Value) {
        self.held.replace(Some(iterator.clone()));
    }

    /// The iterator that is held.
    pub fn held_iterator(&self) -> Option<Value> {
        self.held.borrow().clone()
    }

    /// Reads anew every module that came from a file; what was required before has the new functions. Their
    /// names.
    ///
    /// Errors: what the first module raises that does not load; it stays what it was, and the others are
    /// read.
    pub async fn reload(&self) -> Result<Vec<String>, Failure> {
        let reload = self.native(prelude(&self.lua, |prelude| prelude.reload.clone()))?;
        let names = self.call(&reload, MultiValue::new()).await?.into_iter().next();
        let names = names.as_ref().and_then(Value::as_table);
        Ok(names.map(|names| names.sequence_values().flatten().collect()).unwrap_or_default())
    }

    /// Forgets the session's locals and the last values; globals stay.
    pub fn forget(&self) -> Result<()> {
        if let Some(locals) = self.locals.get() {
            let _: mlua::Result<()> = locals.clear.call(());
        }
        LAST.iter().try_for_each(|name| self.set_global(name, Value::Nil))
    }

    fn line(&self, name: &str, text: &str) -> mlua::Result<Function> {
        if self.locals.get().is_none() {
            let _ = self.locals.set(Locals::new(&self.lua)?);
        }
        let compile = |text: &str| source::compile(&self.lua, name, text.as_bytes());
        let chunk = if let Ok(expression) = compile(&format!("return {text}")) {
            expression
        } else {
            // First as it was typed, for the words in which an error is told.
            let plain = compile(text)?;
            session_locals::telling(text).and_then(|telling| compile(&telling).ok()).unwrap_or(plain)
        };
        if let Some(locals) = self.locals.get() {
            let environment: Table = locals.environment.call(())?;
            chunk.set_environment(environment)?;
        }
        Ok(chunk)
    }
}

/// Whether a text reads one of the last values.
pub fn reads_last_values(text: &str) -> bool {
    tokens(text).any(|token| LAST.contains(&token.of(text)))
}
