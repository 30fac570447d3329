//! What a script finds when it starts, and what it does not.

use std::io::{self, Write};

use mlua::Value;

use super::{Paper, engine, engine_with, failure, options, run, values};
use crate::host::{Names, Options};

#[tokio::test]
async fn has_the_language_and_no_way_out() {
    for name in [
        "io.open",
        "io.popen",
        "os.execute",
        "os.getenv",
        "os.exit",
        "os.remove",
        "string.dump",
        "debug.getinfo",
    ] {
        assert_eq!(values(&format!("return {name}")).await, "nil", "{name}");
    }
    for name in ["dofile", "loadfile", "package"] {
        let expected = format!("job.lua:1: unknown global '{name}'; --trust opens it");
        assert_eq!(failure(&format!("return {name}")).await.message, expected);
    }
    for text in
        ["os.time() > 0", "os.date('%Y') ~= nil", "os.clock() >= 0", "utf8.len('ä') == 1", "math.pi > 3"]
    {
        assert_eq!(values(&format!("return {text}")).await, "true", "{text}");
    }
}

#[tokio::test]
async fn load_takes_text_only_and_keeps_its_environment() {
    let engine = engine();
    let code = engine.lua().load("return 1").into_function().unwrap().dump(true);
    engine.set_global("code", Value::String(engine.lua().create_string(code).unwrap())).unwrap();
    for (text, expected) in [
        ("return load(code)", "nil, \"attempt to load a binary chunk (mode is 't')\""),
        ("return load(code, 'x', 'b')", "nil, \"attempt to load bytecode, which Lunette never runs\""),
        ("return load(code, 'x', 'bt')", "nil, \"attempt to load a binary chunk (mode is 't')\""),
        ("return load('return x', 'x', 't', { x = 5 })()", "5"),
        ("return load('return _ENV == _G')()", "true"),
        ("return load('return _ENV', 'x', 't', nil)()", "nil"),
        ("return load('x =')", "nil, \"[string \\\"x =\\\"]:1: unexpected symbol near <eof>\""),
        (
            "local parts = { 'return ', '1' } local i = 0 return load(function() i = i + 1 return parts[i] end)()",
            "1",
        ),
    ] {
        assert_eq!(run(&engine, text).await.unwrap(), expected, "{text}");
    }
}

#[tokio::test]
async fn reading_an_unknown_global_raises_and_names_the_nearest() {
    let failure = failure("local x = 1\nprnt(x)").await;
    assert_eq!(failure.message, "job.lua:2: unknown global 'prnt'; did you mean 'print'?");
    assert_eq!(
        super::failure("return taks").await.message,
        "job.lua:1: unknown global 'taks'; did you mean 'task'?"
    );
    assert_eq!(super::failure("return quux").await.message, "job.lua:1: unknown global 'quux'");
    assert_eq!(super::failure("_ = 1 return x").await.message, "job.lua:1: unknown global 'x'");
    assert_eq!(
        super::failure("return size").await.message,
        "job.lua:1: unknown global 'size'; write local size = require \"std.size\" before"
    );
    assert_eq!(values("mine = 1 return mine, rawget(_G, 'other')").await, "1, nil");
    assert_eq!(
        values("return getmetatable(_G), pcall(setmetatable, _G, nil)").await,
        "false, false, \"cannot change a protected metatable\""
    );
}

#[tokio::test]
async fn globals_stay_between_chunks_of_one_engine() {
    let engine = engine();
    run(&engine, "count = 41").await.unwrap();
    assert_eq!(run(&engine, "count = count + 1 return count").await.unwrap(), "42");
}

#[tokio::test]
async fn a_lazy_global_is_built_when_it_is_first_read() {
    let engine = engine();
    let made = std::rc::Rc::new(std::cell::Cell::new(0));
    let count = made.clone();
    let names = Names { class: "Cloud", fields: &["id"], methods: &["image", "images"] };
    engine.set_global_lazily("cloud", names, move |lua| {
        let count = count.clone();
        lua.create_async_function(move |lua, ()| {
            count.set(count.get() + 1);
            async move {
                tokio::task::yield_now().await;
                lua.create_string("project-a")
            }
        })
    });
    assert_eq!(run(&engine, "return 1").await.unwrap(), "1");
    assert!(engine.completions("clou").contains(&"cloud".to_owned()));
    assert_eq!(engine.completions("print(cloud:im"), ["image", "images"]);
    assert_eq!(engine.completions("cloud."), ["id"]);
    assert!(engine.completions("cloud.id.").is_empty());
    assert_eq!(made.get(), 0);
    assert_eq!(run(&engine, "return cloud, cloud").await.unwrap(), "\"project-a\", \"project-a\"");
    assert_eq!(made.get(), 1);
}

