//! The files of client certificates and their keys that the configuration names.
//!
//! Every entry of every file counts, not only the chosen one: scripts may read none of these files.

use std::io;
use std::path::PathBuf;

use super::document::{Node, Value};
use super::search;
use crate::config::inputs::{Inputs, Overrides};
use crate::error::shortage;

/// The files, whether they exist or not. A configuration that cannot be read names none.
pub(in crate::config) fn list_key_files(inputs: &Inputs, options: &Overrides) -> io::Result<Vec<PathBuf>> {
    let mut named = Vec::new();
    if let Some(text) = &inputs.clouds_yaml
        && let Ok(root) = search::read("clouds.yaml", text.as_bytes())
    {
        collect(&root, &mut named);
    }
    for path in search::list_files(inputs) {
        // A pipe gives its text once, and that is for who connects.
        if !path.is_file() {
            continue;
        }
        match search::text(&path).map(|text| search::read("", &text)) {
            Ok(Ok(root)) => collect(&root, &mut named),
            Err(refusal) if shortage(&refusal).is_some() => return Err(refusal),
            Ok(Err(_)) | Err(_) => {}
        }
    }
    let variables =
        inputs.environment.iter().filter_map(|(name, value)| Some((name.strip_prefix("OS_")?, value)));
    let options = options.iter().map(|(name, value)| (name.as_str(), value));
    named.extend(variables.chain(options).filter(|(name, _)| is_file(name)).map(|(_, path)| path.clone()));
    named.retain(|path| !path.is_empty());
    Ok(named.iter().map(|path| search::expand(inputs, path)).collect())
}

/// The paths that a file names, at whatever depth: an entry, a region of it, a profile.
fn collect(node: &Node, named: &mut Vec<String>) {
    match &node.value {
        Value::Map(entries) => {
            for (name, node) in entries {
                match &node.value {
                    Value::Text(path) if is_file(name) => named.push(path.clone()),
                    _ => collect(node, named),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, named)),
        Value::Text(_) | Value::Null => {}
    }
}

fn is_file(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    matches!(name.strip_prefix("os_").unwrap_or(&name), "cert" | "key")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;

    #[test]
    fn names_those_of_every_entry_of_the_environment_and_of_the_options() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            (
                "clouds.yaml",
                "clouds:\n  a: {cert: a-cert, cacert: public}\n  b:\n    regions: [{values: {key: b-key}}]\n",
            ),
            ("secure.yaml", "clouds: {a: {auth: {OS-Key: ~/a-key}}}\n"),
            ("clouds-public.yaml", "public-clouds: {p: {cert: /p-cert}}\n"),
            ("secure.yml", "clouds: ["),
            ("named", "clouds: {c: {cert: c-cert}}\n"),
        ];
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let variables =
            [("HOME", "/home/me"), ("OS_CERT", "v-cert"), ("OS_KEY", ""), ("OS_CLIENT_CONFIG_FILE", "named")];
        let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let inputs = Inputs { environment, folder: folder.path().to_owned(), ..Inputs::default() };
        let options = [("key".to_owned(), "o-key".to_owned())].into();
        let named = inputs.key_files(&options).unwrap();
        let here = |name: &str| folder.path().join(name);
        let expected = ["a-cert", "b-key", "c-cert", "v-cert", "o-key"].map(here);
        let elsewhere = ["/home/me/a-key", "/p-cert"].map(|path| Path::new(path).to_owned());
        for path in expected.iter().chain(&elsewhere) {
            assert!(named.contains(path), "{} in {named:?}", path.display());
        }
        assert_eq!(named.len(), expected.len() + elsewhere.len(), "{named:?}");
    }
}
