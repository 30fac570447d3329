//! What the REPL shows of a value: `tostring`, or a short Lua literal for plain tables and strings.

use mlua::{Lua, Table, Value};

use super::engine::Engine;
use super::globals::contents;
use super::raised::{Meaning, lift};

/// How deep tables are shown.
const DEPTH: usize = 4;
/// How many entries of one table are shown.
const ENTRIES: usize = 50;
/// How wide a table may be on one line.
const WIDTH: usize = 80;

impl Engine {
    /// `tostring(value)`, or a short Lua literal for plain tables, strings quoted (what the REPL shows).
    pub fn inspect(&self, value: &Value) -> String {
        inspect(&self.lua, value)
    }

    /// The same for a person at a terminal: a very long text is cut, and its length told.
    pub fn glimpse(&self, value: &Value) -> String {
        Shown { lua: &self.lua, longest: LONGEST }.show(value, &mut Vec::new())
    }
}

/// How many bytes of a text are shown at a glance.
const LONGEST: usize = 2000;

/// A value in one readable form: keys sorted, tables cut off at depth and length, a table within itself as `<cycle>`.
pub(super) fn inspect(lua: &Lua, value: &Value) -> String {
    Shown { lua, longest: usize::MAX }.show(value, &mut Vec::new())
}

/// How values are shown.
struct Shown<'a> {
    lua: &'a Lua,
    longest: usize,
}

impl Shown<'_> {
    fn show(&self, value: &Value, open: &mut Vec<Table>) -> String {
        match value {
            Value::String(text) => self.text(&text.as_bytes()),
            Value::Table(table) if !has_own_text(table) => self.show_table(table, open),
            // Numbers as Lua writes them: 1.0, not 1.
            Value::Number(_) => self
                .lua
                .coerce_string(value.clone())
                .ok()
                .flatten()
                .map_or_else(String::new, |text| text.to_string_lossy()),
            Value::Error(_) => match lift(self.lua, value.clone()) {
                Ok(object) if !matches!(object, Value::Error(_)) => self.show(&object, open),
                _ => "error".to_owned(),
            },
            other => {
                let failed = |e| format!("<{}: tostring failed: {}>", other.type_name(), Meaning::of(&e));
                other.to_string().unwrap_or_else(failed)
            }
        }
    }

    fn show_table(&self, table: &Table, open: &mut Vec<Table>) -> String {
        let table = &contents(table);
        if open.contains(table) {
            return "<cycle>".to_owned();
        }
        if table.pairs::<Value, Value>().next().is_none() {
            return "{}".to_owned();
        }
        if open.len() == DEPTH {
            return "{…}".to_owned();
        }
        open.push(table.clone());
        let parts = self.parts(table, open);
        open.pop();
        let line = format!("{{ {} }}", parts.join(", "));
        if line.chars().count() + 2 * open.len() <= WIDTH && !line.contains('\n') {
            return line;
        }
        let indent = "  ".repeat(open.len() + 1);
        let rows: Vec<String> = parts.iter().map(|part| format!("{indent}{part},\n")).collect();
        format!("{{\n{}{}}}", rows.concat(), "  ".repeat(open.len()))
    }

    fn parts(&self, table: &Table, open: &mut Vec<Table>) -> Vec<String> {
        let length = table.raw_len();
        let mut parts = Vec::new();
        for index in 1..=length.min(ENTRIES) {
            let value: Value = table.raw_get(index).unwrap_or(Value::Nil);
            parts.push(self.show(&value, open));
        }
        let in_list = |key: &Value| {
            key.as_integer().and_then(|n| usize::try_from(n).ok()).is_some_and(|n| (1..=length).contains(&n))
        };
        let rest = table.pairs::<Value, Value>().flatten().filter(|(key, _)| !in_list(key));
        let mut rest: Vec<(String, Value)> = rest.map(|(key, value)| (self.show_key(&key), value)).collect();
        rest.sort_by(|(a, _), (b, _)| a.cmp(b));
        let more = (length + rest.len()).saturating_sub(ENTRIES.max(parts.len()));
        rest.truncate(ENTRIES - parts.len());
        parts.extend(rest.iter().map(|(key, value)| format!("{key} = {}", self.show(value, open))));
        if more > 0 {
            parts.push(format!("… {more} more"));
        }
        parts
    }

    fn show_key(&self, key: &Value) -> String {
        match key {
            Value::String(text) if is_name(&text.as_bytes()) => text.to_string_lossy(),
            Value::Table(_) => format!("[{}]", key.to_string().unwrap_or_default()),
            _ => format!("[{}]", self.show(key, &mut Vec::new())),
        }
    }

    /// A text as a literal, cut where it is very long.
    fn text(&self, bytes: &[u8]) -> String {
        match bytes.get(..self.longest) {
            Some(start) if bytes.len() > self.longest => {
                let whole = start.utf8_chunks().map(|chunk| chunk.valid().len()).sum::<usize>();
                // A character that the cut goes through is left out, unless there is no text at all.
                let start = if whole + 4 > start.len() { &start[..whole.max(1)] } else { start };
                format!("{}… ({} bytes)", quoted(start), bytes.len())
            }
            _ => quoted(bytes),
        }
    }
}

