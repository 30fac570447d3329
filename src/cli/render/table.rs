//! Boxes as OpenStack's own client draws them: a row each, or field and value for one record.

use comfy_table::{ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};
use serde_json::Value;

use super::cell;
use super::shape::Shape;
use crate::cli::visible::visible;

const BORDER: LineStyle = LineStyle::new('+', '-', '+', '+');
const CONTENT: ContentLineStyle = ContentLineStyle::new('|', '|', '|');
const OPENSTACK: TableStyle = TableStyle::new()
    .top_border(BORDER)
    .header_lines(CONTENT)
    .header_separator(BORDER)
    .content_lines(CONTENT)
    .bottom_border(BORDER);

/// The table; nothing for nothing, and for an empty list of which no columns are known.
pub(super) fn render(shape: &Shape, columns: &[String], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(OPENSTACK);
    if let Some(width) = width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    }
    match shape {
        Shape::Plain(Value::Null) => return String::new(),
        Shape::Plain(value) => return super::value::line(value),
        Shape::List(items) => return items.iter().map(super::value::line).collect(),
        Shape::Rows(_) if columns.is_empty() => return String::new(),
        Shape::Rows(rows) => {
            table.set_header(columns.iter().map(|name| visible(name).into_owned()));
            for row in rows {
                table.add_row(columns.iter().map(|name| shown(row.get(name))));
            }
        }
        Shape::Record(fields) => {
            table.set_header(["Field", "Value"]);
            for name in columns {
                table.add_row([visible(name).into_owned(), shown(fields.get(name))]);
            }
        }
    }
    format!("{table}\n")
}

/// A cell without what would move the cursor.
fn shown(value: Option<&Value>) -> String {
    visible(&cell(value)).into_owned()
}
