//! What a recipe declares, as a command line: its arguments become clap's, its header the help.
//!
//! A recipe is one more subcommand of `lunette`, so its line is parsed together with the global options.
//! `sources.rs` adds the values that come from elsewhere.

mod sources;

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::builder::{PossibleValuesParser, ValueParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use serde_json::{Number, Value};

pub(crate) use self::sources::complete;
use super::global::Globals;
use super::{Cli, with_help};
use crate::cli::exit::Stop;
use crate::cli::session::environment::Surroundings;
use crate::error::{Error, Kind};
use crate::host::{Access, Argument, ArgumentKind, Recipe};

/// Parses the whole command line again, now that the recipe in it is known.
///
/// Returns the global options, those behind the recipe's name included, and the recipe's own arguments, from
/// the line and the environment; [`complete`] adds the rest.
/// Errors: clap's, for a mistake in the line; `usage`, where the recipe declares what cannot be, or a
/// variable has a wrong value.
pub(crate) fn parse(
    recipe: &Recipe,
    argv: &[OsString],
    surroundings: &Surroundings,
) -> Result<(Globals, BTreeMap<String, Value>), Stop> {
    Line::of(recipe)?.parse(argv, surroundings)
}

/// Whether a command line gives a secret to the recipe, or may give one: it has a mistake.
pub(crate) fn gives_secret(recipe: &Recipe, argv: &[OsString]) -> bool {
    let given = |line: Line<'_>| {
        let matches = line.root().try_get_matches_from(argv).ok()?;
        let own = own(&matches);
        Some(recipe.args.iter().any(|arg| arg.secret && is_typed(arg, own)))
    };
    Line::of(recipe).ok().and_then(given).unwrap_or(true)
}

/// The recipe's help, as its `--help` shows it.
pub(crate) fn help(recipe: &Recipe) -> Result<clap::Error, Stop> {
    let argv = ["lunette", &recipe.found.name, "--help"];
    let line = Line::of(recipe)?;
    let told = Cli::build_parser().subcommand(line.command()).try_get_matches_from(argv);
    told.err().ok_or_else(|| Stop::usage(format!("{} has no help", recipe.found.name)))
}

/// The recipe as a command. Errors: `usage`, where it declares what cannot be.
pub(crate) fn command(recipe: &Recipe) -> Result<Command, Error> {
    Ok(Line::of(recipe)?.command())
}

/// What the help of every recipe ends with.
const GLOBALS: &str = "\
Global options stand before the recipe's name or behind it; `lunette --help` tells all:
  --os-cloud NAME, --sandbox, -f FORMAT, -c COLUMN, --read-only, --yes, -v, --debug, --timing";

/// A recipe's declarations, found to make sense together.
struct Line<'a> {
    name: &'a str,
    document: &'a str,
    effects: &'a str,
    files: Access,
    args: &'a [Argument],
}

