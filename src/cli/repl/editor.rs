//! The line editor: completion of live names, and Enter that knows when a chunk is whole.

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::engine::Asking;
use crate::host::Completeness;

/// An editor that asks Lua.
pub(super) type Typing = Editor<LuaHelper, FileHistory>;

/// Asks the engine on behalf of the editor.
pub(super) struct LuaHelper(Asking);

/// An editor on this terminal.
pub(super) fn typing(asking: Asking) -> rustyline::Result<Typing> {
    let config = Config::builder().completion_type(CompletionType::List).max_history_size(10_000)?.build();
    let mut typing = Editor::with_config(config)?;
    typing.set_helper(Some(LuaHelper(asking)));
    Ok(typing)
}

impl Completer for LuaHelper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..pos];
        let found = self.0.completions(before);
        Ok((start_of_word(before, &found), found))
    }
}

/// Where the word begins that the candidates are to replace: all of `cloud.pro`, or only `pro`, as they have it.
fn start_of_word(before: &str, candidates: &[String]) -> usize {
    let start = |part: fn(char) -> bool| {
        before.rfind(|c| !part(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
    };
    let chain = start(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
    if candidates.iter().all(|candidate| candidate.starts_with(&before[chain..])) {
        chain
    } else {
        start(|c| c.is_alphanumeric() || c == '_')
    }
}

impl Validator for LuaHelper {
    fn validate(&self, input: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = input.input();
        Ok(match self.0.completeness(text) {
            Completeness::Incomplete if !text.starts_with('.') => ValidationResult::Incomplete,
            _ => ValidationResult::Valid(None),
        })
    }
}

impl Hinter for LuaHelper {
    type Hint = String;
}

impl Highlighter for LuaHelper {}

impl Helper for LuaHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_completion_replaces_what_it_completes() {
        for (before, candidate, start) in [
            ("cloud.pro", "cloud.project_id", 0),
            ("cloud.pro", "project_id", 6),
            ("print(image:mem", "image:members", 6),
            ("print(image:mem", "members", 12),
            ("x = ", "cloud", 4),
            ("„clo", "cloud", 3),
        ] {
            assert_eq!(start_of_word(before, &[candidate.to_owned()]), start, "{before} {candidate}");
        }
    }
}
