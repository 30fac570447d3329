//! Every name that Rust registers is documented in `stdlib/meta`, and nothing else is.

use std::collections::BTreeSet;

use mlua::{Table, Value};

use super::{engine, run};
use crate::embed;
use crate::error::Kind;
use crate::host::error::lua_error::FIELDS;
use crate::host::globals::contents;
use crate::host::library::std_lib::NATIVE;

/// The names that a meta file declares: `function PREFIX.name(`.
fn declared(file: &str, prefix: &str) -> BTreeSet<String> {
    let text = embed::text(&format!("stdlib/meta/{file}.lua")).unwrap();
    let start = format!("function {prefix}");
    text.lines()
        .filter_map(|line| line.strip_prefix(&start)?.split_once('('))
        .map(|(name, _)| name.to_owned())
        .filter(|name| !name.contains('.'))
        .collect()
}

async fn registered(module: &str) -> BTreeSet<String> {
    let engine = engine();
    let values = engine.eval("-e", &format!("require '{module}'")).await.unwrap();
    let Value::Table(table) = &values[0] else { panic!("{module} is no table") };
    names(&contents(table))
}

fn names(table: &Table) -> BTreeSet<String> {
    table.pairs::<String, Value>().map(|pair| pair.unwrap().0).collect()
}

#[tokio::test]
async fn modules_of_rust_are_documented_both_ways() {
    for (module, file, prefix) in [
        ("task", "task", "task."),
        ("fs", "fs", "fs."),
        ("std.json", "std_json", "std.json."),
        ("std.fail", "std_fail", "std.fail."),
    ] {
        assert_eq!(registered(module).await, declared(file, prefix), "{module}");
    }
    assert_eq!(declared("std_inspect", "std."), BTreeSet::from(["inspect".to_owned()]));
    for name in NATIVE {
        assert!(embed::text(&format!("stdlib/meta/std_{name}.lua")).is_some(), "{name}");
    }
}

#[test]
fn every_recipe_key_is_documented_and_every_documented_key_read() {
    let text = embed::text("stdlib/meta/recipe.lua").unwrap();
    let (recipe, argument) = text.split_once("---@class RecipeArgument").unwrap();
    let fields = |text: &'static str| {
        let fields = text.lines().filter_map(|line| line.strip_prefix("---@field ")?.split(' ').next());
        fields.map(|name| name.trim_end_matches('?')).collect::<BTreeSet<_>>()
    };
    assert_eq!(fields(recipe.to_owned().leak()), crate::host::recipe::KEYS.into());
    let mut keys: BTreeSet<&str> = crate::host::recipe::ARGUMENT_KEYS.into();
    keys.insert("[1]");
    assert_eq!(fields(argument.to_owned().leak()), keys);
}

#[test]
fn globals_are_documented_both_ways() {
    let engine = engine();
    let mut documented = declared("globals", "");
    let text = embed::text("stdlib/meta/globals.lua").unwrap();
    documented.extend(text.lines().filter_map(|line| Some(line.strip_suffix(" = {}")?.to_owned())));
    let lua: BTreeSet<String> = names(&mlua::Lua::new().globals());
    let extra = ["later", "refuse", "refuse_later"].map(str::to_owned);
    let ours: BTreeSet<String> = engine.completions("").into_iter().collect();
    let keywords = crate::host::library::inspect::KEYWORDS.map(str::to_owned).into_iter().collect();
    let mut ours: BTreeSet<String> = &ours - &keywords;
    ours.retain(|name| !lua.contains(name) && !extra.contains(name) && name != "debug");
    // Set when a script runs.
    ours.insert("arg".to_owned());
    assert_eq!(ours, documented);
}

#[test]
fn fields_and_kinds_of_errors_are_documented_both_ways() {
    let text = embed::text("stdlib/meta/error.lua").unwrap();
    let fields: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("---@field "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(fields, FIELDS);
    let kinds: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("---| "))
        .flat_map(|line| line.split(" | "))
        .map(|word| word.trim_matches('"'))
        .collect();
    assert_eq!(kinds, Kind::ALL.map(Kind::name));
    for kind in kinds {
        assert!(text.contains(&format!("`{kind}`")), "{kind} is not explained");
    }
}

#[tokio::test]
async fn meta_files_refuse_to_load() {
    for file in embed::list("stdlib/meta") {
        let text = embed::text(&format!("stdlib/meta/{file}")).unwrap();
        assert!(text.starts_with("---@meta"), "{file}");
        let failure = run(&engine(), &text).await.unwrap_err();
        let refusal = format!("stdlib/meta/{file} is documentation");
        assert!(failure.message.contains(&refusal), "{}", failure.message);
    }
}

#[test]
fn every_module_of_std_has_a_header() {
    for (name, summary) in engine().modules() {
        let native = NATIVE.iter().any(|native| name == format!("std.{native}"));
        assert_eq!(summary.is_empty(), native || !name.starts_with("std."), "{name}: {summary}");
    }
}
