//! Why a chunk ended badly, told in the script's own lines.

use mlua::{Lua, UserData, Value};

use super::lua_error::{ErrorObject, Meaning, lift};
use super::traceback;
use crate::budget::limit_error;
use crate::error::{Error, LONGEST};
use crate::host::library::inspect::inspect;
use crate::host::memory::LUA_MESSAGE;

/// Why a chunk ended badly, told in the script's own lines.
#[derive(Debug)]
pub struct Failure {
    /// The error object, where one of Lunette's was raised (or an interrupt).
    pub error: Option<Error>,
    /// One line, without traceback: `script.lua:3: attempt to index a nil value (global 'x')`.
    pub message: String,
    /// `script.lua:3: in function 'share'`, innermost first, only lines of scripts, recipes and std.
    pub traceback: Vec<String>,
    /// The text cannot be a chunk: the mistake is one of syntax.
    pub syntax: bool,
}

/// What the message handler keeps of an error, at the moment it is raised: the stack is gone a moment later.
pub(in crate::host) struct Caught {
    value: Value,
    traceback: Vec<String>,
}

impl UserData for Caught {}

impl Caught {
    /// The message handler of every chunk.
    pub(in crate::host) fn new(lua: &Lua, value: Value) -> mlua::Result<Caught> {
        let trace = lua.traceback(None, 1)?;
        let traceback = traceback::lines(&trace.to_string_lossy());
        // Lua's own message about a function that the prelude stands in for: the position is the script's.
        let text = value.as_string().map(mlua::LuaString::to_string_lossy);
        let told = text.as_deref().and_then(traceback::without_prelude).zip(traceback::position(&traceback));
        let value = match told {
            Some((text, position)) => Value::String(lua.create_string(format!("{position}: {text}"))?),
            // Where no memory is left for an object, the error itself is reported.
            None => lift(lua, value.clone()).unwrap_or(value),
        };
        Ok(Caught { value, traceback })
    }
}

impl Failure {
    /// A failure that is one of Lunette's errors, raised by no line of a script.
    pub fn of(error: Error) -> Failure {
        Failure { message: error.to_string(), error: Some(error), traceback: Vec::new(), syntax: false }
    }

    /// The same as an error to raise in another Lua state: one of Lunette's errors, else a text.
    pub fn into_raised(self) -> mlua::Error {
        match self.error {
            Some(error) => ErrorObject::new(error, self.traceback).in_flight(),
            None => mlua::Error::runtime(self.message),
        }
    }

    /// What [`Caught`] kept; or, for the few errors that reach no message handler, the bare value.
    pub(in crate::host) fn from_caught(lua: &Lua, value: &Value, max_memory: usize) -> Failure {
        if let Some(caught) = value.as_userdata().and_then(|data| data.borrow::<Caught>().ok()) {
            return Failure::describe(lua, &caught.value, caught.traceback.clone(), max_memory);
        }
        Failure::describe(lua, value, Vec::new(), max_memory)
    }

    /// A failure that mlua met itself.
    pub(in crate::host) fn native(error: &mlua::Error, max_memory: usize) -> Failure {
        let syntax = matches!(error, mlua::Error::SyntaxError { .. });
        match Meaning::of(error) {
            Meaning::Object(object) => Failure::object(&object, Vec::new()),
            Meaning::Memory => Failure::of(limit_error(max_memory)),
            Meaning::Text(text) => Failure { syntax, ..Failure::text(&text, Vec::new(), max_memory) },
        }
    }

    fn describe(lua: &Lua, value: &Value, lines: Vec<String>, max_memory: usize) -> Failure {
        if let Some(object) = value.as_userdata().and_then(|data| data.borrow::<ErrorObject>().ok()) {
            return Failure::object(&object, lines);
        }
        match value {
            Value::Error(error) => Failure { traceback: lines, ..Failure::native(error, max_memory) },
            Value::String(text) => Failure::text(&shorten(&text.as_bytes()), lines, max_memory),
            Value::Nil => Failure::text("an error was raised without a message (nil)", lines, max_memory),
            other => match inspect(lua, other) {
                Ok(text) => Failure::text(&shorten(text.as_bytes()), lines, max_memory),
                Err(error) => Failure::of(error),
            },
        }
    }

    /// An error object's own lines come first: it may have been raised by a task, or raised again.
    fn object(object: &ErrorObject, lines: Vec<String>) -> Failure {
        let mut traceback = object.traceback.clone();
        for line in lines {
            if !traceback.contains(&line) {
                traceback.push(line);
            }
        }
        Failure {
            message: object.error.to_string(),
            error: Some(object.error.clone()),
            traceback,
            syntax: false,
        }
    }

    fn text(text: &str, traceback: Vec<String>, max_memory: usize) -> Failure {
        if text == LUA_MESSAGE {
            return Failure { traceback, ..Failure::of(limit_error(max_memory)) };
        }
        let message = match text {
            text if text.starts_with("nothing can be waited for here") => {
                match traceback::position(&traceback) {
                    Some(position) => format!("{position}: {text}"),
                    None => text.to_owned(),
                }
            }
            text => text.to_owned(),
        };
        Failure { error: None, message, traceback, syntax: false }
    }
}

/// A raised text, cut where it is longer than anybody reads.
fn shorten(text: &[u8]) -> String {
    match text.get(..LONGEST) {
        Some(start) if text.len() > LONGEST => {
            format!("{}… ({} bytes in all)", String::from_utf8_lossy(start), text.len())
        }
        _ => String::from_utf8_lossy(text).into_owned(),
    }
}
