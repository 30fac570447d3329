//! Properties of the command line and of what is written to a terminal.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::args::Cli;
use super::args::{recipe, target};
use super::docs::luacats;
use super::output::fit_columns;
use super::output::render::{Format, Look, render};
use super::output::sanitize::{reorders, visible};
use super::output::wrap::wrap;
use super::session::environment::Surroundings;
use crate::fuzz::{config, json, near, object, repeated, soon, text};
use crate::host;

const WORDS: &[&str] = &[
    "share",
    "pfsense",
    "--accept",
    "--os-cloud",
    "a",
    "-f",
    "json",
    "-c",
    "--sandbox",
    "--",
    "-e",
    "1",
    "run",
    "repl",
    "help",
    "recipes",
    "show",
    "clouds",
    "--probe",
    "sandbox",
    "--port",
    "0",
    "--fault",
    "image-list status=503",
    "test",
    "completions",
    "bash",
    "--read-only",
    "-vvv",
    "--timeout",
    "1e9",
    "--max-memory",
    "64M",
    "--os-password",
    "x",
    "-",
    "--max-width",
    "-1",
    "--n=3",
    "--all-projects",
    "list",
    "--yes",
    "--help",
    "-V",
    "--debug",
    "--os-region-name=",
    "--format=csv",
    "--sort-column",
];

const META: &[&str] = &[
    "---@meta\n\n--- An image.\n---@class Image\n---@field id string  its ID\nlocal Image = {}\n\n--- Updates it.\n---\n---@param \
     changes table  `name` and `tags`\n---@return Image\nfunction Image:update(changes) end\n",
    "--- x\n---@alias A a|b\nx = 1\n---@type fun(a: `b`)\nfunction f(a, ...) end",
];

fn argv() -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![8 => select(WORDS).prop_map(str::to_owned), 1 => text()], 0..8)
}

fn look() -> impl Strategy<Value = Look> {
    let formats = [Format::Table, Format::Json, Format::Jsonl, Format::Yaml, Format::Csv, Format::Value];
    (select(formats.to_vec()), prop::option::of(40..200_u16)).prop_map(|(format, width)| Look {
        format,
        width,
        ..Look::default()
    })
}

/// What a command gives: rows, a record, or anything.
fn result() -> impl Strategy<Value = Value> {
    let row = || object(&["id", "name", "status", "size", "tags", "ü"]);
    prop_oneof![vec(row(), 0..5).prop_map(Value::from), row(), json()]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_control_character_reaches_a_terminal(text in text()) {
        let shown = visible(&text).into_owned();
        prop_assert!(!shown.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{:?}", shown);
        prop_assert_eq!(&visible(&shown), &shown);
        prop_assert!(!shown.contains(reorders), "{:?}", shown);
        if !text.contains(|c: char| c.is_control() || reorders(c)) {
            prop_assert_eq!(shown, text);
        }
    }

    #[test]
    fn any_result_is_rendered_and_a_table_is_straight(value in result(), look in look()) {
        let text = soon(|| render(&value, None, &look)).unwrap();
        prop_assert!(text.is_empty() || text.ends_with('\n'));
        let fitted = soon(|| fit_columns::render(&value, &look, Some(80))).unwrap();
        if look.format == Format::Table && (value.is_object() || text.starts_with('+')) {
            for text in [text, fitted].iter().filter(|text| text.starts_with('+')) {
                prop_assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{:?}", text);
                let widths: Vec<usize> = text.lines().map(|line| line.replace('\t', " ").width()).collect();
                prop_assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{}\n{:?}", text, widths);
            }
        }
    }

    #[test]
    fn machine_output_can_be_parsed_again(value in result()) {
        let rendered = |format| render(&value, None, &Look { format, ..Look::default() }).unwrap();
        let read: Value = serde_json::from_str(&rendered(Format::Json)).unwrap();
        prop_assert_eq!(&read, &value);
        let lines = rendered(Format::Jsonl);
        let read: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        match &value {
            Value::Array(items) => prop_assert_eq!(&read, items),
            // No result is no line.
            Value::Null => prop_assert!(read.is_empty()),
            other => prop_assert_eq!(&read[..], std::slice::from_ref(other)),
        }
        let yaml: Value = serde_saphyr::from_str(&rendered(Format::Yaml)).unwrap();
        prop_assert!(alike(&yaml, &value), "{}\n{:?}\n{:?}", rendered(Format::Yaml), yaml, value);
    }

    #[test]
    fn a_wrapped_text_loses_nothing_but_blanks(text in text(), width in 1..120_u16, indent in prop::option::of(0..200_usize)) {
        let lines = wrap(&text, Some(width), indent);
        let letters = |text: &str| text.replace([' ', '\n'], "");
        prop_assert_eq!(letters(&lines), letters(&text));
        prop_assert_eq!(&wrap(&text, None, indent), &text);
    }

    #[test]
    fn any_command_line_is_understood_or_refused(argv in argv()) {
        let line = ["lunette".to_owned()].into_iter().chain(argv);
        match soon(|| Cli::of(line)) {
            Ok(cli) => drop(format!("{cli:?}")),
            Err(refused) => prop_assert!(!refused.to_string().is_empty()),
        }
    }

    #[test]
    fn any_documentation_is_read(text in prop_oneof![near(META), text(), repeated(8 << 10)]) {
        for entry in soon(|| luacats::entries(&text)).iter().chain(&luacats::module("std.x", &text)) {
            drop((entry.show(), entry.prose()));
            drop((entry.brief(), entry.options(), entry.match_rank(&text)));
        }
    }

    #[test]
    fn any_word_means_a_file_a_recipe_or_nothing(name in prop_oneof![text(), select(WORDS).prop_map(str::to_owned)]) {
        let folder = tempfile::tempdir().unwrap();
        drop(soon(|| target::target(&name, folder.path(), &["share".to_owned()])));
    }
}

/// Whether both are the same value; a YAML number may be read as another type of the same number.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| alike(one, other)))
        }
        (one, other) => one == other,
    }
}

#[test]
fn any_line_of_a_recipe_is_understood_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = "--- Tries. All.\nreturn { effects = 'read', args = { { 'image' }, { '--n', type = 'integer', default = 3 }, { '--x', type = 'number' },\n\
                  { '--accept' }, { '--of', choices = { 'a', 'b' } }, { 'project', many = true, optional = true } },\n\
                  run = function() end }";
    fs::write(folder.path().join("share.lua"), recipe).unwrap();
    let engine = host::Engine::new(host::Options {
        trust: false,
        max_memory: 64 << 20,
        interruptible: false,
        recipe_folders: vec![(folder.path().to_owned(), "test".to_owned())],
        project_recipes: Vec::new(),
        folder: folder.path().to_owned(),
        secrets: host::Secrets::default(),
        home: None,
    });
    let recipe = engine.unwrap().recipe("share").unwrap();
    let surroundings = Surroundings::of(BTreeMap::new(), "/place".into(), None);
    proptest!(config(), |(argv in argv())| {
        let line = ["lunette", "share"].map(str::to_owned).into_iter().chain(argv).map(OsString::from);
        let line: Vec<OsString> = line.collect();
        if let Ok((_, values)) = soon(|| recipe::parse(&recipe, &line, &surroundings)) {
            prop_assert!(values.get("n").is_none_or(Value::is_i64));
            prop_assert!(values.get("accept").is_some_and(Value::is_boolean));
            prop_assert!(values.get("of").is_none_or(|of| of == "a" || of == "b"));
        }
    });
}
