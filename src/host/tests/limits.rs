//! Interrupts, memory, and runs that are dropped.

use std::cell::Cell;
use std::future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use mlua::Value;

use super::{engine, engine_with, options, run};
use crate::error::Kind;
use crate::host::{Engine, Options};

fn interruptible() -> Engine {
    engine_with(Options { interruptible: true, ..options() })
}

/// Pitfall 3: `set_hook` misses coroutines, and one error of a hook is swallowed by `pcall`.
#[tokio::test]
async fn an_interrupt_ends_every_loop() {
    for text in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do pcall(error) end",
        "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "task.parallel({ 1, 2 }, function() while true do pcall(later) end end)",
        "table.sort({ 3, 2, 1 }, function() while true do end end)",
        "while true do later() end",
        "while true do pcall(task.sleep, 0) end",
    ] {
        let engine = interruptible();
        let interrupt = engine.interrupt();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            interrupt.stop();
        });
        let began = Instant::now();
        let failure = run(&engine, text).await.expect_err(text);
        stopper.join().unwrap();
        assert!(began.elapsed() < Duration::from_secs(5), "{text}: {:?}", began.elapsed());
        assert_eq!(failure.error.expect(text).kind(), Kind::Interrupted, "{text}: {}", failure.message);
        assert_eq!(
            run(&engine, "local n = 0 for i = 1, 5000 do n = n + 1 end return n").await.unwrap(),
            "5000"
        );
    }
}

#[tokio::test]
async fn an_interrupt_wakes_what_waits_also_without_a_hook() {
    let engine = engine();
    let interrupt = engine.interrupt();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        interrupt.stop();
    });
    let failure = run(&engine, "task.sleep(60)").await.unwrap_err();
    assert_eq!(failure.message, "interrupted: interrupted");
    engine.interrupt().stop(); // while nothing runs: of no effect
    assert_eq!(run(&engine, "return later(1)").await.unwrap(), "1");
}

#[tokio::test]
async fn an_interrupt_ends_what_collects_for_json() {
    let engine = engine();
    let text = "return setmetatable({}, { __index = { collect = function() task.sleep(60) end } })";
    let values = engine.run_text("job.lua", text, &[]).await.unwrap();
    let interrupt = engine.interrupt();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        interrupt.stop();
    });
    assert_eq!(engine.to_json(&values[0]).await.unwrap_err().message, "interrupted: interrupted");
}

/// A global `forever()` that never returns, and how many of its futures are alive.
fn forever(engine: &Engine) -> Rc<Cell<i32>> {
    struct Alive(Rc<Cell<i32>>);
    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    let alive = Rc::new(Cell::new(0));
    let count = alive.clone();
    let function = engine.lua().create_async_function(move |_, ()| {
        let count = count.clone();
        async move {
            count.set(count.get() + 1);
            let _alive = Alive(count);
            future::pending::<()>().await;
            Ok(())
        }
    });
    engine.set_global("forever", Value::Function(function.unwrap())).unwrap();
    alive
}

/// What a script awaits in a coroutine of its own is dropped only when Lua collects it.
#[tokio::test]
async fn dropping_a_run_drops_all_it_waited_for() {
    for text in [
        "forever()",
        "coroutine.wrap(forever)()",
        "coroutine.wrap(function() coroutine.wrap(forever)() end)()",
        "task.parallel({ 1, 2, 3 }, function() coroutine.wrap(forever)() end)",
        "pcall(pcall, forever)",
    ] {
        let engine = engine();
        let alive = forever(&engine);
        let ended = tokio::time::timeout(Duration::from_millis(20), run(&engine, text)).await;
        assert!(ended.is_err(), "{text}");
        assert_eq!(alive.get(), 0, "{text}");
        assert_eq!(run(&engine, "return later(1)").await.unwrap(), "1");
    }
}

#[tokio::test]
async fn a_cancelled_task_drops_its_pending_work() {
    for text in [
        "pcall(task.parallel, { 1, 2 }, function(i) if i == 2 then refuse_later() end coroutine.wrap(forever)() end)",
        "pcall(task.timeout, 0.01, function() coroutine.wrap(forever)() end)",
    ] {
        let engine = engine();
        let alive = forever(&engine);
        run(&engine, text).await.unwrap();
        assert_eq!(alive.get(), 0, "{text}");
    }
}

