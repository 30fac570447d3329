//! `string.find`, `match`, `gmatch` and `gsub`, which an interrupt and the bound of a declaration can stop.
//!
//! Lua's own run in C, where no hook sees them: one pattern with many `a*` computes for years. The functions
//! of this file have the same results, messages and limits (`pattern.rs`). They are slower, so that scripts
//! reach them through `lua/patterns.lua`, which calls Lua's own where `cost.rs` finds that a call takes
//! little time. While a recipe's declaration is read, they are the only ones.

mod cost;
pub(super) mod pattern;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use memchr::memmem;
use mlua::{Function, Lua, LuaString, MultiValue, Table, Value};

use self::cost::Cost;
use self::pattern::{Capture, Halt, Matcher};
use super::engine::call_now;
use super::error::lua_error::raise;
use super::error::traceback::PRELUDE;
use super::memory;
use super::watch::Watch;
use crate::budget::Buffer;

/// Characters that make a pattern more than a text.
const SPECIAL: &[u8] = b"^$*+?.([%-";

/// The functions of this file, kept in the Lua state: [`counting_functions`] returns them.
const COUNTED: &str = "lunette.strings";

/// Replaces the functions of `string` that match patterns.
pub(super) fn install(lua: &Lua, watch: &Rc<Watch>) -> mlua::Result<()> {
    let counted = lua.create_table()?;
    let (found, matched, each, replaced) = (watch.clone(), watch.clone(), watch.clone(), watch.clone());
    let find = move |lua: &Lua, args: MultiValue| search(lua, &found, &args, "find");
    counted.raw_set("find", lua.create_function(find)?)?;
    let find = move |lua: &Lua, args: MultiValue| search(lua, &matched, &args, "match");
    counted.raw_set("match", lua.create_function(find)?)?;
    let gmatch = move |lua: &Lua, args: MultiValue| gmatch(lua, &each, &args);
    counted.raw_set("gmatch", lua.create_function(gmatch)?)?;
    let stepped = watch.clone();
    let next = move |lua: &Lua, asked: Asked| next_match(lua, &stepped, &asked);
    let replace = lua.load(include_str!("../lua/gsub.lua")).set_name(PRELUDE);
    let replace: Function = replace.call(lua.create_function(next)?)?;
    let gsub = move |lua: &Lua, args: MultiValue| gsub(lua, &replaced, &replace, &args);
    counted.raw_set("gsub", lua.create_function(gsub)?)?;
    lua.set_named_registry_value(COUNTED, &counted)?;

    let cost = |_: &Lua, pattern: LuaString| {
        let cost = Cost::of(&pattern.as_bytes());
        Ok(cost.map_or((-1, 0), |cost| (cost.longest, cost.captures)))
    };
    let fits = |_: &Lua, (subject, pattern): (LuaString, LuaString)| {
        Ok(cost::fits(&subject.as_bytes(), &pattern.as_bytes()))
    };
    let choose = lua.load(include_str!("../lua/patterns.lua")).set_name(PRELUDE);
    let chosen: Table = choose.call((counted, lua.create_function(cost)?, lua.create_function(fits)?))?;
    let string: Table = lua.globals().raw_get("string")?;
    chosen.for_each(|name: LuaString, function: Function| string.raw_set(name, function))
}

/// The functions that count their steps, by name.
pub(super) fn counting_functions(lua: &Lua) -> mlua::Result<Table> {
    lua.named_registry_value(COUNTED)
}

/// `string.find` and `string.match`.
fn search(lua: &Lua, watch: &Watch, args: &MultiValue, name: &str) -> mlua::Result<MultiValue> {
    let (subject, pattern) = (text(lua, args, 0, name)?, text(lua, args, 1, name)?);
    let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
    let nothing = || Ok(MultiValue::from_iter([Value::Nil]));
    let Some(from) = start(integer(lua, args, 2, name)?.unwrap_or(1), subject.len()) else {
        return nothing();
    };
    let is_plain = || args.get(3).is_some_and(|plain| !matches!(plain, Value::Nil | Value::Boolean(false)));
    if name == "find" && (is_plain() || !pattern.iter().any(|byte| SPECIAL.contains(byte))) {
        watch.count(((subject.len() - from) / 16) as u64)?;
        let Some(at) = memmem::find(&subject[from..], &pattern) else { return nothing() };
        return Ok(range(from + at, from + at + pattern.len()).collect());
    }
    let count = |steps| watch.count(steps);
    let (pattern, is_anchored) = strip_anchor(&pattern);
    let mut matcher = Matcher::new(&subject, pattern, &count);
    let Some((start, end)) = matcher.search(from, None, is_anchored).map_err(halt_error)? else {
        return nothing();
    };
    let mut values = MultiValue::new();
    if name == "find" {
        values.extend(range(start, end));
    }
    if name == "match" || matcher.capture_count() > 0 {
        captures(lua, &matcher, &subject, (start, end), &mut values)?;
    }
    Ok(values)
}

