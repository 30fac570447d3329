//! Reading a recipe's declaration ends, whatever the recipe does meanwhile.

use std::fs;
use std::time::{Duration, Instant};

use super::{engine_with, options};
use crate::host::{Engine, Options};

/// What never ends by itself, or not within an hour.
const ENDLESS: [&str; 33] = [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "xpcall(error, function() while true do end end)",
    "xpcall(function() while true do end end, function() while true do end end)",
    "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
    "local mt = { __close = print } local o = setmetatable({}, mt) mt.__close = function() while true do end end \
     local x <close> = o while true do end",
    "local o = setmetatable({}, { __close = print }) getmetatable(o).__close = function() while true do end end \
     table.sort({ 1, 2, 3 }, function() local x <close> = o while true do end end)",
    "local mt = getmetatable('') rawset(mt, '__close', function() while true do end end) \
     pcall(function() local x <close> = 'x' end) while true do end",
    "local mt = getmetatable(require 'std.json'.object()) \
     if mt then mt.__close = function() while true do end end end while true do end",
    "coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) \
     while true do end end)()",
    "local co = coroutine.create(function() \
       local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end end) \
     coroutine.resume(co) coroutine.close(co)",
    "('a'):rep(40):find(('a*'):rep(30) .. 'b')",
    "('a'):rep(40):match(('a*'):rep(30) .. 'b')",
    "('a'):rep(40):gsub(('a*'):rep(30) .. 'b', '')",
    "('a'):rep(40):gsub(('a*'):rep(30) .. 'b', print)",
    "for _ in ('a'):rep(40):gmatch(('a*'):rep(30) .. 'b') do end",
    "local find = string.find find(('a'):rep(40), ('a*'):rep(30) .. 'b')",
    "getmetatable('').__index.find(('a'):rep(40), ('a*'):rep(30) .. 'b')",
    "local text = ('a'):rep(9000) while true do text:find('a*b') end",
    "local text = ('a'):rep(4000) while true do text:gsub('a*b', '') end",
    "local text = ('a'):rep(9000) while true do for _ in text:gmatch('a*b') do end end",
    "('a'):rep(1000000):gsub('(x?)a', ('%1'):rep(1000000))",
    "table.move({}, 1, 1 << 62, 1, {})",
    "table.move({}, 1, '4611686018427387904', 2)",
    "table.insert(setmetatable({}, { __len = function() return 1 << 62 end }), 1, 1)",
    "table.remove(setmetatable({}, { __len = function() return 1 << 62 end }), 1)",
    "table.sort(setmetatable({}, { __len = function() return (1 << 31) - 2 end }), rawequal)",
    "local s, t = ('a'):rep(8000000), {} for i = 1, 100000 do t[i] = s end table.sort(t)",
    "load(collectgarbage)",
    "load(function() return ' ' end)",
    "while true do collectgarbage() end",
    "local t = {} for i = 1, 60 do t = { t, t } end require 'std.json'.encode(t)",
    "getmetatable('').__index = function() while true do end end local x = ('').x while true do end",
];

/// What would be endless in C, and ends at once.
const FINITE: [&str; 4] = [
    "assert(string.rep('', 1 << 62) == '' and (''):rep('4611686018427387904', '') == '')",
    "('a'):rep(8000000):find(('a'):rep(4000000) .. 'b', 1, true)",
    "local t = table.move({ 1, 2, 3 }, 1, 3, 2) assert(table.concat(t) == '1123')",
    "local t = setmetatable({ 3, 1, 2 }, {}) table.sort(t) table.insert(t, 1, 0) table.insert(t, 4) \
     assert(table.remove(t) == 4 and table.remove(t, 1) == 0 and table.concat(t) == '123')",
];

const END: &str = "\nreturn { effects = 'read', run = function() return 1 end }";

fn recipes(recipes: &[(String, String)]) -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in recipes {
        fs::write(dir.path().join(format!("{name}.lua")), text).unwrap();
    }
    let folders = vec![(dir.path().to_owned(), "user".to_owned())];
    let engine = engine_with(Options { recipe_folders: folders, folder: dir.path().to_owned(), ..options() });
    (dir, engine)
}

fn one(text: &str) -> (tempfile::TempDir, Engine) {
    recipes(&[("zz_x".to_owned(), text.to_owned())])
}