fn has_own_text(table: &Table) -> bool {
    table.metatable().is_some_and(|meta| {
        ["__tostring", "__name"]
            .iter()
            .any(|name| meta.raw_get::<Value>(*name).is_ok_and(|value| !value.is_nil()))
    })
}

/// Lua's own words, which cannot be names.
pub(super) const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

fn is_name(text: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let starts = text.first().is_some_and(|byte| !byte.is_ascii_digit());
    starts && text.iter().all(word) && !KEYWORDS.iter().any(|keyword| keyword.as_bytes() == text)
}

/// A string as a Lua literal on one line; bytes that are not UTF-8 as `\xNN`.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if c.is_control() => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.extend(byte.escape_ascii().map(char::from));
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> String {
        let lua = Lua::new();
        let value: Value = lua.load(text).eval().unwrap();
        inspect(&lua, &value)
    }

    #[test]
    fn shows_values_as_lua_writes_them() {
        for (text, expected) in [
            ("nil", "nil"),
            ("1.0", "1.0"),
            ("10 // 3", "3"),
            ("0/0 ~= 0/0", "true"),
            (r#""a\n\"b\"\xff\0""#, r#""a\n\"b\"\xff\u{0}""#),
            ("{}", "{}"),
            ("{ 1, 'two', { 3 } }", r#"{ 1, "two", { 3 } }"#),
            (
                "{ z = 1, a = 2, ['end'] = 3, ['x y'] = 4, [1.5] = 5 }",
                r#"{ ["end"] = 3, ["x y"] = 4, [1.5] = 5, a = 2, z = 1 }"#,
            ),
            ("{ 1, nil, 3, n = 3 }", "{ 1, nil, 3, n = 3 }"),
            ("(function() local t = {} t.t = t return t end)()", "{ t = <cycle> }"),
            ("{{{{{ 1 }}}}}", "{ { { { {…} } } } }"),
            ("setmetatable({}, { __tostring = function() return 'me' end })", "me"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn breaks_long_tables_into_lines_and_cuts_very_long_ones_off() {
        let text = shown("{ id = ('x'):rep(60), name = ('y'):rep(20) }");
        let (x, y) = ("x".repeat(60), "y".repeat(20));
        assert_eq!(text, format!("{{\n  id = \"{x}\",\n  name = \"{y}\",\n}}"));
        let text = shown("(function() local t = {} for i = 1, 60 do t[i] = i end t.x = 1 return t end)()");
        assert!(text.ends_with("  50,\n  … 11 more,\n}"), "{text}");
    }
}
