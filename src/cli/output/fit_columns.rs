//! Values of chunks, for a person at a terminal: which are for the renderer, and the columns for which there
//! is room.

use std::cmp::Reverse;

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr;

use super::render::{self, Format, Look};
use crate::error::{Kind, Result};
use crate::host::Failure;

/// What things are recognised by, and what is asked of them first; other columns follow while there is room.
const FIRST: [&str; 9] =
    ["id", "image_id", "member_id", "name", "status", "visibility", "size", "owner", "created_at"];

/// Whether a value is for the renderer: rows, or the fields of a record. Anything else reads best as Lua.
pub(crate) fn is_tabular(json: &Value, record: bool) -> bool {
    match json {
        Value::Object(_) => record,
        Value::Array(rows) => !rows.is_empty() && rows.iter().all(Value::is_object),
        _ => false,
    }
}

/// Nothing, where a value could only not be said in JSON (a table within itself, say); else the failure that
/// it is.
pub(crate) fn unless_unwritable<T>(failure: Failure) -> Result<Option<T>, Failure> {
    match &failure.error {
        Some(error) if error.kind() == Kind::Usage => Ok(None),
        _ => Err(failure),
    }
}

/// The value rendered; a table as wide as `width` at most, where that is known.
pub(crate) fn render(value: &Value, look: &Look, width: Option<u16>) -> Result<String> {
    let Some(width) = look.width.or(width).filter(|_| look.format == Format::Table) else {
        return render::render(value, None, look);
    };
    let rows = value.as_array().map(|rows| rows.iter().filter_map(Value::as_object).collect::<Vec<_>>());
    let columns = rows.map(|rows| columns_that_fit(&rows, width));
    render::render(value, columns.as_deref(), &Look { width: Some(width), ..look.clone() })
}

/// The columns that can stand side by side in that width, the telling ones first.
fn columns_that_fit(rows: &[&Map<String, Value>], width: u16) -> Vec<String> {
    // A record leaves out what it has not: the order that fields have is known to the fullest.
    let mut fullest = rows.to_vec();
    fullest.sort_by_key(|row| Reverse(row.len()));
    let mut names: Vec<&String> = Vec::new();
    for key in fullest.iter().flat_map(|row| row.keys()) {
        if !names.contains(&key) {
            names.push(key);
        }
    }
    // A stable sort, so that what is not among the first stays in its own order behind them; what tells
    // nothing of any row is last, and takes no room that something telling wanted.
    let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    let telling = |name: &str| rows.iter().any(|row| row.get(name).is_some_and(tells));
    names.sort_by_key(|name| (!telling(name), place(name)));
    let mut left = usize::from(width).saturating_sub(1);
    let (mut fitting, mut crowded) = (Vec::new(), false);
    for name in &names {
        if crowded && !telling(name) {
            break;
        }
        let cells =
            rows.iter().filter_map(|row| row.get(*name)).map(|value| render::cell(Some(value)).width());
        let needed = cells.chain([name.width()]).max().unwrap_or_default() + 3;
        if needed <= left {
            left -= needed;
            fitting.push((*name).clone());
        } else {
            crowded = true;
        }
    }
    if fitting.is_empty() { names.into_iter().take(1).cloned().collect() } else { fitting }
}

/// Whether a cell says more than that there is nothing: `min_ram` is 0 of most images, `tags` are none.
fn tells(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Error;

    #[test]
    fn rows_and_records_are_for_the_renderer_and_plain_tables_are_not() {
        assert!(is_tabular(&json!([{ "a": 1 }]), false));
        assert!(is_tabular(&json!({ "a": 1 }), true));
        assert!(!is_tabular(&json!({ "a": 1 }), false));
        assert!(!is_tabular(&json!([]), true));
        assert!(!is_tabular(&json!([1, 2]), false));
    }

    #[test]
    fn only_tables_leave_columns_out() {
        let value = json!([{ "id": "35c9", "name": "pfsense" }]);
        let of = |format| render(&value, &Look { format, ..Look::default() }, Some(10)).unwrap_or_default();
        assert_eq!(of(Format::Csv), "id,name\n35c9,pfsense\n");
        assert!(!of(Format::Table).contains("pfsense"));
    }

    #[test]
    fn a_refusal_of_the_cloud_is_no_write_error() {
        let failure = |kind| Failure {
            error: Some(Error::new(kind, "")),
            message: String::new(),
            traceback: vec![],
            syntax: false,
        };
        assert!(matches!(unless_unwritable::<Value>(failure(Kind::Usage)), Ok(None)));
        assert!(unless_unwritable::<Value>(failure(Kind::Forbidden)).is_err());
    }

    #[test]
    fn columns_that_differ_between_rows_come_first() {
        let row =
            json!({ "checksum": "0123456789abcdef", "name": "pfsense", "os_hidden": true, "id": "35c9" });
        let columns = |width| columns_that_fit(&row.as_object().into_iter().collect::<Vec<_>>(), width);
        assert_eq!(columns(80), ["id", "name", "checksum", "os_hidden"]);
        assert_eq!(columns(32), ["id", "name", "os_hidden"]);
        assert_eq!(columns(10), ["id"]);
        assert_eq!(columns(2), ["id"]);
    }

    #[test]
    fn columns_equal_in_all_rows_come_last() {
        let queued = json!({ "id": "35c9", "size": null, "min_ram": 0, "tags": [], "protected": false });
        let active = json!({ "id": "1bea", "disk_format": "qcow2", "min_ram": 0, "tags": [], "protected": false,
            "checksum": "e7b9" });
        let rows = |rows: &[&Value], width| {
            columns_that_fit(&rows.iter().filter_map(|row| row.as_object()).collect::<Vec<_>>(), width)
        };
        assert_eq!(rows(&[&queued, &active], 33), ["id", "disk_format", "checksum"]);
        assert_eq!(rows(&[&queued, &active], 29), ["id", "disk_format"]);
        let all = ["id", "disk_format", "checksum", "size", "min_ram", "tags", "protected"];
        assert_eq!(rows(&[&queued, &active], 100), all);
        assert_eq!(rows(&[&queued], 80), ["id", "size", "min_ram", "tags", "protected"]);
    }
}