/// `string.gmatch`.
fn gmatch(lua: &Lua, watch: &Rc<Watch>, args: &MultiValue) -> mlua::Result<Function> {
    let (subject, pattern) = (text(lua, args, 0, "gmatch")?, text(lua, args, 1, "gmatch")?);
    let length = subject.as_bytes().len();
    let from = start(integer(lua, args, 2, "gmatch")?.unwrap_or(1), length).unwrap_or(length + 1);
    let (state, watch) = (Cell::new((from, None)), watch.clone());
    lua.create_function(move |lua, _: MultiValue| {
        let (from, but) = state.get();
        let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
        let count = |steps| watch.count(steps);
        let mut matcher = Matcher::new(&subject, &pattern, &count);
        let mut values = MultiValue::new();
        if let Some((start, end)) = matcher.search(from, but, false).map_err(halt_error)? {
            state.set((end, Some(end)));
            captures(lua, &matcher, &subject, (start, end), &mut values)?;
        }
        Ok(values)
    })
}

/// `string.gsub`: a text takes the place of each match here; what a table or a function gives, in
/// `lua/gsub.lua`.
fn gsub(lua: &Lua, watch: &Watch, replace: &Function, args: &MultiValue) -> mlua::Result<MultiValue> {
    let (subject, pattern) = (text(lua, args, 0, "gsub")?, text(lua, args, 1, "gsub")?);
    let most = integer(lua, args, 3, "gsub")?;
    let by = args.get(2).cloned().unwrap_or(Value::Nil);
    match by {
        Value::String(_) | Value::Integer(_) | Value::Number(_) => {}
        Value::Table(_) | Value::Function(_) => {
            let most = most.unwrap_or(i64::MAX);
            let (pattern, is_anchored) = match strip_anchor(&pattern.as_bytes()) {
                (rest, true) => (lua.create_string(rest)?, true),
                _ => (pattern.clone(), false),
            };
            return call_now(lua, replace, (subject, pattern, by, most, is_anchored));
        }
        _ => return Err(type_error(lua, args, 2, "gsub", "string/function/table")),
    }
    let by = text(lua, args, 2, "gsub")?;
    let (source, pattern, by) = (subject.as_bytes(), pattern.as_bytes(), by.as_bytes());
    let (pattern, is_anchored) = strip_anchor(&pattern);
    let count = |steps| watch.count(steps);
    let mut matcher = Matcher::new(&source, pattern, &count);
    let mut result = Buffer::new(&memory::budget(lua));
    let (mut copied, mut but, mut done) = (0, None, 0);
    while most.is_none_or(|most| done < most) {
        let Some((start, end)) = matcher.search(copied, but, is_anchored).map_err(halt_error)? else { break };
        result.push(&source[copied..start]).map_err(raise)?;
        watch.count(by.len() as u64)?;
        expand(&matcher, &source, (start, end), &by, &mut result)?;
        (copied, but, done) = (end, Some(end), done + 1);
        if is_anchored {
            break;
        }
    }
    let value = if done == 0 {
        Value::String(subject.clone())
    } else {
        result.push(&source[copied..]).map_err(raise)?;
        Value::String(lua.create_string(result.bytes())?)
    };
    Ok(MultiValue::from_iter([value, Value::Integer(done)]))
}

/// Appends a replacement, `%0` to `%9` in it filled in.
fn expand(
    matcher: &Matcher<mlua::Error>,
    source: &[u8],
    (start, end): (usize, usize),
    by: &[u8],
    result: &mut Buffer,
) -> mlua::Result<()> {
    let mut rest = by;
    while let Some(at) = memchr::memchr(b'%', rest) {
        result.push(&rest[..at]).map_err(raise)?;
        match rest.get(at + 1) {
            Some(b'%') => result.push(b"%").map_err(raise)?,
            Some(b'0') => result.push(&source[start..end]).map_err(raise)?,
            Some(digit @ b'1'..=b'9') => {
                match matcher.capture(usize::from(digit - b'1'), start, end).map_err(halt_error)? {
                    Capture::Text(from, to) => result.push(&source[from..to]).map_err(raise)?,
                    Capture::Position(at) => result.push(at.to_string().as_bytes()).map_err(raise)?,
                }
            }
            _ => return Err(mlua::Error::runtime("invalid use of '%' in replacement string")),
        }
        rest = &rest[at + 2..];
    }
    result.push(rest).map_err(raise)
}

