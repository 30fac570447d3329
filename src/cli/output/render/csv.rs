//! Comma-separated values with a header, quoted where needed (RFC 4180, with bare newlines).

use std::io;

use serde_json::Value;

use super::cell;
use super::shape::{Fields, Shape};
use crate::budget::Buffer;

/// A row each, or one for a record; a list of anything else has one column, `value`.
pub(super) fn render(text: &mut Buffer, shape: &Shape, columns: &[String]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(text);
    match shape {
        Shape::Plain(Value::Null) => {}
        Shape::Plain(value) => list(&mut writer, std::slice::from_ref(value))?,
        Shape::List(items) => list(&mut writer, items)?,
        Shape::Rows(_) if columns.is_empty() => {}
        Shape::Rows(rows) => {
            writer.write_record(columns)?;
            rows.iter().try_for_each(|fields| row(&mut writer, fields, columns))?;
        }
        Shape::Record(fields) => {
            writer.write_record(columns)?;
            row(&mut writer, fields, columns)?;
        }
    }
    writer.flush()
}

fn list(writer: &mut csv::Writer<&mut Buffer>, items: &[Value]) -> io::Result<()> {
    writer.write_record(["value"])?;
    items.iter().try_for_each(|item| Ok(writer.write_record([cell(Some(item))])?))
}

fn row(writer: &mut csv::Writer<&mut Buffer>, fields: &Fields, columns: &[String]) -> io::Result<()> {
    Ok(writer.write_record(columns.iter().map(|name| cell(fields.get(name))))?)
}
