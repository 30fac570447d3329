//! A Lua state with Lunette's loader, errors and libraries in it.
//!
//! Knows how the parts are put together; what each does stands in its own file. How chunks run is in `run.rs`.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use mlua::{Function, IntoLuaMulti, Lua, Value};

use super::complete::Names;
use super::globals::{self, Globals};
use super::interrupt::Interrupt;
use super::loader::Loader;
use super::locals::Locals;
use super::output::Output;
use super::recipe::Shelves;
use super::task::Progress;
use super::{fs, json, memory, std_lib, task};
use crate::error::{Error, Kind, Result};

/// How an engine is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The whole Lua standard library, files and processes included.
    ///
    /// All that safe Rust can open: not `debug` beyond `traceback`, and no C modules.
    pub trust: bool,
    /// Bytes of Lua memory at most.
    pub max_memory: usize,
    /// Stop pure Lua loops on [`Interrupt::stop`]. Costs CPU-bound Lua a factor of 1.5 to 3.
    pub interruptible: bool,
    /// Folders in which recipes are looked for, nearest first, each with the word that says where it comes from.
    pub recipe_folders: Vec<(PathBuf, String)>,
    /// The working folder: what `fs` may reach.
    pub folder: PathBuf,
    /// Files and folders that `fs` may not reach, wherever they are.
    pub secrets: Vec<PathBuf>,
}

/// A Lua state with Lunette's loader, errors and libraries in it.
pub struct Engine {
    pub(super) lua: Lua,
    pub(super) interrupt: Interrupt,
    pub(super) options: Options,
    pub(super) loader: Rc<Loader>,
    pub(super) shelves: Shelves,
    pub(super) globals: Rc<Globals>,
    /// Those of a REPL session, from its first line on.
    pub(super) locals: OnceCell<Locals>,
    /// The iterator that it goes on with.
    pub(super) held: RefCell<Option<Value>>,
    output: Output,
    files: fs::Files,
}

/// The Lua functions of the prelude that Rust calls. Kept in the state, for who has no engine at hand.
pub(super) struct Prelude {
    /// Calls a function with the message handler that keeps error and traceback.
    pub(super) run: Function,
    /// `pcall` that lifts errors.
    pub(super) pcall: Function,
    /// Raises a caught error again, whole.
    pub(super) raise: Function,
    /// `require`.
    pub(super) require: Function,
    /// Reads modules anew.
    pub(super) reload: Function,
    /// What strict globals do where one is missing.
    pub(super) missing: Function,
    /// Lua's own `setmetatable`.
    pub(super) setmetatable: Function,
    /// Runs the finalisers that are due, and no more of them (only with `trust` are there any).
    pub(super) finish: Function,
}

impl Engine {
    /// A fresh engine. Errors: `usage` (more memory asked for than there is).
    pub fn new(options: Options) -> Result<Engine> {
        Engine::build(options).map_err(|e| Error::new(Kind::Usage, format!("cannot make a Lua state: {e}")))
    }

    fn build(options: Options) -> mlua::Result<Engine> {
        let lua = globals::open(options.trust)?;
        let shelves = Shelves::new(options.recipe_folders.clone());
        let engine = Engine {
            loader: Rc::new(Loader::new(shelves.clone(), options.trust)),
            globals: Rc::default(),
            locals: OnceCell::new(),
            held: RefCell::default(),
            interrupt: Interrupt::default(),
            output: Output::stdout(),
            files: fs::Files::new(options.folder.clone(), options.secrets.clone(), options.trust),
            lua,
            shelves,
            options,
        };
        engine.lua.set_memory_limit(engine.options.max_memory)?;
        let prelude = globals::prelude(&engine.lua, &engine.loader, &engine.globals, &engine.output)?;
        engine.lua.set_app_data(prelude);
        engine.lua.set_app_data(memory::Limit(engine.options.max_memory));
        engine.lua.set_app_data(engine.files.clone());
        if engine.options.interruptible {
            engine.interrupt.arm(&engine.lua)?;
        }
        engine.libraries();
        Ok(engine)
    }

    /// Names the libraries; none is built before a script asks for it.
    fn libraries(&self) {
        let files = self.files.clone();
        self.loader.register("fs", Rc::new(move |lua| files.module(lua)));
        self.loader.register("task", Rc::new(task::module));
        self.loader.register("std", Rc::new(std_lib::module));
        self.loader.register("std.fail", Rc::new(std_lib::fail));
        self.loader.register("std.inspect", Rc::new(std_lib::inspect));
        self.loader.register("std.json", Rc::new(json::module));
        for name in ["fs", "task", "std"] {
            self.globals.share(name, name);
        }
        self.globals.share("try", "std.try");
        self.globals.share("inspect", "std.inspect");
    }

