//! What was typed before: a file for its owner only, without secrets.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustyline::history::History as _;

use super::editor::Typing;
use crate::cli::output;
use crate::secrets;

/// The history file.
pub(in crate::cli::repl) struct History {
    /// `None` where there is none, or it could not be written.
    file: Option<PathBuf>,
}

impl History {
    /// Reads the file, where there is one. What cannot be kept is told once and costs nothing else.
    pub(in crate::cli::repl) fn open(file: Option<PathBuf>, typing: &mut Typing) -> History {
        if let Some(file) = &file {
            // A missing file is a first time; any other trouble shows when the first line is to be kept.
            let _ = typing.load_history(file);
        }
        History { file }
    }

    /// Remembers a line: here, and in the file.
    pub(in crate::cli::repl) fn keep(&mut self, text: &str, typing: &mut Typing) {
        if text.trim().is_empty() || mentions_secret(text) {
            return;
        }
        let kept = typing.add_history_entry(text);
        let Some(file) = self.file.as_deref().filter(|_| kept.unwrap_or(false)) else { return };
        if let Err(error) = save(file, typing) {
            output::note(&format!("the history is not kept: {}: {error}", file.display()));
            self.file = None;
        }
    }

    /// Removes the lines, here and in the file, that hold a secret which this run knows by now.
    pub(in crate::cli::repl) fn forget_secrets(&mut self, typing: &mut Typing) {
        if let Err(error) = self.cleaned(typing) {
            output::note(&format!("the history may hold a secret that was typed: {error}"));
        }
    }

    fn cleaned(&self, typing: &mut Typing) -> rustyline::Result<()> {
        let file = self.file.as_deref().filter(|file| file.is_file());
        let holds_secret = |typing: &Typing| typing.history().iter().any(|line| secrets::is_in(line));
        if !holds_secret(typing) {
            return Ok(());
        }
        if let Some(file) = file {
            // Other sessions append to the same file.
            typing.clear_history()?;
            typing.load_history(file)?;
        }
        let lines: Vec<String> =
            typing.history().iter().filter(|line| !secrets::is_in(line)).cloned().collect();
        typing.clear_history()?;
        for line in lines {
            typing.add_history_entry(line)?;
        }
        match file {
            // rustyline does not save an empty history.
            Some(file) if typing.history().is_empty() => Ok(std::fs::remove_file(file)?),
            Some(file) => typing.save_history(file),
            None => Ok(()),
        }
    }
}

/// rustyline makes the file for its owner only; its folder is made likewise here.
fn save(file: &Path, typing: &mut Typing) -> rustyline::Result<()> {
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    typing.append_history(file)
}

/// Whether a text may hold a secret: by its words, or because it holds one that this run knows.
pub(in crate::cli::repl) fn mentions_secret(text: &str) -> bool {
    secrets::mentions_secret(text) || secrets::is_in(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_gives_a_secret_a_value_is_forgotten() {
        for name in secrets::EXAMPLES {
            assert!(mentions_secret(&format!("x = {{ ['{name}'] = {{ 'abc' }} }}")), "{name}");
        }
    }

    #[test]
    fn a_line_that_holds_a_known_secret_is_forgotten() {
        secrets::add("zk-41-open-sesame");
        assert!(mentions_secret("print 'zk-41-open-sesame'"));
        assert!(mentions_secret("h = { Authorization = 'Bearer abc' }"));
        assert!(!mentions_secret("cloud:image 'pfsense'"));
    }
}
