//! A result as text: table, json, jsonl, yaml, csv or value, in the words of OpenStack's own client.
//!
//! Pure: knows no terminal. [`shape`] tells rows from records and picks columns, the other files are a format each.

mod csv;
mod json;
mod shape;
mod table;
mod value;
mod yaml;

use clap::ValueEnum;
use serde_json::Value;

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
}

/// The text of a result, with a newline at its end unless it is empty.
///
/// `usual` are the columns that tables have where none are asked for; else they are the keys, in their order.
/// Errors: `usage` for an unknown column, with the nearest.
pub(crate) fn render(value: &Value, usual: Option<&[String]>, look: &Look) -> Result<String> {
    let shape = Shape::of(value.clone()).sorted(&look.sort, usual)?.only(&look.columns, usual)?;
    let columns = shape.columns(&look.columns, usual);
    Ok(match look.format {
        Format::Table => table::render(&shape, &columns, look.width),
        Format::Json => json::render(&shape.into_value()),
        Format::Jsonl => json::render_lines(shape.into_value()),
        Format::Yaml => yaml::render(&shape.into_value()),
        Format::Csv => csv::render(&shape, &columns),
        Format::Value => value::render(&shape, &columns),
    })
}

/// What stands in a cell: text as it is, nothing for null, compact JSON for what has parts.
pub(super) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
