//! One file's text → a tree whose leaves are texts that remember their lines.
//!
//! The only file that sees the YAML crate (JSON is read by it too, being YAML). Knows nothing of clouds.
//!
//! Leaves stay as they are written: a password `0123` is no octal number, and `yes` no boolean until somebody
//! asks for one. That is why nothing is read into a general YAML value, which would have decided such things
//! already.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Spanned};

/// A value of the file, and the line it stands on, counted from 1.
///
/// Has no `Debug`: most of what stands in these files is secret.
#[derive(Clone)]
pub(in crate::config) struct Node {
    pub(in crate::config) value: Value,
    pub(in crate::config) line: u64,
}

/// What a node is.
#[derive(Clone)]
pub(in crate::config) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// A text that stands in no file.
    pub(in crate::config) fn text(text: &str) -> Node {
        Node { value: Value::Text(text.to_owned()), line: 0 }
    }

    /// The value of that key; `None` also where this is no mapping.
    pub(in crate::config) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// What it is, for a sentence: `a list`.
    pub(in crate::config) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "empty",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Why a text is no YAML, and where.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::config) struct Broken {
    /// In plain words, one line, without quoting the text (which may be secret).
    pub(in crate::config) message: String,
    /// Line and column, counted from 1.
    pub(in crate::config) place: Option<(u64, u64)>,
}

/// Reads a text. An empty one is `Null`; of two equal keys the later one counts, as it does for `PyYAML`.
pub(in crate::config) fn parse(text: &str) -> Result<Node, Broken> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        null_as_string: true,
        with_snippet: false,
        // Settings are five levels deep and each level takes much of the stack; aliases of aliases take long.
        budget: serde_saphyr::budget! { max_depth: 32, max_nodes: 100_000 },
    };
    let raw: Option<Spanned<Raw>> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|location| (location.line(), location.column()));
        Broken { message: plain_words(&error.to_string()), place }
    })?;
    Ok(raw.map_or(Node { value: Value::Null, line: 1 }, |raw| settle(raw, text)))
}

/// The first line of the crate's message, without the place it repeats.
fn plain_words(message: &str) -> String {
    let line = message.lines().next().unwrap_or("cannot be read");
    let line = line.strip_prefix("error: ").unwrap_or(line);
    line.split(" at line ")
        .next()
        .unwrap_or(line)
        .split(';')
        .next()
        .unwrap_or(line)
        .trim_end_matches([',', '.'])
        .to_owned()
}

impl Broken {
    /// What usually mends it.
    pub(in crate::config) fn advice(&self) -> &'static str {
        for (sign, advice) in [
            ("tab", "indent with spaces"),
            ("quote", "close the quote, or put the whole value in single quotes"),
            ("bracket", "close it, or put the value in quotes if it is text"),
            ("mapping values", "a value with a colon and a space in it needs quotes"),
            ("alias", "an unquoted value cannot begin with *: put it in quotes"),
            ("documents", "keep one document: take the --- lines out"),
        ] {
            if self.message.contains(sign) {
                return advice;
            }
        }
        "look at the indentation and the quotes there, or just above"
    }
}

/// A value as the YAML crate understood it.
enum Raw {
    Null,
    Text(String),
    /// A number or a boolean: its text is yet to be taken from the source.
    Typed(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

/// Puts the source's own text in the place of numbers and booleans.
fn settle(raw: Spanned<Raw>, source: &str) -> Node {
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Text(text),
        Raw::Typed(text) => {
            let span = raw.defined.span();
            let written = span.byte_offset().zip(span.byte_len()).and_then(|(start, length)| {
                let start = usize::try_from(start).ok()?;
                source.get(start..start.checked_add(usize::try_from(length).ok()?)?)
            });
            Value::Text(written.map_or(text, |written| written.trim().to_owned()))
        }
        Raw::List(items) => Value::List(items.into_iter().map(|item| settle(item, source)).collect()),
        Raw::Map(entries) => {
            Value::Map(entries.into_iter().map(|(key, value)| (key, settle(value, source))).collect())
        }
    };
    Node { value, line: raw.defined.line() }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a list or a mapping")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries: Vec<(String, Spanned<Raw>)> = Vec::new();
        while let Some((key, value)) = map.next_entry()? {
            match entries.iter_mut().find(|(name, _)| *name == key) {
                Some(entry) => entry.1 = value,
                None => entries.push((key, value)),
            }
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The tree in one line, with lines where they are asked for.
    fn show(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".to_owned(),
            Value::Text(text) => format!("{text:?}"),
            Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Map(entries) => {
                let shown: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| format!("{key}@{}: {}", value.line, show(value)))
                    .collect();
                format!("{{{}}}", shown.join(", "))
            }
        }
    }

