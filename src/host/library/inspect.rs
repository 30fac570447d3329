//! What the REPL shows of a value: `tostring`, or a short Lua literal for plain tables and strings.

use std::borrow::Cow;

use mlua::{Lua, Table, Value};

use crate::budget::{Buffer, Held, Reserved};
use crate::error::Result;
use crate::host::engine::Engine;
use crate::host::error::lua_error::{Meaning, lift};
use crate::host::globals::contents;
use crate::host::memory;

/// How deep tables are shown.
const DEPTH: usize = 4;
/// How many entries of one table are shown.
const ENTRIES: usize = 50;
/// How wide a table may be on one line.
const WIDTH: usize = 80;
/// How many bytes behind a cut are searched for the rest of a secret.
const LONGEST_SECRET: usize = 4096;

impl Engine {
    /// `tostring(value)`, or a short Lua literal for plain tables, strings quoted (what the REPL shows).
    ///
    /// Errors: `limit`.
    pub fn inspect(&self, value: &Value) -> Result<String> {
        inspect(&self.lua, value).map(Held::into_inner)
    }

    /// The same for a person at a terminal: a very long text is cut, and its length told.
    pub fn glimpse(&self, value: &Value) -> Result<String> {
        inspect_within(&self.lua, LONGEST, value).map(Held::into_inner)
    }
}

/// How many bytes of a text are shown at a glance.
const LONGEST: usize = 2000;

/// A value in one readable form: keys sorted, tables cut off at depth and length, a table within itself as
/// `<cycle>`.
pub(in crate::host) fn inspect(lua: &Lua, value: &Value) -> Result<Held<String>> {
    inspect_within(lua, usize::MAX, value)
}

fn inspect_within(lua: &Lua, longest: usize, value: &Value) -> Result<Held<String>> {
    let mut shown = Shown { lua, longest, open: Vec::new(), memory: memory::budget(lua).nothing() };
    let text = shown.show(value)?;
    Ok(Held::new(text, shown.memory))
}

/// How values are shown.
struct Shown<'a> {
    lua: &'a Lua,
    longest: usize,
    /// The tables around what is shown.
    open: Vec<Table>,
    /// That of all texts so far that are not part of another yet.
    memory: Reserved,
}

