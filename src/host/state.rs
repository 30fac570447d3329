//! What an engine shares with the engines of the recipes that are run from it.
//!
//! A recipe runs in a Lua state of its own: what it changes in globals, libraries or modules, and what it
//! leaves behind (functions, coroutines, objects), ends with that state, and nobody else's code can ever call
//! it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use mlua::Lua;

use super::engine::Options;
use super::files::Files;
use super::globals::Lazies;
use super::interrupt::Interrupt;
use super::library::task;
use super::loader::{Make, Modules};
use super::memory;
use super::output::Output;
use super::recipe::{Pending, RecipeModule, Shelves};
use super::watch::Watch;
use crate::budget::Budget;
use crate::error::{Error, Kind, Result};

/// How deep recipes may run recipes.
const DEEPEST: usize = 8;

/// The least memory that a recipe needs to begin.
const LEAST_MEMORY: usize = 1 << 20;

/// Runs a load of a recipe in such a way that no request leaves meanwhile.
pub(super) type Guard = Rc<dyn Fn(&mut dyn FnMut())>;

/// Does something to a Lua state.
pub(super) type Furnish = Rc<dyn Fn(&Lua) -> mlua::Result<()>>;

/// Is given what `warn` says.
pub(super) type Warn = Rc<dyn Fn(&str)>;

/// What the engines of one run share.
pub(super) struct Common {
    /// As the run was given them.
    pub(super) options: Options,
    /// The memory of all its Lua states, and of what Rust builds for them.
    pub(super) budget: Budget,
    pub(super) interrupt: Interrupt,
    pub(super) output: Output,
    pub(super) shelves: Shelves,
    /// Modules of Rust.
    pub(super) modules: Modules,
    /// Globals that are built when they are first read.
    pub(super) lazies: Lazies,
    pub(super) progress: RefCell<Option<task::Begin>>,
    pub(super) warn: RefCell<Option<Warn>>,
    pub(super) guard: RefCell<Option<Guard>>,
    /// Recipes that are still being loaded for a completion, by name.
    pub(super) pending: Pending,
    /// What is done to each Lua state before anything runs in it.
    pub(super) furnish: RefCell<Option<Furnish>>,
    /// What `require "recipes.NAME"` gives.
    pub(super) recipe_module: RefCell<Option<RecipeModule>>,
}

impl Common {
    pub(super) fn new(options: Options) -> Rc<Common> {
        Rc::new(Common {
            shelves: Shelves::new(options.recipe_folders.clone(), options.project_recipes.clone()),
            interrupt: Interrupt::default(),
            output: Output::stdout(),
            modules: Modules::default(),
            lazies: Lazies::default(),
            progress: RefCell::default(),
            warn: RefCell::default(),
            guard: RefCell::default(),
            pending: Pending::default(),
            furnish: RefCell::default(),
            recipe_module: RefCell::default(),
            budget: Budget::of(options.max_memory),
            options,
        })
    }

    /// Registers a module of Rust, for all engines.
    pub(super) fn register(&self, name: &str, make: Make) {
        self.modules.borrow_mut().insert(name.to_owned(), make);
    }
}

/// One engine's place among the others of its run. Kept in its Lua state, for bindings that start a recipe.
#[derive(Clone)]
pub(super) struct Standing {
    pub(super) common: Rc<Common>,
    /// The files that the engine may reach.
    pub(super) files: Files,
    /// Whether a recipe is being loaded in it.
    pub(super) loading: Rc<Cell<bool>>,
    /// What stops that which computes in it.
    pub(super) watch: Rc<Watch>,
    /// How many recipes are around it.
    pub(super) depth: usize,
}

impl Standing {
    /// That of a script, or of a REPL.
    pub(super) fn outermost(common: &Rc<Common>) -> Standing {
        Standing {
            files: Files::new(&common.options),
            common: common.clone(),
            loading: Rc::default(),
            watch: Rc::new(Watch::new(common.interrupt.clone())),
            depth: 0,
        }
    }

    /// The standing that a Lua state keeps.
    pub(super) fn of(lua: &Lua) -> Result<Standing> {
        let standing = lua.app_data_ref::<Standing>().map(|standing| standing.clone());
        standing.ok_or_else(|| Error::new(Kind::Usage, "this Lua state is no engine's"))
    }

    /// That of a recipe which is started from here. Errors: `limit` (recipes that run recipes without end; no
    /// memory).
    pub(super) fn nested(&self, lua: &Lua) -> Result<(Standing, Options)> {
        if self.depth >= DEEPEST {
            let message = format!("recipes run recipes more than {DEEPEST} deep");
            return Err(Error::new(Kind::Limit, message).advice("does one of them run itself?"));
        }
        let options = self.common.options.clone();
        if self.common.budget.left() < LEAST_MEMORY {
            let _ = lua.gc_collect();
            if self.common.budget.left() < LEAST_MEMORY {
                return Err(memory::used_up_error(options.max_memory));
            }
        }
        let standing = Standing {
            common: self.common.clone(),
            files: self.files.narrowed(),
            loading: Rc::default(),
            watch: Rc::new(Watch::new(self.common.interrupt.clone())),
            depth: self.depth + 1,
        };
        Ok((standing, options))
    }
}

/// Whether a recipe is being loaded in this state. Errors: `usage` (it is, and the call must wait until it
/// runs).
pub fn refuse_while_loading(lua: &Lua, call: &str) -> mlua::Result<()> {
    if is_loading(lua) {
        let message = format!("{call} is called while a recipe is loaded");
        return Err(super::raise(
            Error::new(Kind::Usage, message).advice("call it in the recipe's run function"),
        ));
    }
    Ok(())
}

/// Whether a recipe is being loaded in this state.
pub(super) fn is_loading(lua: &Lua) -> bool {
    lua.app_data_ref::<Standing>().is_some_and(|standing| standing.loading.get())
}
