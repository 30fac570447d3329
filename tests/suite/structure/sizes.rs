//! Sizes: lines of a file, files of a folder, columns of a line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::sources::files;

/// The most lines of a file.
const LINES: usize = 400;

/// The most Rust or Lua files of a folder.
const FILES: usize = 14;

/// The most columns of a line.
const COLUMNS: usize = 110;

/// Folders with one file for each thing of a kind, which may hold more.
const ONE_KIND: [&str; 3] = ["tests/hostile/scripts", "tests/specs", "stdlib/meta"];

#[test]
fn every_file_is_short() {
    let long = sources().into_iter().filter_map(|(path, text)| {
        let lines = text.lines().count();
        (lines > LINES).then(|| format!("{}: {lines} lines; a file has {LINES} at most", path.display()))
    });
    assert_none(&long.collect::<Vec<_>>());
}

#[test]
fn every_folder_is_small() {
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (path, _) in sources() {
        *folders.entry(path.parent().unwrap().to_owned()).or_default() += 1;
    }
    let large = folders.into_iter().filter_map(|(folder, files)| {
        let may_be_large = ONE_KIND.iter().any(|known| folder == Path::new(known));
        (files > FILES && !may_be_large)
            .then(|| format!("{}: {files} files; a folder holds {FILES} at most", folder.display()))
    });
    assert_none(&large.collect::<Vec<_>>());
}

/// Comments, and Lua but for the attacks of `tests/hostile`. rustfmt breaks Rust; nothing breaks a string.
#[test]
fn every_line_fits() {
    let mut wide = Vec::new();
    for (path, text) in sources() {
        let is_lua = path.extension().is_some_and(|extension| extension == "lua");
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            // An annotation is one line, as are a row of a table and a link.
            let cannot_break = code.starts_with("---@") || code.contains("](") || code.contains(" | ");
            let is_comment = code.starts_with(if is_lua { "--" } else { "//" });
            let counts = is_comment || is_lua && !code.contains('"');
            let counts = counts && !path.starts_with("tests/hostile");
            if counts && !cannot_break && line.chars().count() > COLUMNS {
                wide.push(format!("{}:{}: more than {COLUMNS} columns", path.display(), number + 1));
            }
        }
    }
    assert_none(&wide);
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Every Rust and Lua file by its path in the repository, with its text.
fn sources() -> Vec<(PathBuf, String)> {
    let found = files(&["src", "tests", "benches", "examples", "scripts", "stdlib"], &["rs", "lua"]);
    assert!(found.len() > 300, "the sources were not found");
    found
}
