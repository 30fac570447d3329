//! JSON: one value indented, or one a line.

use std::io::{self, Write};

use serde_json::Value;

/// One value, indented by two.
pub(super) fn render(text: &mut impl Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *text, value)?;
    text.write_all(b"\n")
}

/// The items of a list a line each; anything else on one line; nothing for null.
pub(super) fn render_lines(text: &mut impl Write, value: Value) -> io::Result<()> {
    let items = match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    items.iter().try_for_each(|item| {
        serde_json::to_writer(&mut *text, item)?;
        text.write_all(b"\n")
    })
}