    /// The Lua state, for who registers values.
    ///
    /// Globals are strict, for Rust too: look one up with `raw_get`.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// Makes `require "name"` return what `make` builds, at the first time it is asked for.
    ///
    /// `make` must be pure: completion may call it.
    #[allow(clippy::unnecessary_wraps, reason = "the signature leaves room for a name that is taken")]
    pub fn register(&self, name: &str, make: impl Fn(&Lua) -> mlua::Result<Value> + 'static) -> Result<()> {
        self.loader.register(name, Rc::new(make));
        Ok(())
    }

    /// Makes a registered module a global of the same name too.
    pub fn share(&self, module: &str) {
        self.globals.share(module, module);
    }

    /// Sets a global that scripts may read (globals are strict: reading an unknown one raises).
    pub fn set_global(&self, name: &str, value: Value) -> Result<()> {
        let set = self.lua.globals().raw_set(name, value);
        set.map_err(|e| Error::new(Kind::Usage, format!("cannot set the global {name}: {e}")))
    }

    /// Sets a global that a function returns when a script first reads it; the function may wait for the network.
    ///
    /// `make` makes the function. Completion calls nothing: it knows the global's name, and `names` of what it will be.
    pub fn set_global_lazily(
        &self,
        name: &str,
        names: Names,
        make: impl Fn(&Lua) -> mlua::Result<Function> + 'static,
    ) {
        self.globals.lazily(name, names, Rc::new(move |lua| make(lua).map(Value::Function)));
    }

    /// Gives names that are no globals a meaning, looked up each time: they become none, and any global wins.
    pub fn set_global_otherwise(&self, find: impl Fn(&Lua, &str) -> mlua::Result<Option<Value>> + 'static) {
        self.globals.otherwise(Rc::new(find));
    }

    /// Sends what `print` and `io.write` (not Lua's own, with `trust`) write elsewhere than to standard output.
    ///
    /// A writer that answers `BrokenPipe` is not written to again, and the script goes on.
    pub fn set_output(&self, writer: impl Write + 'static) {
        self.output.redirect(writer);
    }

    /// Is told what `warn` and failing `__gc` functions say; until then nobody is.
    pub fn set_warnings(&self, tell: impl Fn(&str) + 'static) {
        let said = RefCell::new(String::new());
        self.lua.set_warning_function(move |_, text, goes_on| {
            said.borrow_mut().push_str(text);
            if !goes_on {
                tell(&said.take());
            }
            Ok(())
        });
    }

    /// Has `task.parallel{ progress = "…" }` shown: `begin` is given its label when it begins, and what it returns is
    /// told whenever an element is done.
    pub fn set_progress(&self, begin: impl Fn(&str) -> Progress + 'static) {
        self.lua.set_app_data(task::Begin(Rc::new(begin)));
    }

    /// Lets `fs` only read from now on, and says why: `--read-only`, or a recipe's effects.
    pub fn forbid_writing(&self, why: &str) {
        self.files.forbid_writing(why);
    }

    /// The handle that stops this engine's chunks.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// The modules that can be required without a file of one's own, each with the first sentence of its header
    /// (empty for modules of Rust, which `stdlib/meta` documents).
    pub fn modules(&self) -> Vec<(String, String)> {
        let summary = |name: &str| {
            let path = format!("stdlib/std/{}.lua", name.strip_prefix("std.")?);
            Some(super::recipe::header(&crate::embed::text(&path)?).summary)
        };
        let told = |name: String| {
            let summary = summary(&name).unwrap_or_default();
            (name, summary)
        };
        self.loader.names().into_iter().map(told).collect()
    }

    /// Beside which script `require` looks.
    pub(super) fn beside(&self, script: &Path) {
        self.loader.beside(script);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.options.trust {
            let finish = prelude(&self.lua, |prelude| prelude.finish.clone());
            let _: mlua::Result<()> = finish.and_then(|finish| finish.call(()));
        }
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("options", &self.options).finish_non_exhaustive()
    }
}

/// The prelude's functions, borrowed from the state.
pub(super) fn prelude<R>(lua: &Lua, take: impl FnOnce(&Prelude) -> R) -> mlua::Result<R> {
    let prelude = lua.app_data_ref::<Prelude>();
    let prelude = prelude.ok_or_else(|| mlua::Error::runtime("this Lua state is no engine's"))?;
    Ok(take(&prelude))
}

/// Calls a Lua function from a binding; what it raises comes back whole, ready to be raised on with `?`.
///
/// `Function::call_async` would make a bare text of an error that is a table or an object.
pub async fn call(lua: &Lua, function: &Function, args: impl IntoLuaMulti) -> mlua::Result<mlua::MultiValue> {
    let pcall = prelude(lua, |prelude| prelude.pcall.clone())?;
    let mut args = args.into_lua_multi(lua)?;
    args.push_front(Value::Function(function.clone()));
    let mut values: mlua::MultiValue = pcall.call_async(args).await?;
    match values.pop_front() {
        Some(Value::Boolean(true)) => Ok(values),
        _ => Err(super::raised::in_flight(lua, values.pop_front().unwrap_or(Value::Nil))),
    }
}
