//! Lua's patterns in Rust: the same results and messages as C's, and an end to each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use mlua::{Lua, MultiValue, Table, Value};

use crate::error::Kind;
use crate::host::error::traceback::without_prelude;
use crate::host::tests::{engine, engine_with, options, run};
use crate::host::{Engine, Options, strings};

/// What the two states make of a text: values or the message, without a position.
fn told(lua: &Lua, text: &str) -> String {
    let shown = |values: MultiValue| {
        let shown = values.iter().map(|value| match value {
            Value::String(text) => format!("{:?}", text.as_bytes().escape_ascii().to_string()),
            other => other.to_string().unwrap(),
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    match lua.load(text).set_name("=x").eval::<MultiValue>() {
        Ok(values) => shown(values),
        Err(error) => {
            let text = error.to_string();
            let line = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
            let line = line.trim_start_matches("runtime error: ").trim_start_matches("callback error: ");
            let line = without_prelude(line).unwrap_or(line);
            line.trim_start_matches("x:1: ").to_owned()
        }
    }
}

/// Engines and a bare Lua state that should give the same: with the functions that scripts call, and with
/// those that count their steps only.
struct Compared {
    ours: [Engine; 2],
    plain: Lua,
}

impl Compared {
    fn new() -> Compared {
        let counted = engine();
        let string: Table = counted.lua().globals().raw_get("string").unwrap();
        let functions = strings::counting_functions(counted.lua()).unwrap();
        functions.for_each(|name: String, function: Value| string.raw_set(name, function)).unwrap();
        Compared { ours: [engine(), counted], plain: Lua::new() }
    }

    #[track_caller]
    fn same(&self, text: &str) {
        let expected = told(&self.plain, text);
        for ours in &self.ours {
            assert_eq!(told(ours.lua(), text), expected, "{text}");
        }
    }
}

#[test]
fn patterns_have_the_results_and_messages_of_lua() {
    let compared = Compared::new();
    for text in [
        "return ('hello world'):find('o w')",
        "return ('hello'):find('l+')",
        "return ('hello'):find('(l)(l)()')",
        "return ('hello'):find('l', 1, true)",
        "return ('a.b'):find('.', 2, true)",
        "return ('a.b'):find('.', -1)",
        "return ('abc'):find('', 4)",
        "return ('abc'):find('', 5)",
        "return ('abc'):find('', -9)",
        "return ('abc'):find('b', '2')",
        "return ('abc'):find('b', 2.0)",
        "return string.find(1234, 23)",
        "return ('abc'):match('^b')",
        "return ('abc'):match('^(a)(b?)(x*)')",
        "return ('  x  '):match('^%s*(.-)%s*$')",
        "return ('key = value'):match('^(%w+)%s*=%s*(%w+)$')",
        "return ('f(a(b)c)d'):match('%b()')",
        "return ('THE (quick) fox'):find('%((%a+)%)')",
        "return ('THE (quick) fox'):gsub('%f[%a]%a+', '<%0>')",
        "return ('x=1, y=2'):gsub('(%w+)=(%w+)', '%2=%1')",
        "return ('abab'):match('(a)(b)%1%2')",
        "return ('a$b'):match('a$b')",
        "return ('a]b-c^d'):gsub('[]%-^]', '_')",
        "return ('a-z'):gsub('[a%-z]', '_')",
        "return ('a\\0b'):find('%z')",
        "return ('a\\0b\\0'):gsub('\\0', '0')",
        "return ('abc'):gsub('', '-')",
        "return ('abc'):gsub('.', { a = 1, b = true })",
        "return ('abc'):gsub('.', { a = '1', b = false })",
        "return ('abc'):gsub('%w', function(c) return c == 'b' and 'B' or nil end)",
        "return ('abc'):gsub('()', function(at) return at end)",
        "return ('abc'):gsub('^a', 'x')",
        "return ('aaa'):gsub('^a', 'x')",
        "return ('aaa'):gsub('^a', function() return 'x' end)",
        "return ('baa'):gsub('^a', function() return 'x' end)",
        "return ('aaa'):gsub('a', 'x', 2)",
        "return ('aaa'):gsub('a', 'x', 0)",
        "return ('aaa'):gsub('a', 'x', -1)",
        "return ('aaa'):gsub('a', '%%%0')",
        "return ('aaa'):gsub('a', 7)",
        "return ('abc'):gsub('(b)()', '%2%1')",
        "return ('hello'):gsub('l*', 'x')",
        "local t = {} for k, v in ('a=1,b=2'):gmatch('(%w)=(%w)') do t[#t + 1] = k .. v end return table.concat(t, ';')",
        "local t = {} for m in ('abc'):gmatch('') do t[#t + 1] = '.' end return #t",
        "local t = {} for m in ('abc'):gmatch('%w', 2) do t[#t + 1] = m end return table.concat(t)",
        "local t = {} for m in ('abc'):gmatch('%w', 9) do t[#t + 1] = m end return #t",
        "local t = {} for m in ('^a^a'):gmatch('^a') do t[#t + 1] = m end return #t",
        "return ('x'):find('%')",
        "return ('x'):find('[x')",
        "return ('x'):find('[%')",
        "return ('x'):find('[^')",
        "return ('x'):find('(x')",
        "return ('x'):find('x)')",
        "return ('x'):find('%1')",
        "return ('x'):find('(x%1')",
        "return ('x'):find('%b')",
        "return ('x'):find('%bx')",
        "return ('x'):find('%fx')",
        "return ('x'):gsub('x', '%')",
        "return ('x'):gsub('x', '%2')",
        "return ('x'):gsub('x', '%a')",
        "return ('x'):gsub('x', {})",
        "return ('x'):gsub('x', function() return {} end)",
        "return ('x'):rep(300):find(('x?'):rep(300) .. 'y')",
        "return ('x'):find(('(x)'):rep(33))",
        "return ('x'):rep(40):find(('(x)'):rep(33))",
        "return string.find()",
        "return string.find('x')",
        "return string.find({}, 'x')",
        "return (('x'):find())",
        "return (('x'):find({}))",
        "return (('x'):find('x', {}))",
        "return (('x'):find('x', 1.5))",
        "return (('x'):gsub('x'))",
        "return (('x'):gsub('x', nil))",
        "return (('x'):gsub('x', 'y', 'z'))",
        "return string.find(nil, 'x')",
        "return string.match('x', true)",
        "return ('x'):gsub('(x)', '%2')",
        "return ('x'):gsub('x', '%1')",
        "return ('x'):gsub('(x)()', '%2%1%%%0')",
        "return ('x'):gsub('x', '%%1')",
        "return ('x'):gsub('x', '%!')",
        "return ('x'):gsub('x', 'a%')",
        "return ('x'):gsub('x', '%:')",
        "return ('aXb'):find('X', math.mininteger)",
        "return ('aXb'):find('X', math.maxinteger)",
        "return ('aXb'):find('(', 1, true)",
        "return ('a(b'):find('(', 2, 'yes')",
        "return ('a(b'):find('(', nil, true)",
        "return ('x=1;'):rep(5000):gsub('(%w+)=(%w+)', '%2', 3)",
        "return ('x'):rep(5000):match('(x*)y')",
        "local n = 0 for _ in ('x=1;'):rep(5000):gmatch('(%w+)=(%w+)') do n = n + 1 end return n",
        "local n = 0 for _ in ('xy'):rep(5000):gmatch('.-y') do n = n + 1 end return n",
    ] {
        compared.same(text);
    }
}

/// A text from an alphabet, as a seed says.
fn drawn(seed: &mut u64, alphabet: &[&str], most: u64) -> String {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    };
    let length = next() % (most + 1);
    (0..length).map(|_| alphabet[usize::try_from(next()).unwrap() % alphabet.len()]).collect()
}

#[test]
fn drawn_patterns_have_the_results_of_lua() {
    let compared = Compared::new();
    let pieces = [
        "a", "b", ".", "%a", "%d", "%s", "[ab]", "[^a]", "[a-c]", "*", "+", "-", "?", "(", ")", "()", "^",
        "$", "%b()", "%f[%w]", "%1", "%2", "%", "[", "]", "1",
    ];
    let mut seed = 7;
    for _ in 0..4000 {
        let pattern = drawn(&mut seed, &pieces, 7);
        let subject = drawn(&mut seed, &["a", "b", "c", "(", ")", " ", "1", "$", "^"], 9);
        compared.same(&format!("return ('{subject}'):find('{pattern}')"));
        compared.same(&format!("return ('{subject}'):match('{pattern}', 2)"));
        compared.same(&format!("return ('{subject}'):gsub('{pattern}', '<%0>', 3)"));
        compared
            .same(&format!("return ('{subject}'):gsub('{pattern}', function(x) return '<' .. x .. '>' end)"));
        let each = format!(
            "local t = {{}} for a, b in ('{subject}'):gmatch('{pattern}') do t[#t + 1] = tostring(a) .. tostring(b) end \
             return table.concat(t, ';')"
        );
        compared.same(&each);
    }
}

#[tokio::test]
async fn a_wrong_argument_names_the_line() {
    for (text, message) in [
        ("\nlocal x = ('x'):find()", "job.lua:2: bad argument #1 to 'find' (string expected, got no value)"),
        ("\nstring.match({}, 'x')", "job.lua:2: bad argument #1 to 'match' (string expected, got table)"),
        ("\nlocal x = ('x'):match('(x')", "job.lua:2: unfinished capture"),
        (
            "\nlocal x = ('x'):gsub('x')",
            "job.lua:2: bad argument #2 to 'gsub' (string/function/table expected, got no value)",
        ),
    ] {
        assert_eq!(run(&engine(), text).await.unwrap_err().message, message);
        let caught = format!("return select(2, pcall(function() {text} end))");
        assert_eq!(run(&engine(), &caught).await.unwrap(), format!("{message:?}"));
    }
}

#[tokio::test]
async fn a_wrong_replacement_names_the_line_too() {
    let text = "\nlocal x = ('x'):gsub('x', function() return {} end)";
    let message = "job.lua:2: invalid replacement value (a table)";
    assert_eq!(run(&engine(), text).await.unwrap_err().message, message);
}

#[tokio::test]
async fn many_patterns_take_no_more_memory_than_a_few() {
    let text = "for i = 1, 300000 do assert(('x' .. i):find('^x' .. i .. '$')) \
                assert(('x'):gsub('x', '%%' .. i) == '%' .. i) end return true";
    let engine = engine_with(Options { max_memory: 8 << 20, ..options() });
    assert_eq!(run(&engine, text).await.unwrap(), "true");
}

#[tokio::test]
async fn an_error_in_a_gsub_callback_stays_whole() {
    let text = "local thrown = { 1 } local ok, e = pcall(string.gsub, 'x', 'x', function() error(thrown) end) \
                return ok, e == thrown";
    assert_eq!(run(&engine(), text).await.unwrap(), "false, true");
}

#[tokio::test]
async fn an_interrupt_ends_a_pattern_also_without_a_hook() {
    let slow = "('a'):rep(40)";
    let pattern = "(('a*'):rep(30) .. 'b')";
    for text in [
        format!("{slow}:find({pattern})"),
        format!("{slow}:match({pattern})"),
        format!("{slow}:gsub({pattern}, '')"),
        format!("{slow}:gsub({pattern}, print)"),
        format!("for _ in {slow}:gmatch({pattern}) do end"),
        format!("pcall(string.find, {slow}, {pattern})"),
        format!(
            "local x <close> = setmetatable({{}}, {{ __close = function() while true do end end }}); {slow}:find({pattern})"
        ),
        format!("xpcall(string.find, function() while true do end end, {slow}, {pattern})"),
    ] {
        for interruptible in [false, true] {
            let engine = engine_with(Options { interruptible, ..options() });
            let interrupt = engine.interrupt();
            let stopper = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                interrupt.stop();
            });
            let began = Instant::now();
            let ended = run(&engine, &text).await;
            assert!(began.elapsed() < Duration::from_secs(5), "{text}");
            stopper.join().unwrap();
            assert_eq!(ended.unwrap_err().error.unwrap().kind(), Kind::Interrupted, "{text}");
            assert_eq!(run(&engine, "return ('x'):find 'x'").await.unwrap(), "1, 1");
        }
    }
}