#[tokio::test]
async fn a_warning_reaches_its_listener() {
    let engine = engine_with(Options { trust: true, ..options() });
    let said = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let told = said.clone();
    engine.set_warnings(move |text| told.borrow_mut().push(text.to_owned()));
    run(&engine, "warn('a', 'b') setmetatable({}, { __gc = function() error 'no' end }) collectgarbage()")
        .await
        .unwrap();
    assert_eq!(*said.borrow(), ["ab", "error in __gc (job.lua:1: no)"]);
}

#[tokio::test]
async fn a_metatable_with_a_finaliser_is_refused() {
    let refused = "\"usage: a metatable cannot have '__gc': scripts have no finalisers\"";
    for text in [
        "setmetatable({}, { __gc = function() end })",
        "setmetatable({}, { __gc = true })",
        "setmetatable({}, { __gc = false })",
        "local meta = {} local t = setmetatable({}, meta) meta.__gc = print setmetatable(t, meta)",
        "setmetatable({}, setmetatable({ __gc = print }, { __index = { __gc = false } }))",
        "rawget, type = function() end, function() end setmetatable({}, { __gc = print })",
        "load \"setmetatable({}, { __gc = print })\"()",
    ] {
        let text = format!("return tostring(select(2, pcall(function() {text} end)))");
        assert_eq!(run(&engine(), &text).await.unwrap(), refused, "{text}");
    }
    for text in [
        // Lua marks a value only in setmetatable, and reads its metatable raw.
        "local meta = {} setmetatable({}, meta) rawset(meta, '__gc', function() ran = true end)",
        "setmetatable({}, setmetatable({}, { __index = { __gc = function() ran = true end } }))",
        "setmetatable({}, { __mode = 'k' })",
    ] {
        let text = format!("ran = false {text} collectgarbage() return ran");
        assert_eq!(run(&engine(), &text).await.unwrap(), "false", "{text}");
    }
}

#[tokio::test]
async fn print_writes_as_lua_does() {
    let engine = engine();
    let paper = Paper::default();
    engine.set_output(paper.clone());
    let text = "print(1, 1.0, nil, 'x', {} ~= nil) print() io.write('a', 1, 2.5, '\\n') print(select(2, pcall(refuse)))";
    run(&engine, text).await.unwrap();
    assert_eq!(paper.text(), format!("1\t1.0\tnil\tx\ttrue\n\na12.5\n{}\n", super::CONFLICT));
}

/// Pitfall 10: a closed pipe is success, and must not stop a script half way.
#[tokio::test]
async fn printing_to_a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
    struct Broken(io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let engine = engine();
    engine.set_output(Broken(io::ErrorKind::BrokenPipe));
    assert_eq!(run(&engine, "print 'a' print 'b' return 'done'").await.unwrap(), "\"done\"");
    engine.set_output(Broken(io::ErrorKind::StorageFull));
    let failure = run(&engine, "print 'a'").await.unwrap_err();
    assert!(failure.message.starts_with("job.lua:1: cannot write: "), "{}", failure.message);
}

#[tokio::test]
async fn trust_opens_what_safe_rust_can_open() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_with(Options { trust: true, folder: dir.path().to_owned(), ..options() });
    let path = dir.path().join("x.lua").display().to_string();
    std::fs::write(&path, "return later(7)").unwrap();
    std::fs::write(dir.path().join("y.lua"), "return 8").unwrap(); // found by C, so it cannot wait
    for (text, expected) in [
        (format!("local f = io.open('{path}') return f:read 'a'"), "\"return later(7)\""),
        (format!("return dofile('{path}')"), "7"),
        (
            "return type(os.getenv), type(package.path), package.loadlib ~= nil".to_owned(),
            "\"function\", \"string\", true",
        ),
        (format!("package.path = '{}/?.lua' return (require 'y')", dir.path().display()), "8"),
        ("return string.dump, debug.getinfo".to_owned(), "nil, nil"),
        (format!("return std.json.encode(io.open '{path}'):sub(1, 7)"), "\"\\\"file (\""),
    ] {
        assert_eq!(run(&engine, &text).await.unwrap(), expected, "{text}");
    }
}
