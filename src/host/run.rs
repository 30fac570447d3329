//! Running chunks: every one under a message handler that keeps the error and its traceback, and stoppable.

use std::path::Path;

use mlua::{FromLuaMulti, Function, IntoLuaMulti, Lua, MultiValue, Value};

use super::engine::{Engine, prelude};
use super::error::failure::Failure;
use super::interrupt::interrupted_error;
use super::source::{self, Completeness};
use crate::error::{Error, Kind};

impl Engine {
    /// Runs a script file with its arguments (`...` and the global `arg`); `require` looks beside it.
    ///
    /// Errors: `usage` (no such file, a folder, bytecode); whatever the script raises.
    pub async fn run_file(&self, path: &Path, args: &[String]) -> Result<MultiValue, Failure> {
        let text = source::read(path).map_err(Failure::of)?;
        self.look_beside(path);
        self.run_chunk(&format!("@{}", path.display()), &text, args).await
    }

    /// Runs a text as a chunk of that name (`stdin`, `-e`).
    pub async fn run_text(
        &self,
        name: &str,
        text: impl AsRef<[u8]>,
        args: &[String],
    ) -> Result<MultiValue, Failure> {
        let Some(text) = source::prepare(text.as_ref()) else {
            let message = format!("{name} is Lua bytecode, which Lunette never runs");
            return Err(Failure::of(Error::new(Kind::Usage, message)));
        };
        self.run_chunk(&format!("={name}"), &text, args).await
    }

    /// Runs a text that may be an expression, whose values come back (`-e`, the REPL).
    pub async fn eval(&self, name: &str, text: &str) -> Result<MultiValue, Failure> {
        // No file: a `#` that it begins with is Lua's operator.
        let chunk = source::compile_either(&self.lua, &format!("={name}"), text.as_bytes());
        self.call(&self.native(chunk)?, MultiValue::new()).await
    }

    /// Up to so many elements of an iterator, from a place on or from the next; it stays where it is.
    ///
    /// A list, and the place of the first; `None` of what is no iterator.
    pub async fn peek(
        &self,
        iterator: &Value,
        from: Option<usize>,
        count: usize,
    ) -> Result<Option<(Value, usize)>, Failure> {
        let Value::UserData(data) = iterator else { return Ok(None) };
        let Ok(peek) = data.metatable().and_then(|meta| meta.get::<Function>("__peek")) else {
            return Ok(None);
        };
        let args = self.native((data, from, count).into_lua_multi(&self.lua))?;
        let told = self.call(&peek, args).await?;
        self.native(<(Value, usize)>::from_lua_multi(told, &self.lua)).map(Some)
    }

    /// Calls a function; errors are told as for a chunk.
    pub async fn call(&self, function: &Function, mut args: MultiValue) -> Result<MultiValue, Failure> {
        let run = self.native(prelude(&self.lua, |prelude| prelude.run.clone()))?;
        args.push_front(Value::Function(function.clone()));
        let mut values = self.stoppable(run.call_async::<MultiValue>(args)).await?;
        match values.pop_front() {
            Some(Value::Boolean(true)) => Ok(values),
            _ => Err(Failure::from_caught(
                &self.lua,
                &values.pop_front().unwrap_or(Value::Nil),
                self.options.max_memory,
            )),
        }
    }

    /// Awaits what runs Lua, until an interrupt ends it.
    pub(super) async fn stoppable<T>(
        &self,
        work: impl Future<Output = mlua::Result<T>>,
    ) -> Result<T, Failure> {
        self.standing.common.interrupt.reset();
        let mut sweep = Sweep::new(&self.lua);
        // Whichever ends, the other is dropped before `sweep`, which then frees what coroutines still held.
        let ended = tokio::select! {
            biased;
            () = self.standing.common.interrupt.wait() => None,
            ended = work => Some(ended),
        };
        // What caught the interrupt and went on is interrupted all the same.
        let is_stopped = self.standing.common.interrupt.stopped();
        let Some(ended) = ended else {
            return Err(Failure::of(interrupted_error()));
        };
        sweep.needed = is_stopped;
        self.rearm();
        if is_stopped { Err(Failure::of(interrupted_error())) } else { self.native(ended) }
    }

    /// Whether the REPL should wait for more.
    pub fn completeness(&self, text: &str) -> Completeness {
        source::completeness(&self.lua, text)
    }

    async fn run_chunk(&self, name: &str, text: &[u8], args: &[String]) -> Result<MultiValue, Failure> {
        let chunk = self.native(source::compile(&self.lua, name, text))?;
        let values = self.native(self.arguments(name, args))?;
        self.call(&chunk, values).await
    }

    /// Sets the global `arg` as `lua` does, and gives the arguments as values.
    fn arguments(&self, name: &str, args: &[String]) -> mlua::Result<MultiValue> {
        let arg = self.lua.create_table()?;
        arg.raw_set(0, &name[1..])?;
        for (index, value) in args.iter().enumerate() {
            arg.raw_set(index + 1, value.as_str())?;
        }
        self.lua.globals().raw_set("arg", arg)?;
        args.iter().map(|value| self.lua.create_string(value).map(Value::String)).collect()
    }

    /// Forgets an interrupt, whatever it met: what is run next runs. For who has several things run by one
    /// engine.
    ///
    /// Also takes back to its pace a hook that an interrupt left at every instruction.
    pub fn rearm(&self) {
        if self.options.interruptible {
            self.standing.common.interrupt.reset();
            self.arm().ok();
        }
    }

    /// Tells a failure that mlua met itself.
    pub(super) fn native<T>(&self, result: mlua::Result<T>) -> Result<T, Failure> {
        result.map_err(|e| Failure::native(&e, self.options.max_memory))
    }
}

/// Collects garbage when a run is dropped before its end.
///
/// A Rust future that a script awaits in a coroutine of its own is dropped only with that coroutine: without
/// this, a cancelled upload would go on until Lua next felt like collecting.
struct Sweep<'a> {
    lua: &'a Lua,
    needed: bool,
}

impl<'a> Sweep<'a> {
    fn new(lua: &'a Lua) -> Sweep<'a> {
        Sweep { lua, needed: true }
    }
}

impl Drop for Sweep<'_> {
    fn drop(&mut self) {
        if self.needed {
            self.lua.gc_collect().ok();
        }
    }
}
