//! What a recipe's table may say, read strictly.
//!
//! It has `effects` (`"read"`, `"write"` or `"delete"`) and `run` (a function), and may have `files`
//! (`"none"`, `"read"` or `"write"`), `args` (see `argument.rs`) and `columns` (a list of strings).

use mlua::{Function, Table};

use super::argument::arguments;
use super::strict::{Why, check_keys, check_word, field, strings};
use super::{Access, Found, Recipe};

/// The keys of a recipe; documented in `stdlib/meta/recipe.lua`.
pub(in crate::host) const KEYS: [&str; 5] = ["effects", "files", "args", "columns", "run"];
const EFFECTS: [&str; 3] = ["read", "write", "delete"];
const FILES: [&str; 3] = ["none", "read", "write"];

/// Reads what a recipe's file returned.
pub(super) fn recipe(table: &Table, found: Found, document: String) -> Result<(Recipe, Function), Why> {
    check_keys(table, "the recipe", &KEYS)?;
    let effects: Option<String> = field(table, "effects", "a string")?;
    let effects = effects.ok_or("it has no effects: one of \"read\", \"write\", \"delete\"")?;
    check_word(&effects, "effects", &EFFECTS)?;
    let files: Option<String> = field(table, "files", "a string")?;
    if let Some(files) = &files {
        check_word(files, "files", &FILES)?;
    }
    let run: Option<Function> = field(table, "run", "a function")?;
    let run = run.ok_or("it has no run function")?;
    let recipe = Recipe {
        files: match files.as_deref() {
            Some("none") => Access::Nothing,
            Some("write") => Access::Write,
            _ => Access::Read,
        },
        args: arguments(table)?,
        columns: strings(table, "columns")?,
        found,
        document,
        effects,
    };
    Ok((recipe, run))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mlua::Lua;

    use super::*;

    fn declared(text: &str) -> Result<Recipe, Why> {
        let lua = Lua::new();
        let table: Table = lua.load(text).eval().unwrap();
        let found = Found {
            name: "x".to_owned(),
            origin: String::new(),
            path: None,
            summary: String::new(),
            shadowed_by: None,
        };
        recipe(&table, found, String::new()).map(|(recipe, _)| recipe)
    }

    #[test]
    fn says_what_is_wrong_with_a_recipe() {
        for (text, why) in [
            ("{ run = print }", r#"it has no effects: one of "read", "write", "delete""#),
            (
                "{ effects = 'reed', run = print }",
                "effects is 'reed', which is none of read, write, delete; did you mean 'read'?",
            ),
            ("{ effects = 'read' }", "it has no run function"),
            (
                "{ effects = 'read', run = print, files = 'wirte' }",
                "files is 'wirte', which is none of none, read, write; did you mean 'write'?",
            ),
            ("{ effects = 'read', run = 1 }", "run must be a function, not a integer"),
            ("{ efects = 'read' }", "the recipe has an unknown key 'efects'; did you mean 'effects'?"),
            ("{ 'read' }", "the recipe has the key 1"),
            ("{ effects = 'read', run = print, columns = { 1 } }", "columns must be a list of strings"),
        ] {
            assert_eq!(declared(text).unwrap_err(), why, "{text}");
        }
    }
}
