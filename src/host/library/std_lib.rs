//! The few parts of `std` that need Rust: the table `std` itself, `std.fail`, `std.inspect`.

use mlua::{Lua, LuaString, Table, Value};

use super::inspect;
use crate::error::{Error, Kind, LONGEST, nearest};
use crate::host::bindings::options::Given;
use crate::host::bindings::text::{Name, cut, shown_key};
use crate::host::engine::prelude;
use crate::host::error::lua_error::{self, ErrorObject, raise, rethrow};
use crate::host::loader::std_names;

/// Names of `std` that are Rust's.
pub(in crate::host) const NATIVE: [&str; 3] = ["fail", "inspect", "json"];

/// The table `std`, which loads a module when its name is first read.
pub(in crate::host) fn module(lua: &Lua) -> mlua::Result<Value> {
    let std = lua.create_table()?;
    let meta = lua.create_table()?;
    let index = |lua: &Lua, (std, name): (Table, Name)| -> mlua::Result<Value> {
        let require = prelude(lua, |prelude| prelude.require.clone())?;
        let module: Value = require.call(format!("std.{name}"))?;
        std.raw_set(&*name, &module)?;
        Ok(module)
    };
    meta.raw_set("__index", lua.create_function(index)?)?;
    meta.raw_set("__name", "std")?;
    let dir = lua.create_table()?;
    let mut names: Vec<String> = std_names().chain(NATIVE.map(str::to_owned)).collect();
    names.sort();
    dir.raw_set("fields", names)?;
    meta.raw_set("__dir", dir)?;
    std.set_metatable(Some(meta))?;
    Ok(Value::Table(std))
}

/// The module `std.fail`, a table that can be called; documented in `stdlib/meta/std_fail.lua`.
pub(in crate::host) fn fail(lua: &Lua) -> mlua::Result<Value> {
    let fail = |lua: &Lua, (_, kind, message, more): (Value, Name, LuaString, Value)| -> mlua::Result<()> {
        rethrow(lua_error::object(lua, describe(&kind, cut(&message), &more)?)?)
    };
    let because =
        |_: &Lua, (cause, message, advice): (Value, LuaString, Option<LuaString>)| -> mlua::Result<()> {
            let (message, advice) = (cut(&message), advice.map(|advice| Advice::InPlace(cut(&advice))));
            raise_again(&cause, |told| format!("{message}: {told}"), advice)
        };
    let partly = |_: &Lua, (cause, done, left): (Value, Vec<Value>, Vec<Value>)| -> mlua::Result<()> {
        let how_far = HowFar { done: texts(&done)?, left: texts(&left)? };
        let repeat = Advice::WhereNone("run it again: what is done stays as it is".to_owned());
        let object = cause.as_userdata().and_then(|data| data.borrow::<ErrorObject>().ok());
        let is_doubtful = object.is_some_and(|object| object.error.is_doubtful());
        let advice = (is_doubtful || !how_far.done.is_empty()).then_some(repeat);
        raise_again(&cause, |told| format!("{told}; {}", how_far.tell(is_doubtful)), advice)
    };
    let module = lua.create_table()?;
    module.raw_set("because", lua.create_function(because)?)?;
    module.raw_set("partly", lua.create_function(partly)?)?;
    let meta = lua.create_table()?;
    meta.raw_set("__call", lua.create_function(fail)?)?;
    module.set_metatable(Some(meta))?;
    Ok(Value::Table(module))
}

fn describe(kind: &str, message: String, more: &Value) -> mlua::Result<Error> {
    let more = Given::from(more, "std.fail", &["advice", "op", "status"])?;
    let known = Kind::parse(kind).ok_or_else(|| raise(unknown_kind(kind)))?;
    let mut error = Error::new(known, message);
    if let Some(advice) = more.string("advice")? {
        error = error.advice(advice);
    }
    if let Some(op) = more.string("op")? {
        error = error.op(op);
    }
    if let Some(status) = more.integer("status")? {
        error = error.status(u16::try_from(status).unwrap_or_default());
    }
    Ok(error)
}

/// What to do about an error that is raised once more.
enum Advice {
    /// This, whatever it said itself.
    InPlace(String),
    /// This, unless it said something itself.
    WhereNone(String),
}

/// Raises what was caught once more, with its message told differently.
fn raise_again(cause: &Value, tell: impl Fn(&str) -> String, advice: Option<Advice>) -> mlua::Result<()> {
    let Some(object) = cause.as_userdata().and_then(|data| data.borrow::<ErrorObject>().ok()) else {
        return Err(mlua::Error::runtime(tell(&cause.to_string()?)));
    };
    let mut object = object.clone();
    object.error = object.error.clone().with_message(tell(object.error.message()));
    match advice {
        Some(Advice::InPlace(advice)) => object.error = object.error.advice(advice),
        Some(Advice::WhereNone(advice)) if object.error.advice_text().is_none() => {
            object.error = object.error.advice(advice);
        }
        _ => {}
    }
    Err(object.in_flight())
}

/// How far work came that failed half way.
struct HowFar {
    done: Vec<String>,
    /// What is not done; the first is what failed.
    left: Vec<String>,
}

impl HowFar {
    /// Returns the sentence; `is_doubtful` is whether the failure leaves open if its own work was done.
    fn tell(&self, is_doubtful: bool) -> String {
        let HowFar { done, left } = self;
        let mut parts = Vec::new();
        if !done.is_empty() {
            parts.push(format!("done: {}", done.join(", ")));
        } else if !is_doubtful {
            parts.push("nothing was done".to_owned());
        }
        let mut left = left.as_slice();
        if let (true, [first, rest @ ..]) = (is_doubtful, left) {
            parts.push(format!("not known: {first}"));
            left = rest;
        }
        if !left.is_empty() || !is_doubtful {
            parts.push(format!("not done: {}", left.join(", ")));
        }
        parts.join("; ")
    }
}

/// Returns the names of things for a message, which names no more than a person reads.
fn texts(items: &[Value]) -> mlua::Result<Vec<String>> {
    let (mut texts, mut length) = (Vec::new(), 0);
    for (index, item) in items.iter().enumerate() {
        if length > LONGEST {
            texts.push(format!("{} more", items.len() - index));
            break;
        }
        let text = shown_key(item)?;
        length += text.len();
        texts.push(text);
    }
    Ok(texts)
}

fn unknown_kind(kind: &str) -> Error {
    let names = Kind::ALL.map(Kind::name);
    let message = match nearest(kind, names) {
        Some(near) => format!("no kind of error '{kind}'; did you mean '{near}'?"),
        None => format!("no kind of error '{kind}'"),
    };
    Error::new(Kind::Usage, message).advice(format!("the kinds are {}", names.join(", ")))
}

/// `std.inspect(value)`: what the REPL shows.
pub(in crate::host) fn inspect(lua: &Lua) -> mlua::Result<Value> {
    let inspect = |lua: &Lua, value: Value| {
        let text = inspect::inspect(lua, &value).map_err(raise)?;
        lua.create_string(&*text)
    };
    lua.create_function(inspect).map(Value::Function)
}
