//! `Runtime`: an engine with the `glance` module in it, ready for scripts and recipes.

pub(super) mod context;
pub(super) mod explore;
pub(super) mod pipes;
pub(super) mod recipes;
pub(super) mod spec;

use std::path::PathBuf;
use std::rc::Rc;

use mlua::{Function, IntoLua, Lua, Table, Value};

use self::context::{Access, Context};
use self::pipes::Pipes;
use self::recipes::Recipes;
use super::bind::record::Record;
use super::cloud::record::CloudRecord;
use super::modules::glance;
use super::modules::sandbox::{self, Control};
use super::modules::ui::{self, Person};
use crate::budget::Held;
use crate::config::{Named, Overrides, Scope};
use crate::error::{Error, Kind, Result};
use crate::glance::{Extent, Ledger};
use crate::host::{self, Engine, Failure, Loaded, Names, Recipe, RecipeArgs, waiting_function};
use crate::http::{Effect, with_named_limit};

/// Everything a run is given from outside.
pub struct Options {
    /// How clouds are reached.
    pub access: Access,
    /// Who runs it.
    pub person: Person,
    /// The process's own input and output.
    pub pipes: Pipes,
    /// The sandbox behind the clouds, where it is one.
    pub sandbox: Option<Control>,
    /// The engine's own.
    pub engine: host::Options,
}

/// An engine with the `glance` module, ready to run scripts and recipes.
pub struct Runtime {
    engine: Engine,
    pub(super) context: Rc<Context>,
    yes: bool,
}

/// What a prompt shows.
#[derive(Clone, Debug)]
pub struct CloudName {
    /// The clouds.yaml entry.
    pub cloud: String,
    /// The project's name or ID as configured, where it is.
    pub project: Option<String>,
}

/// What a recipe gives back.
#[derive(Debug)]
pub struct Outcome {
    /// A list of rows, one record, or null.
    pub data: Held<serde_json::Value>,
    /// The columns of a table of it; all of them where it names none.
    pub columns: Option<Vec<String>>,
}

impl Runtime {
    /// A runtime; reads clouds.yaml only when a script first needs a cloud.
    pub fn new(options: Options) -> Result<Runtime> {
        let (yes, trust) = (options.person.yes, options.engine.trust);
        let engine = Engine::new(options.engine)?;
        let note = options.person.note.clone();
        engine.set_warnings(move |text| note(&format!("warning: {text}")));
        let note = options.person.note.clone();
        let context = Context::new(options.access, options.pipes, trust, note, engine.budget());
        let shared = context.clone();
        engine.register("glance", move |lua| glance::glance(lua, &shared)?.into_lua(lua))?;
        let person = options.person;
        context.effects().confirm(ui::deletion_question(&person));
        engine.register("ui", move |lua| ui::module(lua, &person)?.into_lua(lua))?;
        let sandbox = options.sandbox;
        engine.register("sandbox", move |lua| sandbox::module(lua, sandbox.as_ref())?.into_lua(lua))?;
        recipes::register(&engine, &Recipes { context: context.clone(), yes })?;
        let shared = context.clone();
        let names = Names { class: "Cloud", fields: CloudRecord::FIELDS, methods: CloudRecord::METHODS };
        engine.set_global_lazily("cloud", names, move |lua| glance::connector_of_chosen(lua, &shared));
        if trust {
            let shared = context.clone();
            engine
                .furnish(move |lua| exit_cleans_up(lua, &shared))
                .map_err(|error| Error::new(Kind::Usage, format!("os.exit cannot be set: {error}")))?;
        }
        Ok(Runtime { engine, context, yes })
    }

    /// The engine: scripts, chunks, recipes, completion.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What calling a recipe takes.
    pub(super) fn recipes(&self) -> Recipes {
        Recipes { context: self.context.clone(), yes: self.yes }
    }

    /// The chosen cloud as the configuration tells it; makes no request. Errors: `config`.
    pub fn cloud_name(&self) -> Result<CloudName> {
        let settings = self.context.settings(None, &Overrides::new())?;
        let project = match settings.scope {
            Scope::Project(Named::Id(name) | Named::Name(name, _)) => Some(name),
            _ => None,
        };
        Ok(CloudName { cloud: settings.name, project })
    }

