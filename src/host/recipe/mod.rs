//! Recipes: Lua files that return a table of `effects`, `args`, `columns` and `run`.
//!
//! | file | what stands there |
//! |---|---|
//! | `shelves.rs` | where recipes are found, and which shadows which |
//! | `header.rs` | the comment on top of a file: its document, and the first sentence for lists |
//! | `declare.rs`, `argument.rs`, `strict.rs` | what the table may say, read strictly |
//! | `given.rs` | the arguments of a recipe that Lua calls |

mod argument;
mod declare;
mod given;
mod header;
mod shelves;
mod strict;

use std::path::PathBuf;

use mlua::{Function, Lua, Value};

pub use self::argument::{Argument, ArgumentKind};
pub use self::given::RecipeArgs;
pub(super) use self::header::header;
pub use self::shelves::Shelves;
use super::engine::Engine;
use super::failure::Failure;
use super::{memory, source};
use crate::embed;
use crate::error::{Error, Kind, Result};

/// A recipe's place.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its name: the file's, without `.lua`.
    pub name: String,
    /// `./recipes`, `$LUNETTE_PATH`, `built in`, …
    pub origin: String,
    /// The file; `None` for one in the binary.
    pub path: Option<PathBuf>,
    /// The first sentence of its header.
    pub summary: String,
    /// The origin of the nearer one of the same name.
    pub shadowed_by: Option<String>,
}

impl Found {
    /// Its file, as errors name it.
    pub(super) fn shown(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => format!("recipes/{}.lua", self.name),
        }
    }

    /// Its text, byte order mark and `#!` line removed. Errors: `usage` (not readable, bytecode).
    fn text(&self) -> Result<Vec<u8>> {
        if let Some(path) = &self.path {
            return source::read(path);
        }
        let text = embed::text(&format!("scripts/{}.lua", self.name)).unwrap_or_default();
        Ok(source::prepare(text.as_bytes()).unwrap_or_default())
    }
}

/// A recipe, loaded: what it declares, and its function.
#[derive(Debug)]
pub struct Recipe {
    /// Where it was found.
    pub found: Found,
    /// The whole header comment, without dashes.
    pub document: String,
    /// `read`, `write` or `delete`.
    pub effects: String,
    /// Its arguments, in the order they were declared.
    pub args: Vec<Argument>,
    /// Columns of the table it renders to, where it names them.
    pub columns: Option<Vec<String>>,
    /// `run(cloud, args)`.
    pub run: Function,
}

impl Engine {
    /// Every recipe that can be found, nearest first; a shadowed one is listed with `shadowed_by`.
    ///
    /// None is run: name and summary come from the file.
    pub fn recipes(&self) -> Vec<Found> {
        self.shelves.all()
    }

    /// Loads one recipe by name. Errors: `usage` (unknown, the nearest; or malformed, the line).
    pub fn recipe(&self, name: &str) -> Result<Recipe> {
        self.shelves.load(&self.lua, name)
    }

    /// Where recipes are found, for who has no engine at hand.
    pub fn shelves(&self) -> Shelves {
        self.shelves.clone()
    }
}

impl Shelves {
    /// Loads one recipe by name. Errors: `usage` (unknown, the nearest; or malformed, the line).
    ///
    /// Its file is run, and must not wait for anything: recipes are pure at load.
    pub fn load(&self, lua: &Lua, name: &str) -> Result<Recipe> {
        let found = self.find(name)?;
        let shown = found.shown();
        let text = found.text()?;
        let loaded = source::compile(lua, &format!("@{shown}"), &text).and_then(|chunk| pure(lua, &chunk));
        let table = match loaded {
            Ok(Value::Table(table)) => table,
            Ok(other) => {
                let message =
                    format!("{shown} is no recipe: it returns a {}, not a table", other.type_name());
                return Err(
                    Error::new(Kind::Usage, message).advice("see lunette recipes new for how one looks")
                );
            }
            Err(e) => return Err(malformed(&shown, Failure::native(&e, memory::limit(lua)))),
        };
        let document = header(&String::from_utf8_lossy(&text)).document;
        declare::recipe(&table, found, document).map_err(|why| {
            Error::new(Kind::Usage, format!("{shown} is no recipe: {why}"))
                .advice("see lunette recipes new for how one looks")
        })
    }
}

/// Runs a chunk to its end without a coroutine around it, so that nothing in it can wait.
fn pure(lua: &Lua, chunk: &Function) -> mlua::Result<Value> {
    let pcall = super::engine::prelude(lua, |prelude| prelude.pcall.clone())?;
    let (ok, value): (bool, Value) = pcall.call(chunk)?;
    if ok { Ok(value) } else { Err(super::raised::in_flight(lua, value)) }
}

fn malformed(shown: &str, failure: Failure) -> Error {
    if failure.message.contains("nothing can be waited for here") {
        let message = format!(
            "{shown} makes a request while it is loaded; a recipe may do so only in its run function"
        );
        return Error::new(Kind::Usage, message);
    }
    match failure.error {
        Some(error) => error.context(format!("loading {shown}")),
        None if failure.syntax => Error::new(Kind::Usage, failure.message),
        None => Error::new(Kind::Usage, format!("loading {shown}: {}", failure.message)),
    }
}