impl<'a> Line<'a> {
    fn of(recipe: &'a Recipe) -> Result<Line<'a>, Error> {
        let Recipe { found, document, effects, files, args, .. } = recipe;
        let line = Line { name: &found.name, document, effects, files: *files, args };
        match line.flaw() {
            None => Ok(line),
            Some(flaw) => Err(Error::new(Kind::Usage, format!("the recipe {}: {flaw}", line.name))
                .advice("this is a mistake in the recipe's `args`")),
        }
    }

    /// What clap would panic at.
    fn flaw(&self) -> Option<String> {
        let globals = Globals::augment_args(Command::new("globals"));
        let taken = |long: &str| {
            matches!(long, "help" | "version")
                || globals.get_arguments().any(|arg| {
                    arg.get_long() == Some(long)
                        || arg.get_all_aliases().is_some_and(|names| names.contains(&long))
                })
        };
        let mut names = Vec::new();
        let mut positionals: Option<&Argument> = None;
        for arg in self.args {
            let shown = describe(arg);
            if names.contains(&&arg.name) {
                return Some(format!("{shown} is declared twice"));
            }
            names.push(&arg.name);
            if arg.option {
                if taken(&long(arg)) {
                    return Some(format!("{shown} is one of Lunette's own options"));
                }
                continue;
            }
            match positionals {
                Some(before) if before.many => {
                    return Some(format!("{shown} stands behind {}, which takes all that come", before.name));
                }
                Some(before) if before.may_be_left_out() && !arg.may_be_left_out() => {
                    return Some(format!(
                        "{shown} must be given, but stands behind {}, which need not",
                        before.name
                    ));
                }
                _ => positionals = Some(arg),
            }
        }
        None
    }

    fn parse(
        &self,
        argv: &[OsString],
        surroundings: &Surroundings,
    ) -> Result<(Globals, BTreeMap<String, Value>), Stop> {
        sources::hide_typed(self.args, argv);
        let matches = self.root().try_get_matches_from(argv);
        let matches = matches.map_err(|error| sources::without_secrets(self.args, error))?;
        let values = self.values(own(&matches), surroundings)?;
        Ok((Globals::from_arg_matches(&matches)?, values))
    }

    /// `lunette` with the recipe as a subcommand, both by itself and behind `run`.
    fn root(&self) -> Command {
        let root = Cli::build_parser();
        let root = root.mut_subcommand("run", |run| {
            Command::new(run.get_name().to_owned()).disable_help_subcommand(true).subcommand(self.command())
        });
        if root.find_subcommand(self.name).is_some() { root } else { root.subcommand(self.command()) }
    }

    fn command(&self) -> Command {
        let (summary, details) = self.document.split_once('\n').unwrap_or((self.document, ""));
        let effects = match self.effects {
            "read" => "Effects: read. Changes nothing.",
            "write" => "Effects: write. Creates and changes; takes nothing away.",
            _ => "Effects: delete. Creates, changes and takes away.",
        };
        let files = match self.files {
            Access::Nothing => "Files: none, but those that its arguments name.",
            Access::Read => "Files: read. May read those under the working folder.",
            Access::Write => "Files: write. May read and write those under the working folder.",
        };
        let limits = format!("{effects}\n{files}");
        let details = flowing(details);
        let parts = [details.trim(), &limits, GLOBALS];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let command = Command::new(self.name.to_owned())
            .about(summary.to_owned())
            .args(self.args.iter().map(to_clap))
            .after_help(parts.join("\n\n"));
        with_help(command)
    }

    /// The values given, by name. Flags and lists always have one, the rest only where given or with a
    /// default.
    fn values(
        &self,
        matches: &ArgMatches,
        surroundings: &Surroundings,
    ) -> Result<BTreeMap<String, Value>, Error> {
        let mut values = BTreeMap::new();
        for arg in self.args {
            let typed = value(arg, matches);
            if is_typed(arg, matches) {
                let hidden = typed.as_ref().map_or(Ok(()), |value| arg.hide(value));
                hidden.map_err(|why| Error::new(Kind::Usage, format!("{}: {why}", describe(arg))))?;
            }
            let elsewhere =
                if is_typed(arg, matches) { None } else { sources::of_environment(arg, surroundings)? };
            values.extend(elsewhere.or(typed).map(|value| (arg.name.clone(), value)));
        }
        Ok(values)
    }
}

/// The matches of the innermost subcommand.
fn own(matches: &ArgMatches) -> &ArgMatches {
    let mut own = matches;
    while let Some((_, deeper)) = own.subcommand() {
        own = deeper;
    }
    own
}

/// Whether the command line itself gives the argument.
fn is_typed(arg: &Argument, matches: &ArgMatches) -> bool {
    matches.value_source(&id(arg)) == Some(ValueSource::CommandLine)
}

/// A text whose paragraphs are one line each, to be wrapped at the terminal's width and not at the file's.
///
/// A line stays a line of its own where it is indented, or begins with a label such as `Raises:`.
fn flowing(text: &str) -> String {
    let mut flowing: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim_end) {
        let first = line.split(' ').next().unwrap_or_default();
        let stands_alone = first.is_empty() || first.ends_with(':') || matches!(first, "-" | "*");
        match flowing.last_mut() {
            Some(paragraph) if goes_on && !stands_alone => *paragraph = format!("{paragraph} {line}"),
            _ => flowing.push(line.to_owned()),
        }
        goes_on = !line.is_empty();
    }
    flowing.join("\n")
}

