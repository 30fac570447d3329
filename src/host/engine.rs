//! A Lua state with Lunette's loader, errors and libraries in it.
//!
//! Knows how the parts are put together; what each does stands in its own file. How chunks run is in
//! `run.rs`.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use mlua::{Function, IntoLuaMulti, Lua, Value};

use super::explore::complete::Names;
use super::explore::locals::Locals;
use super::globals::{self, Globals};
use super::interrupt::Interrupt;
use super::library::task::Progress;
use super::library::{json, std_lib, task};
use super::loader::Loader;
use super::state::{self, Common, Standing};
use super::{files, memory};
use crate::budget::Budget;
use crate::error::{Error, Kind, Result};

/// Files and folders that are closed to scripts, looked up when a script first reaches for a file.
#[derive(Clone, Debug)]
pub struct Secrets(Arc<LazyLock<Vec<PathBuf>, LookUp>>);

type LookUp = Box<dyn FnOnce() -> Vec<PathBuf> + Send>;

impl Secrets {
    /// Those that a function finds, which is called at most once.
    pub fn lazy(look_up: impl FnOnce() -> Vec<PathBuf> + Send + 'static) -> Secrets {
        Secrets(Arc::new(LazyLock::new(Box::new(look_up))))
    }

    /// The files and folders.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.0
    }
}

impl Default for Secrets {
    /// None.
    fn default() -> Secrets {
        Secrets::lazy(Vec::new)
    }
}

/// How an engine is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The whole Lua standard library, files and processes included.
    ///
    /// All that safe Rust can open: not `debug` beyond `traceback`, and no C modules.
    pub trust: bool,
    /// Bytes of memory at most: what Lua holds, and what Rust builds for it. 0 is no limit.
    pub max_memory: usize,
    /// Stop pure Lua loops on [`Interrupt::stop`]. Costs CPU-bound Lua a factor of 1.5 to 3.
    pub interruptible: bool,
    /// Folders in which recipes are looked for, nearest first, each with the word that says where it comes
    /// from.
    pub recipe_folders: Vec<(PathBuf, String)>,
    /// Folders whose recipes add names and replace none, in the same form.
    pub project_recipes: Vec<(PathBuf, String)>,
    /// The working folder: what `fs` may reach.
    pub folder: PathBuf,
    /// Files and folders that scripts may not reach, wherever they are.
    pub secrets: Secrets,
    /// The home folder: where the working folder is in a dot folder of it, scripts reach no file.
    pub home: Option<PathBuf>,
}

