//! Recipes' lines: `share "pfsense" "project-b"`, `share pfsense project-b --accept`, `share{ image =, project = }`.
//!
//! A line is one where its first word is a recipe's name, no global or local has that name, and what follows could
//! only be arguments. Its words go through the recipe's own command line, and its effects hold as they do there.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value;

use super::life::{HOW_TO_WRITE, Life};
use super::script::Kept;
use super::show;
use crate::cli::globals::Globals;
use crate::cli::recipe_line;
use crate::cli::stop::Stop;
use crate::error::{Error, Kind, Result, nearest};
use crate::host::{Argument, ArgumentKind, Engine, Recipe};
use crate::http::Effect;

/// A recipe's line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    name: String,
    rest: String,
}

/// The call that a line is; `None` where it is Lua.
pub(super) fn read(engine: &Engine, text: &str) -> Option<Call> {
    let (name, rest) = split(text)?;
    let is_recipe = || engine.recipes().iter().any(|found| found.name == name);
    (!engine.is_defined(name) && is_recipe()).then(|| Call { name: name.to_owned(), rest: rest.to_owned() })
}

/// A first word, and what could be its arguments; `None` where it could only be Lua.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let begins = |c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '{' | '_' | '/');
    let flag = |rest: &str| {
        rest.strip_prefix('-')
            .is_some_and(|flag| flag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
    };
    let arguments = rest.trim_start();
    let takes = arguments.is_empty() || arguments.starts_with(begins) || flag(arguments);
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && takes).then_some((name, arguments))
}

/// Runs it, and shows what it gives.
pub(super) async fn run(life: &mut Life, call: Call) -> Result<(String, Option<Kept>), Stop> {
    let engine = life.runtime.engine();
    let recipe = engine.recipe(&call.name).await?;
    if recipe.effects != "read" && life.runtime.effects().allowed() == Effect::Read {
        let message = format!("{} changes things, and only reads are allowed here", call.name);
        return Err(Error::new(Kind::Forbidden, message).advice(HOW_TO_WRITE).into());
    }
    let words = if call.rest.starts_with('{') {
        let values = engine.eval_line("repl", &call.rest).await?;
        let table = values.iter().next();
        let json = if let Some(table) = table { engine.to_json(table).await? } else { Value::Null };
        named(&recipe, &json)?
    } else {
        words(&call.rest)
    };
    let argv = ["lunette".to_owned(), call.name.clone()].into_iter().chain(words).map(OsString::from);
    let (globals, given) = recipe_line::parse(&recipe, &argv.collect::<Vec<_>>())?;
    honoured(&globals)?;
    if globals.yes {
        life.agreed.set(true);
    }
    let verbose = life.invocation.globals.verbose > 0;
    let outcome = life.runtime.run_recipe(&recipe, given.clone()).await;
    let outcome = outcome.map_err(|failure| Stop::of_recipe(failure, verbose))?;
    life.runtime.engine().remember_json(&outcome.data)?;
    let shown = looked(life, &globals, outcome.data, outcome.columns.as_deref())?;
    Ok((shown, Some(Kept::Recipe { name: call.name, args: given })))
}

/// The result in the form that the line asks for, for this once.
fn looked(life: &mut Life, globals: &Globals, data: Value, columns: Option<&[String]>) -> Result<String> {
    let usual = life.invocation.globals.clone();
    let given = &mut life.invocation.globals;
    given.format = globals.format.or(usual.format);
    given.columns.clone_from(&globals.columns);
    given.sort_column.clone_from(&globals.sort_column);
    let shown = show::table(life, data, columns);
    life.invocation.globals = usual;
    shown
}

/// Options that mean another session are refused: this one stays what it is.
fn honoured(globals: &Globals) -> Result<()> {
    let own = Globals {
        format: globals.format,
        columns: globals.columns.clone(),
        sort_column: globals.sort_column.clone(),
        yes: globals.yes,
        ..Globals::default()
    };
    if *globals == own {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, "of the common options, a line takes -f, -c, --sort-column and --yes")
        .advice(".cloud chooses another cloud, .trace shows requests"))
}

