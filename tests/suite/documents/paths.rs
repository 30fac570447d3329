//! The pages, and the heads of modules, name only files that exist.

use std::fs;
use std::path::Path;

use crate::structure::sources::files;

/// The pages whose paths are looked at.
const PAGES: [&str; 5] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md"];

/// Folders whose paths are written whole; others are taken from src/, as in `cli/args/mod.rs`.
const WHOLE: [&str; 7] = ["src/", "tests/", "benches/", "scripts/", "stdlib/", "examples/", "packaging/"];

const LAYERS: [&str; 7] = ["cli/", "api/", "host/", "glance/", "keystone/", "http/", "sandbox/"];

#[test]
fn pages_name_only_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut missing = Vec::new();
    for page in PAGES {
        let text = fs::read_to_string(root.join(page)).unwrap();
        for word in text.split('`').skip(1).step_by(2).filter(|word| !word.contains([' ', '*', '{'])) {
            let path = if WHOLE.iter().any(|folder| word.starts_with(folder)) {
                root.join(word)
            } else if LAYERS.iter().any(|layer| word.starts_with(layer)) {
                root.join("src").join(word)
            } else {
                continue;
            };
            seen += 1;
            if !path.exists() {
                missing.push(format!("{page}: {word}"));
            }
        }
    }
    assert!(seen > 30, "the paths were not found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn heads_of_modules_name_only_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = files(&["src"], &["rs"]);
    let (mut seen, mut missing) = (0, Vec::new());
    for (path, text) in &files {
        let folder = root.join(path).parent().unwrap().to_owned();
        let head = text.lines().filter(|line| line.starts_with("//!"));
        let words = head.flat_map(|line| line.split('`').skip(1).step_by(2));
        for word in words.filter(|word| is_rust(word) && !word.contains([' ', '*', '{'])) {
            seen += 1;
            let near = [folder.join(word), root.join("src").join(word), root.join(word)];
            let is_somewhere = files.iter().any(|(other, _)| other.file_name() == Some(word.as_ref()));
            if !is_somewhere && !near.iter().any(|place| place.exists()) {
                missing.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(seen > 60, "only {seen} names were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}
