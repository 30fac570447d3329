//! Values as the REPL shows them: records and rows as tables that fit the terminal, all else as Lua.

use serde_json::Value;

use crate::cli::session::Invocation;
use crate::cli::stop::Stop;
use crate::cli::{fit, out};
use crate::error::Result;
use crate::host::Engine;

/// How many rows of an iterator are shown at a time.
const ROWS: usize = 20;

/// Runs a chunk and tells its values, a line or a table each; the last is `_` afterwards.
pub(super) async fn eval(engine: &Engine, text: &str, invocation: &Invocation) -> Result<String, Stop> {
    let mut shown = String::new();
    for value in engine.eval("repl", text).await? {
        if value.is_nil() {
            shown.push_str("nil\n");
            continue;
        }
        engine.set_global("_", value.clone())?;
        let record = value.is_userdata();
        let rows = if record { engine.take(&value, ROWS).await? } else { None };
        if let Some(rows) = rows {
            shown.push_str(&taken(&engine.to_json(&rows).await?, invocation)?);
            continue;
        }
        let json = if record || value.is_table() {
            engine.to_json(&value).await.map(Some).or_else(fit::unless_unwritable)?
        } else {
            None
        };
        match json.filter(|json| fit::is_tabular(json, record)) {
            Some(json) => shown.push_str(&fit::render(&json, &invocation.look(), out::terminal_width())?),
            None => shown.push_str(&(engine.inspect(&value) + "\n")),
        }
    }
    Ok(shown)
}

/// The rows taken off an iterator, and how to go on.
fn taken(rows: &Value, invocation: &Invocation) -> Result<String> {
    let count = rows.as_array().map_or(0, Vec::len);
    if count == 0 {
        return Ok("(nothing)\n".to_owned());
    }
    let more =
        if count < ROWS { String::new() } else { format!("({count} rows; _ goes on with the next)\n") };
    Ok(fit::render(rows, &invocation.look(), out::terminal_width())? + &more)
}
