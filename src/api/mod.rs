//! The Lua bindings: the only code that sees both Lua and Glance.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use crate::config::{Inputs, Overrides};
use crate::error::{Error, Result};
use crate::host;
use crate::http::{Effects, Event};

/// Everything a run is given from outside.
pub struct Options {
    /// clouds.yaml and the environment.
    pub inputs: Inputs,
    /// `--os-cloud`.
    pub cloud: Option<String>,
    /// The other `--os-*` options, in clouds.yaml's words.
    pub overrides: Overrides,
    /// What may leave.
    pub effects: Effects,
    /// Whether `--yes` was given.
    pub yes: bool,
    /// The folder tokens are kept in; `None` keeps none.
    pub token_cache: Option<PathBuf>,
    /// `--timeout`: how long any answer may take to begin and to go on.
    pub timeout: Option<Duration>,
    /// Told of every request.
    pub trace: Option<Rc<dyn Fn(&Event)>>,
    /// Asks a person a yes-or-no question; `None` where there is nobody to ask.
    pub ask: Option<Rc<dyn Fn(&str) -> bool>>,
    /// Told of what a person should read but a program should not get: notes of recipes.
    pub note: Rc<dyn Fn(&str)>,
    /// The engine's own.
    pub engine: host::Options,
}

/// An engine with the `glance` module, ready to run scripts and recipes.
pub struct Runtime {}

impl Runtime {
    /// A runtime; reads clouds.yaml only when a script first needs a cloud.
    pub fn new(options: Options) -> Result<Runtime> {
        let _ = options;
        todo!()
    }
    /// The engine: scripts, chunks, recipes, completion.
    pub fn engine(&self) -> &host::Engine {
        todo!()
    }
    /// Connects to the chosen cloud and binds it to the global `cloud` (the REPL, `-e`). Makes no request.
    pub fn bind_cloud(&self) -> Result<CloudName> {
        todo!()
    }
    /// Binds `cloud` lazily: the first script line that reads it connects.
    pub fn bind_cloud_lazily(&self) -> Result<()> {
        todo!()
    }
    /// Runs a recipe on the chosen cloud; its result as JSON: a list of rows, one record, or null.
    pub async fn run_recipe(
        &self,
        recipe: &host::Recipe,
        args: BTreeMap<String, serde_json::Value>,
    ) -> Result<serde_json::Value, host::Failure> {
        let _ = (recipe, args);
        todo!()
    }
    /// The names that clouds.yaml configures.
    pub fn clouds(&self) -> Result<Vec<String>> {
        todo!()
    }
    /// How many requests have left.
    pub fn request_count(&self) -> u64 {
        todo!()
    }
}

/// What the REPL's prompt shows.
#[derive(Clone, Debug)]
pub struct CloudName {
    /// The clouds.yaml entry.
    pub cloud: String,
    /// The project's name or ID as configured, where it is.
    pub project: Option<String>,
}

/// The exit code of an error's kind (DESIGN.md §1).
pub fn exit_code(error: &Error) -> u8 {
    use crate::error::Kind;
    match error.kind() {
        Kind::Usage | Kind::Config => 2,
        Kind::Unavailable | Kind::Protocol => 4,
        Kind::Interrupted => 130,
        _ => 3,
    }
}
