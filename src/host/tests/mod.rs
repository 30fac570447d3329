//! The engine, driven by Lua: every pitfall of mlua by name, with the remedy it pins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod coroutines;
mod documented;
mod errors;
mod globals;
mod isolation;
mod limits;
mod loading;
mod locals;
mod modules;
mod recipes;
mod std_modules;
mod tasks;
mod values;

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use mlua::{Lua, MultiValue, Value};

use super::{Engine, Failure, Options, Secrets, raise};
use crate::error::{Error, Kind};

pub(super) fn options() -> Options {
    Options {
        trust: false,
        max_memory: 64 << 20,
        interruptible: false,
        recipe_folders: Vec::new(),
        project_recipes: Vec::new(),
        folder: std::env::temp_dir(),
        secrets: Secrets::default(),
        home: None,
    }
}

/// An engine with three more globals: `later(v)` waits and gives `v`, `refuse()` raises a conflict at once,
/// and `refuse_later()` after waiting.
pub(super) fn engine() -> Engine {
    engine_with(options())
}

pub(super) fn engine_with(options: Options) -> Engine {
    let engine = Engine::new(options).unwrap();
    let lua = engine.lua();
    let later = lua.create_async_function(|_, value: Value| async move {
        tokio::task::yield_now().await;
        Ok(value)
    });
    let refuse = lua.create_function(|_: &Lua, ()| -> mlua::Result<()> { Err(raise(conflict())) });
    let refuse_later = lua.create_async_function(|_: Lua, ()| async move {
        tokio::task::yield_now().await;
        Err::<(), _>(raise(conflict()))
    });
    for (name, function) in [("later", later), ("refuse", refuse), ("refuse_later", refuse_later)] {
        engine.set_global(name, Value::Function(function.unwrap())).unwrap();
    }
    engine
}

fn conflict() -> Error {
    Error::new(Kind::Conflict, "it is there already")
        .op("POST /v2/images/1bea/members")
        .status(409)
        .request_id("req-7f3c")
        .advice("leave it")
}

const CONFLICT: &str = "POST /v2/images/1bea/members: 409 conflict: it is there already (req-7f3c)";

/// Runs a text as `job.lua`, and gives its values as the REPL would show them.
pub(super) async fn run(engine: &Engine, text: &str) -> Result<String, Failure> {
    engine.run_text("job.lua", text, &[]).await.map(|values| shown(engine, &values))
}

fn shown(engine: &Engine, values: &MultiValue) -> String {
    values.iter().map(|value| engine.inspect(value).unwrap()).collect::<Vec<_>>().join(", ")
}

/// Runs a text on a fresh engine.
async fn values(text: &str) -> String {
    run(&engine(), text).await.unwrap_or_else(|failure| panic!("{failure:?}\n{text}"))
}

async fn failure(text: &str) -> Failure {
    run(&engine(), text).await.expect_err(text)
}

/// Runs a file and gives the message of its failure, or its values.
async fn run_file(engine: &Engine, path: &Path) -> String {
    match engine.run_file(path, &[]).await {
        Ok(values) => shown(engine, &values),
        Err(failure) => failure.message,
    }
}

/// A writer that can be read afterwards.
#[derive(Clone, Default)]
struct Paper(Rc<RefCell<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
