//! Errors: as objects at every catch point, whole at the end, told in the script's own lines.

use super::{CONFLICT, conflict, engine, engine_with, failure, options, run, values};
use crate::error::Kind;
use crate::host::{Failure, Options};

const TELL: &str = "local function tell(e) return e.kind, e.status, e.message, e.op, e.request_id, e.advice, tostring(e) end ";

fn told() -> String {
    format!(
        "\"conflict\", 409, \"it is there already\", \"POST /v2/images/1bea/members\", \"req-7f3c\", \"leave it\", \"{CONFLICT}\""
    )
}

/// Pitfall 5: what Rust raises reaches Lua as opaque userdata.
#[tokio::test]
async fn an_error_is_an_object_wherever_it_can_be_caught() {
    for raising in ["refuse", "refuse_later"] {
        for text in [
            "local _, e = pcall(FAIL) return tell(e)",
            "local _, e = pcall(function() FAIL() end) return tell(e)",
            "local seen xpcall(FAIL, function(e) seen = e end) return tell(seen)",
            "local _, e = xpcall(FAIL, function(e) return e end) return tell(e)",
            "local _, e = coroutine.resume(coroutine.create(FAIL)) return tell(e)",
            "local _, e = pcall(coroutine.wrap(FAIL)) return tell(e)",
            "local _, e = try(FAIL) return tell(e)",
            "local _, e = pcall(task.parallel, { 1 }, function() FAIL() end) return tell(e)",
            "local _, e = pcall(task.timeout, 5, FAIL) return tell(e)",
            "local _, errors = task.parallel({ 1 }, function() FAIL() end, { keep_going = true }) return tell(errors[1].error)",
            "local _, e = pcall(function() local _, e = pcall(FAIL) error(e) end) return tell(e)",
            "local _, e = pcall(function() local _, e = pcall(FAIL) error(e, 0) end) return tell(e)",
            "local _, e = pcall(function() assert(pcall(FAIL)) end) return tell(e)",
            "local seen pcall(function() \
               local _ <close> = setmetatable({}, { __close = function(_, e) seen = e end }) FAIL() \
             end) return tell(seen)",
            "local _, e = pcall(function() \
               local _ <close> = setmetatable({}, { __close = function(_, e) error(e) end }) FAIL() \
             end) return tell(e)",
        ] {
            let text = format!("{TELL}{}", text.replace("FAIL", raising));
            assert_eq!(values(&text).await, told(), "{text}");
        }
    }
}

#[tokio::test]
async fn an_error_stays_whole_through_every_rethrow() {
    for text in [
        "refuse()",
        "refuse_later()",
        "local _, e = pcall(refuse) error(e)",
        "local _, e = pcall(function() local _, e = pcall(refuse_later) error(e) end) error(e, 2)",
        "coroutine.wrap(refuse_later)()",
        "coroutine.wrap(function() coroutine.wrap(refuse_later)() end)()",
        "task.parallel({ 1 }, function() task.parallel({ 1 }, function() refuse_later() end) end)",
        "task.timeout(5, refuse_later)",
        "assert(try(refuse))",
    ] {
        let failure = failure(text).await;
        let error = failure.error.unwrap_or_else(|| panic!("{text}: {}", failure.message));
        assert_eq!(failure.message, CONFLICT, "{text}");
        assert_eq!(error.kind(), Kind::Conflict);
        assert_eq!(error.advice_text(), conflict().advice_text());
        assert_eq!(error.status_code(), Some(409));
    }
}

#[tokio::test]
async fn an_error_object_is_strict_and_read_only() {
    let object = "local _, e = pcall(refuse) ";
    let unknown = failure(&format!("{object} return e.knd")).await;
    assert_eq!(unknown.message, "usage: an error has no field 'knd'; did you mean 'kind'?");
    assert!(failure(&format!("{object} e.kind = 'x'")).await.message.contains("read-only"));
    assert_eq!(values(&format!("{object} return 'failed: ' .. e")).await, format!("\"failed: {CONFLICT}\""));
    assert_eq!(values(&format!("{object} return e")).await, CONFLICT);
    let json = engine();
    let error = json.run_text("job.lua", "return select(2, pcall(refuse))", &[]).await.unwrap();
    assert_eq!(
        json.to_json(&error[0]).await.unwrap().to_string(),
        r#"{"kind":"conflict","status":409,"message":"it is there already","op":"POST /v2/images/1bea/members","request_id":"req-7f3c","advice":"leave it"}"#
    );
}

#[tokio::test]
async fn texts_keep_their_positions_and_tables_their_identity() {
    for (text, expected) in [
        ("return pcall(error, 'x')", "false, \"x\""),
        ("return pcall(function() error 'x' end)", "false, \"job.lua:1: x\""),
        (
            "local function f() error('x', 2) end\nreturn pcall(function()\nf() end)",
            "false, \"job.lua:3: x\"",
        ),
        ("return pcall(function() error('x', 0) end)", "false, \"x\""),
        ("return pcall(function() error() end)", "false, nil"),
        ("local t = {} return select(2, pcall(error, t)) == t", "true"),
        ("return pcall(function() assert(false) end)", "false, \"job.lua:1: assertion failed!\""),
        ("return pcall(assert)", "false, \"bad argument #1 to 'assert' (value expected)\""),
        ("return pcall(function() assert(nil, 'no') end)", "false, \"no\""),
        ("return assert(1, 2, 3)", "1, 2, 3"),
        ("return pcall(pcall)", "false, \"bad argument #1 to 'pcall' (value expected)\""),
    ] {
        assert_eq!(values(text).await, expected, "{text}");
    }
}

