//! Where lines come from: a person at a terminal, or plain text on stdin.

use std::io::{self, BufRead, ErrorKind, IsTerminal};
use std::path::PathBuf;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::editor::{self, Typing};
use super::history::History;
use super::prompt::Status;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::output::sanitize::visible;
use crate::cli::repl::command;
use crate::cli::repl::link::{Asking, Engine};
use crate::host::Completeness;

/// One input, which may be several lines.
pub(in crate::cli::repl) enum Line {
    /// To be run.
    Text(String),
    /// ^C: never mind.
    Cleared,
    /// There are no more.
    End,
}

/// Where lines come from.
pub(in crate::cli::repl) enum Lines {
    /// From a terminal, with editing, completion and history.
    Typed {
        typing: Box<Typing>,
        history: History,
        asking: Asking,
        /// What was pasted below a command or a recipe's line, and comes after it.
        below: String,
    },
    /// From a pipe or file.
    Piped(Asking),
}

/// Whether somebody types them.
pub(in crate::cli::repl) fn are_typed() -> bool {
    io::stdin().is_terminal()
}

impl Lines {
    /// Those of this process's stdin.
    pub(in crate::cli::repl) fn of_stdin(engine: &Engine, history: Option<PathBuf>) -> Result<Lines, Stop> {
        if !are_typed() {
            return Ok(Lines::Piped(engine.asking()));
        }
        let mut typing = editor::typing(engine.asking()).map_err(unreadable)?;
        let history = History::open(history, &mut typing);
        Ok(Lines::Typed { typing: Box::new(typing), history, asking: engine.asking(), below: String::new() })
    }

    /// The next one.
    pub(in crate::cli::repl) fn next(&mut self, status: &Status) -> Result<Line, Stop> {
        let line = match self {
            Lines::Piped(asking) => read_piped(&mut io::stdin().lock(), |text| asking.completeness(text)),
            Lines::Typed { asking, below, .. } if !below.trim().is_empty() => {
                Ok(Line::Text(first(std::mem::take(below), below, asking)))
            }
            Lines::Typed { typing, history, asking, below } => {
                if let Some(helper) = typing.helper_mut() {
                    helper.writable = status.writable;
                }
                match typing.readline(&status.prompt()) {
                    Ok(text) => {
                        if !asking.gives_secret(&text) {
                            history.keep(&text, typing);
                        }
                        Ok(Line::Text(first(text, below, asking)))
                    }
                    Err(ReadlineError::Interrupted) => Ok(Line::Cleared),
                    Err(ReadlineError::Eof) => Ok(Line::End),
                    Err(error) => Err(unreadable(error)),
                }
            }
        };
        match line {
            Err(Stop::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                output::end_line();
                output::note("that line is not UTF-8 text; it was not run");
                Ok(Line::Cleared)
            }
            line => line,
        }
    }

    /// Remembers a chunk that came from somewhere else.
    pub(in crate::cli::repl) fn keep(&mut self, text: &str) {
        if let Lines::Typed { typing, history, asking, .. } = self
            && !asking.gives_secret(text)
        {
            history.keep(text, typing);
        }
    }

    /// Removes lines from the history that hold a secret which was not known when they were typed.
    pub(in crate::cli::repl) fn forget_secrets(&mut self) {
        if let Lines::Typed { typing, history, .. } = self {
            history.forget_secrets(typing);
        }
    }

    /// Forgets what was pasted below a line that went wrong; whether there was any.
    pub(in crate::cli::repl) fn drop_below(&mut self) -> bool {
        match self {
            Lines::Typed { below, .. } => !std::mem::take(below).trim().is_empty(),
            Lines::Piped(_) => false,
        }
    }
}

/// Asks whoever types, while something runs; ^C is no answer.
pub(in crate::cli::repl) fn ask(question: &str) -> String {
    let asked =
        DefaultEditor::new().and_then(|mut editor| editor.readline(&format!("{} ", visible(question))));
    asked.unwrap_or_default().trim().to_lowercase()
}

/// What is to be run first of an input: all of Lua, but a command or a recipe's line alone. The rest goes
/// `below`.
fn first(text: String, below: &mut String, asking: &Asking) -> String {
    let mut rest = text.as_bytes();
    match read_piped(&mut rest, |text| asking.completeness(text)) {
        Ok(Line::Text(line)) if !rest.is_empty() && (command::is_command(&line) || asking.is_call(&line)) => {
            text[line.len()..].clone_into(below);
            line
        }
        _ => text,
    }
}

/// Lines until they are a chunk, or there are no more.
fn read_piped(stdin: &mut impl BufRead, completeness: impl Fn(&str) -> Completeness) -> Result<Line, Stop> {
    let mut text = String::new();
    while stdin.read_line(&mut text)? > 0 {
        if command::is_command(&text) || completeness(&text) == Completeness::Complete {
            return Ok(Line::Text(text));
        }
    }
    Ok(if text.is_empty() { Line::End } else { Line::Text(text) })
}

fn unreadable(error: ReadlineError) -> Stop {
    match error {
        ReadlineError::Io(error) => Stop::Io(error),
        other => Stop::Io(io::Error::other(other)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn piped_lines_are_put_together_until_they_are_a_chunk() {
        let mut stdin = &b"1 + 1\nfor i = 1, 2 do\nprint(i)\nend\n.help\n?x\nif x"[..];
        let whole = |text: &str| match text {
            text if text.starts_with("for") && !text.contains("end") => Completeness::Incomplete,
            text if text.starts_with("if") => Completeness::Incomplete,
            _ => Completeness::Complete,
        };
        let mut chunks = Vec::new();
        while let Line::Text(text) = read_piped(&mut stdin, whole).unwrap() {
            chunks.push(text);
        }
        assert_eq!(chunks, ["1 + 1\n", "for i = 1, 2 do\nprint(i)\nend\n", ".help\n", "?x\n", "if x"]);
    }
}
