//! Recipes in Lua states of their own: nothing of one reaches another, or its caller.

use std::fs;
use std::path::Path;

use mlua::MultiValue;

use super::{engine, engine_with, options};
use crate::error::{Error, Kind};
use crate::host::{Access, Engine, Options};

fn recipes(recipes: &[(&str, &str)]) -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in recipes {
        let path = dir.path().join("shelf").join(format!("{name}.lua"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let folders = vec![(dir.path().join("shelf"), "user".to_owned())];
    let engine = engine_with(Options { recipe_folders: folders, folder: dir.path().to_owned(), ..options() });
    (dir, engine)
}

/// A recipe that does this when it runs.
fn running(body: &str) -> String {
    format!("return {{ effects = 'read', files = 'write', run = function() {body} end }}")
}

/// Runs a recipe, and gives what its caller gets, as the REPL would show it.
async fn run(engine: &Engine, name: &str) -> Result<String, String> {
    let loaded = engine.load_recipe(name).map_err(|error| error.to_string())?;
    let values = loaded.run_out(MultiValue::new()).await.map_err(|failure| failure.message)?;
    let values = values.give(engine.lua()).unwrap();
    Ok(values.iter().map(|value| engine.inspect(value).unwrap()).collect::<Vec<_>>().join(", "))
}

fn loading_fails(text: &str) -> Error {
    let (_dir, engine) = recipes(&[("zz_x", text)]);
    engine.load_recipe("zz_x").err().unwrap_or_else(|| panic!("{text} was loaded"))
}

#[tokio::test]
async fn a_recipe_changes_nothing_that_others_see() {
    let change = "string.upper = function() return 'changed' end table.left = 1 left = 2 rawset(_G, 'print', error) \
                  getmetatable('').__index = { upper = string.upper } math.pi = 3 \
                  package = nil require 'own'.left = 3 return left, ('x'):upper()";
    let (_dir, engine) = recipes(&[
        ("zz_change", &running(change)),
        ("own", "return {}"),
        (
            "zz_look",
            &running(
                "return ('x'):upper(), table.left, rawget(_G, 'left'), math.pi > 3.1, require 'own'.left",
            ),
        ),
    ]);
    assert_eq!(run(&engine, "zz_change").await.unwrap(), "2, \"changed\"");
    let untouched = "\"X\", nil, nil, true, nil";
    assert_eq!(run(&engine, "zz_look").await.unwrap(), untouched);
    let script = "return ('x'):upper(), table.left, rawget(_G, 'left'), math.pi > 3.1, nil";
    assert_eq!(super::run(&engine, script).await.unwrap(), untouched);
}

#[tokio::test]
async fn a_recipe_sees_nothing_that_its_caller_changed() {
    let (_dir, engine) = recipes(&[("zz_look", &running("return ('x'):upper(), rawget(_G, 'mine')"))]);
    super::run(&engine, "string.upper = error mine = 1").await.unwrap();
    assert_eq!(run(&engine, "zz_look").await.unwrap(), "\"X\", nil");
}

#[tokio::test]
async fn a_recipe_returns_data_and_nothing_that_could_run() {
    for (returned, expected) in [
        ("nil, true, 1, 1.5, 'a\\0b'", "nil, true, 1, 1.5, \"a\\u{0}b\""),
        ("{ 1, { a = { 'x' } }, [1.5] = true }", "{ 1, { a = { \"x\" } }, [1.5] = true }"),
        ("setmetatable({ 1 }, { __index = error, __tostring = error, __len = error })", "{ 1 }"),
        ("(function() local t = { 1 } return { t, t } end)()", "{ { 1 }, { 1 } }"),
        ("(function() local t = {} t.t = t return t end)()", "{ t = <cycle> }"),
        ("select(2, pcall(std.fail, 'conflict', 'taken'))", "conflict: taken"),
    ] {
        let (_dir, engine) = recipes(&[("zz_x", &running(&format!("return {returned}")))]);
        assert_eq!(run(&engine, "zz_x").await.unwrap(), expected, "{returned}");
    }
    for (returned, what) in [
        ("print", "a function"),
        ("{ rows = { 1, { f = print } } }", "a function in rows.2.f"),
        ("{ coroutine.create(print) }", "a coroutine in 1"),
        ("{ [print] = 1 }", "a function in a key"),
        ("{ [{}] = 1 }", "a table in a key"),
        ("{ it = ('x'):gmatch 'x' }", "a function in it"),
    ] {
        let (_dir, engine) = recipes(&[("zz_x", &running(&format!("return {returned}")))]);
        let message = run(&engine, "zz_x").await.unwrap_err();
        assert_eq!(message, format!("usage: a recipe returns data, not {what}"), "{returned}");
    }
}

/// What a table is shared between is shared afterwards: copied each time, this one would fill the memory.
#[tokio::test]
async fn a_shared_table_that_a_recipe_returns_is_carried_once() {
    let body = "local t = { 1 } for _ = 1, 60 do t = { t, t } end return t";
    let (_dir, engine) = recipes(&[("zz_x", &running(body))]);
    assert!(run(&engine, "zz_x").await.unwrap().starts_with('{'));
}

#[tokio::test]
async fn an_error_that_a_recipe_raises_is_one_of_lunettes_or_a_text() {
    for (raised, message) in [
        ("std.fail('conflict', 'taken')", "conflict: taken"),
        ("error 'boom'", "zz_x.lua:1: boom"),
        ("error(setmetatable({}, { __tostring = function() return 'mine' end }))", "mine"),
        ("error({ code = 7, f = print })", "code = 7"),
        ("local co = coroutine.wrap(error) co(print)", "function"),
    ] {
        let (_dir, engine) = recipes(&[("zz_x", &running(raised))]);
        let failed = run(&engine, "zz_x").await.unwrap_err();
        assert!(failed.contains(message), "{raised}: {failed}");
    }
}

#[test]
fn loading_a_recipe_reaches_no_cloud_file_clock_or_person() {
    for (text, what) in [
        ("fs.write('x', '')", "fs.write is called while a recipe is loaded"),
        ("fs.read 'shelf/zz_x.lua'", "fs.read is called while a recipe is loaded"),
        ("fs.exists 'x'", "fs.exists is called while a recipe is loaded"),
        ("os.time()", "os.time is called while a recipe is loaded"),
        ("std.time.now()", "is called while a recipe is loaded"),
        ("task.sleep(1)", "makes a request while it is loaded"),
        ("coroutine.wrap(function() task.sleep(1) end)()", "makes a request while it is loaded"),
        ("io.open 'x'", "attempt to call a nil value"),
    ] {
        let error = loading_fails(&format!("{text} return {{ effects = 'read', run = print }}"));
        assert!(error.message().contains(what), "{text}: {error}");
    }
    let (_dir, engine) =
        recipes(&[("zz_x", "print 'x' io.write 'y' warn 'z' return { effects = 'read', run = print }")]);
    let paper = super::Paper::default();
    engine.set_output(paper.clone());
    engine.load_recipe("zz_x").unwrap();
    assert_eq!(paper.text(), "");
}

#[test]
fn loading_a_recipe_ends() {
    for text in [
        "while true do end",
        "while true do pcall(error) end",
        "local function f() return f() end f()",
        "repeat until pcall(function() while true do end end) and false",
        "coroutine.wrap(function() while true do end end)()",
    ] {
        let error = loading_fails(text);
        assert!(error.message().contains("computes too long while it is loaded"), "{text}: {error}");
    }
    let key = "setmetatable({}, { __tostring = function() while true do end end })";
    loading_fails(&format!("return {{ effects = 'read', run = print, [{key}] = 1 }}"));
    loading_fails(&format!("error({key})"));
    for text in ["local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end", "('x'):rep(1e9)"] {
        assert!(loading_fails(text).message().contains("memory"), "{text}");
    }
}

#[test]
fn a_broken_recipe_is_listed_beside_good_ones() {
    let (dir, engine) = recipes(&[
        ("zz_a", "return { effects = 'read', run = print }"),
        ("zz_endless", "while true do end"),
        ("zz_hangs_in_c", "local s = ('a'):rep(1000) s:find(('.-'):rep(30) .. 'b')"),
        ("zz_huge", &"-".repeat(2 << 20)),
        ("zz_number", "return 1"),
        ("zz_syntax", "return {"),
        ("zz_z", "local glance = require 'glance' return { effects = 'read', run = glance.connect }"),
    ]);
    engine.register("glance", |_| Ok(mlua::Value::Nil)).unwrap();
    let shelf = dir.path().join("shelf");
    assert!(std::process::Command::new("mkfifo").arg(shelf.join("zz_pipe.lua")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", shelf.join("zz_zero.lua")).unwrap();
    std::os::unix::fs::symlink("nowhere", shelf.join("zz_gone.lua")).unwrap();
    let surveyed = engine.survey();
    let of = |name: &str| {
        let (_, recipe) = surveyed.iter().find(|(found, _)| found.name == name).unwrap();
        recipe.as_ref().err().map(|error| error.message().to_owned()).unwrap_or_default()
    };
    for (name, why) in [
        ("zz_endless", "computes too long"),
        ("zz_hangs_in_c", "computes too long"),
        ("zz_huge", "it is larger than 1024 KiB"),
        ("zz_number", "it returns a integer, not a table"),
        ("zz_syntax", "unexpected symbol near <eof>"),
        ("zz_pipe", "it is no regular file"),
        ("zz_zero", "it is no regular file"),
        ("zz_gone", "there is no such file"),
    ] {
        assert!(of(name).contains(why), "{name}: {}", of(name));
    }
    for name in ["zz_a", "zz_z"] {
        assert_eq!(of(name), "", "{name}");
    }
}

#[test]
fn a_recipe_that_hangs_is_given_up_while_somebody_waits_for_a_completion() {
    let hangs = "table.move({}, 1, math.maxinteger - 1, 1)";
    let (_dir, engine) =
        recipes(&[("zz_hangs", hangs), ("zz_a", "return { effects = 'read', run = print }")]);
    let began = std::time::Instant::now();
    for _ in 0..3 {
        let glance = engine.glance_at("zz_hangs", std::time::Duration::from_millis(20));
        assert!(glance.unwrap_err().message().contains("computes too long"));
    }
    assert!(engine.glance_at("zz_a", std::time::Duration::from_secs(9)).is_ok());
    assert!(began.elapsed().as_secs() < 5);
}

#[tokio::test]
async fn a_recipe_requires_what_is_beside_it_and_nothing_of_its_callers() {
    let (dir, engine) = recipes(&[
        (
            "zz_x",
            "local lib = require 'lib.names' return { effects = 'read', run = function() return lib, pcall(require, 'mine') end }",
        ),
        ("lib/names", "return 'beside'"),
    ]);
    fs::write(dir.path().join("mine.lua"), "return 'of the caller'").unwrap();
    fs::write(dir.path().join("job.lua"), "return require 'mine'").unwrap();
    assert_eq!(super::run_file(&engine, &dir.path().join("job.lua")).await, "\"of the caller\"");
    let told = run(&engine, "zz_x").await.unwrap();
    assert!(told.starts_with("\"beside\", false, usage: no module 'mine'"), "{told}");
}

#[tokio::test]
async fn files_are_limited_to_what_a_recipe_declares() {
    let body = "return select(2, pcall(fs.read, 'a.txt')), select(2, pcall(fs.write, 'b.txt', 'x'))";
    for (declared, access, expected) in [
        ("", Access::Read, ["\"a\"", "files = \"read\""]),
        ("files = 'none',", Access::Nothing, ["files = \"none\"", "files = \"none\""]),
        ("files = 'write',", Access::Write, ["\"a\"", ""]),
    ] {
        let text = format!("return {{ effects = 'read', {declared} run = function() {body} end }}");
        let (dir, engine) = recipes(&[("zz_x", &text)]);
        fs::write(dir.path().join("a.txt"), "a").unwrap();
        assert_eq!(engine.recipe("zz_x").unwrap().files, access);
        let told = run(&engine, "zz_x").await.unwrap();
        assert!(expected.iter().all(|part| told.contains(part)), "{declared}: {told}");
        assert_eq!(dir.path().join("b.txt").exists(), access == Access::Write);
    }
}

/// Notes that it is dropped.
struct Noted(std::rc::Rc<std::cell::Cell<bool>>);
impl Drop for Noted {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// What a recipe left waiting is dropped with it, though it hid the coroutine where nothing is collected.
#[tokio::test]
async fn a_recipes_pending_work_is_dropped_at_its_end() {
    let dropped = std::rc::Rc::new(std::cell::Cell::new(false));
    let body = "string.left = coroutine.create(require('slow').wait) \
                task.timeout(0.01, function() coroutine.resume(string.left) end)";
    let (_dir, engine) = recipes(&[("zz_x", &running(&format!("pcall(function() {body} end)")))]);
    let noted = dropped.clone();
    engine
        .register("slow", move |lua| {
            let module = lua.create_table()?;
            let noted = noted.clone();
            let wait = move |_, (): ()| {
                let noted = Noted(noted.clone());
                async move {
                    std::future::pending::<()>().await;
                    drop(noted);
                    Ok(())
                }
            };
            module.raw_set("wait", crate::host::waiting_function(lua, wait)?)?;
            Ok(mlua::Value::Table(module))
        })
        .unwrap();
    run(&engine, "zz_x").await.unwrap();
    assert!(dropped.get());
}

#[tokio::test]
async fn an_interrupt_stops_a_recipe_as_it_stops_a_script() {
    let (dir, other) = recipes(&[("zz_x", &running("while true do pcall(error) end"))]);
    drop(other);
    let folders = vec![(dir.path().join("shelf"), "user".to_owned())];
    let engine = engine_with(Options { recipe_folders: folders, interruptible: true, ..options() });
    let loaded = engine.load_recipe("zz_x").unwrap();
    let interrupt = engine.interrupt();
    let stopping = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        interrupt.stop();
    });
    let failure = loaded.run(MultiValue::new()).await.unwrap_err();
    assert_eq!(failure.error.unwrap().kind(), Kind::Interrupted);
    stopping.join().unwrap();
}

#[test]
fn a_recipe_file_is_told_apart_from_a_script() {
    for (text, is_recipe) in [
        ("return { effects = 'read', run = print }", true),
        ("local x = { effects = \"delete\" } function x.run() return 1 end return x", true),
        ("return { effects = 'read', run = function() return 1 end }", true),
        ("-- effects = 'read'\nreturn x", false),
        ("local x = { effects = 'read' } print(x)", false),
        ("print(1)", false),
        ("", false),
    ] {
        assert_eq!(crate::host::looks_like_recipe(text.as_bytes()), is_recipe, "{text}");
    }
    let engine = engine();
    assert!(engine.load_recipe_file(Path::new("/nowhere.lua"), "x").is_err());
}
