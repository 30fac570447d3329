//! Loading a recipe: its file is run in a Lua state of its own, where nothing can be sent, read or written
//! meanwhile.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mlua::{Function, Lua, MultiValue, Value};

use super::values::Values;
use super::{Found, Recipe, bound, declare, header};
use crate::error::{Error, Kind, Result};
use crate::host::engine::{Engine, prelude};
use crate::host::error::failure::Failure;
use crate::host::watch::endless;
use crate::host::{memory, source};

/// A recipe that is ready to run, in a Lua state of its own. The state ends with it.
#[derive(Debug)]
pub struct Loaded {
    /// What it declares.
    pub recipe: Recipe,
    engine: Engine,
    run: Function,
}

/// Loads a recipe by name, to be run from that state. Errors: `usage` (unknown, malformed), `limit`.
pub fn load(lua: &Lua, name: &str) -> Result<Loaded> {
    let engine = Engine::nested(lua)?;
    let found = engine.standing.common.shelves.find(name)?;
    Loaded::new(engine, &found, bound::TIME)
}

impl Engine {
    /// Loads a recipe by name. Errors: `usage` (unknown, the nearest; or malformed, the line), `limit`.
    pub fn load_recipe(&self, name: &str) -> Result<Loaded> {
        load(self.lua(), name)
    }

    /// Loads a recipe from a file, as that name. Errors: `usage` (no recipe), `limit`.
    pub fn load_recipe_file(&self, path: &Path, name: &str) -> Result<Loaded> {
        let found = Found::file(path, name)?;
        Loaded::new(Engine::nested(self.lua())?, &found, bound::TIME)
    }

    /// What a recipe declares, by name. Errors: `usage`, `limit`.
    pub fn recipe(&self, name: &str) -> Result<Recipe> {
        self.load_recipe(name).map(|loaded| loaded.recipe)
    }
}

impl Loaded {
    /// Loads a recipe, which may take that time.
    pub(super) fn new(engine: Engine, found: &Found, time: Duration) -> Result<Loaded> {
        let text = found.text()?;
        match &found.path {
            Some(path) => engine.look_beside(path),
            None => engine.loader.nowhere(),
        }
        let guard = engine.standing.common.guard.borrow().clone();
        let mut read = None;
        let mut reading = || read = Some(engine.read_declaration(found, &text, time));
        match guard {
            Some(guard) => guard(&mut reading),
            None => reading(),
        }
        let not_read = || Err(Error::new(Kind::Usage, format!("{} was not loaded", found.name)));
        let (recipe, run) = read.unwrap_or_else(not_read)?;
        engine.standing.files.limit(recipe.files, &recipe.found.name);
        Ok(Loaded { recipe, engine, run })
    }

    /// The engine of its Lua state.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Lets it open those files, which the person who runs it has named, wherever they are.
    pub fn open_files(&self, paths: impl IntoIterator<Item = PathBuf>) {
        paths.into_iter().for_each(|path| self.engine.standing.files.open(path));
    }

    /// Runs it. Its values stay in its own state.
    pub async fn run(&self, args: MultiValue) -> Result<MultiValue, Failure> {
        self.engine.call(&self.run, args).await
    }

    /// Runs it to its end, and gives its values to carry into another state; what it left behind is gone by
    /// then.
    pub async fn run_out(self, args: MultiValue) -> Result<Values, Failure> {
        let taken = match self.run(args).await {
            Ok(values) => Values::take(&self.engine, values).await,
            Err(failure) => Err(failure),
        };
        self.close();
        taken
    }

    /// Ends its state: whatever it still waits for is dropped now.
    pub fn close(self) {
        let Loaded { engine, run, .. } = self;
        drop(run);
        engine.empty();
    }
}

impl Engine {
    /// Runs a recipe's file, bounded, and reads what it declares.
    fn read_declaration(&self, found: &Found, text: &[u8], time: Duration) -> Result<(Recipe, Function)> {
        let shown = found.display_path();
        let document = header(&String::from_utf8_lossy(text)).document;
        let no_recipe = |why: String| {
            let error = Error::new(Kind::Usage, format!("{shown} is no recipe: {why}"));
            error.advice("see lunette recipes new for how one looks")
        };
        let loaded = self.loading(time, || {
            let chunk = self.native(source::compile(&self.lua, &format!("@{shown}"), text))?;
            Ok(match self.pure(&chunk)? {
                Value::Table(table) => declare::recipe(&table, found.clone(), document).map_err(no_recipe),
                other => Err(no_recipe(format!("it returns a {}, not a table", other.type_name()))),
            })
        });
        loaded.unwrap_or_else(|failure| Err(malformed_error(&shown, failure)))
    }

    /// Does what loads a recipe: bounded, and with files and clock closed.
    fn loading<T>(
        &self,
        time: Duration,
        work: impl FnOnce() -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let watch = &self.standing.watch;
        self.native(memory::cap(&self.lua, bound::MEMORY))?;
        let replaced = self.native(bound::bound(&self.lua, watch, time))?;
        self.standing.loading.set(true);
        let done = work();
        self.standing.loading.set(false);
        self.lua.remove_global_hook();
        // A recipe that caught the error is broken all the same.
        let is_endless = watch.unbind();
        self.native(memory::cap(&self.lua, 0))?;
        self.native(replaced.put_back(&self.lua))?;
        self.native(self.arm())?;
        if is_endless { Err(Failure::of(endless())) } else { done }
    }

    /// Runs a chunk to its end without a coroutine around it, so that nothing in it can wait.
    fn pure(&self, chunk: &Function) -> std::result::Result<Value, Failure> {
        let run = self.native(prelude(&self.lua, |prelude| prelude.run.clone()))?;
        let (is_done, value): (bool, Value) = self.native(run.call(chunk))?;
        if is_done { Ok(value) } else { Err(Failure::from_caught(&self.lua, &value, bound::MEMORY)) }
    }

    /// Empties the globals and the libraries, so that nothing keeps a coroutine that waits: it is dropped
    /// here.
    fn empty(self) {
        let globals = self.lua.globals();
        for (_, value) in globals.pairs::<Value, Value>().flatten() {
            if let Value::Table(library) = value
                && library != globals
            {
                let _ = library.clear();
            }
        }
        globals.set_metatable(None).ok();
        globals.clear().ok();
        self.lua.remove_app_data::<crate::host::engine::Prelude>();
        self.lua.gc_collect().ok();
        self.lua.gc_collect().ok();
    }
}

fn malformed_error(shown: &str, failure: Failure) -> Error {
    if failure.message.contains("nothing can be waited for here") {
        let message = format!(
            "{shown} makes a request while it is loaded; a recipe may do so only in its run function"
        );
        return Error::new(Kind::Usage, message);
    }
    match failure.error {
        // --max-memory is for what runs: reading a declaration has a limit of its own.
        Some(error) if error.kind() == Kind::Limit => {
            let advice = "compute in the recipe's run function; its file only declares";
            error.context(format!("loading {shown}")).advice(advice)
        }
        Some(error) => error.context(format!("loading {shown}")),
        None if failure.syntax => Error::new(Kind::Usage, failure.message),
        None => Error::new(Kind::Usage, format!("loading {shown}: {}", failure.message)),
    }
}
