//! Properties of what the engine reads: Lua, JSON, CSV, sizes, times, recipes, names of files.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

use std::cell::Cell;
use std::fs;
use std::path::Path;

use mlua::{HookTriggers, Value, VmState};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value as Json;
use tempfile::TempDir;

use super::explore::tokens::{TokenKind, tokens};
use super::library::json;
use super::recipe::header;
use super::{Engine, Options, Secrets};
use crate::fuzz::{config, config_of_slow_cases, near, repeated, soon, text};

const LUA: &[&str] = &[
    "local x <const> = cloud:image(\"pfsense\", { a = 1 }) -- x\nfor i, v in ipairs{1,2} do print(i..v) end return x.name",
    "x = [==[ a ]] ]==] .. 'b\\z \n c' .. 0x1p-4 // 3 << 2 ~= ~1",
    "return function(...) goto a; local t <close> = nil ::a:: end",
    "image:update{ name = \"x\", properties = { os_distro = 'freebsd' } }:refresh()",
];

const RECIPES: &[&str] = &[
    "--- Shares an image.\n---\n--- Safe.\nreturn { effects = \"write\", columns = { \"id\" }, args = { { \"image\", help = \"h\" },\n\
     { \"project\", many = true }, { \"--accept\" }, { \"--n\", type = \"integer\", default = 3, value = \"N\", choices = nil } },\n\
     run = function(cloud, args) return args end }",
    "return { run = function() end, args = { { \"--x\", choices = { \"a\", \"b\" }, default = \"a\" }, { \"y\", optional = true } } }",
    "#!/usr/bin/env lunette\n\u{feff}--- x. y\n---@class Z\nlocal r = { effects = 'read', args = {} }\nfunction r.run() end\nreturn r",
];

const JSON: &[&str] = &[
    r#"{"a": [1, 2.5, -0.0, "x\u0000\ud83d\ude00", null, true, {"1": {}, "": []}], "n": 9223372036854775807}"#,
    "[[[[1e308]]], 1e-400, 18446744073709551615]",
];

const TABLES: &[&str] = &["a,b\n1,\"x \"\"y\"\"\r\nz\"\n,\n", "a;b\r\n1;2\r\n\r\n\"", "\"a\",\"b\"\n\"1\",2"];

const SIZES: &[&str] =
    &["10 GiB", "1.5TB", "512", "9007199254740993 B", "0.1 KiB", "999999999999999999999 PiB", "-1 G"];

const TIMES: &[&str] = &[
    "2026-01-31T12:00:00Z",
    "2026-02-29",
    "0000-00-00T99:99:99.123+99:99",
    "2024-02-29T23:59:60-02:00",
    "9999-12-31T23:59:59Z",
];

thread_local! {
    /// Hundreds of thousands of instructions that the case at hand has taken.
    static SPENT: Cell<u32> = const { Cell::new(0) };
}

/// Fails where a case takes far longer than it should, and ends Lua that never would.
fn bounded<T>(work: impl FnOnce() -> T) -> T {
    SPENT.set(0);
    soon(work)
}

/// An engine of that folder, which ends what runs for too long.
fn engine_in(folder: &Path) -> Engine {
    let engine = Engine::new(Options {
        trust: false,
        max_memory: 256 << 20,
        interruptible: false,
        recipe_folders: vec![(folder.join("recipes"), "test".to_owned())],
        project_recipes: Vec::new(),
        folder: folder.to_owned(),
        secrets: Secrets::default(),
        home: None,
    })
    .unwrap();
    let often = HookTriggers::new().every_nth_instruction(100_000);
    engine
        .lua()
        .set_global_hook(often, |_, _| {
            SPENT.set(SPENT.get() + 1);
            if SPENT.get() > 500 { Err(mlua::Error::runtime("runs for ever")) } else { Ok(VmState::Continue) }
        })
        .unwrap();
    engine
}

fn engine() -> (TempDir, Engine) {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine_in(folder.path());
    (folder, engine)
}

/// A Lua function of that text.
fn function(engine: &Engine, text: &str) -> mlua::Function {
    engine.lua().load(text).eval().unwrap()
}

fn never_ended(error: &mlua::Error) -> bool {
    error.to_string().contains("runs for ever")
}