#[tokio::test]
async fn a_wrong_argument_is_a_usage_error_that_names_the_function() {
    for (text, expected) in [
        ("task.sleep('x')", "usage: bad argument #1 to 'sleep' (number expected, got string)"),
        ("task.sleep()", "usage: bad argument #1 to 'sleep' (number expected, got nil)"),
        ("task.sleep(-1)", "usage: bad argument #1 to 'sleep' (seconds expected, got -1)"),
        ("fs.read '\\xff'", "usage: bad argument #1 to 'read' (UTF-8 text expected, got other bytes)"),
        ("fs.read {}", "usage: bad argument #1 to 'read' (string expected, got table)"),
        ("local read = fs.read read(nil)", "usage: bad argument #1 to 'read' (string expected, got nil)"),
    ] {
        let failure = failure(text).await;
        assert_eq!(failure.message, expected, "{text}");
        assert_eq!(failure.error.map(|e| e.kind()), Some(Kind::Usage));
        assert!(failure.traceback[0].starts_with("job.lua:1: in "), "{:?}", failure.traceback);
    }
}

#[tokio::test]
async fn a_text_that_a_binding_raises_gets_the_position_of_the_call() {
    let engine = engine();
    let plain =
        engine.lua().create_function(|_, ()| -> mlua::Result<()> { Err(mlua::Error::runtime("no luck")) });
    engine.set_global("plain", mlua::Value::Function(plain.unwrap())).unwrap();
    let failure = run(&engine, "\n\nplain()").await.unwrap_err();
    assert_eq!(failure.message, "job.lua:3: no luck");
}

const SCRIPT: &str = "\
local function share(image)
  refuse_later(image)
end

local function all(images)
  for _, image in ipairs(images) do
    share(image)
  end
end

all { 'a' }
";

#[tokio::test]
async fn a_traceback_has_only_the_lines_of_the_script() {
    let failure = failure(SCRIPT).await;
    assert_eq!(
        failure.traceback,
        ["job.lua:2: in upvalue 'share'", "job.lua:7: in local 'all'", "job.lua:11: in main chunk"]
    );
    let Failure { message, traceback, syntax, error } =
        super::failure("local function f()\n  local x\n  x.y = 1\nend\nlocal ok = pcall(print)\nf()").await;
    assert_eq!(message, "job.lua:3: attempt to index a nil value (local 'x')");
    assert_eq!(traceback, ["job.lua:3: in local 'f'", "job.lua:6: in main chunk"]);
    assert!(!syntax && error.is_none());
}

#[tokio::test]
async fn a_traceback_tells_where_a_task_failed_and_where_it_was_started() {
    let failure = failure(
        "local function one()\n  refuse_later()\nend\n\ntask.parallel({ 1 }, function()\n  one()\nend)",
    )
    .await;
    assert_eq!(
        failure.traceback,
        ["job.lua:2: in upvalue 'one'", "job.lua:6: in function <job.lua:5>", "job.lua:5: in main chunk"]
    );
}

#[tokio::test]
async fn debug_traceback_has_only_the_lines_of_the_script() {
    let text = "local function f() return (debug.traceback 'here') end\nlocal ok, trace = pcall(function()\n  return (f())\nend) return ok, trace";
    let expected = "here\\nstack traceback:\\n\\tjob.lua:1: in upvalue 'f'\\n\\tjob.lua:3: in function <job.lua:2>\\n\\tjob.lua:2: in main chunk";
    assert_eq!(values(text).await, format!("true, \"{expected}\""));
}

#[tokio::test]
async fn a_syntax_error_is_reported_as_one() {
    let failure = failure("x = = 1").await;
    assert_eq!(failure.message, "job.lua:1: unexpected symbol near '='");
    assert!(failure.syntax);
}

#[tokio::test]
async fn a_stack_overflow_names_its_line() {
    let engine = engine_with(Options { max_memory: 1 << 30, ..options() });
    let failure = run(&engine, "local function f() return 1 + f() end f()").await.unwrap_err();
    assert!(failure.message.starts_with("job.lua:1: stack overflow"), "{}", failure.message);
    assert!(failure.traceback.len() < 30);
}

#[tokio::test]
async fn every_raised_value_is_reported() {
    for (text, message) in [
        ("error({ code = 1 })", "{ code = 1 }"),
        (
            "error(setmetatable({}, { __tostring = function() error('no') end }))",
            "<table: tostring failed: job.lua:1: no>",
        ),
        ("error(setmetatable({}, { __tostring = function() return 'mine' end }))", "mine"),
        ("error()", "an error was raised without a message (nil)"),
        ("setmetatable(_G, {})", "job.lua:1: cannot change a protected metatable"),
        ("coroutine.resume(1)", "job.lua:1: bad argument #1 to 'resume' (thread expected, got number)"),
        ("error(('x'):rep(10) .. '\\xff', 0)", "xxxxxxxxxx\u{fffd}"),
    ] {
        let failure = failure(text).await;
        assert!(failure.message.starts_with(message), "{text}: {}", failure.message);
    }
}
