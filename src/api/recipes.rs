//! Recipes that Lua calls: `require "std.recipe"`, and for who explores each by its own name.
//!
//! How a table becomes a recipe's arguments is the host's to know, what may leave meanwhile the door's.

use std::rc::Rc;

use mlua::{IntoLua, Lua, Table, Value};

use super::cloud::CloudRecord;
use super::context::Context;
use super::runtime::{Runtime, effect};
use crate::config::Overrides;
use crate::error::{Error, Kind};
use crate::host::{self, Recipe, RecipeArgs, Shelves, json, raise};
use crate::http::with_effect_limit;

/// What calling a recipe takes.
#[derive(Clone)]
pub(super) struct Recipes {
    /// Where they are found.
    pub(super) shelves: Shelves,
    /// Whether every question is answered already.
    pub(super) yes: bool,
}

/// `require "std.recipe"`.
pub(super) fn module(lua: &Lua, recipes: &Recipes) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let recipes = recipes.clone();
    let run = move |lua: Lua, (name, cloud, given): (String, Value, Value)| {
        let Recipes { shelves, yes } = recipes.clone();
        async move {
            let recipe = shelves.load(&lua, &name);
            if cloud.is_nil() {
                let advice = format!("recipe.run(\"{name}\", cloud, {{ … }})");
                return Err(raise(Error::new(Kind::Usage, "a recipe runs on a cloud").advice(advice)));
            }
            let recipe = recipe.map_err(raise)?;
            let args = recipe.given(Some(&given)).map_err(raise)?;
            run(&lua, &recipe, cloud, args, yes).await
        }
    };
    module.set("run", host::waiting_function(lua, run)?)?;
    Ok(module)
}

impl Runtime {
    /// Gives the name of every recipe that no global has a meaning: a function that takes a table, and runs the recipe
    /// on the chosen cloud.
    pub fn recipes_are_functions(&self) {
        let (context, recipes) = (self.context.clone(), self.recipes());
        self.engine().set_global_otherwise(move |lua, name| {
            if recipes.shelves.get(name).is_none() {
                return Ok(None);
            }
            let (name, context, recipes) = (name.to_owned(), context.clone(), recipes.clone());
            let function = move |lua: Lua, given: Value| {
                let (name, context, recipes) = (name.clone(), context.clone(), recipes.clone());
                async move {
                    let recipe = recipes.shelves.load(&lua, &name);
                    on_chosen(lua, context, recipe, recipes.yes, given).await
                }
            };
            Ok(Some(Value::Function(host::waiting_function(lua, function)?)))
        });
    }
}

async fn on_chosen(
    lua: Lua,
    context: Rc<Context>,
    recipe: crate::error::Result<Recipe>,
    yes: bool,
    given: Value,
) -> mlua::Result<Value> {
    let recipe = recipe.map_err(raise)?;
    let args = recipe.given(Some(&given)).map_err(raise)?;
    let cloud = CloudRecord::connect(&context, None, &Overrides::new()).await.map_err(raise)?;
    run(&lua, &recipe, cloud.into_lua(&lua)?, args, yes).await
}

/// What the recipe returns first: its data. Nothing deeper than its declared effects leaves meanwhile.
async fn run(
    lua: &Lua,
    recipe: &Recipe,
    cloud: Value,
    mut args: RecipeArgs,
    yes: bool,
) -> mlua::Result<Value> {
    let agreed = args.entry("yes".to_owned()).or_insert(yes.into()) == true;
    let args = json::to_lua(lua, &serde_json::Value::Object(args.into_iter().collect()))?;
    let values =
        with_effect_limit(effect(recipe), agreed, host::call(lua, &recipe.run, (cloud, args))).await?;
    Ok(values.into_iter().next().unwrap_or(Value::Nil))
}
