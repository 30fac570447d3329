//! `require "sandbox"`: what a spec may do to the sandbox that it runs against.
//!
//! Must not know the sandbox: it is handed what can be done to it as functions.

use std::rc::Rc;
use std::time::Duration;

use mlua::{Lua, Table, Value};

use crate::error::{Error, Kind, Result};
use crate::host::text::{NAME, check};
use crate::host::{raise, refuse_while_loading};

/// Takes descriptions of faults.
pub type Strike = Rc<dyn Fn(&[String]) -> Result<()>>;

/// The sandbox behind the clouds of a run, as functions.
#[derive(Clone)]
pub struct Control {
    /// Lets these faults strike, and no others: descriptions such as `image-download status=503 count=2`.
    pub faults: Strike,
    /// Moves the cloud's clock forward.
    pub advance: Rc<dyn Fn(Duration)>,
    /// What was asked so far and how it ended: `GET /image/v2/images?limit=2 200`.
    pub requests: Rc<dyn Fn() -> Vec<String>>,
}

/// The module as specs get it. Without a sandbox its functions raise.
pub(in crate::api) fn module(lua: &Lua, control: Option<&Control>) -> mlua::Result<Table> {
    let module = lua.create_table()?;
    let given = control.cloned();
    let faults = move |lua: &Lua, faults: Value| {
        refuse_while_loading(lua, "sandbox.faults")?;
        let texts = descriptions(&faults)?;
        (require_control(given.as_ref())?.faults)(&texts).map_err(raise)
    };
    module.set("faults", lua.create_function(faults)?)?;
    let given = control.cloned();
    let advance = move |lua: &Lua, seconds: f64| {
        refuse_while_loading(lua, "sandbox.advance")?;
        let by =
            Duration::try_from_secs_f64(seconds).map_err(|_| usage("sandbox.advance goes forward only"))?;
        (require_control(given.as_ref())?.advance)(by);
        Ok(())
    };
    module.set("advance", lua.create_function(advance)?)?;
    let given = control.cloned();
    let requests = move |lua: &Lua, ()| {
        refuse_while_loading(lua, "sandbox.requests")?;
        lua.create_sequence_from((require_control(given.as_ref())?.requests)())
    };
    module.set("requests", lua.create_function(requests)?)?;
    Ok(module)
}

fn require_control(control: Option<&Control>) -> mlua::Result<&Control> {
    let missing = || {
        Error::new(Kind::Usage, "there is no sandbox behind this run")
            .advice("run it with --sandbox, or its cases with `lunette test`")
    };
    control.ok_or_else(|| raise(missing()))
}

/// One description, one table of it, or a list of either.
fn descriptions(faults: &Value) -> mlua::Result<Vec<String>> {
    match faults {
        Value::Table(list) if list.pairs::<Value, Value>().flatten().all(|(key, _)| key.is_integer()) => {
            list.sequence_values::<Value>().map(|fault| description(&fault?)).collect()
        }
        one => Ok(vec![description(one)?]),
    }
}

/// `{ "image-download", status = 503, wrong_hash = true }` is `image-download status=503 wrong-hash`.
fn description(fault: &Value) -> mlua::Result<String> {
    let table = match fault {
        Value::String(text) => {
            check(text, NAME)?;
            return Ok(text.to_str()?.to_owned());
        }
        Value::Table(table) => table,
        other => return Err(usage(&format!("a fault is a text or a table, not a {}", other.type_name()))),
    };
    let mut words = vec![table.get::<Option<String>>(1)?.unwrap_or_default()];
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        let Some(name) = key.as_string() else { continue };
        let name = name.to_str()?.replace('_', "-");
        match value {
            Value::Boolean(true) => words.push(name),
            Value::Boolean(false) => {}
            value => words.push(format!("{name}={}", value.to_string()?)),
        }
    }
    words[1..].sort();
    Ok(words.join(" "))
}

fn usage(message: &str) -> mlua::Error {
    raise(Error::new(Kind::Usage, message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fault_is_a_text_or_a_table_or_a_list_of_both() {
        let lua = Lua::new();
        for (text, expected) in [
            ("'image-list html'", vec!["image-list html"]),
            ("{ 'image-list html', 'any delay=1' }", vec!["image-list html", "any delay=1"]),
            ("{ 'image-list', status = 503, html = true, late = false }", vec!["image-list html status=503"]),
            (
                "{ { 'image-list', wrong_hash = true }, 'any delay=1' }",
                vec!["image-list wrong-hash", "any delay=1"],
            ),
            ("{}", vec![]),
        ] {
            let value: Value = lua.load(text).eval().unwrap();
            assert_eq!(descriptions(&value).unwrap(), expected, "{text}");
        }
        assert!(descriptions(&Value::Nil).is_err());
    }
}
