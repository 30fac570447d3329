//! Recipes' lines: `share "pfsense" "project-b"`, `share pfsense project-b --accept`, `share{ image =,
//! project = }`.
//!
//! A line is one where its first word is a recipe's name, no global or local has that name, and what follows
//! could only be arguments. Its words go through the recipe's own command line, and its effects hold as they
//! do there.

use std::ffi::OsString;
use std::time::Duration;

use serde_json::Value;

use super::display;
use super::{HOW_TO_WRITE, Life};
use crate::budget::Held;
use crate::cli::args::global::Globals;
use crate::cli::args::recipe;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::repl::save::Kept;
use crate::cli::repl::terminal::input::are_typed;
use crate::error::{Error, Kind, Result};
use crate::host::{ArgumentKind, Engine, Recipe, Token, TokenKind, tokens};
use crate::http::Effect;

/// The common options that a line takes.
pub(in crate::cli::repl) const COMMON: [&str; 4] = ["--format", "--column", "--sort-column", "--yes"];

/// How long a recipe may take to load before a line that names it is kept.
const PATIENCE: Duration = Duration::from_millis(200);

/// A recipe's line.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::repl) struct Call {
    name: String,
    rest: String,
}

/// The call that a line is; `None` where it is Lua.
pub(in crate::cli::repl) fn read(engine: &Engine, text: &str) -> Option<Call> {
    let (name, rest) = split(text)?;
    is_recipe(engine, name).then(|| Call { name: name.to_owned(), rest: rest.to_owned() })
}

/// Whether a name means a recipe here: no global and no local has it.
pub(in crate::cli::repl) fn is_recipe(engine: &Engine, name: &str) -> bool {
    !engine.is_defined(name) && engine.shelves().get(name).is_some()
}

/// A first word, and what could be its arguments; `None` where it could only be Lua.
pub(in crate::cli::repl) fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let begins = |c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '_' | '/');
    let flag = |rest: &str| {
        rest.strip_prefix('-')
            .is_some_and(|flag| flag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
    };
    let arguments = rest.trim_start();
    let takes = arguments.is_empty()
        || arguments.starts_with('{') && !goes_on(arguments)
        || arguments.starts_with(begins)
        || flag(arguments);
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && takes).then_some((name, arguments))
}

/// Whether Lua goes on behind a table: `list{}[1]` is an expression.
fn goes_on(table: &str) -> bool {
    let mut open = 0;
    let mut tokens = tokens(table).filter(|token| token.kind != TokenKind::Comment);
    let ends = |token: Token| {
        let word = token.of(table);
        open += i32::from(word == "{") - i32::from(word == "}");
        open == 0
    };
    tokens.any(ends) && tokens.any(|token| token.of(table) != ";")
}

/// Runs it, and shows what it gives.
pub(in crate::cli::repl) async fn run(life: &mut Life, call: Call) -> Result<(String, Vec<Kept>), Stop> {
    let engine = life.runtime.engine();
    if let Some((file, origin)) = engine.shelves().find_passed_over(&call.name) {
        let file = file.display();
        output::note(&format!("'{0}' is the recipe of '{origin}', not {file}", call.name));
    }
    let loaded = engine.load_recipe(&call.name)?;
    let recipe = &loaded.recipe;
    check_allowed(life, recipe)?;
    let (globals, mut given) = if call.rest.starts_with('{') {
        let table = engine.eval_line("repl", &call.rest).await?;
        (Globals::default(), recipe.read_call(table.iter().next())?)
    } else {
        let argv = ["lunette".to_owned(), call.name.clone()].into_iter().chain(words(&call.rest));
        let argv = argv.map(OsString::from).collect::<Vec<_>>();
        let surroundings = &life.invocation.surroundings;
        let (globals, mut given) = recipe::parse(recipe, &argv, surroundings)?;
        check_globals(&globals)?;
        recipe::complete(recipe, &mut given, are_typed())?;
        (globals, given)
    };
    check_globals(&globals)?;
    if globals.yes {
        given.insert("yes".to_owned(), true.into());
    }
    if given.get("yes") == Some(&Value::Bool(true)) {
        life.agreed.set(true);
    }
    let verbose = life.invocation.globals.verbose > 0;
    let texts = recipe.args.iter().filter(|argument| argument.kind == ArgumentKind::String);
    let texts: Vec<String> = texts.map(|argument| argument.name.clone()).collect();
    let outcome = life.runtime.run_recipe(loaded, given.clone()).await;
    let outcome = outcome.map_err(|failure| Stop::of_recipe(failure, verbose))?;
    life.runtime.engine().remember_json(&outcome.data)?;
    let shown = render_result(life, &globals, outcome.data, outcome.columns.as_deref())?;
    Ok((shown, vec![Kept::Recipe { name: call.name, args: given, texts }]))
}

