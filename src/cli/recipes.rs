//! `lunette recipes`: which there are, what one says, where they are looked for.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::args::RecipesAction;
use super::interrupt::until_interrupted;
use super::out;
use super::session::{Invocation, Session};
use super::stop::Stop;
use crate::embed;
use crate::error::{Error, Kind, nearest};
use crate::host::Found;

/// Does what `lunette recipes …` asks.
pub(crate) fn run(invocation: &Invocation, action: &RecipesAction) -> Result<(), Stop> {
    match action {
        RecipesAction::List => {
            let rows = Session::open(invocation)?.runtime.engine().recipes().iter().map(row).collect();
            let columns = ["recipe", "from", "summary"].map(str::to_owned);
            invocation.print(&Value::Array(rows), Some(&columns))
        }
        RecipesAction::Show { name } => {
            let session = Session::open(invocation)?;
            let found = until_interrupted(async { Ok(find(session.runtime.engine().recipes(), name)?) })?;
            Ok(out::text(&source(&found)?)?)
        }
        RecipesAction::Path => {
            let folders = invocation.surroundings.recipes.iter();
            let rows = folders.map(|(folder, origin)| {
                json!({ "folder": folder.display().to_string(), "from": origin, "there": folder.is_dir() })
            });
            invocation.print(&Value::Array(rows.collect()), None)
        }
    }
}

fn row(found: &Found) -> Value {
    let origin = match &found.shadowed_by {
        Some(nearer) => format!("{} (shadowed by {nearer})", found.origin),
        None => found.origin.clone(),
    };
    json!({
        "recipe": found.name,
        "from": origin,
        "summary": found.summary,
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

/// The recipe's own text, from its file or from the binary.
fn source(found: &Found) -> Result<String, Error> {
    let unreadable =
        |why: String| Error::new(Kind::Config, format!("the recipe {} cannot be read: {why}", found.name));
    match &found.path {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| unreadable(format!("{}: {error}", path.display())))
        }
        None => embed::text(&format!("scripts/{}.lua", found.name))
            .map(Cow::into_owned)
            .ok_or_else(|| unreadable("it is not in the binary".to_owned())),
    }
}
