//! Errors on their way through Lua: what a binding raises, what a script catches, and the way back.
//!
//! In flight, an error is mlua's own failure, which stays whole when it passes through Rust again. Wherever a
//! script can lay hands on it (`pcall`, `xpcall`, `coroutine.resume`, `__close`, …) the prelude calls
//! [`lift`], and the script sees an [`ErrorObject`]; `error(err)` calls [`rethrow`], and it flies on.

use std::error::Error as StdError;
use std::fmt;
use std::rc::Rc;

use mlua::{Lua, MetaMethod, RegistryKey, UserData, UserDataFields, UserDataMethods, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::traceback;
use crate::budget::Charge;
use crate::error::{Error, Kind, LONGEST, nearest};
use crate::host::bindings::text::shown_key;
use crate::host::memory::{self, LUA_MESSAGE};
use crate::host::recipe::Carried;

/// What a binding returns to raise this error in Lua as an object with `kind`, `status`, `message`, `op`,
/// `request_id` and `advice`.
pub fn raise(error: Error) -> mlua::Error {
    mlua::Error::external(error)
}

/// The fields of an error object, in the order of the documentation.
pub(in crate::host) const FIELDS: [&str; 6] = ["kind", "status", "message", "op", "request_id", "advice"];

/// An error as a script sees it: read-only and strict fields, one line by `tostring`.
#[derive(Clone, Debug)]
pub(in crate::host) struct ErrorObject {
    /// The error.
    pub(in crate::host) error: Error,
    /// Where it was first raised, a script's own lines, innermost first.
    pub(in crate::host) traceback: Vec<String>,
    /// That of both, where a script holds the object: Lua does not see how large it is.
    memory: Option<Rc<Charge>>,
}

/// An [`ErrorObject`] in flight: what `error(err)` raises.
#[derive(Debug)]
struct Rethrown {
    error: Error,
    traceback: Vec<String>,
}

impl fmt::Display for Rethrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl StdError for Rethrown {}

/// Any other value in flight: a table that `error{ … }` raised, say. Failures cannot hold Lua's values
/// themselves.
#[derive(Debug)]
struct Thrown {
    value: RegistryKey,
    text: String,
}

impl fmt::Display for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Thrown {}

impl ErrorObject {
    /// An error, and where it was first raised.
    pub(in crate::host) fn new(error: Error, traceback: Vec<String>) -> ErrorObject {
        ErrorObject { error, traceback, memory: None }
    }

    /// The bytes that it takes on the heap.
    fn bytes(&self) -> usize {
        let lines = self.traceback.iter().map(|line| line.capacity() + 16).sum::<usize>();
        self.error.memory() + self.traceback.capacity() * size_of::<String>() + lines + 64
    }

    /// The object as a script holds it. Raises `limit` where there is no memory for it.
    fn hold(mut self, lua: &Lua) -> mlua::Result<Value> {
        let budget = memory::budget(lua);
        // Of the error that no memory is left, every script has to be told.
        let memory = if self.error.kind() == Kind::Limit {
            budget.count_small(self.bytes())
        } else {
            budget.charge(self.bytes()).map_err(raise)?
        };
        self.memory = Some(Rc::new(memory));
        lua.create_ser_userdata(self).map(Value::UserData)
    }

    /// The failure that raises it, where it was first raised still known.
    pub(in crate::host) fn in_flight(self) -> mlua::Error {
        mlua::Error::external(Rethrown { error: self.error, traceback: self.traceback })
    }
}

impl UserData for ErrorObject {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_meta_field(MetaMethod::Type, "error");
        fields.add_meta_field_with("__dir", |lua| {
            let dir = lua.create_table()?;
            dir.set("fields", FIELDS)?;
            Ok(dir)
        });
        fields.add_field_method_get("kind", |_, this| Ok(this.error.kind().name()));
        fields.add_field_method_get("status", |_, this| Ok(this.error.status_code()));
        fields.add_field_method_get("message", |_, this| Ok(this.error.message().to_owned()));
        fields.add_field_method_get("op", |_, this| Ok(this.error.op_name().map(str::to_owned)));
        fields.add_field_method_get("request_id", |_, this| {
            Ok(this.error.request_id_value().map(str::to_owned))
        });
        fields.add_field_method_get("advice", |_, this| Ok(this.error.advice_text().map(str::to_owned)));
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.error.to_string()));
        methods.add_meta_method("__carry", |_, this, ()| {
            let object = this.clone();
            Ok(Carried::new(move |lua| object.clone().hold(lua)))
        });
        methods.add_meta_function(MetaMethod::Concat, |lua, (left, right): (Value, Value)| {
            let length = |value: &Value| value.as_string().map_or(LONGEST, |text| text.as_bytes().len());
            let _memory = memory::reserve(lua, 2 * (length(&left) + length(&right)))?;
            lua.create_string(left.to_string()? + &right.to_string()?)
        });
        methods.add_meta_method(MetaMethod::NewIndex, |_, _, _: (Value, Value)| -> mlua::Result<()> {
            Err(raise(Error::new(Kind::Usage, "an error is read-only")))
        });
        methods.add_meta_method(MetaMethod::Index, |_, _, name: Value| -> mlua::Result<Value> {
            let name = shown_key(&name)?;
            let message = match nearest(&name, FIELDS) {
                Some(near) => format!("an error has no field '{name}'; did you mean '{near}'?"),
                None => format!("an error has no field '{name}'"),
            };
            Err(raise(Error::new(Kind::Usage, message).advice(format!("it has {}", FIELDS.join(", ")))))
        });
    }
}

