//! The heap memory of parsed data: about what the allocator gave, besides the value itself.

use serde_json::{Map, Value};

/// Bytes that the allocator adds to a block, and its rounding up.
const BLOCK: usize = 24;

/// Bytes of the heap that these texts take.
pub fn size_of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> usize {
    texts.into_iter().map(|text| text.len() + BLOCK).sum()
}

/// Bytes of the heap that a JSON value takes.
pub fn size_of_json(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + BLOCK,
        Value::Array(items) => {
            BLOCK + items.capacity() * size_of::<Value>() + items.iter().map(size_of_json).sum::<usize>()
        }
        Value::Object(fields) => size_of_object(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Bytes of the heap that the fields of a JSON object take.
pub fn size_of_object(fields: &Map<String, Value>) -> usize {
    // A list of entries that may be half empty, and a table of their places.
    let entry = 2 * (size_of::<(String, Value, usize)>() + size_of::<usize>());
    let inner = fields.iter().map(|(name, value)| name.len() + BLOCK + size_of_json(value));
    2 * BLOCK + fields.len() * entry + inner.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_texts_and_many_values_weigh_more_than_their_json() {
        assert_eq!(size_of_json(&json!(true)), 0);
        let values =
            [json!("x".repeat(1000)), json!(vec![0; 1000]), json!({"a": {"b": ["c"]}}), json!([[], []])];
        for value in values {
            assert!(size_of_json(&value) > value.to_string().len(), "{value}");
        }
    }
}
