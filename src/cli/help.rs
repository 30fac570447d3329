//! `lunette help`: a command, a recipe, or a Lua name; whatever is unknown, by its nearest.

use clap::CommandFactory;

use super::args::Cli;
use super::interrupt::until_interrupted;
use super::luadoc::{self, Entry};
use super::out;
use super::recipe_line;
use super::session::{Invocation, Session};
use super::stop::Stop;
use crate::embed;
use crate::error::{Error, Kind, nearest};

/// The folder of LuaCATS files in the binary.
const META: &str = "stdlib/meta";

/// The folder of the standard library's modules.
const STD: &str = "stdlib/std";

/// Explains the topic, or the whole command line.
pub(crate) fn run(invocation: &Invocation, topic: Option<&str>) -> Result<(), Stop> {
    let Some(topic) = topic else {
        return Ok(Cli::told_whole().print_help()?);
    };
    if Cli::command().find_subcommand(topic).is_some() {
        // clap's help of a command comes as an error, with exit code 0.
        return Cli::of(["lunette", topic, "--help"]).map(drop).map_err(Stop::Usage);
    }
    let session = Session::open(invocation)?;
    let engine = session.runtime.engine();
    let recipes: Vec<String> = engine.recipes().into_iter().map(|found| found.name).collect();
    if recipes.iter().any(|name| name == topic) {
        let recipe = until_interrupted(async { Ok(engine.recipe(topic).await?) })?;
        return Err(recipe_line::help(&recipe)?.into());
    }
    let documented = documented();
    let sureness = |entry: &Entry| entry.is_meant_by(topic);
    let Some(surest) = documented.iter().filter_map(sureness).min() else {
        return Err(unknown(topic, &recipes, &documented).into());
    };
    let meant = documented.iter().filter(|entry| sureness(entry) == Some(surest));
    let texts: Vec<String> = meant.map(|entry| shown(entry, &documented)).collect();
    Ok(out::text(&texts.join("\n"))?)
}

/// What is written of a name, and what it has: the methods of a class, the functions of a module.
fn shown(entry: &Entry, documented: &[Entry]) -> String {
    let parts: Vec<_> = documented.iter().filter(|part| part.is_part_of(entry)).map(Entry::brief).collect();
    let width = parts.iter().map(|(signature, _)| signature.len()).max().unwrap_or_default();
    let mut text = entry.show();
    if !parts.is_empty() {
        text.push('\n');
    }
    for (signature, says) in parts {
        text.push_str(format!("  {signature:width$}  {says}").trim_end());
        text.push('\n');
    }
    text
}

/// Every documented name: of Rust in the LuaCATS files, of Lua in the modules themselves.
fn documented() -> Vec<Entry> {
    let read = |folder: &str| {
        let files = embed::list(folder).into_iter();
        files
            .filter_map(|file| Some((file.clone(), embed::text(&format!("{folder}/{file}"))?)))
            .collect::<Vec<_>>()
    };
    let mut documented: Vec<Entry> = read(META).iter().flat_map(|(_, text)| luadoc::entries(text)).collect();
    for (file, text) in read(STD) {
        documented.extend(luadoc::module(&format!("std.{}", file.trim_end_matches(".lua")), &text));
    }
    documented
}

fn unknown(topic: &str, recipes: &[String], documented: &[Entry]) -> Error {
    let commands = Cli::command();
    let short = |entry: &'_ Entry| entry.name.rsplit(['.', ':']).next().unwrap_or_default().to_owned();
    let members: Vec<String> = documented.iter().map(short).collect();
    let known = commands
        .get_subcommands()
        .map(clap::Command::get_name)
        .chain(recipes.iter().map(String::as_str))
        .chain(documented.iter().map(|entry| entry.name.as_str()))
        .chain(members.iter().map(String::as_str));
    let error = Error::new(Kind::Usage, format!("there is no help on {topic}"));
    match nearest(topic, known) {
        Some(near) => error.advice(format!("did you mean {near}?")),
        None => error.advice(
            "`lunette help` lists the commands, `lunette recipes` the recipes; Lua names begin at glance, Cloud, Image, \
             Member, Error, task, fs and std",
        ),
    }
}
