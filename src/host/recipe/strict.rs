//! Reading a table that a person wrote: nothing unknown, nothing of the wrong type.

use mlua::{FromLua, Table, Value};

use crate::error::nearest;

/// Why a table is not what it should be, as the end of a sentence.
pub(super) type Why = String;

/// A field of that type, in the words of the message; `None` where it is nil.
pub(super) fn field<T: FromLua>(table: &Table, name: &str, expected: &str) -> Result<Option<T>, Why> {
    let value: Value = table.raw_get(name).map_err(|e| e.to_string())?;
    let wrong = format!("{name} must be {expected}, not a {}", value.type_name());
    // mlua would take any value for a boolean and a number for a string.
    let right = match expected {
        "a boolean" => value.is_boolean(),
        "a string" => value.is_string(),
        _ => true,
    };
    match value {
        Value::Nil => Ok(None),
        _ if !right => Err(wrong),
        _ => table.raw_get(name).map(Some).map_err(|_| wrong),
    }
}

/// A list of strings.
pub(super) fn strings(table: &Table, name: &str) -> Result<Option<Vec<String>>, Why> {
    let Some(list) = field::<Table>(table, name, "a list of strings")? else {
        return Ok(None);
    };
    let texts = list.sequence_values::<Value>().map(|value| match value {
        Ok(Value::String(text)) => Some(text.to_string_lossy()),
        _ => None,
    });
    texts.collect::<Option<Vec<_>>>().map(Some).ok_or(format!("{name} must be a list of strings"))
}

/// Refuses keys that are not known, and names the nearest. The key 1 is an argument's name.
pub(super) fn check_keys(table: &Table, what: &str, known: &[&str]) -> Result<(), Why> {
    for (key, _) in table.pairs::<Value, Value>().flatten() {
        let name = match &key {
            Value::Integer(1) if what == "the argument" => continue,
            Value::String(name) => name.to_string_lossy(),
            other => return Err(format!("{what} has the key {}", other.to_string().unwrap_or_default())),
        };
        if !known.contains(&name.as_str()) {
            let near = nearest(&name, known.iter().copied());
            let near = near.map_or_else(
                || format!("it may have {}", known.join(", ")),
                |near| format!("did you mean '{near}'?"),
            );
            return Err(format!("{what} has an unknown key '{name}'; {near}"));
        }
    }
    Ok(())
}

/// Refuses a word that is not known, and names the nearest.
pub(super) fn check_word(word: &str, what: &str, known: &[&str]) -> Result<(), Why> {
    if known.contains(&word) {
        return Ok(());
    }
    let near = nearest(word, known.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
    Err(format!("{what} is '{word}', which is none of {}{}", known.join(", "), near.unwrap_or_default()))
}
