//! `lunette help`: a command, a recipe, a Lua name, a verb of another client; whatever is unknown, by its
//! nearest.

use clap::CommandFactory;
use serde_json::{Value, json};

use crate::cli::args::Cli;
use crate::cli::args::recipe;
use crate::cli::docs::Documentation;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::{Invocation, Session};
use crate::host::Engine;

/// The topic that is a table of all requests.
pub(crate) const OPERATIONS: &str = "operations";

/// Explains the topic, or the whole command line.
pub(crate) fn run(invocation: &Invocation, words: &[String]) -> Result<(), Stop> {
    let topic = words.join(" ");
    if topic.is_empty() {
        return Ok(output::help(Cli::build_whole())?);
    }
    if topic == OPERATIONS {
        return invocation.print(&operations(&Documentation::read()), None);
    }
    if Cli::command().find_subcommand(&topic).is_some() {
        // clap's help of a command comes as an error, with exit code 0.
        return Cli::of(["lunette", &topic, "--help"]).map(drop).map_err(Stop::Usage);
    }
    let session = Session::open(invocation)?;
    let engine = session.runtime.engine();
    let text = explain(engine, &Documentation::read(), &topic)?;
    Ok(output::text(&text)?)
}

/// What is written of a recipe or a name. Errors: `usage` (nothing, with the nearest); of a recipe, clap's
/// help.
pub(crate) fn explain(engine: &Engine, documentation: &Documentation, topic: &str) -> Result<String, Stop> {
    let recipes: Vec<String> = engine.recipes().into_iter().map(|found| found.name).collect();
    if recipes.iter().any(|name| name == topic) {
        return Err(recipe::help(&engine.recipe(topic)?)?.into());
    }
    let text = documentation.text(topic).or_else(|| documentation.text(&topic.replace(' ', ".")));
    text.ok_or_else(|| documentation.unknown_topic(topic, &recipes).into())
}

/// All requests, with the names that make them.
pub(crate) fn operations(documentation: &Documentation) -> Value {
    let operations = documentation.operations().into_iter();
    operations.map(|(method, path, name)| json!({ "method": method, "path": path, "name": name })).collect()
}
