//! A result as text: table, json, jsonl, yaml, csv or value, in the words of OpenStack's own client.
//!
//! Pure: knows no terminal. [`shape`] tells rows from records and picks columns, the other files are a format
//! each.

mod csv;
mod json;
mod shape;
mod table;
mod value;
mod yaml;

use clap::ValueEnum;
use serde_json::Value;

use crate::budget::{Budget, Buffer};
use crate::error::Result;
pub(crate) use shape::Shape;

/// How results look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Boxes, for people
    #[default]
    Table,
    /// One JSON value
    Json,
    /// One JSON value a line
    Jsonl,
    /// YAML
    Yaml,
    /// Comma-separated values, with a header
    Csv,
    /// Bare values, separated by spaces
    Value,
}

/// What the options ask of the rendering.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    /// The format.
    pub(crate) format: Format,
    /// The only columns to show, in that order; empty shows all.
    pub(crate) columns: Vec<String>,
    /// The columns to sort rows by, the first being the most important.
    pub(crate) sort: Vec<String>,
    /// The width that tables keep to, in columns of the terminal.
    pub(crate) width: Option<u16>,
    /// The memory that it may take.
    pub(crate) budget: Budget,
}

/// The text of a result, with a newline at its end unless it is empty.
///
/// `usual` are the columns that tables have where none are asked for; else they are the keys, in their order.
/// Errors: `usage` for an unknown column, with the nearest; `limit`.
pub(crate) fn render(value: &Value, usual: Option<&[String]>, look: &Look) -> Result<String> {
    // The copy that is sorted and cut, and the texts of its cells.
    let _copies = look.budget.reserve(weight(value).saturating_mul(2))?;
    let shape = Shape::of(value.clone()).sort_rows(&look.sort, usual)?.keep_columns(&look.columns, usual)?;
    let columns = shape.columns(&look.columns, usual);
    let mut text = Buffer::new(&look.budget);
    let written = match look.format {
        Format::Table => return table::render(&shape, &columns, look),
        Format::Json => json::render(&mut text, &shape.into_value()),
        Format::Jsonl => json::render_lines(&mut text, shape.into_value()),
        Format::Yaml => yaml::render(&mut text, &shape.into_value()),
        Format::Csv => csv::render(&mut text, &shape, &columns),
        Format::Value => return Ok(value::render(&shape, &columns)),
    };
    // Nothing but memory can be missing.
    written.map(|()| text.into_text().into_inner()).map_err(|_| look.budget.limit_error())
}

/// Bytes that a value takes at most; its text as compact JSON is no longer.
fn weight(value: &Value) -> usize {
    const NODE: usize = 192;
    // A control character is written as six.
    let text = |text: &str| text.len() + 5 * text.bytes().filter(|byte| *byte < b' ').count();
    NODE + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.iter().map(|(key, value)| text(key) + weight(value)).sum(),
    }
}

/// What stands in a cell: text as it is, nothing for null, compact JSON for what has parts.
pub(in crate::cli) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