    /// Runs a recipe on the chosen cloud, for the person who called it with these arguments: it may open the
    /// files that they name. Nothing deeper than its declared effects leaves meanwhile.
    pub async fn run_recipe(&self, loaded: Loaded, mut args: RecipeArgs) -> Result<Outcome, Failure> {
        let agreed = args.entry("yes".to_owned()).or_insert(self.yes.into()) == true;
        loaded.open_files(recipes::files(&loaded.recipe, &args).into_iter().map(PathBuf::from));
        let (limit, name) = (effect(&loaded.recipe), loaded.recipe.found.name.clone());
        let work = async {
            let outcome = self.outcome(&loaded, args).await;
            loaded.close();
            outcome
        };
        Box::pin(with_named_limit(&name, limit, agreed, work)).await
    }

    /// What `run` returns: its data, and after them the columns where it names them.
    async fn outcome(&self, loaded: &Loaded, args: RecipeArgs) -> Result<Outcome, Failure> {
        let cloud =
            CloudRecord::connect(&self.context, None, &Overrides::new()).await.map_err(Failure::of)?;
        let args = recipes::call_args(loaded, cloud, args).map_err(Failure::of)?;
        let mut values = loaded.run(args).await?.into_iter();
        let data = loaded.engine().to_json(&values.next().unwrap_or(Value::Nil)).await?;
        let columns = match values.next() {
            Some(Value::Table(names)) => names.sequence_values().collect::<mlua::Result<_>>().ok(),
            _ => loaded.recipe.columns.clone(),
        };
        Ok(Outcome { data, columns })
    }

    /// Lists the images that were begun and are not complete, for a process that ends without clean-up.
    pub fn ledger(&self) -> Ledger {
        self.context.ledger()
    }

    /// Removes the images that were begun and not completed; returns what a person should know, a sentence an
    /// image.
    ///
    /// To be called when the work has ended, however it ended. Costs nothing where there are none.
    pub async fn clean_up(&self, extent: Extent) -> Vec<String> {
        if !self.context.has_orphans() {
            return Vec::new();
        }
        // What a coroutine of Lua's awaits is dropped with the coroutine, not before.
        let _ = self.engine.lua().gc_collect();
        self.context.remove_orphans(extent).await
    }

    /// Returns a sentence for each image that an earlier run may have left in a project of which this run has
    /// only read. Sends nothing, and tells of an image only once.
    pub fn left_behind(&self) -> Vec<String> {
        self.context.left_behind()
    }
}

/// Has `os.exit`, which ends the process at once, remove unfinished images before that.
fn exit_cleans_up(lua: &Lua, context: &Rc<Context>) -> mlua::Result<()> {
    const EXIT: &str = "local exit, has_orphans, clean_up, release_marks = ...
        return function(code)
          if has_orphans() then clean_up() end
          release_marks()
          -- Without Lua's second argument: tasks that wait still use the state, which it would close.
          exit(code)
        end";
    let os: Table = lua.globals().raw_get("os")?;
    let (asked, cleaned) = (context.clone(), context.clone());
    let has_orphans = lua.create_function(move |_, ()| Ok(asked.has_orphans()))?;
    let clean_up = waiting_function(lua, move |_, ()| {
        let context = cleaned.clone();
        async move {
            for text in context.remove_orphans(Extent::All).await {
                context.tell(&text);
            }
            Ok(())
        }
    })?;
    let ended = context.clone();
    let release_marks = lua.create_function(move |_, ()| {
        ended.ledger().release_marks().iter().for_each(|text| ended.tell(text));
        Ok(())
    })?;
    let chunk = lua.load(EXIT).set_name("=[lunette]");
    let exit = os.raw_get::<Function>("exit")?;
    let exit: Function = chunk.call((exit, has_orphans, clean_up, release_marks))?;
    os.raw_set("exit", exit)
}

/// What it declares; the deepest is never assumed.
pub(super) fn effect(recipe: &Recipe) -> Effect {
    match recipe.effects.as_str() {
        "delete" => Effect::Delete,
        "write" => Effect::Write,
        _ => Effect::Read,
    }
}
