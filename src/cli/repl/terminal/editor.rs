//! The line editor: what rustyline asks while somebody types, and who answers.

use std::borrow::Cow;

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{ColorMode, CompletionType, Config, Context, Editor, Helper};

use super::{highlight, prompt};
use crate::cli::repl::command;
use crate::cli::repl::link::Asking;
use crate::host::Completeness;

/// An editor that asks Lua.
pub(in crate::cli::repl) type Typing = Editor<LuaHelper, FileHistory>;

/// Asks the engine on behalf of the editor.
pub(in crate::cli::repl) struct LuaHelper {
    asking: Asking,
    colours: bool,
    /// Whether changes may leave, which the prompt's colour tells.
    pub(in crate::cli::repl) writable: bool,
}

/// An editor on this terminal.
pub(in crate::cli::repl) fn typing(asking: Asking) -> rustyline::Result<Typing> {
    let config = Config::builder().completion_type(CompletionType::List).max_history_size(10_000)?;
    let config = config.build();
    let colours = config.color_mode() != ColorMode::Disabled;
    let mut typing = Editor::with_config(config)?;
    typing.set_helper(Some(LuaHelper { asking, colours, writable: false }));
    Ok(typing)
}

impl Completer for LuaHelper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.asking.completions(&line[..pos]))
    }
}

impl Validator for LuaHelper {
    fn validate(&self, input: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = input.input();
        let goes_on =
            !command::is_command(text) && self.asking.completeness(text) == Completeness::Incomplete;
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// What stands dimmed behind the cursor.
pub(in crate::cli::repl) enum Suggestion {
    /// The rest of an earlier line, which the right arrow takes.
    Earlier(String),
    /// How what is called is to be called: only to read.
    Signature(String),
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        match self {
            Suggestion::Earlier(text) | Suggestion::Signature(text) => text,
        }
    }

    fn completion(&self) -> Option<&str> {
        match self {
            Suggestion::Earlier(text) => Some(text),
            Suggestion::Signature(_) => None,
        }
    }
}

impl Hinter for LuaHelper {
    type Hint = Suggestion;

    fn hint(&self, line: &str, pos: usize, ctx: &Context<'_>) -> Option<Suggestion> {
        // Without colours nobody could tell it from what was typed.
        if !self.colours || pos < line.len() || line.trim().is_empty() || line.contains('\n') {
            return None;
        }
        let earlier = HistoryHinter::new().hint(line, pos, ctx).filter(|rest| !rest.contains('\n'));
        let signature = || self.asking.signature(line).map(|signature| format!("  {signature}"));
        earlier.map(Suggestion::Earlier).or_else(|| signature().map(Suggestion::Signature))
    }
}

impl Highlighter for LuaHelper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(highlight::paint(line))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        if default { Cow::Owned(prompt::paint_prompt(prompt, self.writable)) } else { Cow::Borrowed(prompt) }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let dim = highlight::DIM;
        Cow::Owned(format!("{dim}{hint}{dim:#}"))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}

impl Helper for LuaHelper {}