impl Shown<'_> {
    fn show(&mut self, value: &Value) -> Result<String> {
        Ok(match value {
            Value::String(text) => return self.text(&text.as_bytes()),
            Value::Table(table) if !has_own_text(table) => return self.show_table(table),
            // Numbers as Lua writes them: 1.0, not 1.
            Value::Number(_) => self
                .lua
                .coerce_string(value.clone())
                .ok()
                .flatten()
                .map_or_else(String::new, |text| text.to_string_lossy()),
            Value::Error(_) => match lift(self.lua, value.clone()) {
                Ok(object) if !matches!(object, Value::Error(_)) => return self.show(&object),
                _ => "error".to_owned(),
            },
            other => {
                let failed = |e| format!("<{}: tostring failed: {}>", other.type_name(), Meaning::of(&e));
                let text = other.to_string().unwrap_or_else(failed);
                self.memory.grow(text.len())?;
                text
            }
        })
    }

    fn show_table(&mut self, table: &Table) -> Result<String> {
        let table = &contents(table);
        if self.open.contains(table) {
            return Ok("<cycle>".to_owned());
        }
        if table.pairs::<Value, Value>().next().is_none() {
            return Ok("{}".to_owned());
        }
        if self.open.len() == DEPTH {
            return Ok("{…}".to_owned());
        }
        let before = self.memory.bytes();
        self.open.push(table.clone());
        let parts = self.parts(table);
        self.open.pop();
        let parts = parts?;
        let text = self.join(&parts)?;
        self.memory.shrink_to(before + text.len());
        Ok(text)
    }

    /// The parts of a table on one line, or on one each where they are too long for that.
    fn join(&mut self, parts: &[String]) -> Result<String> {
        let depth = self.open.len();
        let bytes: usize = parts.iter().map(String::len).sum();
        let is_short = bytes <= 4 * WIDTH && !parts.iter().any(|part| part.contains('\n'));
        if is_short {
            let line = format!("{{ {} }}", parts.join(", "));
            if line.chars().count() + 2 * depth <= WIDTH {
                return Ok(line);
            }
        }
        let indent = "  ".repeat(depth + 1);
        let size = bytes + parts.len() * (indent.len() + 2) + indent.len() + 4;
        self.memory.grow(size)?;
        let mut text = String::with_capacity(size);
        text.push_str("{\n");
        for part in parts {
            text.extend([&indent, part, ",\n"]);
        }
        text.extend([&indent[2..], "}"]);
        Ok(text)
    }

    fn parts(&mut self, table: &Table) -> Result<Vec<String>> {
        let length = table.raw_len();
        let mut parts = Vec::new();
        for index in 1..=length.min(ENTRIES) {
            let value: Value = table.raw_get(index).unwrap_or(Value::Nil);
            parts.push(self.show(&value)?);
        }
        let in_list = |key: &Value| {
            key.as_integer().and_then(|n| usize::try_from(n).ok()).is_some_and(|n| (1..=length).contains(&n))
        };
        // Only as many of the others are kept as are shown: a table may have millions.
        let room = ENTRIES - parts.len();
        let (mut rest, mut count) = (Vec::<(String, Value)>::new(), 0);
        for (key, value) in table.pairs::<Value, Value>().flatten() {
            if in_list(&key) {
                continue;
            }
            count += 1;
            let before = self.memory.bytes();
            let key = self.show_key(&key)?;
            let place = rest.partition_point(|(other, _)| *other <= key);
            if place < room {
                rest.insert(place, (key, value));
                rest.truncate(room);
            } else {
                self.memory.shrink_to(before);
            }
        }
        for (key, value) in rest {
            let part = format!("{key} = {}", self.show(&value)?);
            self.memory.grow(part.len())?;
            parts.push(part);
        }
        let more = (length + count).saturating_sub(ENTRIES);
        if more > 0 {
            parts.push(format!("… {more} more"));
        }
        Ok(parts)
    }

    fn show_key(&mut self, key: &Value) -> Result<String> {
        match key {
            Value::String(text) if is_name(&text.as_bytes()) => {
                self.memory.grow(text.as_bytes().len())?;
                Ok(text.to_string_lossy())
            }
            Value::Table(_) => Ok(format!("[{}]", key.to_string().unwrap_or_default())),
            _ => {
                let memory = self.memory.budget().nothing();
                let text = format!("[{}]", Shown { open: Vec::new(), memory, ..*self }.show(key)?);
                self.memory.grow(text.len())?;
                Ok(text)
            }
        }
    }

    /// A text as a literal, cut where it is very long.
    fn text(&mut self, bytes: &[u8]) -> Result<String> {
        match bytes.get(..self.longest) {
            Some(start) if bytes.len() > self.longest => {
                let hidden = self.without_secrets(bytes);
                let start = hidden.as_deref().unwrap_or(start);
                let whole = start.utf8_chunks().map(|chunk| chunk.valid().len()).sum::<usize>();
                // A character that the cut goes through is left out, unless there is no text at all.
                let start = if whole + 4 > start.len() { &start[..whole.max(1)] } else { start };
                Ok(format!("{}… ({} bytes)", self.quote(start)?, bytes.len()))
            }
            _ => self.quote(bytes),
        }
    }

    /// The beginning of a text that is cut, with its secrets hidden; `None` if it holds none. A secret that
    /// is cut in two would not be recognised later.
    fn without_secrets(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let behind = (self.longest + LONGEST_SECRET).min(bytes.len());
        let text = String::from_utf8_lossy(&bytes[..behind]);
        let hidden = match crate::secrets::hide_distinct(&text) {
            Cow::Borrowed(_) => return None,
            Cow::Owned(hidden) => hidden,
        };
        Some(hidden.as_bytes()[..hidden.floor_char_boundary(self.longest)].to_vec())
    }

    fn quote(&mut self, bytes: &[u8]) -> Result<String> {
        let mut text = Buffer::new(self.memory.budget());
        text.make_room(bytes.len() + 2)?;
        quote(bytes, &mut text)?;
        let (text, memory) = text.into_text().into_parts();
        self.memory.absorb(memory);
        Ok(text)
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
pub(in crate::host) const KEYWORDS: [&str; 22] = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
    "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

fn is_name(text: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let starts = text.first().is_some_and(|byte| !byte.is_ascii_digit());
    starts && text.iter().all(word) && !KEYWORDS.iter().any(|keyword| keyword.as_bytes() == text)
}

/// Writes a string as a Lua literal on one line; bytes that are not UTF-8 as `\xNN`. Errors: `limit`.
fn quote(bytes: &[u8], text: &mut Buffer) -> Result<()> {
    let is_special = |c: char| matches!(c, '"' | '\\') || c.is_control();
    text.push(b"\"")?;
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find(is_special) {
            text.push(&rest.as_bytes()[..at])?;
            let mut chars = rest[at..].chars();
            match chars.next() {
                Some('"') => text.push(b"\\\"")?,
                Some('\\') => text.push(b"\\\\")?,
                Some('\n') => text.push(b"\\n")?,
                Some('\r') => text.push(b"\\r")?,
                Some('\t') => text.push(b"\\t")?,
                Some(c) => text.push(c.escape_unicode().to_string().as_bytes())?,
                None => {}
            }
            rest = chars.as_str();
        }
        text.push(rest.as_bytes())?;
        for byte in chunk.invalid() {
            text.push(byte.escape_ascii().to_string().as_bytes())?;
        }
    }
    text.push(b"\"")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inspect_within(text: &str) -> String {
        let lua = Lua::new();
        let value: Value = lua.load(text).eval().unwrap();
        inspect(&lua, &value).unwrap().into_inner()
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
            assert_eq!(inspect_within(text), expected, "{text}");
        }
    }

    #[test]
    fn breaks_long_tables_into_lines_and_cuts_very_long_ones_off() {
        let text = inspect_within("{ id = ('x'):rep(60), name = ('y'):rep(20) }");
        let (x, y) = ("x".repeat(60), "y".repeat(20));
        assert_eq!(text, format!("{{\n  id = \"{x}\",\n  name = \"{y}\",\n}}"));
        let text =
            inspect_within("(function() local t = {} for i = 1, 60 do t[i] = i end t.x = 1 return t end)()");
        assert!(text.ends_with("  50,\n  … 11 more,\n}"), "{text}");
    }
}
