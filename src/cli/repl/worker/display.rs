//! Values as the REPL shows them: records and rows as tables that fit the terminal, all else as Lua.

use std::fmt::Write;

use serde_json::Value;

use super::Life;
use super::humanize::readable;
use crate::budget::Held;
use crate::cli::exit::Stop;
use crate::cli::output::render::{self, Format, Look};
use crate::cli::output::{self, fit_columns};
use crate::error::Result;

/// How many elements of an iterator are fetched and shown at a time.
const FETCHED: usize = 20;

/// How many rows of a list are shown at a time.
const LISTED: usize = 100;

/// What was not shown yet.
pub(in crate::cli::repl) enum Rest {
    /// Nothing.
    None,
    /// What the iterator that the engine holds gives from that place on.
    Iterator(usize),
    /// These rows, of those columns where the list names them.
    Rows(Held<Vec<Value>>, Option<Vec<String>>),
}

/// Runs a line and tells its values, a line or a table each; the last ones are `_`, `_1` and `_2` afterwards.
pub(in crate::cli::repl) async fn line(life: &mut Life, text: &str) -> Result<String, Stop> {
    let asked = life.invocation.globals.format.is_some() || !life.invocation.globals.columns.is_empty();
    let mut shown = String::new();
    for value in life.runtime.engine().eval_line("repl", text).await? {
        let engine = life.runtime.engine();
        if value.is_nil() {
            shown.push_str("nil\n");
            continue;
        }
        engine.remember(&value)?;
        let record = value.is_userdata();
        if let Some((rows, place)) = engine.peek(&value, None, FETCHED + 1).await? {
            engine.hold(&value);
            let rows = engine.to_json(&rows).await?;
            shown.push_str(&show_rows(life, rows, place)?);
            continue;
        }
        let json = if record || value.is_table() {
            let json = engine.to_json(&value).await.map(Some);
            if asked { json? } else { json.or_else(fit_columns::unless_unwritable)? }
        } else {
            None
        };
        match json.filter(|json| asked || fit_columns::is_tabular(json, record)) {
            Some(json) => shown.push_str(&table(life, json, None)?),
            None => shown.push_str(&(engine.glimpse(&value)? + "\n")),
        }
    }
    Ok(shown)
}

/// Shows what was not shown yet.
pub(in crate::cli::repl) async fn more(life: &mut Life) -> Result<String, Stop> {
    match std::mem::replace(&mut life.rest, Rest::None) {
        Rest::None => Ok("(nothing more)\n".to_owned()),
        Rest::Rows(rows, columns) => Ok(table(life, rows.map(Value::Array), columns.as_deref())?),
        Rest::Iterator(place) => {
            let engine = life.runtime.engine();
            let rows = match engine.held_iterator() {
                Some(iterator) => engine.peek(&iterator, Some(place), FETCHED + 1).await?,
                None => None,
            };
            let Some((rows, place)) = rows else { return Ok("(nothing more)\n".to_owned()) };
            let rows = engine.to_json(&rows).await?;
            Ok(show_rows(life, rows, place)?)
        }
    }
}

/// A result as a table as wide as the terminal, or in the format that was asked for. A long list is cut.
pub(in crate::cli::repl) fn table(
    life: &mut Life,
    value: Held<Value>,
    columns: Option<&[String]>,
) -> Result<String> {
    let (value, memory) = value.into_parts();
    let is_table = life.invocation.look().format == Format::Table;
    let (value, left) = match value {
        Value::Array(mut rows) if is_table && rows.len() > LISTED => {
            let left = rows.split_off(LISTED);
            (Value::Array(rows), left)
        }
        whole => (whole, Vec::new()),
    };
    let mut shown = draw(life, value, columns)?;
    if !left.is_empty() {
        let _ = writeln!(shown, "({} more; .more shows the next)", left.len());
        life.rest = Rest::Rows(Held::new(left, memory), columns.map(<[String]>::to_vec));
    }
    Ok(shown)
}

/// Rows that an iterator gives from that place on, and how to go on: one more than is shown tells that there
/// are more.
fn show_rows(life: &mut Life, rows: Held<Value>, place: usize) -> Result<String> {
    let (mut rows, _memory) = rows.into_parts();
    let more = rows.as_array_mut().is_some_and(|rows| rows.len() > FETCHED && rows.pop().is_some());
    life.rest = if more { Rest::Iterator(place + FETCHED) } else { Rest::None };
    if rows.as_array().is_none_or(Vec::is_empty) {
        return Ok("(nothing)\n".to_owned());
    }
    let shown = draw(life, rows, None)?;
    Ok(if more { shown + "(there are more; .more shows the next)\n" } else { shown })
}

fn draw(life: &Life, value: Value, columns: Option<&[String]>) -> Result<String> {
    let budget = life.runtime.engine().budget();
    let mut look = Look { budget, ..life.invocation.look() };
    let value = if look.format == Format::Table { readable(value) } else { value };
    if columns.is_none() {
        return fit_columns::render(&value, &look, output::terminal_width());
    }
    if look.format == Format::Table {
        look.width = look.width.or_else(output::terminal_width);
    }
    render::render(&value, columns, &look)
}
