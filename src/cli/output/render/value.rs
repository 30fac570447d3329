//! Bare values, as `openstack -f value` prints them: a row a line with spaces between, a record a field a
//! line.

use serde_json::Value;

use super::cell;
use super::shape::Shape;

/// The values; nothing for nothing.
pub(super) fn render(shape: &Shape, columns: &[String]) -> String {
    match shape {
        Shape::Plain(Value::Null) => String::new(),
        Shape::Plain(value) => line(value),
        Shape::List(items) => items.iter().map(line).collect(),
        Shape::Rows(rows) => rows
            .iter()
            .map(|row| columns.iter().map(|name| cell(row.get(name))).collect::<Vec<_>>().join(" ") + "\n")
            .collect(),
        Shape::Record(fields) => columns.iter().map(|name| cell(fields.get(name)) + "\n").collect(),
    }
}

/// One value on a line of its own.
pub(super) fn line(value: &Value) -> String {
    cell(Some(value)) + "\n"
}
