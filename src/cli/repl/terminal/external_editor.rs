//! `.edit`: the last chunk in an editor of the user's own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{self, Command};
use std::time::UNIX_EPOCH;

use crate::cli::session::environment::Surroundings;
use crate::error::{Error, Kind, Result};

/// The text as it was saved; `None` where it was not. Errors: `usage` (no editor is named, or it failed),
/// `config` (no file to edit).
pub(in crate::cli::repl) fn edit(text: &str, surroundings: &Surroundings) -> Result<Option<String>> {
    let variables = &surroundings.environment;
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| variables.get(name));
    let editor = named.filter(|editor| !editor.trim().is_empty()).ok_or_else(|| {
        Error::new(Kind::Usage, "no editor is named").advice("set $EDITOR, such as EDITOR=vi")
    })?;
    let file = std::env::temp_dir().join(format!("lunette-{}.lua", process::id()));
    let result = run_editor(editor, &file, text);
    let _ = fs::remove_file(&file);
    result
}

fn run_editor(editor: &str, file: &Path, text: &str) -> Result<Option<String>> {
    let unusable = |error| Error::new(Kind::Config, format!("{} cannot be edited: {error}", file.display()));
    // A name that somebody else could have put a link at is not followed.
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(unusable)?;
    writeln!(new, "{}", text.trim_end()).map_err(unusable)?;
    // A time that saving cannot give it: whoever leaves the editor without saving wants nothing run.
    new.set_modified(UNIX_EPOCH).map_err(unusable)?;
    drop(new);
    // The variable may hold words: `code --wait`.
    let ended = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file).status();
    match ended {
        Ok(status) if status.success() => read_saved(file).map_err(unusable),
        Ok(status) => {
            Err(Error::new(Kind::Usage, format!("{editor} ended with {status}"))
                .advice("the chunk was not run"))
        }
        Err(error) => Err(Error::new(Kind::Usage, format!("{editor} cannot be started: {error}"))),
    }
}

fn read_saved(file: &Path) -> io::Result<Option<String>> {
    if fs::metadata(file)?.modified()? == UNIX_EPOCH {
        return Ok(None);
    }
    fs::read_to_string(file).map(Some)
}
