//! Results as people read them: sizes with their unit beside, times with their age, very long texts cut.
//!
//! For tables on a terminal only; every other format stays exact.

use jiff::Timestamp;
use serde_json::Value;

use crate::secrets::hide_distinct;

/// How much of a text is shown in a cell.
const LONGEST: usize = 2000;

/// The value with what makes it readable beside.
pub(in crate::cli::repl) fn readable(value: Value) -> Value {
    humanize_time(value, Timestamp::now())
}

fn humanize_time(value: Value, now: Timestamp) -> Value {
    match value {
        Value::Array(rows) => rows.into_iter().map(|row| humanize_row(row, now)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name.clone(), spread(cell(&name, value, now)))).collect()
        }
        other => other,
    }
}

fn humanize_row(row: Value, now: Timestamp) -> Value {
    match row {
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name.clone(), cell(&name, value, now))).collect()
        }
        other => other,
    }
}

/// A field that has parts, in a record: a line for each.
fn spread(value: Value) -> Value {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let lines: Vec<String> = match &value {
        Value::Object(parts) => {
            parts.iter().map(|(name, value)| format!("{name} = {}", word(value))).collect()
        }
        Value::Array(parts) => parts.iter().map(word).collect(),
        _ => return value,
    };
    Value::String(lines.join("\n"))
}

fn cell(name: &str, value: Value, now: Timestamp) -> Value {
    match &value {
        Value::Number(number) if name.ends_with("size") || name.ends_with("bytes") => {
            number.as_u64().and_then(size).map_or(value, Value::String)
        }
        Value::String(text) if name.ends_with("_at") => {
            let age = text.parse::<Timestamp>().ok().map(|time| age(now.as_second() - time.as_second()));
            age.map_or(value.clone(), |age| Value::String(format!("{text} ({age})")))
        }
        Value::String(text) if text.len() > LONGEST => {
            let start: String = hide_distinct(text).chars().take(LONGEST).collect();
            Value::String(format!("{start}… ({} bytes)", text.len()))
        }
        _ => value,
    }
}

/// `262144 (256 KiB)`; `None` where the number reads well as it is.
fn size(bytes: u64) -> Option<String> {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let power = (1..=UNITS.len()).rev().find(|power| bytes >> (10 * power) > 0)?;
    let whole = bytes >> (10 * power);
    // The remainder in tenths, without a float: sizes are exact.
    let tenths = ((bytes >> (10 * (power - 1))) & 1023) * 10 / 1024;
    let shown = if tenths == 0 { whole.to_string() } else { format!("{whole}.{tenths}") };
    Some(format!("{bytes} ({shown} {})", UNITS[power - 1]))
}

/// `3 hours ago`, `in 5 minutes`.
fn age(seconds: i64) -> String {
    const UNITS: [(i64, &str); 6] = [
        (365 * 86400, "year"),
        (30 * 86400, "month"),
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let Some((length, unit)) = UNITS.into_iter().find(|(length, _)| seconds.abs() >= *length) else {
        return "now".to_owned();
    };
    let count = seconds.abs() / length;
    let many = if count == 1 { "" } else { "s" };
    if seconds > 0 { format!("{count} {unit}{many} ago") } else { format!("in {count} {unit}{many}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn sizes_and_times_have_their_meaning_beside() {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let row = json!({
            "size": 262_144, "virtual_size": 1_610_612_736_u64, "min_disk": 2048, "bytes": 1023,
            "created_at": "2026-11-24T09:30:00Z", "updated_at": "soon", "name": "2026-11-24T09:30:00Z",
        });
        let expected = json!([{
            "size": "262144 (256 KiB)", "virtual_size": "1610612736 (1.5 GiB)", "min_disk": 2048, "bytes": 1023,
            "created_at": "2026-11-24T09:30:00Z (2 hours ago)", "updated_at": "soon", "name": "2026-11-24T09:30:00Z",
        }]);
        assert_eq!(humanize_time(json!([row]), now), expected);
    }

    #[test]
    fn lists_have_a_line_per_item_in_a_single_record() {
        let record = json!({ "properties": { "os": "linux", "n": 1 }, "tags": ["a", "b"], "none": [] });
        assert_eq!(
            readable(record.clone()),
            json!({ "properties": "os = linux\nn = 1", "tags": "a\nb", "none": "" })
        );
        assert_eq!(readable(json!([record])), json!([record]));
    }

    #[test]
    fn an_age_is_shown_in_the_largest_fitting_unit() {
        for (seconds, told) in [
            (0, "now"),
            (1, "1 second ago"),
            (119, "1 minute ago"),
            (7200, "2 hours ago"),
            (86400 * 45, "1 month ago"),
            (-300, "in 5 minutes"),
        ] {
            assert_eq!(age(seconds), told);
        }
    }

    #[test]
    fn a_very_long_text_is_cut() {
        let long = readable(json!({ "text": "ü".repeat(5000) }));
        assert!(long["text"].as_str().unwrap().ends_with("üü… (10000 bytes)"));
        assert_eq!(
            long["text"].as_str().unwrap().chars().count(),
            LONGEST + "… (10000 bytes)".chars().count()
        );
    }
}