#[tokio::test]
async fn memory_ends_with_a_message_that_says_the_limit() {
    let engine = engine_with(Options { max_memory: 8 << 20, ..options() });
    for text in ["local t = {} for i = 1, 1e9 do t[i] = i end", "return ('x'):rep(1 << 30)"] {
        let failure = run(&engine, text).await.unwrap_err();
        let expected = "limit: this takes more than the 8 MiB of memory that a script may use";
        assert_eq!(failure.message, expected, "{text}");
        assert_eq!(failure.error.unwrap().kind(), Kind::Limit, "{text}");
    }
    assert_eq!(run(&engine, "return later(1)").await.unwrap(), "1");
    assert_eq!(
        run(&engine, "return select(2, pcall(string.rep, 'x', 1 << 30)).kind").await.unwrap(),
        "\"limit\""
    );
}

/// A small table that is reached by many ways, and other small things of which Rust would build large ones.
#[tokio::test]
async fn memory_of_rust_values_counts_for_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = std::fs::File::create(folder.path().join("sparse.bin")).unwrap();
    sparse.set_len(4 << 30).unwrap();
    let options = Options { max_memory: 16 << 20, folder: folder.path().to_owned(), ..options() };
    let engine = engine_with(options);
    let shared = "local t = { 1, 2, 3 } for i = 1, 40 do t = { t, t } end ";
    let wide = "local s, t = ('x'):rep(1e5), {} for i = 1, 50 do t[i] = s end
        for d = 1, 3 do local u = {} for i = 1, 50 do u[i] = t end t = u end ";
    for (before, call) in [
        (shared, "require 'std.json'.encode, t"),
        (shared, "require 'std.json'.encode, t, true"),
        (wide, "require 'std.inspect', t"),
        ("", "require 'std.json'.decode, '[' .. ('[],'):rep(1e6) .. '[]]'"),
        ("", "fs.read, 'sparse.bin'"),
        ("", "fs.lines('sparse.bin')"),
    ] {
        let text = format!("{before} local ok, e = pcall({call}) return ok, e.kind, e.advice");
        let advice = run(&engine, &text).await.expect(call);
        assert!(
            advice.starts_with("false, \"limit\"") && advice.contains("--max-memory"),
            "{call}: {advice}"
        );
        assert_eq!(run(&engine, "return later(1)").await.unwrap(), "1");
    }
    let values = engine.run_text("job.lua", &format!("{shared} return t"), &[]).await.unwrap();
    assert_eq!(engine.to_json(&values[0]).await.unwrap_err().error.unwrap().kind(), Kind::Limit);
    assert!(engine.inspect(&values[0]).unwrap().contains("{…}"));
}

/// Lua keeps a place for each reference that Rust holds, and has a million.
#[tokio::test]
async fn a_table_of_more_than_a_million_keys_is_written() {
    let engine = engine_with(Options { max_memory: 1 << 30, ..options() });
    let text = "local t = {} for i = 1, 1.01e6 do t['k' .. i] = 'v' end
        return #require 'std.json'.encode(t) > 1e7";
    assert_eq!(run(&engine, text).await.unwrap(), "true");
}

#[tokio::test]
async fn deep_recursion_and_deep_tasks_end_with_an_error() {
    let engine = engine();
    for text in [
        "local function deep(n) return task.parallel({ n + 1 }, deep)[1] end deep(0)",
        "local function deep(n) later(n) return task.parallel({ n + 1 }, deep)[1] end deep(0)",
        "local function deep(n) return task.timeout(9, deep, n + 1) end deep(0)",
        "local function deep(n) coroutine.wrap(function() task.timeout(9, deep, n + 1) end)() end deep(0)",
    ] {
        let failure = run(&engine, text).await.unwrap_err();
        assert!(failure.message.contains("nested more than 40 deep"), "{}", failure.message);
    }
    assert_eq!(run(&engine, "return later(1)").await.unwrap(), "1");
}

/// First Lua line within about a millisecond, in a release build; here only that nothing is built before it
/// is asked for.
#[tokio::test]
async fn an_engine_starts_small() {
    let engine = Engine::new(options()).unwrap();
    assert!(engine.lua().used_memory() < 120 << 10, "{} bytes", engine.lua().used_memory());
}
