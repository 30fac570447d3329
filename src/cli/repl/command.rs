//! Lines that are for the REPL and not for Lua: `.trace on`, `?image.update`, `image?`.
//!
//! Parses them only; `worker/mod.rs` and `mod.rs` carry them out.

use clap::ValueEnum;

use crate::cli::output::render::Format;
use crate::cli::output::trace::Detail;
use crate::error::{Error, Kind, Result, nearest};

/// What a line asks of the REPL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Explain a topic, or the REPL itself.
    Help(Option<String>),
    /// Tell which documentation has a word.
    Apropos(String),
    /// Show what follows.
    More,
    /// Forget locals and last values.
    Clear,
    /// Read modules anew that may have changed on disk.
    Reload,
    /// Run, and tell how long it took.
    Time(String),
    /// Tell of every request.
    Trace(Detail),
    /// Mean another cloud.
    Cloud(String),
    /// Tell which clouds there are.
    Clouds,
    /// Show values in another form.
    Format(Format),
    /// Let writes leave, or not.
    Write(bool),
    /// Write what was done to a file.
    Save {
        /// The file, or the recipe's name.
        target: String,
        /// As a recipe.
        recipe: bool,
    },
    /// Edit the last chunk in an editor.
    Edit,
    /// End.
    Quit,
}

/// Every command as it is typed, and what it does.
pub(super) const COMMANDS: [(&str, &str); 14] = [
    (".help NAME", "explains a function, a method, a recipe or a client's verb; also ?NAME and NAME?"),
    (".apropos WORD", "tells which names are documented with that word"),
    (".more", "shows what follows of a list that was cut"),
    (".cloud NAME", "means another cloud by `cloud`; the clouds you hold stay what they are"),
    (".clouds", "lists the clouds of clouds.yaml"),
    (".write on|off", "lets changes leave, or only reads"),
    (".trace on|full|off", "shows each request as a line, or whole, secrets redacted"),
    (".time CODE", "runs it and tells how long it took"),
    (".format FORMAT", "shows values as table, json, jsonl, yaml, csv or value"),
    (".edit", "opens the last chunk in $VISUAL or $EDITOR, and runs what you save"),
    (".save FILE [--recipe]", "writes this session's successful lines as a script, or as a recipe"),
    (".reload", "reads modules and recipes anew that may have changed on disk"),
    (".clear", "forgets this session's locals and last values"),
    (".quit", "ends the session, as ^D does"),
];

/// The forms that values are shown in.
pub(super) const FORMATS: [&str; 6] = ["table", "json", "jsonl", "yaml", "csv", "value"];

/// The names of the commands, with their dots.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().filter_map(|(usage, _)| usage.split(' ').next())
}

/// A command as it is typed, and what it does.
pub(super) fn usage(name: &str) -> Option<(&'static str, &'static str)> {
    COMMANDS.into_iter().find(|(usage, _)| usage.split(' ').next() == Some(name))
}

/// Whether a text is for the REPL, whatever it says.
pub(super) fn is_command(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('?')
        || text.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        || text.strip_suffix('?').is_some_and(is_topic)
}

/// The command that a text is; `None` where it is Lua. Errors: `usage` (unknown, with the nearest; wrong
/// words).
pub(super) fn parse(text: &str) -> Option<Result<Command>> {
    let text = text.trim();
    if !is_command(text) {
        return None;
    }
    if let Some(topic) = text.strip_prefix('?').or_else(|| text.strip_suffix('?')) {
        return Some(Ok(Command::Help(non_empty(topic.trim_matches(['?', ' '])))));
    }
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some(parse_dotted(name, rest.trim()))
}

