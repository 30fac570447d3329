//! Comma-separated values with a header, quoted where needed (RFC 4180, with bare newlines).

use serde_json::Value;

use super::cell;
use super::shape::Shape;

/// A row each, or one for a record; a list of anything else has one column, `value`.
pub(super) fn render(shape: &Shape, columns: &[String]) -> String {
    let mut lines = Vec::new();
    match shape {
        Shape::Plain(Value::Null) => {}
        Shape::Plain(value) => lines = list(std::slice::from_ref(value)),
        Shape::List(items) => lines = list(items),
        Shape::Rows(_) if columns.is_empty() => {}
        Shape::Rows(rows) => {
            lines.push(columns.to_vec());
            lines.extend(rows.iter().map(|row| columns.iter().map(|name| cell(row.get(name))).collect()));
        }
        Shape::Record(fields) => {
            lines.push(columns.to_vec());
            lines.push(columns.iter().map(|name| cell(fields.get(name))).collect());
        }
    }
    written(&lines).unwrap_or_default()
}

fn list(items: &[Value]) -> Vec<Vec<String>> {
    let header = vec!["value".to_owned()];
    std::iter::once(header).chain(items.iter().map(|item| vec![cell(Some(item))])).collect()
}

fn written(lines: &[Vec<String>]) -> Option<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        writer.write_record(line).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}
