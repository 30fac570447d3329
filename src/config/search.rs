//! Which files are looked for, where, and what was found.
//!
//! Knows no key of theirs. Source: openstacksdk, openstack/config/loader.py, `CONFIG_FILES`, `_load_yaml_json_file`.

use std::path::{Path, PathBuf};

use super::document::{Node, Value, parse};
use super::inputs::Inputs;
use crate::error::{Error, Kind, Result};

/// A file that was found and read.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) root: Node,
}

/// Finds the first file of that name (`clouds`, `secure`, `clouds-public`) and reads it.
///
/// `variable` may name another file, which then is looked at first. A file that may not be read is passed over, as
/// other clients do. Errors: `config` (a broken one, or one that is no mapping).
pub(super) fn find(inputs: &Inputs, stem: &str, variable: Option<&str>) -> Result<Option<Found>> {
    let named = variable.and_then(|name| inputs.environment.get(name)).filter(|path| !path.is_empty());
    let named = named.map(|path| inputs.folder.join(path));
    let folders = std::iter::once(&inputs.folder).chain(&inputs.folders);
    let usual = folders.flat_map(|folder| {
        ["yaml", "yml", "json"].into_iter().map(move |ending| folder.join(format!("{stem}.{ending}")))
    });
    for path in named.into_iter().chain(usual) {
        if let Ok(text) = std::fs::read(&path) {
            let root = read(&path.display().to_string(), &text)?;
            return Ok(Some(Found { path, root }));
        }
    }
    Ok(None)
}

/// Reads the text of one file. Errors: `config` (file, line, column and what is wrong there).
pub(super) fn read(path: &str, text: &[u8]) -> Result<Node> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(Error::new(Kind::Config, format!("{path} is not UTF-8 text")).advice("save it as UTF-8"));
    };
    let root = parse(text).map_err(|broken| {
        let place = broken.place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        Error::new(Kind::Config, format!("{path}{place}: {}", broken.message)).advice(broken.advice())
    })?;
    match root.value {
        Value::Map(_) | Value::Null => Ok(root),
        Value::Text(_) | Value::List(_) => {
            let message = format!("{path}:{}: this is {}, not a mapping", root.line, root.kind());
            Err(Error::new(Kind::Config, message).advice("begin the file with `clouds:`, and the clouds indented below"))
        }
    }
}

/// The places that are searched, for a sentence.
pub(super) fn places(inputs: &Inputs) -> String {
    let mut places: Vec<String> = Vec::new();
    if let Some(path) = inputs.environment.get("OS_CLIENT_CONFIG_FILE").filter(|path| !path.is_empty()) {
        places.push(format!("{path} (OS_CLIENT_CONFIG_FILE)"));
    }
    for folder in std::iter::once(&inputs.folder).chain(&inputs.folders) {
        let shown = folder.display().to_string();
        if !places.contains(&shown) {
            places.push(shown);
        }
    }
    places.join(", ")
}

/// A path as a person means it: `~` is the home folder, and relative ones start at the working folder.
pub(super) fn expand(inputs: &Inputs, path: &str) -> PathBuf {
    let home = inputs.environment.get("HOME").map(Path::new);
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ if path == "~" => home.map_or_else(|| PathBuf::from(path), Path::to_path_buf),
        _ => inputs.folder.join(path),
    }
}
