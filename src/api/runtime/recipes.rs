//! Recipes that Lua calls: `require "std.recipe"`, `require "recipes.NAME"`, and in the REPL each by its own
//! name.
//!
//! A recipe runs in a Lua state of its own (the host sees to that); its requests are limited to what it
//! declares (the door sees to that). Both hold until nothing of it is left.

use std::path::PathBuf;
use std::rc::Rc;

use mlua::{Function, IntoLua, Lua, MultiValue, Table, Value};

use super::context::Context;
use super::{Runtime, effect};
use crate::api::bind::counted::Counted;
use crate::api::cloud::record::CloudRecord;
use crate::config::Overrides;
use crate::error::{Error, Kind};
use crate::host::{
    ArgumentKind, Engine, Failure, Loaded, Name, Recipe, RecipeArgs, load, may_read, raise, waiting_function,
};
use crate::host::{Values, json};
use crate::http::{with_named_limit, without_requests};

/// What calling a recipe takes.
#[derive(Clone)]
pub(in crate::api) struct Recipes {
    pub(in crate::api) context: Rc<Context>,
    /// Whether every question is answered already.
    pub(in crate::api) yes: bool,
}

/// Makes recipes known to Lua.
pub(in crate::api) fn register(engine: &Engine, recipes: &Recipes) -> crate::error::Result<()> {
    engine.guard_loading(|load| without_requests(load));
    let yes = recipes.yes;
    engine.register("std.recipe", move |lua| module(lua, yes)?.into_lua(lua))?;
    engine.set_recipe_module(move |lua, name| {
        let module = lua.create_table()?;
        let name = name.to_owned();
        let run = move |lua: Lua, (cloud, given): (Value, Value)| {
            let name = name.clone();
            async move { run(&lua, &name, cloud, given, yes).await }
        };
        module.set("run", waiting_function(lua, run)?)?;
        module.into_lua(lua)
    });
    Ok(())
}

/// `require "std.recipe"`.
fn module(lua: &Lua, yes: bool) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let first = move |lua: Lua, (name, cloud, given): (Name, Value, Value)| async move {
        let values = run(&lua, &name, cloud, given, yes).await?;
        Ok(values.into_iter().next().unwrap_or(Value::Nil))
    };
    module.set("run", waiting_function(lua, first)?)?;
    Ok(module)
}

impl Runtime {
    /// Gives the name of every recipe that no global has a meaning: a function that takes a table, and runs
    /// the recipe on the chosen cloud.
    pub fn recipes_are_functions(&self) {
        let (recipes, shelves) = (self.recipes(), self.engine().shelves());
        self.engine().set_global_otherwise(move |lua, name| {
            if shelves.get(name).is_none() {
                return Ok(None);
            }
            bind_to_chosen(lua, &recipes, name).map(|function| Some(Value::Function(function)))
        });
    }
}

/// A function that runs a recipe on the chosen cloud, and gives its data.
fn bind_to_chosen(lua: &Lua, recipes: &Recipes, name: &str) -> mlua::Result<Function> {
    let (name, recipes) = (name.to_owned(), recipes.clone());
    waiting_function(lua, move |lua: Lua, given: Value| {
        let (name, recipes) = (name.clone(), recipes.clone());
        async move {
            let loaded = load(&lua, &name).map_err(raise)?;
            let args = loaded.recipe.read_call(Some(&given)).map_err(raise)?;
            let cloud =
                CloudRecord::connect(&recipes.context, None, &Overrides::new()).await.map_err(raise)?;
            let values = run_loaded(&lua, loaded, cloud, args, recipes.yes).await?;
            Ok(values.into_iter().next().unwrap_or(Value::Nil))
        }
    })
}

/// Runs a recipe by name, and gives its values.
async fn run(lua: &Lua, name: &str, cloud: Value, given: Value, yes: bool) -> mlua::Result<MultiValue> {
    let cloud = cloud.as_userdata().and_then(|data| data.borrow::<Counted<CloudRecord>>().ok());
    let cloud = cloud.map(|cloud| CloudRecord::clone(&cloud)).ok_or_else(|| {
        let advice = format!("recipe.run(\"{name}\", cloud, {{ … }})");
        raise(Error::new(Kind::Usage, "a recipe runs on a cloud").advice(advice))
    })?;
    let loaded = load(lua, name).map_err(raise)?;
    let args = loaded.recipe.read_call(Some(&given)).map_err(raise)?;
    run_loaded(lua, loaded, cloud, args, yes).await
}

/// Runs a recipe that Lua calls. It may open the files that its arguments name where its caller may.
async fn run_loaded(
    lua: &Lua,
    loaded: Loaded,
    cloud: CloudRecord,
    mut args: RecipeArgs,
    yes: bool,
) -> mlua::Result<MultiValue> {
    let named = files(&loaded.recipe, &args);
    named.iter().try_for_each(|path| may_read(lua, path)).map_err(raise)?;
    loaded.open_files(named.into_iter().map(PathBuf::from));
    let agreed = args.entry("yes".to_owned()).or_insert(yes.into()) == true;
    let (limit, name) = (effect(&loaded.recipe), loaded.recipe.found.name.clone());
    let work = async {
        let args = call_args(&loaded, cloud, args).map_err(Failure::of)?;
        loaded.run_out(args).await
    };
    let values: Values = with_named_limit(&name, limit, agreed, work).await.map_err(Failure::into_raised)?;
    values.give(lua)
}

/// The arguments of a recipe's `run`, in its own state.
pub(in crate::api) fn call_args(
    loaded: &Loaded,
    cloud: CloudRecord,
    args: RecipeArgs,
) -> crate::error::Result<MultiValue> {
    let lua = loaded.engine().lua();
    let args = json::to_lua(lua, &serde_json::Value::Object(args.into_iter().collect()));
    let made = args.and_then(|args| Ok(MultiValue::from_iter([cloud.into_lua(lua)?, args])));
    made.map_err(|error| Error::new(Kind::Usage, error.to_string()))
}

/// The files that a person named in arguments of type `path`. A default of the recipe's own names none.
pub(in crate::api) fn files(recipe: &Recipe, args: &RecipeArgs) -> Vec<String> {
    let is_path = |kind: &ArgumentKind| *kind == ArgumentKind::Path;
    let paths = recipe.args.iter().filter(|argument| is_path(&argument.kind));
    // A default is the recipe's own word: it opens nothing.
    let values = paths.filter_map(|argument| {
        args.get(&argument.name).filter(|value| argument.default.as_ref() != Some(*value))
    });
    let texts = values.flat_map(|value| match value {
        serde_json::Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    });
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
