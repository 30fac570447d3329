//! Boxes as OpenStack's own client draws them: a row each, or field and value for one record.

use std::borrow::Cow;

use comfy_table::{ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};
use serde_json::Value;

use super::shape::Shape;
use super::{Look, cell};
use crate::cli::output::sanitize::visible;
use crate::error::Result;
use crate::secrets::hide_distinct;

const BORDER: LineStyle = LineStyle::new('+', '-', '+', '+');
const CONTENT: ContentLineStyle = ContentLineStyle::new('|', '|', '|');
const OPENSTACK: TableStyle = TableStyle::new()
    .top_border(BORDER)
    .header_lines(CONTENT)
    .header_separator(BORDER)
    .content_lines(CONTENT)
    .bottom_border(BORDER);

/// The table; nothing for nothing, and for an empty list of which no columns are known.
///
/// Errors: `limit`.
pub(super) fn render(shape: &Shape, columns: &[String], look: &Look) -> Result<String> {
    let width = look.width;
    let mut table = Table::new();
    table.load_style(OPENSTACK);
    if let Some(width) = width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    }
    let mut room = look.budget.nothing();
    match shape {
        Shape::Plain(Value::Null) => return Ok(String::new()),
        Shape::Plain(value) => return Ok(super::value::line(value)),
        Shape::List(items) => return Ok(items.iter().map(super::value::line).collect()),
        Shape::Rows(_) if columns.is_empty() => return Ok(String::new()),
        Shape::Rows(rows) => {
            let lines = rows.iter().map(|row| columns.iter().map(|name| row.get(name)).collect::<Vec<_>>());
            room.grow(size(columns, lines, width))?;
            table.set_header(columns.iter().map(|name| unbroken(name, width)));
            for row in rows {
                table.add_row(columns.iter().map(|name| format_cell(row.get(name), width)));
            }
        }
        Shape::Record(fields) => {
            let names = ["Field", "Value"].map(str::to_owned);
            let longest = columns.iter().map(String::len).max().unwrap_or_default();
            let lines = columns.iter().map(|name| vec![fields.get(name)]);
            room.grow(size(&names, lines, width).saturating_add(columns.len() * longest * COPIES))?;
            table.set_header(["Field", "Value"]);
            for name in columns {
                table.add_row([unbroken(name, width), format_cell(fields.get(name), width)]);
            }
        }
    }
    Ok(format!("{table}\n"))
}

/// How often the text of a table exists while it is drawn: as cells, as lines, as a whole.
const COPIES: usize = 4;

/// Bytes that a table of those cells takes at most while it is drawn: every line is as wide as the widest, so
/// that one long cell makes all of them long.
fn size<'a>(
    columns: &[String],
    rows: impl Iterator<Item = Vec<Option<&'a Value>>>,
    width: Option<u16>,
) -> usize {
    let mut widest: Vec<usize> = columns.iter().map(String::len).collect();
    // The narrowest that a column of a table of that width can be where it is not narrower by itself.
    let share = width
        .map_or(usize::MAX, |width| (usize::from(width) / columns.len().max(1)).saturating_sub(3).max(1));
    let (mut lines, mut text) = (4, 0_usize);
    for row in rows {
        let mut height = 1;
        for (at, value) in row.into_iter().enumerate() {
            let cell = cell(value);
            let longest = cell.lines().map(str::len).max().unwrap_or_default();
            height = height.max(cell.lines().map(|line| 1 + line.len() / share).sum());
            text = text.saturating_add(cell.len());
            let at = at.min(widest.len() - 1);
            widest[at] = widest[at].max(longest);
        }
        lines += height;
    }
    let whole = widest.iter().map(|width| width + 3).fold(1, usize::saturating_add);
    let whole = width.map_or(whole, |width| whole.min(4 * usize::from(width)));
    text.saturating_add(whole.saturating_mul(lines)).saturating_mul(COPIES)
}

/// A cell without what would move the cursor.
fn format_cell(value: Option<&Value>, width: Option<u16>) -> String {
    unbroken(&cell(value), width)
}

/// A text without control characters. Where lines may be broken, its secrets are hidden first: a part of
/// one would not be recognised later.
fn unbroken(text: &str, width: Option<u16>) -> String {
    let text = if width.is_some() { hide_distinct(text) } else { Cow::Borrowed(text) };
    visible(&text).into_owned()
}
