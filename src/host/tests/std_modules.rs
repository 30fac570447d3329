//! `std`, tried from Lua.

use std::fs;

use super::{engine_with, failure, options, run, values};
use crate::host::Options;

async fn holds(texts: &[(&str, &str)]) {
    for (text, expected) in texts {
        assert_eq!(values(&format!("return {text}")).await, *expected, "{text}");
    }
}

#[tokio::test]
async fn list_works_on_lists_and_iterators() {
    holds(&[
        ("std.list.map({ { n = 1 }, { n = 2 } }, 'n')", "{ 1, 2 }"),
        ("std.list.map(coroutine.wrap(function() for i = 1, 3 do coroutine.yield(later(i)) end end), function(i) return i * 2 end)", "{ 2, 4, 6 }"),
        ("std.list.filter({ 1, 2, 3 }, function(i) return i ~= 2 end)", "{ 1, 3 }"),
        ("std.list.find({ 1, 2, 3 }, function(i) return later(i) > 1 end)", "2"),
        ("std.list.contains({ 'a' }, 'a'), std.list.contains({}, 1)", "true, false"),
        ("std.list.reduce({ 1, 2 }, 10, math.max)", "10"),
        ("std.list.sum({ { n = 1 }, {}, { n = 2 } }, 'n')", "3"),
        ("std.list.group({ { s = 'a', n = 1 }, { s = 'b', n = 2 }, { s = 'a', n = 3 } }, 's')", r#"{ a = { { n = 1, s = "a" }, { n = 3, s = "a" } }, b = { { n = 2, s = "b" } } }"#),
        ("std.list.index({ { id = 'x' } }, 'id').x.id", "\"x\""),
        ("std.list.sort_by({ { n = 2 }, { n = 1 }, {} }, 'n')", "{ { n = 1 }, { n = 2 }, {} }"),
        ("std.list.unique({ 1, 2, 1 })", "{ 1, 2 }"),
        ("std.list.difference({ 1, 2, 3 }, { 2 })", "{ 1, 3 }"),
        ("std.list.chunk({ 1, 2, 3 }, 2)", "{ { 1, 2 }, { 3 } }"),
        ("std.list.take({ 1, 2, 3 }, 2), std.list.take({ 1 }, 5), std.list.take({ 1 }, 0)", "{ 1, 2 }, { 1 }, {}"),
        ("std.list.drop({ 1, 2, 3 }, 2), std.list.drop({ 1 }, 5), std.list.drop({ 1 }, 0)", "{ 3 }, {}, { 1 }"),
        ("std.list.keys { b = 1, a = 2 }", r#"{ "a", "b" }"#),
        ("std.list.collect(setmetatable({}, { __call = function() end }))", "{}"),
    ])
    .await;
}

#[tokio::test]
async fn try_gives_the_value_or_nil_and_the_error() {
    holds(&[
        ("try(later, 1)", "1"),
        ("try(function() return 1, 2 end)", "1, 2"),
        ("select('#', try(function() end))", "0"),
        ("try(error, 'x')", "nil, \"x\""),
        ("select(2, try(refuse_later)).kind", "\"conflict\""),
    ])
    .await;
}

#[tokio::test]
async fn size_reads_and_writes_bytes() {
    holds(&[
        ("std.size.parse '10 GiB'", "10737418240"),
        ("std.size.parse '1.5k'", "1536"),
        ("std.size.parse '200MB'", "200000000"),
        ("std.size.parse(512)", "512"),
        ("std.size.format(0), std.size.format(1023), std.size.format(1536)", r#""0 B", "1023 B", "1.5 KiB""#),
        ("std.size.format(10737418240)", "\"10.0 GiB\""),
    ])
    .await;
    assert_eq!(failure("std.size.parse '10 XB'").await.message, "usage: '10 XB' is no size");
    for text in ["9223372036854775807T", "99999999999999999999G", "99999999999999999999"] {
        let message = failure(&format!("std.size.parse '{text}'")).await.message;
        assert_eq!(message, format!("usage: '{text}' is larger than any size"));
    }
}

#[tokio::test]
async fn time_reads_and_writes_iso_8601() {
    holds(&[
        ("std.time.parse '1970-01-01T00:00:00Z'", "0"),
        ("std.time.parse '2026-01-31T12:00:01.123456'", "1769860801"),
        ("std.time.parse '2026-01-31T14:00:01+02:00' == std.time.parse '2026-01-31T12:00:01Z'", "true"),
        ("std.time.format(std.time.parse '2000-02-29T23:59:59Z')", "\"2000-02-29T23:59:59Z\""),
        ("(pcall(std.time.parse, '9999-12-31T23:00:00-02:00'))", "false"),
        ("std.time.format(std.time.parse '1969-12-31')", "\"1969-12-31T00:00:00Z\""),
        (
            "std.time.age(std.time.now() - 5) - 5 < 2, math.type(std.time.age '2020-01-01T00:00:00Z')",
            "true, \"integer\"",
        ),
    ])
    .await;
    holds(&[("std.time.format(std.time.parse '0999-01-01')", "\"0999-01-01T00:00:00Z\"")]).await;
    for text in [
        "yesterday",
        "2026-01-31T12:00",
        "2026-01-31T12:00:00 GMT",
        "2026-13-01",
        "2026-02-29",
        "2026-01-01T24:00:00",
    ] {
        assert_eq!(
            failure(&format!("std.time.parse '{text}'")).await.message,
            format!("usage: '{text}' is no time")
        );
    }
}

#[tokio::test]
async fn wait_looks_until_it_is_true_or_too_late() {
    holds(&[(
        "(function() local n = 0 return std.wait(function() n = n + 1 return n == 3 and later 'up' end, { interval = 0.001 }) end)()",
        "\"up\"",
    )])
    .await;
    let late = "std.wait(function() end, { timeout = 0.01, interval = 0.004, what = 'the image' })";
    assert_eq!(failure(late).await.message, "unavailable: the image did not happen within 0.01 s");
    assert_eq!(
        failure("std.wait(print, { timout = 1 })").await.message,
        "usage: unknown option 'timout' for wait"
    );
}

#[tokio::test]
async fn csv_reads_what_it_writes() {
    holds(&[
        (
            "std.csv.format({ { id = 1, name = 'a,b' }, { id = 2, name = 'say \"x\"' } })",
            r#""id,name\n1,\"a,b\"\n2,\"say \"\"x\"\"\"\n""#,
        ),
        ("std.csv.format({ { id = 1 } }, { 'name', 'id' })", "\"name,id\\n,1\\n\""),
        (
            "std.csv.parse('id,name\\r\\n1,\"a,\\n\"\"b\"\"\"\\r\\n2,')",
            r#"{ { id = "1", name = "a,\n\"b\"" }, { id = "2", name = "" } }"#,
        ),
        ("std.csv.parse('a;b\\n1;2\\n', { separator = ';' })", r#"{ { a = "1", b = "2" } }"#),
        ("std.csv.parse ''", "{}"),
        ("std.csv.parse 'a,b'", "{}"),
        ("std.csv.parse('a^b\\n1^2\\n', { separator = '^' })", r#"{ { a = "1", b = "2" } }"#),
    ])
    .await;
    for separator in ["", "ab", "\\n"] {
        let failure = failure(&format!("std.csv.parse('a', {{ separator = '{separator}' }})")).await;
        assert!(failure.message.ends_with("is no separator"), "{}", failure.message);
    }
}

#[tokio::test]
async fn json_encodes_and_decodes() {
    holds(&[
        ("std.json.encode { b = { 1 }, a = 'x' }", r#""{\"a\":\"x\",\"b\":[1]}""#),
        ("std.json.decode(std.json.encode(0.1 + 0.7e257)) == 0.1 + 0.7e257", "true"),
        ("std.json.encode({ 1 }, true)", "\"[\\n  1\\n]\""),
        ("std.json.decode '{\"a\":[1,null,2],\"b\":null}'", "{ a = { 1, nil, 2 } }"),
        ("std.json.encode(std.json.decode '{\"a\":{},\"b\":[]}')", r#""{\"a\":{},\"b\":[]}""#),
    ])
    .await;
    let failure = failure("std.json.decode '{'").await;
    assert_eq!(failure.message, "invalid: this is no JSON: EOF while parsing an object at line 1 column 1");
}

#[tokio::test]
async fn fail_raises_an_error_object_of_a_closed_kind() {
    let failed = failure("std.fail('conflict', 'the image is public', { advice = 'pass --yes' })").await;
    assert_eq!(failed.message, "conflict: the image is public");
    assert_eq!(failed.error.unwrap().advice_text(), Some("pass --yes"));
    assert_eq!(failed.traceback, ["job.lua:1: in main chunk"]);
    assert_eq!(
        failure("std.fail('conflct', 'x')").await.message,
        "usage: no kind of error 'conflct'; did you mean 'conflict'?"
    );
}

#[tokio::test]
async fn fail_tells_a_caught_error_again_with_more() {
    let failed = failure("local _, e = try(refuse)\nstd.fail.because(e, 'project b')").await;
    let line = "POST /v2/images/1bea/members: 409 conflict: project b: it is there already (req-7f3c)";
    assert_eq!(failed.message, line);
    assert_eq!(failed.error.unwrap().advice_text(), Some("leave it"));
    assert_eq!(failed.traceback[1], "job.lua:1: in main chunk");
    let failed = failure("local _, e = try(refuse)\nstd.fail.because(e, 'project b', 'add it')").await;
    assert_eq!(failed.message, line);
    assert_eq!(failed.error.unwrap().advice_text(), Some("add it"));
    let partly =
        "local _, e = try(std.fail, 'limit', 'the quota is full')\nstd.fail.partly(e, { 'a', 'b' }, { 'c' })";
    let failed = failure(partly).await;
    assert_eq!(failed.message, "limit: the quota is full; done: a, b; not done: c");
    assert_eq!(failed.error.unwrap().advice_text(), Some("run it again: what is done stays as it is"));
    let text = failure("local _, e = try(error, 'boom')\nstd.fail.partly(e, {}, { 'a' })").await;
    assert_eq!(text.message, "job.lua:2: boom; nothing was done; not done: a");
}

#[tokio::test]
async fn check_says_what_does_not_hold_and_where() {
    holds(&[
        ("std.check.equal({ a = { 1 } }, { a = { 1 } })", ""),
        ("std.check.raises('conflict', refuse_later).status", "409"),
        ("std.check.raises('lua', error, 'x')", "\"x\""),
        ("std.check.contains({ { 1 } }, { 1 }), std.check.matches('abc', 'b')", "nil"),
        ("std.check.truthy(5)", "5"),
    ])
    .await;
    for (text, message) in [
        ("std.check.equal(1, 2)", "job.lua:1: expected 2, got 1"),
        ("std.check.equal('a', nil, 'status')", "job.lua:1: status: expected nil, got \"a\""),
        ("std.check.equal({ 1 }, { 1, 2 })", "job.lua:1: expected { 1, 2 }, got { 1 }"),
        ("std.check.truthy(false)", "job.lua:1: expected something true, got false"),
        ("std.check.matches('abc', 'x')", "job.lua:1: expected a text with \"x\" in it, got \"abc\""),
        ("std.check.contains({ 1 }, 2)", "job.lua:1: expected a list with 2 in it, got { 1 }"),
        ("std.check.raises('conflict', later)", "job.lua:1: expected a conflict error, but none was raised"),
        ("std.check.raises('usage', error, 'x')", "job.lua:1: expected a usage error, got x"),
    ] {
        assert_eq!(failure(text).await.message, message, "{text}");
    }
}

#[tokio::test]
async fn fs_reads_and_writes_under_the_working_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.txt"), "one\r\ntwo\n\nlast").unwrap();
    let engine = engine_with(Options { folder: dir.path().to_owned(), ..options() });
    for (text, expected) in [
        (
            "local all = {} for line in fs.lines 'a.txt' do all[#all + 1] = line end return all",
            r#"{ "one", "two", "", "last" }"#,
        ),
        ("fs.write('b.txt', 'x') fs.write('b.txt', 'y', { append = true }) return fs.read 'b.txt'", "\"xy\""),
        ("fs.write('c.txt', '') fs.remove 'c.txt' return fs.exists 'c.txt'", "false"),
        ("return fs.exists 'b.txt', fs.exists 'c.txt', fs.list()", r#"true, false, { "a.txt", "b.txt" }"#),
        (
            "return select(2, try(fs.read, '../x')).kind, select(2, try(fs.lines, 'no')).kind",
            r#""usage", "not_found""#,
        ),
    ] {
        assert_eq!(run(&engine, text).await.unwrap(), expected, "{text}");
    }
    engine.forbid_writing("--read-only was given");
    let failure = run(&engine, "fs.write('b.txt', 'z')").await.unwrap_err();
    assert_eq!(failure.message, "forbidden: cannot write b.txt: --read-only was given");
    let failure = run(&engine, "fs.remove 'b.txt'").await.unwrap_err();
    assert_eq!(failure.message, "forbidden: cannot remove b.txt: --read-only was given");
}