/// clap's own argument for a declared one.
fn to_clap(arg: &Argument) -> Arg {
    let capitals = || long(arg).to_uppercase().replace('-', "_");
    let env = arg.env.iter().map(|name| format!("[env: {name}]"));
    let help: Vec<String> =
        [arg.help.clone()].into_iter().filter(|help| !help.is_empty()).chain(env).collect();
    let parsed = Arg::new(id(arg)).help(help.join(" "));
    let parsed = if arg.option { parsed.long(long(arg)) } else { parsed.required(!arg.may_be_left_out()) };
    if arg.kind == ArgumentKind::Flag {
        return parsed.action(ArgAction::SetTrue);
    }
    let parsed = parsed
        .value_parser(parser(&arg.kind))
        .value_name(arg.value_name.clone().unwrap_or_else(capitals))
        .allow_negative_numbers(matches!(arg.kind, ArgumentKind::Integer | ArgumentKind::Number))
        // A secret that begins with a dash is no option, which an error would name.
        .allow_hyphen_values(arg.secret && arg.option)
        .action(if arg.many { ArgAction::Append } else { ArgAction::Set });
    let parsed = if arg.many && !arg.option { parsed.num_args(1..) } else { parsed };
    match &arg.default {
        None | Some(Value::Null) => parsed,
        Some(Value::Array(items)) => parsed.default_values(items.iter().map(text)),
        Some(default) => parsed.default_value(text(default)),
    }
}

fn parser(kind: &ArgumentKind) -> ValueParser {
    match kind {
        ArgumentKind::String | ArgumentKind::Path | ArgumentKind::Flag => value_parser!(String),
        ArgumentKind::Integer => {
            ValueParser::new(|text: &str| text.parse::<i64>().map_err(|_| "must be a whole number"))
        }
        ArgumentKind::Number => {
            let finite = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
            ValueParser::new(move |text: &str| finite(text).ok_or("must be a number"))
        }
        ArgumentKind::OneOf(words) => PossibleValuesParser::new(words.clone()).into(),
    }
}

fn value(arg: &Argument, matches: &ArgMatches) -> Option<Value> {
    let id = id(arg);
    let values: Vec<Value> = match arg.kind {
        ArgumentKind::Flag => {
            return Some(Value::Bool(matches.get_flag(&id) || arg.default == Some(Value::Bool(true))));
        }
        ArgumentKind::Integer => matches.get_many::<i64>(&id)?.map(|number| Value::from(*number)).collect(),
        ArgumentKind::Number => matches.get_many::<f64>(&id)?.map(|number| json_number(*number)).collect(),
        ArgumentKind::String | ArgumentKind::Path | ArgumentKind::OneOf(_) => {
            matches.get_many::<String>(&id).into_iter().flatten().cloned().map(Value::String).collect()
        }
    };
    if arg.many { Some(Value::Array(values)) } else { values.into_iter().next() }
}

fn json_number(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// clap's ID, kept apart from those of the global options.
fn id(arg: &Argument) -> String {
    format!("recipe.{}", arg.name)
}

fn long(arg: &Argument) -> String {
    arg.name.replace('_', "-")
}

fn describe(arg: &Argument) -> String {
    if arg.option { format!("--{}", long(arg)) } else { arg.name.clone() }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
