//! `stdlib/meta` documents exactly what the binary registers: each name once, none too many, each with its
//! source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_registered_name_is_documented_and_the_other_way_round() {
    let registered: BTreeSet<_> = lunette::api::names().into_iter().collect();
    let documented: BTreeSet<_> = files().iter().flat_map(|file| names(&read(file))).collect();
    let missing: Vec<_> = registered.difference(&documented).collect();
    let extra: Vec<_> = documented.difference(&registered).collect();
    assert!(missing.is_empty() && extra.is_empty(), "undocumented: {missing:?}\nnot registered: {extra:?}");
}

#[test]
fn documentation_refuses_to_be_loaded() {
    for entry in fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        let text = read(&file);
        assert!(text.starts_with("---@meta"), "{file} does not open with ---@meta");
        assert!(text.lines().any(|line| line.starts_with("assert(false, ")), "{file} can be loaded");
    }
}

/// All but the files of `host`, whose own tests compare them.
fn files() -> Vec<String> {
    let of_host = |name: &str| {
        ["error", "fs", "globals", "recipe", "task"].contains(&name.trim_end_matches(".lua"))
            || name.starts_with("std_") && name != "std_recipe.lua"
    };
    let names =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !of_host(name)).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/meta")
}

fn read(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

/// The names of a text: `Image.id` for `---@field id` below `---@class Image`; `Image:update` for
/// `function Image:update(`. Options are compared elsewhere with what the calls take.
fn names(text: &str) -> Vec<String> {
    let (mut class, mut names) = (String::new(), Vec::new());
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':')).collect()
    };
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("---@class ") {
            name.trim_start_matches("(exact) ")
                .split([':', ' '])
                .next()
                .unwrap_or_default()
                .clone_into(&mut class);
        } else if let Some(name) = line.strip_prefix("---@field ").filter(|_| !class.ends_with("Options")) {
            let name = name.strip_prefix("public ").unwrap_or(name);
            names.push(format!("{class}.{}", word(name)));
        } else if let Some(name) = line.strip_prefix("function ") {
            names.push(word(name));
        }
    }
    names
}