fn parse_dotted(name: &str, rest: &str) -> Result<Command> {
    let given = || non_empty(rest).ok_or_else(|| misuse_error(name));
    let alone = |command| if rest.is_empty() { Ok(command) } else { Err(misuse_error(name)) };
    match name {
        ".help" => Ok(Command::Help(non_empty(rest))),
        ".apropos" => given().map(Command::Apropos),
        ".more" => alone(Command::More),
        ".clear" => alone(Command::Clear),
        ".reload" => alone(Command::Reload),
        ".time" => given().map(Command::Time),
        ".cloud" => given().map(|name| Command::Cloud(name.trim_matches(['"', '\'']).to_owned())),
        ".clouds" => alone(Command::Clouds),
        ".edit" => alone(Command::Edit),
        ".quit" | ".exit" => alone(Command::Quit),
        ".write" => match rest {
            "on" => Ok(Command::Write(true)),
            "off" => Ok(Command::Write(false)),
            _ => Err(misuse_error(name)),
        },
        ".trace" => match rest {
            "on" => Ok(Command::Trace(Detail::Line)),
            "full" => Ok(Command::Trace(Detail::Whole)),
            "off" => Ok(Command::Trace(Detail::Off)),
            _ => Err(misuse_error(name)),
        },
        ".format" => Format::from_str(rest, true).map(Command::Format).map_err(|_| misuse_error(name)),
        ".save" => parse_save(rest).ok_or_else(|| misuse_error(name)),
        unknown => Err(no_such(unknown)),
    }
}

fn parse_save(rest: &str) -> Option<Command> {
    let (flags, words): (Vec<&str>, Vec<&str>) =
        rest.split_whitespace().partition(|word| *word == "--recipe");
    match words.as_slice() {
        [target] if flags.len() < 2 => {
            Some(Command::Save { target: (*target).to_owned(), recipe: !flags.is_empty() })
        }
        _ => None,
    }
}

fn non_empty(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// Whether the text can be the name of something.
fn is_topic(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'))
}

fn misuse_error(name: &str) -> Error {
    Error::new(Kind::Usage, format!("that is not how {name} is used"))
        .advice(usage(name).map_or(String::new(), |(usage, does)| format!("{usage}: {does}")))
}

fn no_such(name: &str) -> Error {
    let error = Error::new(Kind::Usage, format!("there is no {name}"));
    match nearest(name, names()) {
        Some(near) => error.advice(format!("did you mean {near}?")),
        None => error.advice(".help tells what there is"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parses_commands_apart_from_lua() {
        for text in ["x", ".5 + 1", "x = '?'", "...", "..", "print('what?')", "a ? b", "local x = y"] {
            assert!(parse(text).is_none(), "{text}");
        }
        let topic = |name: &str| Command::Help(Some(name.to_owned()));
        for (text, command) in [
            ("?", Command::Help(None)),
            ("?image:update", topic("image:update")),
            ("?? image add project", topic("image add project")),
            ("member-create?", topic("member-create")),
            (".help", Command::Help(None)),
            (".help share\n", topic("share")),
            (".time  1 + 1", Command::Time("1 + 1".into())),
            (".cloud \"b\"", Command::Cloud("b".into())),
            (".format JSON", Command::Format(Format::Json)),
            (".trace full", Command::Trace(Detail::Whole)),
            (".write off", Command::Write(false)),
            (".save x.lua", Command::Save { target: "x.lua".into(), recipe: false }),
            (".save --recipe x", Command::Save { target: "x".into(), recipe: true }),
            (".exit", Command::Quit),
        ] {
            assert_eq!(parse(text).unwrap().ok(), Some(command), "{text}");
        }
    }

    #[test]
    fn an_unknown_command_names_the_nearest_and_a_misused_one_its_use() {
        for (text, message, advice) in [
            (".clod", "there is no .clod", "did you mean .cloud?"),
            (".frobnicate", "there is no .frobnicate", ".help tells what there is"),
            (".write", "that is not how .write is used", ".write on|off: lets changes leave, or only reads"),
            (".save a b", "that is not how .save is used", ""),
            (".more 5", "that is not how .more is used", ""),
        ] {
            let error = parse(text).unwrap().unwrap_err();
            assert_eq!(error.message(), message, "{text}");
            assert!(error.advice_text().unwrap_or_default().starts_with(advice), "{text}: {error:?}");
        }
    }

    #[test]
    fn every_command_is_in_the_list() {
        for name in names() {
            let parsed = parse_dotted(name, "");
            let unknown = parsed.is_err_and(|error| error.message().starts_with("there is no"));
            assert!(!unknown, "{name}");
        }
    }
}