impl Serialize for ErrorObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = &self.error;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", error.kind().name())?;
        if let Some(status) = error.status_code() {
            map.serialize_entry("status", &status)?;
        }
        map.serialize_entry("message", error.message())?;
        let rest = [
            ("op", error.op_name()),
            ("request_id", error.request_id_value()),
            ("advice", error.advice_text()),
        ];
        for (name, value) in rest {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

/// What a failure of mlua's means to a script.
pub(in crate::host) enum Meaning {
    /// One of Lunette's errors.
    Object(ErrorObject),
    /// Lua has no memory left.
    Memory,
    /// An ordinary Lua error: a text, with its position where it has one.
    Text(String),
}

impl Meaning {
    /// Reads a failure of mlua's, through all its wrappings.
    pub(in crate::host) fn of(error: &mlua::Error) -> Meaning {
        let mut trace = "";
        let mut cause = error;
        while let mlua::Error::CallbackError { traceback, cause: inner } = cause {
            trace = traceback;
            cause = inner;
        }
        if matches!(cause, mlua::Error::MemoryError(_)) {
            return Meaning::Memory;
        }
        let lines = traceback::lines(trace);
        if let Some(Rethrown { error, traceback }) = cause.downcast_ref::<Rethrown>() {
            return Meaning::Object(ErrorObject::new(error.clone(), traceback.clone()));
        }
        let error = cause.downcast_ref::<Error>().cloned().or_else(|| bad_argument(cause, trace));
        match error {
            Some(error) => Meaning::Object(ErrorObject::new(error, lines)),
            None => Meaning::Text(text(cause, &lines)),
        }
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Meaning::Object(object) => object.error.fmt(f),
            Meaning::Memory => f.write_str(LUA_MESSAGE),
            Meaning::Text(text) => f.write_str(text),
        }
    }
}

