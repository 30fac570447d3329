//! Files and modules.

use std::fs;
use std::path::Path;

use mlua::Value;

use super::{engine, engine_with, failure, options, run, run_file, shown, values};
use crate::host::Options;

fn files(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

#[tokio::test]
async fn runs_a_file_with_its_arguments() {
    let dir = files(&[("job.lua", "#!/usr/bin/env lunette\nreturn ..., arg[2], #arg, arg[0] ~= nil")]);
    let engine = engine();
    let args = ["a".to_owned(), "b c".to_owned()];
    let values = engine.run_file(&dir.path().join("job.lua"), &args).await.unwrap();
    assert_eq!(shown(&engine, &values), "\"a\", \"b c\", 2, true");
}

#[tokio::test]
async fn a_shebang_and_a_byte_order_mark_keep_line_numbers_right() {
    let dir = files(&[("job.lua", "\u{feff}#!/usr/bin/env lunette\n\nerror 'x'")]);
    let path = dir.path().join("job.lua");
    let message = run_file(&engine(), &path).await;
    assert!(message.ends_with("job.lua:3: x"), "{message}");
}

#[tokio::test]
async fn says_why_a_file_cannot_be_run() {
    let dir = files(&[("code.lua", "\u{1b}Lua")]);
    let at = |name: &str| dir.path().join(name).display().to_string();
    for (path, message) in [
        (at("no.lua"), format!("usage: cannot read {}: there is no such file", at("no.lua"))),
        (at(""), format!("usage: cannot read {}: it is a folder", at(""))),
        (at("code.lua"), format!("usage: {} is Lua bytecode, which Lunette never runs", at("code.lua"))),
    ] {
        let failure = engine().run_file(Path::new(&path), &[]).await.unwrap_err();
        assert_eq!(failure.message, message);
        assert!(failure.error.unwrap().advice_text().is_some());
    }
}

#[tokio::test]
async fn an_expression_gives_its_values_and_a_chunk_runs() {
    let engine = engine();
    for (text, expected) in [
        ("1 + 1", "2"),
        ("1, 'a'", "1, \"a\""),
        ("later(3)", "3"),
        ("x = 4", ""),
        ("x", "4"),
        ("return 5", "5"),
        ("local y = 6 return y", "6"),
        ("-- nothing", ""),
        ("7 -- seven", "7"),
        ("#'four'", "4"),
    ] {
        let values = engine.eval("-e", text).await.unwrap_or_else(|e| panic!("{text}: {}", e.message));
        assert_eq!(shown(&engine, &values), expected, "{text}");
    }
    assert_eq!(engine.eval("-e", "x = = 1").await.unwrap_err().message, "-e:1: unexpected symbol near '='");
}

/// Pitfall 2: C's `require` cannot await.
#[tokio::test]
async fn a_module_may_await_while_it_is_loaded() {
    let dir = files(&[
        ("job.lua", "local a = require 'lib.a' return a.value, require 'lib.a' == a, require 'lib.b'"),
        (
            "lib/a.lua",
            "local name, file = ... local value = later(name) return { value = value, file = file }",
        ),
        ("lib/b/init.lua", "return require 'c'"),
        ("lib/b/c.lua", "return 'beside the one that asks'"),
    ]);
    assert_eq!(
        run_file(&engine(), &dir.path().join("job.lua")).await,
        "\"lib.a\", true, \"beside the one that asks\""
    );
}

#[tokio::test]
async fn an_error_in_a_module_names_its_file_and_line_and_it_can_be_required_again() {
    let dir = files(&[
        (
            "job.lua",
            "local ok, e = pcall(require, 'bad')\nlocal ok2, e2 = pcall(require, 'bad') return e == e2, e",
        ),
        ("bad.lua", "\nlocal x = nil + 1"),
        ("worse.lua", "x = = 1"),
        ("main.lua", "\nrequire 'bad'"),
    ]);
    let shown = run_file(&engine(), &dir.path().join("job.lua")).await;
    assert!(
        shown.starts_with("true, ") && shown.contains("bad.lua:2: attempt to perform arithmetic"),
        "{shown}"
    );
    let engine = engine();
    let failure = engine.run_file(&dir.path().join("main.lua"), &[]).await.unwrap_err();
    assert_eq!(failure.traceback.len(), 2, "{:?}", failure.traceback);
    assert!(
        failure.traceback[0].ends_with("bad.lua:2: in main chunk")
            || failure.traceback[0].contains("bad.lua:2: in")
    );
    assert!(failure.traceback[1].ends_with("main.lua:2: in main chunk"));
    fs::write(dir.path().join("main.lua"), "require 'worse'").unwrap();
    let failure = engine.run_file(&dir.path().join("main.lua"), &[]).await.unwrap_err();
    assert!(failure.message.ends_with("worse.lua:1: unexpected symbol near '='"), "{}", failure.message);
}

#[tokio::test]
async fn an_unknown_module_names_the_nearest_and_the_places_looked_at() {
    let dir = files(&[("job.lua", "require 'lib.nothing'"), ("near.lua", "require 'std.lits'")]);
    let engine = engine();
    let failure = engine.run_file(&dir.path().join("job.lua"), &[]).await.unwrap_err();
    assert_eq!(failure.message, "usage: no module 'lib.nothing'");
    let at = dir.path().join("lib/nothing");
    let places = format!("it was looked for at {}.lua, {}/init.lua", at.display(), at.display());
    assert_eq!(failure.error.unwrap().advice_text(), Some(places.as_str()));
    let message = run_file(&engine, &dir.path().join("near.lua")).await;
    assert_eq!(message, "usage: no module 'std.lits'; did you mean 'std.list'?");
}

#[tokio::test]
async fn a_module_name_is_words_and_no_path() {
    for name in ["../x", "/etc/passwd", "a/b", "a..b", "", ".a", "a b"] {
        let failure = failure(&format!("require '{name}'")).await;
        assert_eq!(failure.message, format!("usage: '{name}' is no module name"));
    }
}

/// A chunk may be given any name, and yet must not lead `require` to another folder.
#[tokio::test]
async fn a_chunk_cannot_pass_for_a_file() {
    let dir = files(&[("outside.lua", "return 'reached'")]);
    let name = dir.path().join("x.lua").display().to_string();
    let text = format!("load(\"local found = require 'outside' return found\", '@{name}')()");
    assert_eq!(failure(&text).await.message, "usage: no module 'outside'");
    let failure = failure("string.gsub = nil type = nil load('error [[no]]', '@x.lua')()").await;
    assert_eq!(failure.message, "x.lua:1: no");
}

#[tokio::test]
async fn circular_modules_are_reported_as_a_chain() {
    let dir = files(&[
        ("job.lua", "require 'a'"),
        ("a.lua", "require 'b'"),
        ("b.lua", "coroutine.wrap(function() require 'a' end)()"),
    ]);
    let message = run_file(&engine(), &dir.path().join("job.lua")).await;
    assert_eq!(message, "usage: modules require one another in a circle: a → b → a");
}

#[tokio::test]
async fn two_tasks_cannot_load_one_module_at_the_same_time() {
    let dir = files(&[
        ("job.lua", "task.parallel({ 1, 2 }, function() require 'slow' end)"),
        ("slow.lua", "task.sleep(0.01)"),
    ]);
    let message = run_file(&engine(), &dir.path().join("job.lua")).await;
    assert_eq!(message, "usage: module 'slow' is still being loaded by another task");
}

#[tokio::test]
async fn a_module_of_rust_is_built_once() {
    let engine = engine();
    engine.register("glance", |lua| Ok(Value::Table(lua.create_table()?))).unwrap();
    engine.share("glance");
    assert_eq!(
        run(&engine, "return require 'glance' == require 'glance', glance == require 'glance'")
            .await
            .unwrap(),
        "true, true"
    );
    assert!(engine.modules().iter().any(|(name, _)| name == "glance"));
}

#[tokio::test]
async fn a_recipe_is_a_module_under_its_own_name() {
    let dir = files(&[("recipes/tag.lua", "return { effects = 'write', run = print }")]);
    let folders = vec![(dir.path().join("recipes"), "./recipes".to_owned())];
    let engine = engine_with(Options { recipe_folders: folders, ..options() });
    engine.set_recipe_module(|lua, name| lua.create_string(name).map(Value::String));
    assert_eq!(run(&engine, "return require 'recipes.tag'").await.unwrap(), "\"tag\"");
    let failure = run(&engine, "require 'tag'").await.unwrap_err();
    assert_eq!(failure.message, "usage: no module 'tag'; did you mean 'recipes.tag'?");
}

#[tokio::test]
async fn std_is_loaded_name_by_name() {
    assert_eq!(values("return std.list == require 'std.list', std.size.parse '1 KiB'").await, "true, 1024");
    assert_eq!(
        failure("return std.lits").await.message,
        "usage: no module 'std.lits'; did you mean 'std.list'?"
    );
    let modules = engine().modules();
    let summary =
        |name: &str| modules.iter().find(|(known, _)| known == name).map(|(_, summary)| summary.clone());
    assert_eq!(summary("std.wait").unwrap(), "Waits until a function gives something true");
    assert_eq!(summary("task").unwrap(), "");
}

#[tokio::test]
async fn a_module_is_a_read_only_table() {
    for change in [
        "std.list.map = print",
        "std.list.new = 1",
        "std.list = {}",
        "task.parallel = nil",
        "fs.read = print",
        "rawset(std.list, 'map', print)",
        "table.insert(std.list, 1)",
        "table.move({ 1 }, 1, 1, 1, std.list)",
        "load('map = 1', 'x', 't', std.list)()",
        "for name in pairs(std.list) do std.list[name] = nil end",
        "setmetatable(std.list, {})",
    ] {
        let failure = run(&engine(), change).await.unwrap_err();
        let refused = failure.message.contains(" is read-only: '") || failure.message.contains("protected");
        assert!(refused, "{change}: {}", failure.message);
    }
    let failure = failure("std.list.map = print").await;
    assert_eq!(failure.message, "usage: std.list is read-only: 'map' cannot be set");
    for (text, expected) in [
        ("return type(std.list), getmetatable(std.list), #std.list", "\"table\", false, 0"),
        ("return rawget(std.list, 'map') == std.list.map, rawlen(task), next(task) ~= nil", "true, 0, true"),
        ("local n = 0 for name, f in pairs(task) do n = n + 1 assert(task[name] == f) end return n", "3"),
        ("local n = 0 for _ in next, task do n = n + 1 end return n", "3"),
        (
            "for _, module in pairs(task) do assert(type(module) == 'function') end return select('#', pairs(task))",
            "3",
        ),
        ("local t = {} rawset(t, 1, 'a') return rawget(t, 1), rawlen(t), next(t)", "\"a\", 1, 1, \"a\""),
        (
            "return inspect(task):find('parallel') ~= nil, std.json.encode(task):find('parallel') ~= nil",
            "true, true",
        ),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
    let engine = engine();
    assert!(engine.completions("task.par").contains(&"parallel".to_owned()));
}
