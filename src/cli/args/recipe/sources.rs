//! Values of arguments that the command line does not give: environment variables, and secrets that a person
//! is asked for.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Number, Value};

use super::{describe, long};
use crate::cli::exit::Stop;
use crate::cli::output::secret_prompt;
use crate::cli::session::environment::Surroundings;
use crate::error::{Error, Kind, Result};
use crate::host::{Argument, ArgumentKind, Recipe};
use crate::secrets::{REDACTED, is_in};

/// The value that the argument's environment variable gives, as the argument's type; `None` where the
/// variable is not set, or empty.
///
/// Errors: `usage` (the value is not of that type, or not UTF-8 text).
pub(super) fn of_environment(argument: &Argument, surroundings: &Surroundings) -> Result<Option<Value>> {
    let Some(variable) = &argument.env else { return Ok(None) };
    let wrong = |why: &str| {
        let error = Error::new(Kind::Usage, format!("the environment variable {variable} {why}"));
        error.advice(format!("it sets {}: change it, unset it, or give {0} itself", describe(argument)))
    };
    if surroundings.not_text.contains(variable) {
        return Err(wrong("is not UTF-8 text"));
    }
    let Some(text) = surroundings.environment.get(variable).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let expected = |what: &str| wrong(&format!("is '{text}', not {what}"));
    let value = match &argument.kind {
        ArgumentKind::String | ArgumentKind::Path => Value::from(text.clone()),
        ArgumentKind::Integer => {
            text.trim().parse::<i64>().map(Value::from).map_err(|_| expected("a whole number"))?
        }
        ArgumentKind::Number => {
            let number = text.trim().parse().ok().and_then(Number::from_f64);
            Value::Number(number.ok_or_else(|| expected("a number"))?)
        }
        ArgumentKind::Flag => match text.trim().to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Value::Bool(true),
            "0" | "false" | "no" | "off" => Value::Bool(false),
            _ => return Err(expected("true or false")),
        },
        ArgumentKind::OneOf(words) if words.contains(text) => Value::from(text.clone()),
        ArgumentKind::OneOf(words) => return Err(expected(&format!("one of {}", words.join(", ")))),
    };
    argument.hide(&value).map_err(|why| wrong(&format!("cannot be used: {why}")))?;
    Ok(Some(value))
}

/// Asks for the secrets that have no value yet, if a person types.
///
/// Errors: `usage` (an argument that nobody gives), `interrupted` (^C at a question).
pub(crate) fn complete(
    recipe: &Recipe,
    values: &mut BTreeMap<String, Value>,
    is_typed: bool,
) -> Result<(), Stop> {
    let missing = |argument: &&Argument| !argument.optional && !values.contains_key(&argument.name);
    let missing: Vec<&Argument> = recipe.args.iter().filter(missing).collect();
    for argument in missing {
        if !(argument.secret && is_typed) {
            return Err(not_given(recipe, argument).into());
        }
        let name = describe(argument);
        let question = format!("{name} of {} (it is not shown while you type): ", recipe.found.name);
        let Some(text) = secret_prompt::ask(&question)? else { return Err(Stop::Interrupted) };
        let value = Value::from(text);
        argument.hide(&value).map_err(|why| Error::new(Kind::Usage, format!("{name}: {why}")))?;
        values.insert(argument.name.clone(), value);
    }
    Ok(())
}

/// The error where an argument has no value, and the ways to give one.
fn not_given(recipe: &Recipe, argument: &Argument) -> Error {
    let (name, word) = (&recipe.found.name, describe(argument));
    let error = Error::new(Kind::Usage, format!("{name} needs {word}"));
    let given = if argument.option { format!("{word} VALUE") } else { format!("VALUE for {word}") };
    let terminal = "run it on a terminal, which asks for it";
    let advice = match (&argument.env, argument.secret) {
        (Some(variable), true) => {
            format!(
                "set the environment variable {variable}, from a file: {variable}=$(cat FILE); or {terminal}"
            )
        }
        (Some(variable), false) => format!("give {given}, or set the environment variable {variable}"),
        (None, _) => {
            let file = if argument.option {
                format!("{word} \"$(cat FILE)\"")
            } else {
                "\"$(cat FILE)\"".to_owned()
            };
            format!("{terminal}; or give it from a file, {file}, which others can see by ps")
        }
    };
    error.advice(advice)
}

/// Remembers the secrets that the words of a command line give to options, before anything of them is shown.
pub(super) fn hide_typed(declared: &[Argument], argv: &[OsString]) {
    let words: Vec<_> = argv.iter().map(|word| word.to_string_lossy()).collect();
    for argument in declared.iter().filter(|argument| argument.secret && argument.option) {
        let option = format!("--{}", long(argument));
        for (at, word) in words.iter().enumerate() {
            let value = match word.strip_prefix(&option) {
                Some("") => words.get(at + 1).map(AsRef::as_ref),
                Some(rest) => rest.strip_prefix('='),
                None => None,
            };
            // A value that is too short is refused later.
            let _ = value.map(|value| argument.hide(&Value::from(value)));
        }
    }
}

/// clap's error without words of the command line that may be a secret.
pub(super) fn without_secrets(args: &[Argument], mut error: clap::Error) -> clap::Error {
    let has_secret_word = args.iter().any(|argument| argument.secret && !argument.option);
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        let Some(ContextValue::String(word)) = error.get(kind) else { continue };
        // A word that no argument takes may be a part of a secret, as where quotes were forgotten.
        let may_be_part =
            has_secret_word && error.kind() == ErrorKind::UnknownArgument && !word.starts_with("--");
        if may_be_part || is_in(word) {
            error.insert(kind, ContextValue::String(REDACTED.to_owned()));
            error.remove(ContextKind::Suggested);
            error.remove(ContextKind::SuggestedArg);
        }
    }
    error
}