/// A Lua state with Lunette's loader, errors and libraries in it.
pub struct Engine {
    pub(super) lua: Lua,
    /// As the run was given them, but for the memory of a recipe's engine.
    pub(super) options: Options,
    pub(super) loader: Rc<Loader>,
    pub(super) globals: Rc<Globals>,
    /// Those of a REPL session, from its first line on.
    pub(super) locals: OnceCell<Locals>,
    /// The iterator that it goes on with.
    pub(super) held: RefCell<Option<Value>>,
    pub(super) standing: Standing,
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
        let common = Common::new(options);
        common.register("task", Rc::new(task::module));
        common.register("std", Rc::new(std_lib::module));
        common.register("std.fail", Rc::new(std_lib::fail));
        common.register("std.inspect", Rc::new(std_lib::inspect));
        common.register("std.json", Rc::new(json::module));
        common.register("fs", Rc::new(files::module));
        for name in ["fs", "task", "std"] {
            common.lazies.share(name, name);
        }
        common.lazies.share("try", "std.try");
        common.lazies.share("inspect", "std.inspect");
        Engine::build(common.options.clone(), Standing::outermost(&common))
    }

    /// The engine of a recipe that is started from a state. Errors: `limit` (too deep, no memory).
    pub(super) fn nested(lua: &Lua) -> Result<Engine> {
        let (standing, options) = Standing::of(lua)?.nested(lua)?;
        Engine::build(options, standing)
    }

    fn build(options: Options, standing: Standing) -> Result<Engine> {
        let built = Engine::assemble(options, standing);
        built.map_err(|e| {
            let error = Error::new(Kind::Usage, format!("cannot make a Lua state: {e}"));
            error.advice("raise --max-memory, or leave it out")
        })
    }

    fn assemble(options: Options, standing: Standing) -> mlua::Result<Engine> {
        let lua = globals::open(options.trust)?;
        let common = standing.common.clone();
        let engine = Engine {
            loader: Rc::new(Loader::new(&common)),
            globals: Rc::new(Globals::new(&common)),
            locals: OnceCell::new(),
            held: RefCell::default(),
            lua,
            options,
            standing,
        };
        memory::join(&engine.lua, &common.budget)?;
        let prelude = globals::prelude(&engine)?;
        engine.lua.set_app_data(prelude);
        engine.lua.set_app_data(engine.standing.clone());
        if let Some(begin) = common.progress.borrow().clone() {
            engine.lua.set_app_data(begin);
        }
        engine.tell_warnings();
        let furnish = common.furnish.borrow().clone();
        furnish.map_or(Ok(()), |furnish| furnish(&engine.lua))?;
        engine.arm()?;
        Ok(engine)
    }

    /// Lets pure Lua loops be stopped, where the run wants that.
    pub(super) fn arm(&self) -> mlua::Result<()> {
        if self.options.interruptible {
            return self.standing.common.interrupt.arm(&self.lua);
        }
        Ok(())
    }

    /// The memory budget, which bounds what Rust builds for Lua too.
    pub fn budget(&self) -> Budget {
        memory::budget(&self.lua)
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
        self.standing.common.register(name, Rc::new(make));
        Ok(())
    }

    /// Makes a registered module a global of the same name too.
    pub fn share(&self, module: &str) {
        self.standing.common.lazies.share(module, module);
    }

    /// Sets a global that scripts may read (globals are strict: reading an unknown one raises).
    pub fn set_global(&self, name: &str, value: Value) -> Result<()> {
        let set = self.lua.globals().raw_set(name, value);
        set.map_err(|e| Error::new(Kind::Usage, format!("cannot set the global {name}: {e}")))
    }

    /// Sets a global that a function returns when a script first reads it; the function may wait for the
    /// network.
    ///
    /// `make` makes the function. Completion calls nothing: it knows the global's name, and `names` of what
    /// it will be.
    pub fn set_global_lazily(
        &self,
        name: &str,
        names: Names,
        make: impl Fn(&Lua) -> mlua::Result<Function> + 'static,
    ) {
        let make = Rc::new(move |lua: &Lua| make(lua).map(Value::Function));
        self.standing.common.lazies.lazily(name, names, make);
    }

    /// Gives names that are no globals a meaning, looked up each time: they become none, and any global wins.
    pub fn set_global_otherwise(&self, find: impl Fn(&Lua, &str) -> mlua::Result<Option<Value>> + 'static) {
        self.globals.otherwise(Rc::new(find));
    }

    /// Sends what `print` and `io.write` (not Lua's own, with `trust`) write elsewhere than to standard
    /// output.
    ///
    /// A writer that answers `BrokenPipe` is not written to again, and the script goes on.
    pub fn set_output(&self, writer: impl Write + 'static) {
        self.standing.common.output.redirect(writer);
    }

    /// Calls `tell` with what `warn` and failing `__gc` functions say.
    pub fn set_warnings(&self, tell: impl Fn(&str) + 'static) {
        self.standing.common.warn.replace(Some(Rc::new(tell)));
        self.tell_warnings();
    }

    fn tell_warnings(&self) {
        let Some(tell) = self.standing.common.warn.borrow().clone() else { return };
        let said = RefCell::new(String::new());
        self.lua.set_warning_function(move |lua, text, goes_on| {
            said.borrow_mut().push_str(text);
            if !goes_on {
                let text = said.take();
                if !state::is_loading(lua) {
                    tell(&text);
                }
            }
            Ok(())
        });
    }

    /// Has `task.parallel{ progress = "…" }` shown: `begin` is given its label when it begins, and what it
    /// returns is told whenever an element is done.
    pub fn set_progress(&self, begin: impl Fn(&str) -> Progress + 'static) {
        let begin = task::Begin(Rc::new(begin));
        self.standing.common.progress.replace(Some(begin.clone()));
        self.lua.set_app_data(begin);
    }

    /// Does something to this Lua state now, and to that of each recipe before anything runs in it.
    pub fn furnish(&self, furnish: impl Fn(&Lua) -> mlua::Result<()> + 'static) -> mlua::Result<()> {
        furnish(&self.lua)?;
        self.standing.common.furnish.replace(Some(Rc::new(furnish)));
        Ok(())
    }

    /// Has recipes loaded within `guard`, which lets no request leave meanwhile.
    pub fn guard_loading(&self, guard: impl Fn(&mut dyn FnMut()) + 'static) {
        self.standing.common.guard.replace(Some(Rc::new(guard)));
    }

    /// Makes `require "recipes.NAME"` return what `make` builds for the name.
    pub fn set_recipe_module(&self, make: impl Fn(&Lua, &str) -> mlua::Result<Value> + 'static) {
        self.standing.common.recipe_module.replace(Some(Rc::new(make)));
    }

    /// Lets no file be written from now on, by recipes neither, and says why: `--read-only`.
    pub fn forbid_writing(&self, why: &str) {
        self.standing.files.forbid_writing(why);
    }

    /// The handle that stops this engine's chunks.
    pub fn interrupt(&self) -> Interrupt {
        self.standing.common.interrupt.clone()
    }

    /// The modules that can be required without a file of one's own, each with the first sentence of its
    /// header (empty for modules of Rust, which `stdlib/meta` documents).
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
    pub(super) fn look_beside(&self, script: &Path) {
        self.loader.look_beside(script);
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
    unpack_returned(lua, pcall.call_async(args).await?)
}

/// The same where the binding cannot wait, and the function therefore neither.
pub(super) fn call_now(
    lua: &Lua,
    function: &Function,
    args: impl IntoLuaMulti,
) -> mlua::Result<mlua::MultiValue> {
    let pcall = prelude(lua, |prelude| prelude.pcall.clone())?;
    let mut args = args.into_lua_multi(lua)?;
    args.push_front(Value::Function(function.clone()));
    unpack_returned(lua, pcall.call(args)?)
}

/// What `pcall` gave, as values or as the error in flight.
fn unpack_returned(lua: &Lua, mut values: mlua::MultiValue) -> mlua::Result<mlua::MultiValue> {
    match values.pop_front() {
        Some(Value::Boolean(true)) => Ok(values),
        _ => Err(super::error::lua_error::in_flight(lua, values.pop_front().unwrap_or(Value::Nil))),
    }
}
