//! Which spec files are meant by the paths of a command line.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::exit::Stop;
use crate::error::{Error, Kind};

/// A spec's name ends so, unless it is named itself.
const ENDING: &str = "_spec.lua";

/// The files, sorted, as they are to be called; those of the working folder where no path is given.
///
/// Errors: `usage` (no such path, no spec).
pub(super) fn find(folder: &Path, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    let here = [PathBuf::from(".")];
    for path in if paths.is_empty() { &here[..] } else { paths } {
        let full = folder.join(path);
        if full.is_dir() {
            walk(folder, path, &mut found);
        } else if full.is_file() {
            found.push(path.clone());
        } else {
            let error = Error::new(Kind::Usage, format!("there is no file or folder {}", path.display()));
            return Err(error
                .advice("name files that end in _spec.lua, or folders with some in them")
                .into());
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Error::new(Kind::Usage, "there is no spec here")
            .advice("a spec is a file whose name ends in _spec.lua; `lunette help std.workplace` shows one")
            .into());
    }
    Ok(found)
}

/// Folders that are hidden, or that builds write, hold nobody's specs.
fn walk(folder: &Path, path: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder.join(path)).into_iter().flatten().flatten();
    for entry in entries {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let inner = if path == Path::new(".") { PathBuf::from(&name) } else { path.join(&name) };
        // A link is not followed: it may lead back here.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "node_modules") {
                walk(folder, &inner, found);
            }
        } else if name.ends_with(ENDING) {
            found.push(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn finds_specs_below_folders_and_takes_any_file_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for file in
            ["a_spec.lua", "deep/b_spec.lua", "deep/.git/c_spec.lua", "target/d_spec.lua", "other.lua"]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            find(folder.path(), &paths).map_err(|stop| stop.exit_code())
        };
        let files = |names: &[&str]| Ok(names.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(found(&[]), files(&["a_spec.lua", "deep/b_spec.lua"]));
        assert_eq!(found(&["deep", "deep/b_spec.lua"]), files(&["deep/b_spec.lua"]));
        assert_eq!(found(&["other.lua"]), files(&["other.lua"]));
        assert_eq!(found(&["nothing"]), Err(2));
        assert_eq!(found(&["deep/.git/nothing"]), Err(2));
    }
}
