//! Where an awaiting Rust function may be called: wherever Lua can yield.

use std::cell::Cell;
use std::rc::Rc;

use mlua::{Lua, Value};

use super::{engine, engine_with, failure, options, run, values};
use crate::host::{Options, waiting_function};

#[tokio::test]
async fn awaits_in_calls_loops_and_protected_calls() {
    for (text, expected) in [
        ("return later(1)", "1"),
        ("local sum = 0 for i = 1, 3 do sum = sum + later(i) end return sum", "6"),
        ("return pcall(later, 1)", "true, 1"),
        ("return pcall(pcall, later, 1)", "true, true, 1"),
        ("return xpcall(later, print, 1)", "true, 1"),
        ("return select('#', pcall(later))", "2"),
        ("return load 'return later(2)'()", "2"),
        ("return (later(later(3)))", "3"),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

#[tokio::test]
async fn awaits_in_generic_for_metamethods_and_close() {
    for (text, expected) in [
        (
            "local i, seen = 0, {} \
             for v in function() i = later(i + 1) if i < 4 then return i end end do seen[#seen + 1] = v end \
             return seen",
            "{ 1, 2, 3 }",
        ),
        ("return setmetatable({}, { __index = function(_, k) return later(k) end }).name", "\"name\""),
        ("return setmetatable({}, { __call = function(_, v) return later(v) end })(7)", "7"),
        ("return setmetatable({}, { __add = function(_, v) return later(v) end }) + 8", "8"),
        ("return #setmetatable({}, { __len = function() return later(9) end })", "9"),
        ("return setmetatable({}, { __concat = function() return later('c') end }) .. 'x'", "\"c\""),
        (
            "local m = { __eq = function() return later(true) end } \
             return setmetatable({}, m) == setmetatable({}, m)",
            "true",
        ),
        (
            "local closed do local _ <close> = setmetatable({}, { __close = function() closed = later('yes') end }) end \
             return closed",
            "\"yes\"",
        ),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

/// Pitfall 1: without the shim, mlua's sentinel leaks out as a yielded value.
#[tokio::test]
async fn awaits_in_coroutines_that_a_script_made() {
    for (text, expected) in [
        ("return coroutine.wrap(function() return later(1) end)()", "1"),
        (
            "return coroutine.resume(coroutine.create(function(v) return later(v), later(2) end), 1)",
            "true, 1, 2",
        ),
        (
            "local seen = {} \
             for v in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(later(i)) end end) do \
               seen[#seen + 1] = v \
             end return seen",
            "{ 1, 2, 3 }",
        ),
        (
            "local function inner() for i = 1, 2 do coroutine.yield(later(i)) end end \
             local function outer() for v in coroutine.wrap(inner) do coroutine.yield(later(v * 10)) end end \
             local seen = {} for v in coroutine.wrap(outer) do seen[#seen + 1] = v end return seen",
            "{ 10, 20 }",
        ),
        (
            "local co = coroutine.wrap(function(a) local b = coroutine.yield(later(a)) return later(a + b) end) \
             return co(1), co(2)",
            "1, 3",
        ),
        (
            "return coroutine.wrap(function() return pcall(coroutine.wrap(function() return later(5) end)) end)()",
            "true, 5",
        ),
        ("return coroutine.wrap(function() return task.parallel({ 1, 2 }, later) end)()", "{ 1, 2 }"),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

#[tokio::test]
async fn coroutines_keep_lua_semantics() {
    for (text, expected) in [
        (
            "return pcall(coroutine.resume, 1)",
            "false, \"bad argument #1 to 'resume' (thread expected, got number)\"",
        ),
        ("return coroutine.resume(coroutine.create(function() error 'x' end))", "false, \"job.lua:1: x\""),
        ("local f = coroutine.wrap(function() error({ code = 7 }) end) return select(2, pcall(f)).code", "7"),
        (
            "local co = coroutine.create(function() coroutine.yield() end) coroutine.resume(co) \
          return coroutine.close(co), coroutine.status(co)",
            "true, \"dead\"",
        ),
        (
            "local f = coroutine.wrap(function() end) f() return pcall(f)",
            "false, \"cannot resume dead coroutine\"",
        ),
        (
            "local closed local f = coroutine.wrap(function() \
            local _ <close> = setmetatable({}, { __close = function() closed = true end }) error 'x' end) \
          pcall(f) return closed",
            "true",
        ),
        (
            "local n = 0 for _ = 1, 1000 do coroutine.wrap(function() n = n + later(1) end)() end return n",
            "1000",
        ),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

/// Two tasks that resumed one coroutine would take each other's wake-up, and one would wait for ever.
#[tokio::test]
async fn a_coroutine_that_a_task_waits_in_is_refused_to_all_others() {
    for (text, expected) in [
        (
            "local co = coroutine.create(function() return later 'done' end) \
             return task.parallel({ 1, 2 }, function() return select(2, coroutine.resume(co)) end)",
            "{ \"done\", \"cannot resume a coroutine that another task waits in\" }",
        ),
        (
            "local next = coroutine.wrap(function() coroutine.yield(later 'done') end) \
             return task.parallel({ 1, 2 }, function() return select(-1, pcall(next)) end)",
            "{ \"done\", \"cannot resume a coroutine that another task waits in\" }",
        ),
        (
            "local co = coroutine.create(function() return later 'done' end) \
             return task.parallel({ coroutine.resume, coroutine.close }, function(f) return select(-1, pcall(f, co)) end)",
            "{ \"done\", \"cannot close a coroutine that another task waits in\" }",
        ),
        (
            "local co = coroutine.create(function() coroutine.yield(later(1)) return later(2) end) \
             local first = task.parallel({ 1, 2 }, function() return (select(2, coroutine.resume(co))) end)[1] \
             return first, coroutine.resume(co)",
            "1, true, 2",
        ),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

/// Pitfall 2: `sort`, `gsub`, `tostring` and `load` readers are C, and cannot await.
#[tokio::test]
async fn says_where_nothing_can_be_awaited() {
    for text in [
        "table.sort({ 2, 1 }, function(a, b) return later(a) < later(b) end)",
        "string.gsub('a', 'a', later)",
        "tostring(setmetatable({}, { __tostring = function() return later('x') end }))",
    ] {
        let failure = failure(text).await;
        assert!(
            failure.message.starts_with("job.lua:1: nothing can be waited for here"),
            "{}",
            failure.message
        );
        let caught = values(&format!("return (select(2, pcall(function() {text} end)))")).await;
        assert!(caught.contains("nothing can be waited for here"), "{caught}");
    }
}

/// Pitfall 2: mlua polls a future once before it notices that Lua cannot yield.
#[tokio::test]
async fn a_waiting_function_is_refused_where_lua_cannot_yield() {
    for (text, runs) in [
        ("touch()", 1),
        ("table.sort({ 2, 1 }, touch)", 0),
        ("string.gsub('a', 'a', touch)", 0),
        ("tostring(setmetatable({}, { __tostring = touch }))", 0),
        ("load(touch)", 0),
        ("table.concat(setmetatable({}, { __len = function() return 1 end, __index = touch }))", 0),
        ("table.unpack(setmetatable({}, { __index = touch }), 1, 1)", 0),
        ("xpcall(error, touch)", 0),
        ("local co = coroutine.create(touch) table.sort({ 2, 1 }, function() coroutine.resume(co) end)", 0),
    ] {
        let engine = engine();
        let ran = Rc::new(Cell::new(0));
        let counted = ran.clone();
        let touch = waiting_function(engine.lua(), move |_, _: Value| {
            let counted = counted.clone();
            async move {
                counted.set(counted.get() + 1);
                Ok(())
            }
        });
        engine.set_global("touch", Value::Function(touch.unwrap())).unwrap();
        run(&engine, &format!("pcall(function() {text} end)")).await.unwrap();
        assert_eq!(ran.get(), runs, "{text}");
    }
}

/// Pitfall 2, once more: a message handler runs before the stack is unwound.
#[tokio::test]
async fn a_handler_of_xpcall_cannot_await_and_is_not_asked_about_its_own_error() {
    let waiting = values("return xpcall(error, function() return later(1) end, 'x')").await;
    assert!(waiting.starts_with("false, \"nothing can be waited for here"), "{waiting}");
    for (text, expected) in [
        (
            "local n = 0 local _, e = xpcall(error, function() n = n + 1 error('own', 0) end, 'x') return n, e",
            "1, \"own\"",
        ),
        ("return select(2, xpcall(error, function() refuse() end, 'x')).kind", "\"conflict\""),
        (
            "local function deep() return setmetatable({}, { __index = deep }).x end \
             return select(2, xpcall(deep, function(e) return e:find 'overflow' ~= nil end))",
            "true",
        ),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

/// Pitfall 3: a hook that yielded would be taken for the script's own yield, inside its coroutines.
#[tokio::test]
async fn the_hook_of_an_interruptible_engine_is_not_seen_by_coroutines() {
    let engine = engine_with(Options { interruptible: true, ..options() });
    let text = "local next = coroutine.wrap(function() \
          for i = 1, 3 do local n = 0 for _ = 1, 20000 do n = n + 1 end coroutine.yield(later(n * i)) end \
        end) \
        return next(), next(), next(), next()";
    assert_eq!(run(&engine, text).await.unwrap(), "20000, 40000, 60000, nil");
}

#[test]
fn the_sentinel_of_mlua_is_a_light_userdata_of_its_own() {
    let lua = Lua::new();
    let pending = mlua::IntoLua::into_lua(Lua::poll_pending(), &lua).unwrap();
    assert!(pending.is_light_userdata() && !pending.is_null());
    assert_ne!(pending, Value::Nil);
}

/// A Rust panic in a binding reaches Rust again, through Lua's `pcall`.
#[tokio::test]
async fn a_panic_of_a_binding_is_not_swallowed() {
    let engine = engine();
    let oops = engine.lua().create_function(|_, ()| -> mlua::Result<()> { panic!("oops") }).unwrap();
    engine.set_global("oops", Value::Function(oops)).unwrap();
    let outcome = tokio::task::LocalSet::new()
        .run_until(async {
            let job =
                async move { run(&engine, "return pcall(oops)").await.map_err(|failure| failure.message) };
            tokio::task::spawn_local(job).await
        })
        .await;
    assert!(outcome.is_err_and(|e| e.is_panic()));
}
