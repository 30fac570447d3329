//! JSON: one value indented, or one a line.

use serde_json::Value;

/// One value, indented by two.
pub(super) fn render(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The items of a list a line each; anything else on one line; nothing for null.
pub(super) fn render_lines(value: Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(|item| item.to_string() + "\n").collect(),
        Value::Null => String::new(),
        other => format!("{other}\n"),
    }
}
