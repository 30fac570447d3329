//! JSON as Python writes it: both services put it into messages, by `repr` and by `pprint`.

use serde_json::Value;

/// As `repr` writes it, on one line.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Object(items) => {
            let items = items.iter().map(|(key, value)| format!("{}: {}", quote(key), repr(value)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
    }
}

/// As `str` writes it: text as it is, everything else as by `repr`.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| repr(value), str::to_owned)
}

/// As `pprint` writes it, `width` columns wide, each line after the first indented by `indent`. Long strings
/// are not broken.
pub(crate) fn pretty(value: &Value, width: usize, indent: usize) -> String {
    let line = repr(value);
    if line.len() + indent <= width {
        return line;
    }
    let separator = format!(",\n{}", " ".repeat(indent + 1));
    match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| pretty(item, width, indent + 1));
            format!("[{}]", items.collect::<Vec<_>>().join(&separator))
        }
        Value::Object(items) => {
            let items = items.iter().map(|(key, value)| {
                let key = quote(key);
                let value = pretty(value, width, indent + key.len() + 3);
                format!("{key}: {value}")
            });
            format!("{{{}}}", items.collect::<Vec<_>>().join(&separator))
        }
        _ => line,
    }
}

fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    if escaped.contains('\'') && !escaped.contains('"') {
        format!("\"{escaped}\"")
    } else {
        format!("'{}'", escaped.replace('\'', "\\'"))
    }
}

/// A text as `str.title` writes it: each run of letters with a capital first.
pub(crate) fn title(text: &str) -> String {
    let mut is_inside = false;
    let mut title = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_inside {
            title.extend(letter.to_lowercase());
        } else {
            title.extend(letter.to_uppercase());
        }
        is_inside = letter.is_alphabetic();
    }
    title
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_object_takes_a_line_for_each_key() {
        let value = json!({ "type": ["null", "string"], "description": "Descriptive name for the image", "maxLength": 255 });
        let expected = "{'type': ['null', 'string'],\n 'description': 'Descriptive name for the image',\n 'maxLength': 255}";
        assert_eq!(pretty(&value, 72, 0), expected);
    }

    #[test]
    fn text_is_quoted_as_python_does() {
        assert_eq!(repr(&json!(["a", "it's", null, true, 1.5])), r#"['a', "it's", None, True, 1.5]"#);
    }
}
