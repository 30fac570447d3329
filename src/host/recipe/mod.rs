//! Recipes: Lua files that return a table of `effects`, `args`, `columns` and `run`.
//!
//! | file | contents |
//! |---|---|
//! | `search_path.rs` | where recipes are found, and which shadows which |
//! | `doc_comment.rs` | the comment on top of a file: its document, and the first sentence for lists |
//! | `declare.rs`, `argument.rs`, `argument_source.rs`, `strict.rs` | what the table may say, read strictly |
//! | `call_args.rs` | the arguments of a recipe that Lua calls |
//! | `loaded.rs`, `bound.rs` | loading a recipe, in a Lua state of its own |
//! | `survey.rs` | what all recipes declare, whatever one of them does |
//! | `values.rs` | what it returns, on its way to the caller |

mod argument;
mod argument_source;
mod bound;
mod call_args;
mod declare;
mod doc_comment;
mod loaded;
mod search_path;
mod strict;
mod survey;
mod values;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use mlua::{Lua, MultiValue, Value};

#[cfg(test)]
pub(super) use self::argument::KEYS as ARGUMENT_KEYS;
pub use self::argument::{Argument, ArgumentKind};
pub use self::call_args::RecipeArgs;
#[cfg(test)]
pub(super) use self::declare::KEYS;
pub(super) use self::doc_comment::header;
pub use self::loaded::{Loaded, load};
pub use self::search_path::Shelves;
pub(super) use self::survey::Pending;
pub use self::values::{Carried, Values};
use super::engine::Engine;
use super::explore::tokens::{TokenKind, tokens};
use super::files::Access;
use super::source;
use crate::embed;
use crate::error::Result;

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
    pub(super) fn display_path(&self) -> String {
        match &self.path {
            Some(path) => path.display().to_string(),
            None => format!("recipes/{}.lua", self.name),
        }
    }

    /// A file that is run as a recipe of that name. Errors: `usage` (it cannot be read).
    fn file(path: &Path, name: &str) -> Result<Found> {
        let text = source::read_module(path)?;
        Ok(Found {
            name: name.to_owned(),
            origin: "file".to_owned(),
            path: Some(path.to_owned()),
            summary: header(&String::from_utf8_lossy(&text)).summary,
            shadowed_by: None,
        })
    }

    /// Its text, byte order mark and `#!` line removed. Errors: `usage` (not readable, bytecode).
    fn text(&self) -> Result<Vec<u8>> {
        if let Some(path) = &self.path {
            return source::read_module(path);
        }
        let text = embed::text(&format!("scripts/{}.lua", self.name)).unwrap_or_default();
        Ok(source::prepare(text.as_bytes()).unwrap_or_default())
    }
}

/// What a recipe declares.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Where it was found.
    pub found: Found,
    /// The whole header comment, without dashes.
    pub document: String,
    /// `read`, `write` or `delete`.
    pub effects: String,
    /// The files that it may reach.
    pub files: Access,
    /// Its arguments, in the order they were declared.
    pub args: Vec<Argument>,
    /// Columns of the table it renders to, where it names them.
    pub columns: Option<Vec<String>>,
}

/// Builds what `require "recipes.NAME"` gives.
pub(super) type RecipeModule = Rc<dyn Fn(&Lua, &str) -> mlua::Result<Value>>;

impl Engine {
    /// Every recipe that can be found, nearest first; a shadowed one is listed with `shadowed_by`.
    ///
    /// None is run: name and summary come from the file.
    pub fn recipes(&self) -> Vec<Found> {
        self.standing.common.shelves.list_all()
    }

    /// Where recipes are found, for who has no engine at hand.
    pub fn shelves(&self) -> Shelves {
        self.standing.common.shelves.clone()
    }
}

/// Whether a script returned a recipe, a table with a function `run`, instead of being run as one.
pub fn is_unrun_recipe(returned: &MultiValue) -> bool {
    let table = returned.iter().next().and_then(Value::as_table);
    table.is_some_and(|table| table.raw_get::<Value>("run").is_ok_and(|run| run.is_function()))
}

/// Whether a file is a recipe and no script: it declares `effects`, and all it does at its end is to return a
/// table.
pub fn looks_like_recipe(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> =
        tokens(&text).filter(|token| token.kind != TokenKind::Comment).map(|token| token.of(&text)).collect();
    let is_effect = |word: &str| ["read", "write", "delete"].contains(&word.trim_matches(['"', '\'']));
    let declares = words.windows(3).any(|part| part[0] == "effects" && part[1] == "=" && is_effect(part[2]));
    let returned = words.iter().rposition(|word| *word == "return").map(|at| &words[at + 1..]);
    let ends = match returned {
        Some([name] | [name, ";"]) => name.chars().all(|c| c.is_alphanumeric() || c == '_'),
        // A table with functions in it has returns of its own: then the file ends in a bracket.
        _ => words.last() == Some(&"}") && words.contains(&"return"),
    };
    declares && ends
}
