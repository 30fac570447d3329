//! Which files are looked for, where, and what was found.
//!
//! Knows no key of theirs. Source: openstacksdk, openstack/config/loader.py, `CONFIG_FILES`,
//! `_load_yaml_json_file`.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::document::{Node, Value, parse};
use crate::config::inputs::Inputs;
use crate::error::{Error, Kind, Result, shortage};

/// A file that was found and read.
pub(in crate::config) struct Found {
    pub(in crate::config) path: PathBuf,
    pub(in crate::config) root: Node,
}

/// Finds the first file of that name (`clouds`, `secure`, `clouds-public`) and reads it.
///
/// `variable` may name another file, which then is looked at first. A file that may not be read is passed
/// over, as other clients do. Errors: `config` (a broken one, or one that is no mapping).
pub(in crate::config) fn find(inputs: &Inputs, stem: &str, variable: Option<&str>) -> Result<Option<Found>> {
    let named = variable.and_then(|name| inputs.environment.get(name)).filter(|path| !path.is_empty());
    let named = named.map(|path| inputs.folder.join(path));
    for path in named.into_iter().chain(candidates(inputs, stem)) {
        match text(&path) {
            Ok(text) => {
                let root = read(&path.display().to_string(), &text)?;
                return Ok(Some(Found { path, root }));
            }
            Err(error) if must_be_told(&error) => {
                let attempt = format!("cannot read {}", path.display());
                return Err(Error::of_system(Kind::Config, attempt, &error));
            }
            Err(_) => {}
        }
    }
    Ok(None)
}

/// The most that is read of a file.
const LARGEST: u64 = 16 << 20;

/// The bytes of a file. Errors: those of the system; `FileTooLarge` where it has no end.
pub(in crate::config) fn text(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST {
        let message = format!("it has more than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

/// Whether a file is not to be passed over in silence: it would be read if there were more of something.
fn must_be_told(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::FileTooLarge || shortage(error).is_some()
}

/// Reads the text of one file. Errors: `config` (file, line, column and what is wrong there).
pub(in crate::config) fn read(path: &str, text: &[u8]) -> Result<Node> {
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
            Err(Error::new(Kind::Config, message)
                .advice("begin the file with `clouds:`, and the clouds indented below"))
        }
    }
}

/// The folders that are searched, for a sentence.
pub(in crate::config) fn places(inputs: &Inputs) -> String {
    let mut places: Vec<String> = Vec::new();
    for folder in std::iter::once(&inputs.folder).chain(&inputs.folders) {
        let shown = folder.display().to_string();
        if !places.contains(&shown) {
            places.push(shown);
        }
    }
    places.join(", ")
}

/// A remark on a clouds.yaml that is there or was named, and yet was passed over; empty where there is none.
pub(in crate::config) fn absent(inputs: &Inputs) -> String {
    if inputs.clouds_yaml.is_some() {
        return String::new();
    }
    let reason = |path: PathBuf, remark: &str| match text(&path) {
        Err(error) => Some(format!(" ({}{remark} was passed over: {error})", path.display())),
        Ok(_) => None,
    };
    let named = inputs.environment.get("OS_CLIENT_CONFIG_FILE").filter(|path| !path.is_empty());
    let named = named.and_then(|path| reason(inputs.folder.join(path), ", named by OS_CLIENT_CONFIG_FILE,"));
    let found = || candidates(inputs, "clouds").find(|path| path.exists()).and_then(|path| reason(path, ""));
    named.or_else(found).unwrap_or_default()
}

/// The paths a file of that name may have, in the order they are tried.
fn candidates<'a>(inputs: &'a Inputs, stem: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    let folders = std::iter::once(&inputs.folder).chain(&inputs.folders);
    folders.flat_map(move |folder| {
        ["yaml", "yml", "json"].into_iter().map(move |ending| folder.join(format!("{stem}.{ending}")))
    })
}

/// Every file that may hold credentials, whether it is there or not.
pub(in crate::config) fn list_files(inputs: &Inputs) -> Vec<PathBuf> {
    let named = ["OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE"].map(|name| inputs.environment.get(name));
    let named = named.into_iter().flatten().filter(|path| !path.is_empty());
    let found = ["clouds", "secure", "clouds-public"].into_iter().flat_map(|stem| candidates(inputs, stem));
    named.map(|path| inputs.folder.join(path)).chain(found).collect()
}

/// A path as a person means it: `~` is the home folder, and relative ones start at the working folder.
pub(in crate::config) fn expand(inputs: &Inputs, path: &str) -> PathBuf {
    let home = inputs.environment.get("HOME").map(Path::new);
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ if path == "~" => home.map_or_else(|| PathBuf::from(path), Path::to_path_buf),
        _ => inputs.folder.join(path),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_path_may_begin_at_home_or_at_the_working_folder() {
        let environment = [("HOME".to_owned(), "/home/me".to_owned())].into();
        let inputs = Inputs { environment, folder: "/place".into(), ..Inputs::default() };
        for (written, meant) in [
            ("~/ca.pem", "/home/me/ca.pem"),
            ("~", "/home/me"),
            ("ca.pem", "/place/ca.pem"),
            ("/ca.pem", "/ca.pem"),
        ] {
            assert_eq!(expand(&inputs, written), Path::new(meant));
        }
    }

    #[test]
    fn lists_all_files_and_those_of_variables() {
        let environment = [("OS_CLIENT_SECURE_FILE".to_owned(), "keys.yaml".to_owned())].into();
        let inputs = Inputs { environment, folder: "/place".into(), ..Inputs::default() };
        let all = list_files(&inputs);
        assert_eq!(all.len(), 1 + 3 * 3);
        for path in
            ["/place/keys.yaml", "/place/clouds.yaml", "/place/secure.yml", "/place/clouds-public.json"]
        {
            assert!(all.contains(&PathBuf::from(path)), "{path}");
        }
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let environment = [("OS_CLIENT_CONFIG_FILE".to_owned(), "/dev/zero".to_owned())].into();
        let inputs = Inputs { environment, folder: "/nowhere".into(), ..Inputs::default() };
        let error = find(&inputs, "clouds", Some("OS_CLIENT_CONFIG_FILE")).err().unwrap();
        assert_eq!(error.to_string(), "config: cannot read /dev/zero: it has more than 16 MiB");
    }

    #[test]
    fn refuses_values_that_are_no_text() {
        let error = read("clouds.yaml", b"clouds: \xff").err().unwrap();
        assert_eq!(error.to_string(), "config: clouds.yaml is not UTF-8 text");
    }
}
