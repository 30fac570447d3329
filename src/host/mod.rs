//! The Lua engine: states, chunks, `require`, tasks, limits, errors. Has never heard of OpenStack.

use std::path::{Path, PathBuf};

use mlua::{Function, Lua, MultiValue, Value};

use crate::error::{Error, Result};

/// How an engine is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The whole Lua standard library, files and processes included.
    pub trust: bool,
    /// Bytes of Lua memory at most.
    pub max_memory: usize,
    /// Stop pure Lua loops on [`Interrupt::stop`]. Costs CPU-bound Lua a factor of 1.5 to 3.
    pub interruptible: bool,
    /// Folders in which recipes are looked for, nearest first, each with the word that says where it comes from.
    pub recipe_folders: Vec<(PathBuf, String)>,
    /// The working folder: what `fs` may reach.
    pub folder: PathBuf,
}

/// A Lua state with Lunette's loader, errors and libraries in it.
pub struct Engine {}

/// Stops what an engine runs. May be used from any thread.
#[derive(Clone)]
pub struct Interrupt {}

impl Interrupt {
    /// Makes the running chunk end with an `interrupted` error, also inside `while true do pcall(f) end`.
    pub fn stop(&self) {
        todo!()
    }
}

/// Why a chunk ended badly, told in the script's own lines.
#[derive(Debug)]
pub struct Failure {
    /// The error object, where one of Lunette's was raised (or an interrupt).
    pub error: Option<Error>,
    /// One line, without traceback: `script.lua:3: attempt to index a nil value (global 'x')`.
    pub message: String,
    /// `script.lua:3: in function 'share'`, innermost first, only lines of scripts, recipes and std.
    pub traceback: Vec<String>,
    /// The text cannot be a chunk: the mistake is one of syntax.
    pub syntax: bool,
}

/// Whether a text can be run as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It is a chunk or an expression, or a mistake that more text cannot mend.
    Complete,
    /// It ends too early.
    Incomplete,
}

impl Engine {
    /// A fresh engine.
    pub fn new(options: Options) -> Result<Engine> {
        let _ = options;
        todo!()
    }
    /// The Lua state, for who registers values.
    pub fn lua(&self) -> &Lua {
        todo!()
    }
    /// Makes `require "name"` return what `make` builds, at the first time it is asked for.
    pub fn register(&self, name: &str, make: impl Fn(&Lua) -> mlua::Result<Value> + 'static) -> Result<()> {
        let _ = (name, make);
        todo!()
    }
    /// Sets a global that scripts may read (globals are strict: reading an unknown one raises).
    pub fn set_global(&self, name: &str, value: Value) -> Result<()> {
        let _ = (name, value);
        todo!()
    }
    /// The handle that stops this engine's chunks.
    pub fn interrupt(&self) -> Interrupt {
        todo!()
    }
    /// Runs a script file with its arguments (`...` and the global `arg`); `require` looks beside it.
    pub async fn run_file(&self, path: &Path, args: &[String]) -> Result<MultiValue, Failure> {
        let _ = (path, args);
        todo!()
    }
    /// Runs a text as a chunk of that name (`stdin`, `-e`).
    pub async fn run_text(&self, name: &str, text: &str, args: &[String]) -> Result<MultiValue, Failure> {
        let _ = (name, text, args);
        todo!()
    }
    /// Runs a text that may be an expression, whose values come back (`-e`, the REPL).
    pub async fn eval(&self, name: &str, text: &str) -> Result<MultiValue, Failure> {
        let _ = (name, text);
        todo!()
    }
    /// Calls a function; errors are told as for a chunk.
    pub async fn call(&self, function: &Function, args: MultiValue) -> Result<MultiValue, Failure> {
        let _ = (function, args);
        todo!()
    }
    /// Whether the REPL should wait for more.
    pub fn completeness(&self, text: &str) -> Completeness {
        let _ = text;
        todo!()
    }
    /// Live names that could stand at the end of `line` (`cloud.pro`, `image:mem`), whole words.
    pub fn completions(&self, line: &str) -> Vec<String> {
        let _ = line;
        todo!()
    }
    /// A Lua value as JSON: records by their fields, iterators collected, functions as text.
    pub async fn to_json(&self, value: &Value) -> Result<serde_json::Value, Failure> {
        let _ = value;
        todo!()
    }
    /// `tostring(value)`, or a short Lua literal for plain tables, strings quoted (what the REPL shows).
    pub fn inspect(&self, value: &Value) -> String {
        let _ = value;
        todo!()
    }
    /// Every recipe that can be found, nearest first; a shadowed one is listed with `shadowed_by`.
    pub fn recipes(&self) -> Vec<Found> {
        todo!()
    }
    /// Loads one recipe by name. Errors: `usage` (unknown, the nearest; or malformed, the line).
    pub async fn recipe(&self, name: &str) -> Result<Recipe> {
        let _ = name;
        todo!()
    }
}

/// A recipe's place.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name: the file's, without `.lua`.
    pub name: String,
    /// `./recipes`, `$LUNETTE_PATH`, `built in`, …
    pub origin: String,
    /// The file; `None` for one in the binary.
    pub path: Option<PathBuf>,
    /// The first sentence of its header.
    pub summary: String,
    /// The origin of the nearer one of the same name.
    pub shadowed_by: Option<String>,
}

/// A recipe, loaded: what it declares, and its function.
pub struct Recipe {
    /// Where it was found.
    pub found: Found,
    /// The whole header comment, without dashes.
    pub document: String,
    /// `read`, `write` or `delete`.
    pub effects: String,
    /// Its arguments, in the order they were declared.
    pub args: Vec<Argument>,
    /// Columns of the table it renders to, where it names them.
    pub columns: Option<Vec<String>>,
    /// `run(cloud, args)`.
    pub run: Function,
}

/// One declared argument. `--name` is an option (a flag where it has no type), else it is positional.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Its name as `args` holds it: `image`, `all`; dashes become underscores.
    pub name: String,
    /// Whether it begins with `--`.
    pub option: bool,
    /// One line of help.
    pub help: String,
    /// `string`, `integer`, `number`, `boolean`, or a list of the words allowed.
    pub kind: ArgumentKind,
    /// May be given several times; `args` then holds a list.
    pub many: bool,
    /// Need not be given (options never need).
    pub optional: bool,
    /// What it is when not given.
    pub default: Option<serde_json::Value>,
    /// The word for its value in the usage line; the name in capitals unless said otherwise.
    pub value_name: Option<String>,
}

/// The type of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentKind {
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A flag: takes no value.
    Flag,
    /// One of these words.
    OneOf(Vec<String>),
}

/// What a binding returns to raise this error in Lua as an object with `kind`, `status`, `message`, `op`, `request_id`.
pub fn raise(error: Error) -> mlua::Error {
    mlua::Error::external(error)
}