/// What `lua/gsub.lua` asks for: subject, pattern, where to begin, where not to end, and whether only there.
type Asked = (LuaString, LuaString, usize, Option<usize>, bool);

/// The next match for `lua/gsub.lua`: where it begins and ends, counted from 0, and its captures.
fn next_match(lua: &Lua, watch: &Watch, asked: &Asked) -> mlua::Result<MultiValue> {
    let (subject, pattern, from, but, is_anchored) = asked;
    let (subject, pattern) = (subject.as_bytes(), pattern.as_bytes());
    let count = |steps| watch.count(steps);
    let mut matcher = Matcher::new(&subject, &pattern, &count);
    let mut values = MultiValue::new();
    if let Some((start, end)) = matcher.search(*from, *but, *is_anchored).map_err(halt_error)? {
        values.extend([start, end].map(position));
        captures(lua, &matcher, &subject, (start, end), &mut values)?;
    }
    Ok(values)
}

fn captures(
    lua: &Lua,
    matcher: &Matcher<mlua::Error>,
    subject: &[u8],
    (start, end): (usize, usize),
    values: &mut MultiValue,
) -> mlua::Result<()> {
    for index in 0..matcher.capture_count().max(1) {
        values.push_back(match matcher.capture(index, start, end).map_err(halt_error)? {
            Capture::Text(from, to) => Value::String(lua.create_string(&subject[from..to])?),
            Capture::Position(at) => position(at),
        });
    }
    Ok(())
}

/// A pattern without the `^` that it may begin with.
fn strip_anchor(pattern: &[u8]) -> (&[u8], bool) {
    pattern.strip_prefix(b"^").map_or((pattern, false), |rest| (rest, true))
}

/// Positions as Lua counts them.
fn range(start: usize, end: usize) -> impl Iterator<Item = Value> {
    [start + 1, end].into_iter().map(position)
}

fn position(at: usize) -> Value {
    Value::Integer(i64::try_from(at).unwrap_or(i64::MAX))
}

/// Where a search begins, counted from 0; `None` behind the end.
fn start(at: i64, length: usize) -> Option<usize> {
    let from = match at {
        1.. => usize::try_from(at - 1).ok()?,
        0 => 0,
        _ => length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    (from <= length).then_some(from)
}

fn text(lua: &Lua, args: &MultiValue, index: usize, name: &str) -> mlua::Result<LuaString> {
    match args.get(index) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(number @ (Value::Integer(_) | Value::Number(_))) => {
            let text = lua.coerce_string(number.clone())?;
            text.ok_or_else(|| type_error(lua, args, index, name, "string"))
        }
        _ => Err(type_error(lua, args, index, name, "string")),
    }
}

fn integer(lua: &Lua, args: &MultiValue, index: usize, name: &str) -> mlua::Result<Option<i64>> {
    match args.get(index) {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Integer(number)) => Ok(Some(*number)),
        Some(value) => match lua.coerce_integer(value.clone())? {
            Some(number) => Ok(Some(number)),
            None if lua.coerce_number(value.clone())?.is_some() => {
                Err(argument_error(lua, index, name, "number has no integer representation"))
            }
            None => Err(type_error(lua, args, index, name, "number")),
        },
    }
}

/// The error of an argument of another type.
fn type_error(lua: &Lua, args: &MultiValue, index: usize, name: &str, expected: &str) -> mlua::Error {
    let got = args.get(index).map_or("no value", |value| match value {
        Value::Integer(_) => "number",
        other => other.type_name(),
    });
    argument_error(lua, index, name, &format!("{expected} expected, got {got}"))
}

/// The error of an argument, in Lua's words: of a method, the value before the colon does not count.
fn argument_error(lua: &Lua, index: usize, name: &str, why: &str) -> mlua::Error {
    // A script calls `lua/patterns.lua`, or this function itself.
    let is_chosen = lua.inspect_stack(1, |debug| debug.source().source.as_deref() == Some(PRELUDE));
    let level = usize::from(is_chosen == Some(true));
    let called = lua.inspect_stack(level, |debug| debug.names().name_what);
    mlua::Error::runtime(match (called.flatten(), index) {
        (Some("method"), 0) => format!("calling '{name}' on bad self ({why})"),
        (Some("method"), _) => format!("bad argument #{index} to '{name}' ({why})"),
        _ => format!("bad argument #{} to '{name}' ({why})", index + 1),
    })
}

fn halt_error(halt: Halt<mlua::Error>) -> mlua::Error {
    match halt {
        Halt::Malformed(why) => mlua::Error::runtime(why),
        Halt::Stopped(error) => error,
    }
}
