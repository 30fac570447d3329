//! The Rust half of `task`: running Lua functions at the same time, sleeping, time limits.
//!
//! The half that checks options and raises errors is Lua (`lua/task.lua`), so that a script's errors pass
//! whole.

use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mlua::{Function, Lua, MultiValue, Table, Value};

use crate::error::{Error, Kind};
use crate::host::bindings::options::Given;
use crate::host::bindings::waiting::waiting_function;
use crate::host::engine::prelude;
use crate::host::error::lua_error::{self, raise};
use crate::host::error::traceback::PRELUDE;
use crate::host::source;

/// Told how far a `task.parallel{ progress = "…" }` is: elements done, failed ones included, and elements in
/// all.
///
/// The work is over, well or badly, when this is dropped.
pub type Progress = Rc<dyn Fn(u64, Option<u64>)>;

/// Who begins to show work of a label in the script's words, such as `Sharing`. Kept in the Lua state.
#[derive(Clone)]
pub(in crate::host) struct Begin(pub(in crate::host) Rc<dyn Fn(&str) -> Progress>);

/// The module `task`.
pub(in crate::host) fn module(lua: &Lua) -> mlua::Result<Value> {
    let host = lua.create_table()?;
    let (pcall, raise) = prelude(lua, |prelude| (prelude.pcall.clone(), prelude.raise.clone()))?;
    host.raw_set("pcall", pcall)?;
    host.raw_set("raise", raise)?;
    host.raw_set("parallel", waiting_function(lua, parallel)?)?;
    host.raw_set("timeout", waiting_function(lua, timeout)?)?;
    host.raw_set("usage", lua.create_function(usage)?)?;
    host.raw_set("options", lua.create_function(options)?)?;
    let task: Table = source::compile(lua, PRELUDE, include_bytes!("../lua/task.lua"))?.call(host)?;
    task.raw_set("sleep", waiting_function(lua, sleep)?)?;
    Ok(Value::Table(task))
}

async fn sleep(_: Lua, seconds: f64) -> mlua::Result<()> {
    tokio::time::sleep(duration("sleep", seconds)?).await;
    Ok(())
}

/// `timeout(seconds, f, …)` gives what `pcall(f, …)` does.
async fn timeout(lua: Lua, (seconds, mut call): (f64, MultiValue)) -> mlua::Result<MultiValue> {
    let limit = duration("timeout", seconds)?;
    let pcall = prelude(&lua, |prelude| prelude.pcall.clone())?;
    let Some(Value::Function(_)) = call.front() else {
        let got = call.front().map_or("no value", Value::type_name);
        let message = format!("bad argument #2 to 'timeout' (function expected, got {got})");
        return Err(raise(Error::new(Kind::Usage, message)));
    };
    if let Ok(values) = tokio::time::timeout(limit, pcall.call_async(std::mem::take(&mut call))).await {
        return values;
    }
    lua.gc_collect()?; // frees what the function was waiting for in coroutines of its own
    let error = Error::new(Kind::Unavailable, format!("timed out after {seconds} s"));
    Ok(MultiValue::from_iter([Value::Boolean(false), lua_error::object(&lua, error)?]))
}

/// `options(table)` gives `limit, keep_going, label`.
#[allow(clippy::needless_pass_by_value, reason = "the shape of a Lua function")]
fn options(_: &Lua, options: Value) -> mlua::Result<(usize, bool, Option<String>)> {
    let given = Given::from(&options, "task.parallel", &["limit", "progress", "keep_going"])?;
    let limit = given.integer("limit")?.unwrap_or(8);
    let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0) else {
        let message = format!("option 'limit' of task.parallel: at least 1 expected, got {limit}");
        return Err(raise(Error::new(Kind::Usage, message)));
    };
    Ok((limit, given.boolean("keep_going")?.unwrap_or(false), given.string("progress")?))
}

/// What `lua/task.lua` hands over: a list, a function called as `f(item, index)`, and what [`options`] gave.
type Job = (Table, Function, usize, bool, Option<String>);

/// `parallel(list, f, limit, keep_going, label)` gives `results, nil, errors` or `nil, error`.
async fn parallel(lua: Lua, job: Job) -> mlua::Result<(Option<Table>, Value, Option<Table>)> {
    let (list, function, limit, keep_going, label) = job;
    let pcall = prelude(&lua, |prelude| prelude.pcall.clone())?;
    let begin = lua.app_data_ref::<Begin>().map(|begin| begin.0.clone());
    let progress = label.as_ref().zip(begin).map(|(label, begin)| begin(label));
    let total = list.raw_len();
    let (results, errors) = (lua.create_table_with_capacity(total, 0)?, lua.create_table()?);
    let mut running = FuturesUnordered::new();
    let (mut started, mut done) = (0, 0_u64);
    loop {
        while started < total && running.len() < limit {
            started += 1;
            let item: Value = list.raw_get(started)?;
            let called = pcall.call_async::<(bool, Value)>((&function, item, started));
            let index = started;
            running.push(async move { (index, called.await) });
        }
        let Some((index, outcome)) = running.next().await else {
            return Ok((Some(results), Value::Nil, keep_going.then_some(errors)));
        };
        done += 1;
        match outcome? {
            (true, value) => results.raw_set(index, value)?,
            (false, error) if keep_going => errors.raw_push(fail(&lua, &list, index, error)?)?,
            (false, error) => {
                drop(running); // cancels the rest
                lua.gc_collect()?; // and what the rest was waiting for in coroutines of its own
                return Ok((None, error, None));
            }
        }
        if let Some(progress) = &progress {
            progress(done, Some(total as u64));
        }
    }
}

fn fail(lua: &Lua, list: &Table, index: usize, error: Value) -> mlua::Result<Table> {
    let failed = lua.create_table()?;
    failed.raw_set("item", list.raw_get::<Value>(index)?)?;
    failed.raw_set("index", index)?;
    failed.raw_set("error", error)?;
    Ok(failed)
}

/// Raises a `usage` error with that message.
fn usage(_: &Lua, message: String) -> mlua::Result<()> {
    Err(raise(Error::new(Kind::Usage, message)))
}

fn duration(function: &str, seconds: f64) -> mlua::Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let message = format!("bad argument #1 to '{function}' (seconds expected, got {seconds})");
        raise(Error::new(Kind::Usage, message))
    })
}