    #[test]
    fn leaves_stay_as_they_are_written() {
        for (written, read) in [
            ("0123", "\"0123\""),
            ("'0123'", "\"0123\""),
            ("1e3", "\"1e3\""),
            ("1_000", "\"1_000\""),
            ("0x1F", "\"0x1F\""),
            ("1.50", "\"1.50\""),
            (".inf", "\".inf\""),
            ("1e999", "\"1e999\""),
            ("123456789012345678901234567890", "\"123456789012345678901234567890\""),
            (
                "123456789012345678901234567890123456789012345",
                "\"123456789012345678901234567890123456789012345\"",
            ),
            ("yes", "\"yes\""),
            ("No", "\"No\""),
            ("TRUE", "\"TRUE\""),
            ("\"yes\"", "\"yes\""),
            ("2026-11-23", "\"2026-11-23\""),
            ("12:30", "\"12:30\""),
            ("~", "null"),
            ("null", "null"),
            ("", "null"),
            ("\"\"", "\"\""),
            ("'null'", "\"null\""),
            ("0123 # the PIN", "\"0123\""),
            ("ä€0", "\"ä€0\""),
        ] {
            let node = parse(&format!("é: x\nkey: {written}\n")).unwrap();
            assert_eq!(show(node.get("key").unwrap()), read, "{written}");
        }
    }

    #[test]
    fn anchors_merges_and_json_are_read() {
        let yaml = "base: &base\n  pin: 007\n  user: u\none:\n  <<: *base\n  user: me\ntwo: *base\n";
        assert_eq!(
            show(&parse(yaml).unwrap()),
            "{base@2: {pin@2: \"007\", user@3: \"u\"}, one@5: {user@6: \"me\", pin@2: \"007\"}, \
             two@2: {pin@2: \"007\", user@3: \"u\"}}"
        );
        assert_eq!(
            show(&parse("{\"a\": [1, true, null, \"x\"]}").unwrap()),
            "{a@1: [\"1\", \"true\", null, \"x\"]}"
        );
    }

    #[test]
    fn of_two_equal_keys_the_later_counts() {
        assert_eq!(show(&parse("a: 1\nb: 2\na: 3\n").unwrap()), "{a@3: \"3\", b@2: \"2\"}");
    }

    #[test]
    fn an_empty_value_is_null() {
        for text in ["", "\n", "# only a comment\n", "---\n"] {
            assert_eq!(show(&parse(text).unwrap()), "null", "{text:?}");
        }
    }

    #[test]
    fn broken_yaml_is_reported_by_place_without_its_text() {
        for (text, message, place) in [
            ("clouds:\n  a:\n    password: \"hush\n", "unclosed quote", (3, 15)),
            ("clouds:\n\ta: 1\n", "tabs disallowed within this context (block indentation)", (2, 2)),
            ("clouds:\n  a: [hush, b\n", "unclosed bracket '['", (2, 6)),
            ("clouds:\n  a: hush: b\n", "mapping values are not allowed in this context", (2, 10)),
            ("a: *hush\n", "alias references unknown anchor", (1, 4)),
            ("a: 1\n---\nb: 2\n", "multiple YAML documents detected", (3, 1)),
        ] {
            let broken = parse(text).err().unwrap();
            assert_eq!((broken.message.as_str(), broken.place), (message, Some(place)), "{text:?}");
        }
    }
}