/// Whether a text gives a secret to a recipe, or may give one: then the history does not keep it.
pub(in crate::cli::repl) fn gives_secret(engine: &Engine, text: &str) -> bool {
    let text = text.trim_start();
    let text = text.strip_prefix(".time").unwrap_or(text).trim_start();
    let of_words = |line| split(line).filter(|(_, rest)| !rest.starts_with('{'));
    let by_words = text.lines().filter_map(of_words).any(|(name, rest)| {
        let argv = ["lunette".to_owned(), name.to_owned()].into_iter().chain(words(rest));
        let argv: Vec<OsString> = argv.map(OsString::from).collect();
        takes_secret(engine, name, |recipe| recipe::gives_secret(recipe, &argv))
    });
    // In Lua a name stands for the recipe, or in quotes: recipe.run("NAME", …), require "recipes.NAME".
    let is_lua = |token: &Token| token.span.start > 0 || of_words(text).is_none();
    let mut names = tokens(text).filter(is_lua).map(|token| {
        let word = token.of(text).trim_matches(['"', '\'', '[', ']']);
        word.strip_prefix("recipes.").unwrap_or(word)
    });
    by_words || names.any(|name| takes_secret(engine, name, |_| true))
}

/// Whether a recipe of that name has secret arguments, and `gives` them. One that cannot be read may have.
fn takes_secret(engine: &Engine, name: &str, gives: impl Fn(&Recipe) -> bool) -> bool {
    engine.shelves().get(name).is_some()
        && match engine.glance_at(name, PATIENCE) {
            Ok(recipe) => recipe.args.iter().any(|argument| argument.secret) && gives(&recipe),
            Err(_) => true,
        }
}

/// Options that mean another session are refused: this one stays what it is.
fn check_globals(globals: &Globals) -> Result<()> {
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
pub(in crate::cli::repl) fn words(line: &str) -> Vec<String> {
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

/// The recipes that a line of Lua names as functions.
pub(in crate::cli::repl) fn find_calls(engine: &Engine, text: &str) -> Vec<String> {
    let words: Vec<&str> = tokens(text).map(|token| token.of(text)).collect();
    let is_key = |at: usize| words.get(at + 1) == Some(&"=");
    let is_member = |at: usize| at > 0 && matches!(words[at - 1], "." | ":");
    let names = words
        .iter()
        .enumerate()
        .filter(|(at, word)| !is_key(*at) && !is_member(*at) && is_recipe(engine, word));
    names.map(|(_, name)| (*name).to_owned()).collect()
}

fn check_allowed(life: &Life, recipe: &Recipe) -> Result<()> {
    if recipe.effects == "read" || life.runtime.effects().deepest_allowed() > Effect::Read {
        return Ok(());
    }
    let message = format!("{} changes things, and only reads are allowed here", recipe.found.name);
    let is_final = life.invocation.globals.read_only;
    let advice = if is_final { "start the REPL without --read-only" } else { HOW_TO_WRITE };
    Err(Error::new(Kind::Forbidden, message).advice(advice))
}

/// The result in the form that the line asks for, for this once.
fn render_result(
    life: &mut Life,
    globals: &Globals,
    data: Held<Value>,
    columns: Option<&[String]>,
) -> Result<String> {
    let usual = life.invocation.globals.clone();
    let given = &mut life.invocation.globals;
    given.format = globals.format.or(usual.format);
    given.columns.clone_from(&globals.columns);
    given.sort_column.clone_from(&globals.sort_column);
    let shown = display::table(life, data, columns);
    life.invocation.globals = usual;
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_call_where_it_could_be_no_lua() {
        for (text, expected) in [
            ("share", Some(("share", ""))),
            ("share 'a' \"b\"", Some(("share", "'a' \"b\""))),
            ("share{ image = 'a' }", Some(("share", "{ image = 'a' }"))),
            ("list{ { '}' } }; -- {", Some(("list", "{ { '}' } }; -- {"))),
            ("list{}[1].name", None),
            ("list{} == list {}", None),
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
        assert!(
            check_globals(&Globals { yes: true, columns: vec!["id".into()], ..Globals::default() }).is_ok()
        );
        assert!(check_globals(&Globals { sandbox: true, ..Globals::default() }).is_err());
    }
}