/// The words of a line: bare, or in quotes as Lua's texts are.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                words.push(std::mem::take(&mut word));
            }
            Some(_) if c == '\\' => word.extend(chars.next()),
            None if c.is_whitespace() && word.is_empty() => {}
            None if c.is_whitespace() => words.push(std::mem::take(&mut word)),
            // A flag's value may stand in quotes: --name="a b".
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(_) | None => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// The words of a call with a table: options by name, then what has a place.
fn named(recipe: &Recipe, given: &Value) -> Result<Vec<String>> {
    let empty = serde_json::Map::new();
    let given = match given {
        Value::Object(given) => given,
        Value::Array(items) if items.is_empty() => &empty,
        Value::Array(items) => return Ok(items.iter().map(text).collect()),
        _ => return Err(Error::new(Kind::Usage, "a recipe takes words, or one table")),
    };
    let names = || recipe.args.iter().map(|arg| arg.name.as_str()).chain(["yes"]);
    if let Some(unknown) = given.keys().find(|key| !names().any(|name| name == *key)) {
        let error =
            Error::new(Kind::Usage, format!("unknown argument '{unknown}' for {}", recipe.found.name));
        return Err(match nearest(unknown, names()) {
            Some(near) => error.advice(format!("did you mean '{near}'?")),
            None => error.advice(format!("it takes {}", names().collect::<Vec<_>>().join(", "))),
        });
    }
    let mut words = Vec::new();
    if given.get("yes") == Some(&Value::Bool(true)) {
        words.push("--yes".to_owned());
    }
    for arg in recipe.args.iter().filter(|arg| arg.option) {
        words.extend(given.get(&arg.name).iter().flat_map(|value| option(arg, value)));
    }
    words.push("--".to_owned());
    let mut missing: Option<&Argument> = None;
    for arg in recipe.args.iter().filter(|arg| !arg.option) {
        match (given.get(&arg.name), missing) {
            (None, _) => missing = missing.or(Some(arg)),
            (Some(_), Some(missing)) => {
                let message =
                    format!("{} needs '{}' where '{}' is given", recipe.found.name, missing.name, arg.name);
                return Err(Error::new(Kind::Usage, message));
            }
            (Some(Value::Array(items)), None) => words.extend(items.iter().map(text)),
            (Some(value), None) => words.push(text(value)),
        }
    }
    Ok(words)
}

fn option(arg: &Argument, value: &Value) -> Vec<String> {
    let long = arg.name.replace('_', "-");
    match value {
        Value::Bool(on) if arg.kind == ArgumentKind::Flag => {
            if *on {
                vec![format!("--{long}")]
            } else {
                Vec::new()
            }
        }
        Value::Array(items) => items.iter().map(|item| format!("--{long}={}", text(item))).collect(),
        value => vec![format!("--{long}={}", text(value))],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What was given, for a script.
pub(super) type Given = BTreeMap<String, Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_call_where_it_could_be_no_lua() {
        for (text, expected) in [
            ("share", Some(("share", ""))),
            ("share 'a' \"b\"", Some(("share", "'a' \"b\""))),
            ("share{ image = 'a' }", Some(("share", "{ image = 'a' }"))),
            ("share a b --accept", Some(("share", "a b --accept"))),
            ("list --offers", Some(("list", "--offers"))),
            ("list -f json", Some(("list", "-f json"))),
            ("my-recipe x", Some(("my-recipe", "x"))),
            ("share = 1", None),
            ("share, x = 1, 2", None),
            ("share.x", None),
            ("share('a')", None),
            ("list - 1", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn words_are_bare_or_in_quotes() {
        for (line, expected) in [
            ("'a b' \"c\"", &["a b", "c"][..]),
            ("\"a\"'b'", &["a", "b"]),
            ("a  --b=c", &["a", "--b=c"]),
            ("--name=\"a b\" c", &["--name=a b", "c"]),
            (r#""a \"b\"""#, &["a \"b\""]),
            ("''", &[""]),
            ("", &[]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn only_options_about_the_result_are_taken() {
        assert!(honoured(&Globals { yes: true, columns: vec!["id".into()], ..Globals::default() }).is_ok());
        assert!(honoured(&Globals { sandbox: true, ..Globals::default() }).is_err());
    }
}
