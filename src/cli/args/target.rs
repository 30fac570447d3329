//! What a word that is no command means: a file, or a recipe.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use super::Cli;
use crate::cli::docs::Documentation;
use crate::cli::exit::Stop;
use crate::error::{Error, Kind, nearest};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A script.
    File(PathBuf),
    /// A recipe, by name.
    Recipe(String),
    /// The script on stdin.
    Stdin,
}

/// What `word` means in that folder, where those are the names of recipes.
///
/// A word with a `/` or with `.lua` at its end is a file; else a recipe, and only then a file after all.
/// Errors: `usage`, with the nearest command, recipe or file.
pub(crate) fn target(word: &str, folder: &Path, recipes: &[String]) -> Result<Target, Stop> {
    let path = folder.join(word);
    if word == "-" {
        Ok(Target::Stdin)
    } else if is_path(word) {
        // The script is told of itself as it was called.
        is_file(&path).then(|| Target::File(word.into())).ok_or_else(|| unknown_word(word, folder, recipes))
    } else if recipes.iter().any(|name| name == word) {
        Ok(Target::Recipe(word.to_owned()))
    } else if is_file(&path) {
        Ok(Target::File(word.into()))
    } else {
        Err(unknown_word(word, folder, recipes))
    }
}

/// Whether there is something to read: a file, or a pipe such as a shell's `<(…)` makes.
pub(crate) fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| !found.is_dir())
}

/// Whether the word can only be a file.
pub(crate) fn is_path(word: &str) -> bool {
    word.contains(std::path::is_separator)
        || Path::new(word).extension().is_some_and(|extension| extension == "lua")
}

fn unknown_word(word: &str, folder: &Path, recipes: &[String]) -> Stop {
    let commands = Cli::command();
    let files = list_scripts_beside(&folder.join(word));
    let known = commands
        .get_subcommands()
        .map(clap::Command::get_name)
        .chain(recipes.iter().map(String::as_str))
        .chain(files.iter().map(String::as_str));
    let name = Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or(word);
    if !word.is_empty() && folder.join(word).is_dir() {
        let error = Error::new(Kind::Usage, format!("{word} is a folder, not a script"));
        return error.advice("name a file in it; a folder of recipes is named by LUNETTE_PATH").into();
    }
    let reached = folder.join(word).metadata();
    if let Some(refusal) = reached.err().filter(|error| error.kind() == ErrorKind::PermissionDenied) {
        let error = Error::new(Kind::Usage, format!("cannot read {word}: {refusal}"));
        return error.advice("check who may enter its folder (ls -ld)").into();
    }
    let shown =
        if word.is_empty() || word.contains(char::is_whitespace) { &format!("'{word}'") } else { word };
    let message = if is_path(word) {
        format!("there is no file {shown}")
    } else {
        format!("{shown} is neither a command, nor a recipe, nor a file")
    };
    let advice = match nearest(name, known) {
        Some(near) => format!("did you mean {near}?"),
        None if !is_path(word) && Documentation::read().text(word).is_some() => {
            format!("`lunette help {word}` shows what it is called in Lua; run Lua by -e '…', or in a file")
        }
        None if is_path(word) => format!("paths are relative to the working folder, {}", folder.display()),
        None => "`lunette help` lists the commands, `lunette recipes` the recipes".to_owned(),
    };
    Error::new(Kind::Usage, message).advice(advice).into()
}

/// The names of the Lua files in the folder where that file would be.
fn list_scripts_beside(path: &Path) -> Vec<String> {
    let entries = path.parent().and_then(|folder| folder.read_dir().ok());
    let names =
        entries.into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "lua")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["migrate.lua", "share", "plain"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        folder
    }

    fn meant(word: &str) -> Result<Target, String> {
        let recipes = ["share", "accept"].map(str::to_owned);
        target(word, folder().path(), &recipes).map_err(|stop| match stop {
            Stop::Error(error) => format!("{error}; {}", error.advice_text().unwrap_or_default()),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_recipe_comes_before_a_file_that_does_not_look_like_one() {
        for (word, target) in [
            ("migrate.lua", Target::File("migrate.lua".into())),
            ("./share", Target::File("./share".into())),
            ("share", Target::Recipe("share".into())),
            ("plain", Target::File("plain".into())),
            ("-", Target::Stdin),
        ] {
            assert_eq!(meant(word), Ok(target), "{word}");
        }
    }

    #[test]
    fn an_unknown_word_names_the_nearest_of_all() {
        for (word, near) in [("shrae", "share"), ("sandbx", "sandbox"), ("migrat.lua", "migrate.lua")] {
            assert!(
                meant(word).unwrap_err().ends_with(&format!("did you mean {near}?")),
                "{word}: {:?}",
                meant(word)
            );
        }
        for verb in ["delete", "member-create", "upload", "image-create"] {
            let advice = format!("`lunette help {verb}` shows what it is called in Lua");
            assert!(meant(verb).unwrap_err().contains(&advice), "{verb}: {:?}", meant(verb));
        }
        assert_eq!(
            meant("frobnicate").unwrap_err(),
            "usage: frobnicate is neither a command, nor a recipe, nor a file; \
             `lunette help` lists the commands, `lunette recipes` the recipes"
        );
    }
}