/// The text of a failure that is none of Lunette's errors, without mlua's own words and tracebacks.
fn text(cause: &mlua::Error, lines: &[String]) -> String {
    let message = match cause {
        mlua::Error::RuntimeError(message) | mlua::Error::SyntaxError { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let message = message.split("\nstack traceback:").next().unwrap_or_default();
    match traceback::position(lines) {
        Some(position) if !has_position(message) => format!("{position}: {message}"),
        _ => message.to_owned(),
    }
}

/// Whether a message begins as Lua's do: `share.lua:3: …`.
fn has_position(message: &str) -> bool {
    message
        .split_once(": ")
        .is_some_and(|(head, _)| head.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok()))
}

/// A `usage` error for an argument that mlua could not convert, naming the function as the script called it.
fn bad_argument(error: &mlua::Error, trace: &str) -> Option<Error> {
    let mlua::Error::BadArgument { to, pos, name, cause } = error else {
        return None;
    };
    if let Some(inner) = cause.downcast_ref::<Error>() {
        return Some(inner.clone()); // a conversion of ours, which says it better
    }
    let method = to.as_deref().and_then(|to| to.split_once('.')).map(|(_, method)| method);
    let callee = method.or(to.as_deref()).or_else(|| traceback::callee(trace)).unwrap_or("?");
    if name.as_deref() == Some("self") {
        let message = format!("'{callee}' is a method: call it with ':', as in value:{callee}(…)");
        return Some(Error::new(Kind::Usage, message));
    }
    let pos = if method.is_some() && *pos > 1 { pos - 1 } else { *pos };
    let why = match &**cause {
        mlua::Error::FromLuaConversionError { from, to, .. } => match (lua_type(to), *from) {
            ("string", "string") => "UTF-8 text expected, got other bytes".to_owned(),
            (to, from) => format!("{to} expected, got {from}"),
        },
        other => other.to_string(),
    };
    Some(Error::new(Kind::Usage, format!("bad argument #{pos} to '{callee}' ({why})")))
}

/// The Lua word for a Rust type.
fn lua_type(rust: &str) -> &str {
    match rust {
        "String" | "LuaString" | "BString" | "&str" | "str" => "string",
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => "integer",
        "f32" | "f64" => "number",
        "bool" => "boolean",
        "Table" => "table",
        "Function" => "function",
        "AnyUserData" => "userdata",
        other => other,
    }
}

/// Lua's own words for what cannot wait: inside a callback of C, and where no coroutine runs (in a finaliser,
/// or while a recipe is loaded).
const CANNOT_WAIT: [&str; 2] =
    ["attempt to yield across a C-call boundary", "attempt to yield from outside a coroutine"];

/// What [`CANNOT_WAIT`] means, with what to do instead.
const CANNOT_WAIT_EXPLAINED: &str = "nothing can be waited for here: Lua cannot pause inside a callback of table.sort, \
     string.gsub, load, xpcall or __tostring; nothing was sent; make the request before, and use its result in the \
     callback";

/// Makes of a caught value what a script should see: error objects of failures, all else as it is.
pub(in crate::host) fn lift(lua: &Lua, value: Value) -> mlua::Result<Value> {
    match value {
        Value::Error(error) => match (find_thrown(&error), Meaning::of(&error)) {
            (Some(thrown), _) => lua.registry_value(&thrown.value),
            (None, Meaning::Object(object)) => {
                // The failure itself is garbage now, and as large.
                memory::budget(lua).discard(object.bytes());
                object.hold(lua)
            }
            (None, Meaning::Memory) => object(lua, memory::budget(lua).limit_error()),
            (None, Meaning::Text(text)) => lua.create_string(explain(&text)).map(Value::String),
        },
        Value::String(text) if text.as_bytes() == LUA_MESSAGE.as_bytes() => {
            object(lua, memory::budget(lua).limit_error())
        }
        Value::String(text)
            if CANNOT_WAIT.iter().any(|words| text.as_bytes().ends_with(words.as_bytes())) =>
        {
            lua.create_string(explain(&text.to_string_lossy())).map(Value::String)
        }
        Value::String(text) if text.as_bytes().starts_with(b"[lunette]") => {
            let text = text.to_string_lossy();
            lua.create_string(traceback::without_prelude(&text).unwrap_or(&text)).map(Value::String)
        }
        other => Ok(other),
    }
}

fn find_thrown(error: &mlua::Error) -> Option<&Thrown> {
    error.chain().find_map(|cause| cause.downcast_ref::<Thrown>())
}

/// Replaces [`CANNOT_WAIT`] by what it means.
fn explain(text: &str) -> String {
    CANNOT_WAIT.iter().fold(text.to_owned(), |text, words| text.replace(words, CANNOT_WAIT_EXPLAINED))
}

/// Raises an error object, or a failure still in flight, as it is; returns for everything else.
pub(in crate::host) fn rethrow(value: Value) -> mlua::Result<()> {
    match value {
        Value::Error(error) => Err(*error),
        Value::UserData(data) => match data.borrow::<ErrorObject>() {
            Ok(object) => Err(object.clone().in_flight()),
            Err(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// A caught value as a failure that a binding can return, and [`lift`] makes the same value of again.
pub(in crate::host) fn in_flight(lua: &Lua, value: Value) -> mlua::Error {
    if let Err(error) = rethrow(value.clone()) {
        return error;
    }
    let text = value.to_string().unwrap_or_else(|_| value.type_name().to_owned());
    if value.is_string() {
        return mlua::Error::runtime(text);
    }
    lua.create_registry_value(value)
        .map_or_else(|error| error, |value| mlua::Error::external(Thrown { value, text }))
}

/// The error object of an error, as a script would have caught it.
pub(in crate::host) fn object(lua: &Lua, error: Error) -> mlua::Result<Value> {
    ErrorObject::new(error, Vec::new()).hold(lua)
}