#[test]
fn reading_a_declaration_ends_whatever_it_does() {
    for text in ENDLESS {
        let began = Instant::now();
        let (_dir, engine) = one(&format!("{text}{END}"));
        let error = engine.load_recipe("zz_x").err().unwrap_or_else(|| panic!("{text} was read"));
        // A fast machine meets the limit of memory before that of time.
        let ends = ["computes too long", "of memory that a script may use"];
        assert!(ends.iter().any(|end| error.message().contains(end)), "{text}: {error}");
        assert!(began.elapsed() < Duration::from_secs(8), "{text}: {:?}", began.elapsed());
    }
    for text in FINITE {
        let (_dir, engine) = one(&format!("{text}{END}"));
        engine.load_recipe("zz_x").unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn a_module_that_a_recipe_requires_is_bounded_too() {
    let (dir, engine) = one(&format!("local lib = require 'lib'{END}"));
    fs::write(dir.path().join("lib.lua"), "('a'):rep(40):find(('a*'):rep(30) .. 'b')").unwrap();
    assert!(engine.load_recipe("zz_x").unwrap_err().message().contains("computes too long"));
}

#[tokio::test]
async fn a_recipe_has_the_fast_functions_again_when_it_runs() {
    let text = "local names = { 'find', 'match', 'gmatch', 'gsub' } \
        local early = {} for i, name in ipairs(names) do early[i] = string[name] end \
        return { effects = 'read', run = function() \
          local same = 0 for i, name in ipairs(names) do if early[i] == string[name] then same = same + 1 end end \
          local at = early[1]('abc', 'b') return same, at, (('abc'):find 'b'), (('abc'):gsub('b', string.upper)) \
        end }";
    let (_dir, engine) = one(text);
    let loaded = engine.load_recipe("zz_x").unwrap();
    let values = loaded.run_out(mlua::MultiValue::new()).await.unwrap().give(engine.lua()).unwrap();
    assert_eq!(super::shown(&engine, &values), "0, 2, 2, \"aBc\"");
}

#[test]
fn a_recipe_that_catches_the_bound_is_broken_all_the_same() {
    let text = "local co = coroutine.wrap(function() while true do end end) \
                pcall(co) return { effects = 'read', run = print }";
    let (_dir, engine) = one(text);
    assert!(engine.load_recipe("zz_x").unwrap_err().message().contains("computes too long"));
}

#[test]
fn many_broken_recipes_take_little_longer_than_one() {
    let hanging = ["while true do collectgarbage() end", ENDLESS[27], "while true do end", ENDLESS[11]];
    let mut all: Vec<(String, String)> =
        (0..40).map(|n| (format!("aa_{n:02}"), format!("{}{END}", hanging[n % 4]))).collect();
    all.push(("zz_good".to_owned(), END.to_owned()));
    let (_dir, engine) = recipes(&all);
    let began = Instant::now();
    let surveyed = engine.survey();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let of = |name: &str| &surveyed.iter().find(|(found, _)| found.name == name).unwrap().1;
    for (name, _) in all.iter().filter(|(name, _)| name != "zz_good") {
        let error = of(name).as_ref().unwrap_err();
        assert!(error.message().contains("computes too long"), "{name}: {error}");
    }
    assert!(of("zz_good").is_ok());
}

#[tokio::test]
async fn values_set_up_at_load_work_when_the_recipe_runs() {
    let text = "local insert, late = table.insert, {} \
        local class = {} class.__index = class local made = setmetatable({}, class) \
        function class.name() return 'class' end assert(made.name() == 'class' and getmetatable(made) == class) \
        local other = setmetatable({}, late) late.__index = class late.__len = function() return 7 end \
        assert(other.name() == 'class') \
        local hidden = setmetatable({}, { __metatable = 'no' }) assert(getmetatable(hidden) == 'no') \
        getmetatable('').__unm = function(text) return text:upper() end \
        local closed = {} local closing = setmetatable({}, { __close = function(_, e) closed[1] = e or true end }) \
        return { effects = 'read', run = function() \
          local t = {} insert(t, 1) table.insert(t, 2) table.sort(t, function(a, b) return a > b end) \
          do local x <close> = closing end \
          return #other, other.name(), getmetatable(other) == late, getmetatable(hidden), -'x', closed[1], t[1], \
            string.rep('ab', 2), getmetatable(made) == class \
        end }";
    let (_dir, engine) = one(text);
    let loaded = engine.load_recipe("zz_x").unwrap();
    let values = loaded.run_out(mlua::MultiValue::new()).await.unwrap().give(engine.lua()).unwrap();
    assert_eq!(super::shown(&engine, &values), "7, \"class\", true, \"no\", \"X\", true, 2, \"abab\", true");
}

#[test]
fn a_mistake_in_a_declaration_names_its_line() {
    for (text, message) in [
        ("\n('x'):find({})", ":2: bad argument #1 to 'find' (string expected, got table)"),
        ("\ntable.insert(nil, 1)", ":2: bad argument #1 to 'insert' (table expected, got nil)"),
        ("\n\nlocal x = {} .. 'x'", ":3: attempt to concatenate a table value"),
    ] {
        let (_dir, engine) = one(text);
        let error = engine.load_recipe("zz_x").unwrap_err();
        assert!(error.message().ends_with(message), "{error}");
    }
}
