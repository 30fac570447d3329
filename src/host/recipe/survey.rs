//! The declarations of all recipes, whatever one of them does: for lists, help and completion.
//!
//! Reading a declaration ends (`bound.rs`). All of a survey together have [`ALL`]; when that is used up, each
//! recipe that is left still has [`LEAST`], which is plenty for a declaration. Recipes are read on a thread
//! of their own: should one of them hang all the same, it is given up with its thread, and the next thread
//! goes on with the others.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use mlua::{Function, Lua, MultiValue, Table, Value};

use super::{Found, Recipe, bound};
use crate::error::{Error, Kind, Result};
use crate::host::engine::{Engine, Options};
use crate::host::recipe::Loaded;
use crate::host::watch::endless;
use crate::host::{Names, raise};

/// The time that all recipes together may take.
const ALL: Duration = Duration::from_secs(2);

/// The time that each recipe may take, whatever the others took.
const LEAST: Duration = Duration::from_millis(100);

/// How much longer than its time a recipe may take before its thread is given up.
const PATIENCE: Duration = Duration::from_millis(500);

/// Results still to come of recipes that took too long.
pub(in crate::host) type Pending = RefCell<HashMap<String, Receiver<Result<Recipe>>>>;

impl Engine {
    /// Returns each recipe's declaration, or why it cannot be loaded; nearest first, shadowed ones too.
    pub fn survey(&self) -> Vec<(Found, Result<Recipe>)> {
        self.read_all(&self.recipes())
    }

    /// What one recipe declares, where it can be read within that time. Later calls wait for the same thread:
    /// one that never ends is started once.
    pub fn glance_at(&self, name: &str, patience: Duration) -> Result<Recipe> {
        let found = self.standing.common.shelves.find(name)?;
        let mut pending = self.standing.common.pending.borrow_mut();
        let heard = match pending.remove(name) {
            Some(heard) => heard,
            None => self.reading(vec![found], Instant::now() + bound::TIME)?,
        };
        match heard.recv_timeout(patience) {
            Ok(recipe) => recipe,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                pending.insert(name.to_owned(), heard);
                Err(endless())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(endless()),
        }
    }

    /// Loads recipes on a thread of their own, and returns the channel that gets each declaration in turn.
    fn reading(&self, recipes: Vec<Found>, ends: Instant) -> Result<Receiver<Result<Recipe>>> {
        let (told, heard) = mpsc::channel();
        let (options, modules) = (self.standing.common.options.clone(), self.loader.names());
        let reading = move || read(options, &modules, recipes, ends, &told);
        let started = thread::Builder::new().name("recipes".into()).spawn(reading);
        started.map(|_| heard).map_err(|refusal| Error::no_thread(&refusal))
    }

    fn read_all(&self, recipes: &[Found]) -> Vec<(Found, Result<Recipe>)> {
        let ends = Instant::now() + ALL;
        let mut surveyed: Vec<(Found, Result<Recipe>)> = Vec::new();
        while surveyed.len() < recipes.len() {
            let heard = match self.reading(recipes[surveyed.len()..].to_vec(), ends) {
                Ok(heard) => heard,
                Err(error) => {
                    let rest = recipes[surveyed.len()..].iter();
                    surveyed.extend(rest.map(|found| (found.clone(), Err(error.clone()))));
                    break;
                }
            };
            while let Some(found) = recipes.get(surveyed.len()) {
                let recipe = heard.recv_timeout(remaining(ends) + PATIENCE);
                let is_stuck = recipe.is_err();
                surveyed.push((found.clone(), recipe.unwrap_or_else(|_| Err(endless()))));
                if is_stuck {
                    break;
                }
            }
        }
        surveyed
    }
}

/// The time that the next recipe may take.
fn remaining(ends: Instant) -> Duration {
    ends.saturating_duration_since(Instant::now()).clamp(LEAST, bound::TIME)
}

/// Loads recipes one after the other, each in a state of its own, and sends their declarations.
fn read(
    options: Options,
    modules: &[String],
    recipes: Vec<Found>,
    ends: Instant,
    told: &mpsc::Sender<Result<Recipe>>,
) {
    let engine = Engine::new(options);
    let Ok(engine) = engine else { return };
    for name in modules.iter().filter(|name| !engine.loader.names().contains(name)) {
        let (module, shown) = (name.clone(), name.clone());
        let _ = engine.register(&module, move |lua| stub(lua, &shown).map(Value::Table));
    }
    let none = Names { class: "", fields: &[], methods: &[] };
    engine.set_global_lazily("cloud", none, |lua| refusing(lua, "cloud".to_owned()));
    engine.set_recipe_module(|lua, name| stub(lua, &format!("recipes.{name}")).map(Value::Table));
    for found in recipes {
        let recipe =
            Engine::nested(engine.lua()).and_then(|engine| Loaded::new(engine, &found, remaining(ends)));
        if told.send(recipe.map(|loaded| loaded.recipe)).is_err() {
            return;
        }
    }
}

/// A module of another layer, which does nothing while recipes are loaded.
fn stub(lua: &Lua, module: &str) -> mlua::Result<Table> {
    let (table, meta) = (lua.create_table()?, lua.create_table()?);
    let module = module.to_owned();
    let member = move |lua: &Lua, (_, name): (Value, String)| refusing(lua, format!("{module}.{name}"));
    meta.raw_set("__index", lua.create_function(member)?)?;
    table.set_metatable(Some(meta))?;
    Ok(table)
}

/// A function that raises.
fn refusing(lua: &Lua, call: String) -> mlua::Result<Function> {
    lua.create_function(move |_, _: MultiValue| {
        let error = Error::new(Kind::Usage, format!("{call} is called while a recipe is loaded"));
        Err::<(), _>(raise(error.advice("call it in the recipe's run function")))
    })
}