/// JSON that Lua holds without loss: no null, numbers of Lua's own.
fn lossless() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has it", |number| number.is_finite()).prop_map(Json::from),
        text().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        let fields = vec((text(), inner.clone()), 0..5);
        prop_oneof![
            vec(inner, 1..5).prop_map(Json::from),
            fields.prop_map(|fields| Json::from(fields.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

#[test]
fn json_survives_lua() {
    let (_folder, engine) = engine();
    let both = function(
        &engine,
        "local json = require 'std.json'; return function(v) return json.decode(json.encode(v)) end",
    );
    proptest!(config(), |(value in lossless())| {
        let lua = json::to_lua(engine.lua(), &value).unwrap();
        prop_assert_eq!(&*json::from_lua(engine.lua(), &lua).unwrap(), &value);
        let again: Value = bounded(|| both.call(lua)).unwrap();
        prop_assert_eq!(&*json::from_lua(engine.lua(), &again).unwrap(), &value);
    });
}

#[test]
fn any_text_is_json_or_refused() {
    let (_folder, engine) = engine();
    let decode = function(
        &engine,
        "local json = require 'std.json'; return function(t) return pcall(json.decode, t) end",
    );
    let text = prop_oneof![near(JSON), text(), repeated(32 << 10)];
    proptest!(config(), |(text in text)| {
        let (ok, value): (bool, Value) = bounded(|| decode.call(text)).unwrap();
        if ok {
            drop(json::from_lua(engine.lua(), &value));
            bounded(|| engine.inspect(&value)).unwrap();
        }
    });
}

#[test]
fn inspected_text_reads_back_as_the_same_text() {
    let (_folder, engine) = engine();
    proptest!(config(), |(text in prop_oneof![text().prop_map(String::into_bytes), crate::fuzz::bytes()])| {
        let shown = engine.inspect(&Value::String(engine.lua().create_string(&text).unwrap())).unwrap();
        prop_assert!(!shown.contains(|c: char| c.is_control()), "{:?}", shown);
        let read: mlua::LuaString = engine.lua().load(format!("return {shown}")).eval().unwrap();
        prop_assert_eq!(&*read.as_bytes(), &text[..], "{}", shown);
    });
}

#[test]
fn csv_survives_writing_and_reading() {
    let (_folder, engine) = engine();
    let both = function(
        &engine,
        "local csv = require 'std.csv'\n\
        return function(rows, columns) return csv.parse(csv.format(rows, columns)) end",
    );
    let columns = btree_set(text().prop_filter("named", |name| !name.is_empty()), 1..4);
    let table = (columns, vec(vec(text(), 3), 0..4));
    proptest!(config(), |((columns, cells) in table)| {
        let columns: Vec<String> = columns.into_iter().collect();
        let rows: Vec<Json> = cells.iter().map(|cells| {
            columns.iter().cloned().zip(cells.iter().cloned().map(Json::from)).collect::<serde_json::Map<_, _>>().into()
        }).collect();
        let given = (json::to_lua(engine.lua(), &Json::from(rows.clone())).unwrap(), columns);
        let read: Value = bounded(|| both.call(given)).unwrap();
        prop_assert_eq!(json::from_lua(engine.lua(), &read).unwrap().into_inner(), Json::from(rows));
    });
}

#[test]
fn any_text_is_a_table_of_csv_or_refused() {
    let (_folder, engine) = engine();
    let parse = function(
        &engine,
        "local csv = require 'std.csv'\n\
        return function(t, s) return csv.parse(t, s and { separator = s }) end",
    );
    let separator = prop::option::of(prop_oneof![
        select(vec![",", ";", "\t", "|", "^", "%", "]", ".", "", "\n", "\"", "ab"]).prop_map(str::to_owned),
        text()
    ]);
    let text = prop_oneof![near(TABLES), text(), repeated(16 << 10)];
    proptest!(config(), |(text in text, separator in separator)| {
        let read = bounded(|| parse.call::<Value>((text, separator)));
        prop_assert!(!read.is_err_and(|error| never_ended(&error)));
    });
}

#[test]
fn a_size_is_a_whole_number_of_bytes_or_refused() {
    let (_folder, engine) = engine();
    let parse = function(
        &engine,
        "local size = require 'std.size'; return function(t) return pcall(size.parse, t) end",
    );
    let both = function(
        &engine,
        "local size = require 'std.size'; return function(n) return size.parse(size.format(n)) end",
    );
    proptest!(config(), |(text in prop_oneof![near(SIZES), text(), "[0-9]{1,25}[.]?[0-9]{0,3} ?[KMGTP]?i?B?"])| {
        let (ok, bytes): (bool, Value) = bounded(|| parse.call(text.as_str())).unwrap();
        prop_assert!(!ok || matches!(bytes, Value::Integer(bytes) if bytes >= 0), "{} is {:?}", text, bytes);
    });
    proptest!(config(), |(bytes in 0..i64::MAX / 2)| {
        let read: f64 = bounded(|| both.call(bytes)).unwrap();
        prop_assert!((read - bytes as f64).abs() <= bytes as f64 * 0.06, "{} comes back as {}", bytes, read);
    });
}

#[test]
fn a_time_comes_back_as_it_went() {
    let (_folder, engine) = engine();
    let both = function(
        &engine,
        "local time = require 'std.time'; return function(s) return time.parse(time.format(s)) end",
    );
    let parse = function(
        &engine,
        "local time = require 'std.time'; return function(t) return pcall(time.parse, t) end",
    );
    proptest!(config(), |(seconds in -62_135_596_800..253_402_300_799_i64)| {
        prop_assert_eq!(bounded(|| both.call::<i64>(seconds)).unwrap(), seconds);
    });
    proptest!(config(), |(text in prop_oneof![near(TIMES), text()])| {
        let (ok, seconds): (bool, Value) = bounded(|| parse.call(text.as_str())).unwrap();
        if ok {
            let Value::Integer(seconds) = seconds else { return Err(TestCaseError::fail(format!("{text} is {seconds:?}"))) };
            let again: i64 = bounded(|| both.call(seconds)).unwrap();
            prop_assert_eq!(again, seconds, "{}", text);
        }
    });
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_header_is_one_sentence_and_a_document(text in prop_oneof![near(RECIPES), text()]) {
        let header = header(&text);
        prop_assert!(!header.summary.contains('\n'));
        prop_assert!(header.document.len() <= text.len() && header.summary.len() <= header.document.len());
    }

    #[test]
    fn tokens_are_in_order_and_omit_only_blanks(
        line in prop_oneof![near(LUA), text(), repeated(8 << 10)],
    ) {
        let mut end = 0;
        for token in bounded(|| tokens(&line).collect::<Vec<_>>()) {
            prop_assert!(token.span.start >= end && token.span.end > token.span.start);
            prop_assert!(line[end..token.span.start].trim().is_empty());
            prop_assert!(!token.of(&line).is_empty());
            if token.kind == TokenKind::Name {
                prop_assert!(token.of(&line).chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
            }
            end = token.span.end;
        }
        prop_assert!(line[end..].trim().is_empty());
    }
}

#[test]
fn any_line_is_completed_and_judged_at_any_cursor() {
    let (_folder, engine) = engine();
    proptest!(config(), |(line in prop_oneof![near(LUA), text()], at in any::<prop::sample::Index>())| {
        let cursor = line.floor_char_boundary(at.index(line.len() + 1));
        for candidate in bounded(|| engine.completions(&line[..cursor])) {
            prop_assert!(!candidate.is_empty());
        }
        bounded(|| engine.completeness(&line));
        drop(engine.class_of(&line));
        let _ = engine.is_defined(&line);
    });
}

#[test]
fn any_file_is_a_recipe_or_refused_with_its_name() {
    let (folder, engine) = engine();
    fs::create_dir(folder.path().join("recipes")).unwrap();
    let file = folder.path().join("recipes/odd.lua");
    proptest!(config(), |(text in prop_oneof![near(RECIPES), near(LUA), text()])| {
        fs::write(&file, &text).unwrap();
        match bounded(|| engine.recipe("odd")) {
            Ok(recipe) => prop_assert!(["read", "write", "delete"].contains(&recipe.effects.as_str())),
            Err(error) => prop_assert!(error.to_string().contains("odd"), "{}", error),
        }
    });
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let work = outer.path().join("work");
    fs::create_dir_all(work.join("sub")).unwrap();
    fs::write(outer.path().join("secret"), "s3cret").unwrap();
    fs::write(work.join("file"), "mine").unwrap();
    for (link, target) in
        [("up", ".."), ("sub/up", "../.."), ("dangling", "../new"), ("self", "self"), ("etc", "/etc")]
    {
        std::os::unix::fs::symlink(target, work.join(link)).unwrap();
    }
    let engine = engine_in(&work);
    let touch = function(
        &engine,
        "local fs = require 'fs'\n\
        return function(path)\n  local ok, text = pcall(fs.read, path)\n  pcall(fs.write, path, 'x'); pcall(fs.list, path)\n  \
        pcall(fs.lines, path); pcall(fs.exists, path); pcall(fs.remove, path)\n  return ok and text or nil\nend",
    );
    let parts = [
        "..", ".", "up", "sub", "etc", "self", "dangling", "secret", "new", "file", "", "%2e%2e", "~",
        "a\0b", "\\..\\",
    ];
    let path = (
        any::<bool>(),
        vec(prop_oneof![6 => select(parts.to_vec()).prop_map(str::to_owned), 1 => text()], 1..6),
    );
    proptest!(config(), |((absolute, parts) in path)| {
        let path = parts.join("/");
        let path = if absolute { work.join(path).display().to_string() } else { path };
        let read: Option<mlua::LuaString> = bounded(|| touch.call(path.as_str())).unwrap();
        prop_assert!(read.is_none_or(|text| &*text.as_bytes() != b"s3cret"), "{}", path);
        let mut names: Vec<_> = fs::read_dir(outer.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        prop_assert_eq!(names, ["secret", "work"], "{}", path);
        prop_assert_eq!(fs::read(outer.path().join("secret")).unwrap(), b"s3cret", "{}", path);
    });
}

#[test]
fn deep_or_long_values_are_refused_or_done_bounded() {
    let (_folder, engine) = engine();
    let decode = function(
        &engine,
        "local json = require 'std.json'; return function(t) return pcall(json.decode, t) end",
    );
    proptest!(config_of_slow_cases(), |(depth in 1..20_000_usize, open in select(vec!["[", "{\"a\":", "[{\"b\":["]))| {
        let (ok, _): (bool, Value) = bounded(|| decode.call(open.repeat(depth))).unwrap();
        prop_assert!(!ok);
    });
}
