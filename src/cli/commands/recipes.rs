//! `lunette recipes`: which there are, what one says, where they are looked for; a new one, copies of the
//! stock ones.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use serde_json::{Value, json};

use crate::cli::args::global::MAX_MEMORY;
use crate::cli::args::recipe;
use crate::cli::args::{Cli, RecipesAction};
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::interrupt::until_interrupted;
use crate::cli::session::{Invocation, Session};
use crate::embed;
use crate::error::{Error, Kind, nearest};
use crate::host::{self, Engine, Found, Recipe};

/// Does what `lunette recipes …` asks.
pub(crate) fn run(invocation: &Invocation, action: &RecipesAction) -> Result<(), Stop> {
    match action {
        RecipesAction::List => {
            let surveyed = Session::open(invocation)?.runtime.engine().survey();
            let rows = surveyed.iter().map(|(found, recipe)| row(found, recipe)).collect();
            let columns = ["recipe", "from", "summary"].map(str::to_owned);
            invocation.print(&Value::Array(rows), Some(&columns))
        }
        RecipesAction::Show { name } => {
            let session = Session::open(invocation)?;
            let found = until_interrupted(async { Ok(find(session.runtime.engine().recipes(), name)?) })?;
            Ok(output::text(&source(&found)?)?)
        }
        RecipesAction::Path => {
            let surroundings = &invocation.surroundings;
            let folders = surroundings.recipes.iter().chain(&surroundings.project_recipes);
            let rows = folders.map(|(folder, origin)| {
                json!({ "folder": folder.display().to_string(), "from": origin, "there": folder.is_dir() })
            });
            invocation.print(&Value::Array(rows.collect()), None)
        }
        RecipesAction::New { name } => {
            free(&Session::open(invocation)?.runtime.engine().recipes(), name)?;
            let file = begin(&invocation.surroundings.folder, name)?;
            output::note(&format!("{} is a recipe now: lunette {name} --help", file.display()));
            Ok(())
        }
        RecipesAction::Export { folder } => {
            let files = export(&invocation.surroundings.folder.join(folder))?;
            let rows = files.iter().map(|file| json!({ "file": file.display().to_string() }));
            invocation.print(&Value::Array(rows.collect()), None)
        }
    }
}

fn row(found: &Found, recipe: &Result<Recipe, Error>) -> Value {
    let flaw = match recipe {
        Ok(recipe) => recipe::command(recipe).err(),
        Err(error) => Some(error.clone()),
    };
    let broken = flaw.as_ref().map(Error::message);
    let origin = match &found.shadowed_by {
        Some(nearer) => format!("{} (shadowed by {nearer})", found.origin),
        None => found.origin.clone(),
    };
    json!({
        "recipe": found.name,
        "from": origin,
        "summary": broken.map_or_else(|| found.summary.clone(), |why| format!("broken: {why}")),
        "broken": broken,
        "file": found.path.as_ref().map(|path| path.display().to_string()),
    })
}

/// The nearest recipe of that name.
fn find(recipes: Vec<Found>, name: &str) -> Result<Found, Error> {
    let names: Vec<String> = recipes.iter().map(|found| found.name.clone()).collect();
    recipes.into_iter().find(|found| found.name == name && found.shadowed_by.is_none()).ok_or_else(|| {
        let error = Error::new(Kind::Usage, format!("there is no recipe {name}"));
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => error.advice(format!("did you mean {near}?")),
            None => error.advice("`lunette recipes` lists them"),
        }
    })
}

/// What a new recipe begins as; `NAME` stands for its name.
const TEMPLATE: &str = include_str!("recipe_template.lua");

/// Writes a new recipe below the working folder and returns its file. Errors: `usage` (the name cannot be a
/// command, or is taken), `config`.
fn begin(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let file = file(folder, name)?;
    write_new(&file, &TEMPLATE.replace("NAME", name), false)?;
    Ok(file)
}

/// Refuses a name by which another recipe would be run. Errors: `usage`.
fn free(recipes: &[Found], name: &str) -> Result<(), Error> {
    let taken = recipes.iter().find(|found| found.name == name && found.shadowed_by.is_none());
    match taken {
        Some(found) if found.origin != "./recipes" => {
            let message = format!("`lunette {name}` runs another recipe of that name ({})", found.origin);
            Err(Error::new(Kind::Usage, message).advice(advice(name)))
        }
        _ => Ok(()),
    }
}

/// Advice for a name that is taken.
fn advice(name: &str) -> String {
    format!("choose another name, such as my-{name}; `lunette recipes` lists those that are taken")
}

/// The file in the working folder that would be the recipe of that name. Errors: `usage` (no name for a
/// command).
pub(crate) fn file(folder: &Path, name: &str) -> Result<PathBuf, Error> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.chars().all(is_word) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(Error::new(Kind::Usage, format!("'{name}' is no name for a recipe"))
            .advice("the name is a command: a letter, then letters, digits, - and _"));
    }
    if Cli::command().find_subcommand(name).is_some() {
        let message = format!("`lunette {name}` is a command, so no recipe can have that name");
        return Err(Error::new(Kind::Usage, message).advice(advice(name)));
    }
    Ok(folder.join("recipes").join(name).with_extension("lua"))
}

/// Writes every built-in recipe into that folder, or none. Errors: `usage` (one is there already), `config`.
fn export(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let names = embed::list("scripts").into_iter();
    let files: Vec<(PathBuf, String)> =
        names.map(|name| (folder.join(&name), format!("scripts/{name}"))).collect();
    if let Some((there, _)) = files.iter().find(|(file, _)| file.exists()) {
        return Err(exists_error(there));
    }
    for (file, source) in &files {
        write_new(file, &embed::text(source).unwrap_or_default(), false)?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

/// Loads the recipe in a file, which runs nothing of it but its declaration. Errors: what is wrong with it.
pub(crate) fn check(file: &Path) -> Result<(), Error> {
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let engine = Engine::new(host::Options {
        trust: false,
        max_memory: MAX_MEMORY,
        interruptible: false,
        recipe_folders: vec![(folder.clone(), "saved".to_owned())],
        project_recipes: Vec::new(),
        folder,
        secrets: host::Secrets::default(),
        home: None,
    })?;
    engine.recipe(&name).map(drop)
}

/// Writes a new file, and the folders above it. Only this user can read a secret file.
pub(crate) fn write_new(file: &Path, text: &str, is_secret: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(if is_secret { 0o600 } else { 0o666 });
    let written = fs::create_dir_all(file.parent().unwrap_or(Path::new("")))
        .and_then(|()| options.open(file))
        .and_then(|mut new| new.write_all(text.as_bytes()));
    written.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return exists_error(file);
        }
        let error = Error::of_system(Kind::Config, format!("cannot write {}", file.display()), &error);
        if error.advice_text().is_some() { error } else { error.advice("name a file that you may write") }
    })
}

fn exists_error(file: &Path) -> Error {
    Error::new(Kind::Usage, format!("{} is there already", file.display()))
        .advice("choose another place, or remove it first")
}

/// The recipe's own text, from its file or from the binary.
fn source(found: &Found) -> Result<String, Error> {
    let unreadable =
        |why: String| Error::new(Kind::Config, format!("the recipe {} cannot be read: {why}", found.name));
    match &found.path {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| unreadable(format!("{}: {error}", path.display())))
        }
        None => embed::text(&format!("scripts/{}.lua", found.name))
            .map(Cow::into_owned)
            .ok_or_else(|| unreadable("it is not in the binary".to_owned())),
    }
}
