//! Locals of a REPL session.

use super::*;

/// Lines of one session, and what the last one gives.
async fn session(engine: &Engine, lines: &[&str]) -> Result<String, String> {
    let mut last = Ok(MultiValue::new());
    for line in lines {
        last = engine.eval_line("repl", line).await;
    }
    let values = last.map_err(|failure| failure.message)?;
    Ok(values.iter().map(|value| engine.inspect(value).unwrap()).collect::<Vec<_>>().join(", "))
}

#[tokio::test]
async fn a_local_stays_and_is_one_variable_to_all() {
    for (lines, expected) in [
        (&["local x = 1", "x"][..], "1"),
        (&["local x, y = 1", "x, y"], "1, nil"),
        (&["local x", "x = 2", "x, rawget(_G, 'x')"], "2, nil"),
        (
            &["local n = 0 local function count() n = n + 1 return n end", "count()", "n = 10", "count(), n"],
            "11, 11",
        ),
        (&["local x = 1", "function f() return x end", "x = 2", "f()"], "2"),
        (&["local x = later(3)", "x + later(x)"], "6"),
        (&["local x = 1 error 'no'", "x"], "1"),
        (&["local t = {}", "function t.f() return 5 end", "t.f()"], "5"),
        (&["local x = 1", "for i = 1, 3 do x = x * 2 end", "x"], "8"),
        (&["do local x = 1 end", "local ok = pcall(function() return x end)", "ok"], "false"),
        (
            &["local f <close> = setmetatable({}, { __close = function() closed = true end })", "closed"],
            "true",
        ),
        (&["local _, e = 1, 2", "e"], "2"),
    ] {
        assert_eq!(session(&engine(), lines).await.as_deref(), Ok(expected), "{lines:?}");
    }
}

#[tokio::test]
async fn a_function_keeps_the_local_it_was_written_with() {
    let lines = ["local x = 1", "function old() return x end", "local x = 2", "old(), x"];
    assert_eq!(session(&engine(), &lines).await.as_deref(), Ok("1, 2"));
    let lines = ["function global() return x end local x = 1", "x = 3 global_x = 4", "pcall(global)"];
    assert!(session(&engine(), &lines).await.unwrap().starts_with("false"), "x is no global");
}

#[tokio::test]
async fn impossible_locals_are_reported_in_luas_words() {
    for (lines, expected) in [
        (&["local x <const> = 1", "x = 2"][..], "repl:1: attempt to assign to const variable 'x'"),
        (&["local x = 1", "\ny"], "repl:2: unknown global 'y'"),
        (&["local x = = 1"], "repl:1: unexpected symbol near '='"),
        (&["local x = 1 goto nowhere"], "repl:1: no visible label 'nowhere' for <goto> at line 1"),
    ] {
        assert_eq!(session(&engine(), lines).await, Err(expected.to_owned()), "{lines:?}");
    }
}

#[tokio::test]
async fn a_module_does_not_see_them() {
    let lines = ["local hidden = 1", "pcall(load 'return hidden')"];
    assert!(session(&engine(), &lines).await.unwrap().contains("unknown global 'hidden'"));
}

#[tokio::test]
async fn the_last_values_move_down() {
    let engine = engine();
    for number in 1..5 {
        engine.remember(&Value::Integer(number)).unwrap();
    }
    assert_eq!(session(&engine, &["_, _1, _2"]).await.as_deref(), Ok("4, 3, 2"));
    session(&engine, &["local x = 1"]).await.unwrap();
    engine.forget().unwrap();
    assert!(session(&engine, &["x"]).await.unwrap_err().contains("unknown global 'x'"));
}

#[tokio::test]
async fn they_are_completed_and_looked_up_like_globals() {
    let engine = engine();
    session(&engine, &["local things = { first = 1 }"]).await.unwrap();
    assert_eq!(engine.completions("thi"), ["things"]);
    assert_eq!(engine.completions("things.f"), ["first"]);
    assert!(engine.is_defined("things") && engine.is_defined("task") && !engine.is_defined("nothing"));
}
