//! Texts that a script passes to a binding, and how long each may be.
//!
//! A name, a path or a filter is percent-encoded, becomes part of a URL and is quoted in messages. Lua counts
//! none of these copies, so the length is checked first.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use mlua::{FromLua, Lua, LuaString, Value};

use crate::error::{Error, Kind, LONGEST, beginning};
use crate::host::error::lua_error::raise;

/// How long a text may be.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// What the text is, such as `name`.
    pub what: &'static str,
    /// The most bytes it may have.
    pub most: usize,
}

/// Names, IDs, tags: Glance takes 255 characters, each of at most four bytes in UTF-8.
pub const NAME: Limit = Limit { what: "name or ID", most: 1024 };
/// Paths of files, as the operating system takes them.
pub const PATH: Limit = Limit { what: "path", most: 4096 };
/// What becomes part of a URL, and every other text of one value.
pub const TEXT: Limit = Limit { what: "text", most: 64 << 10 };
/// All texts of a list or a table together.
pub const LIST: Limit = Limit { what: "list", most: 1 << 20 };

/// The limit of an argument's type.
pub trait Bound {
    /// The limit.
    const LIMIT: Limit;
}

/// See [`NAME`].
#[derive(Debug)]
pub struct IsName;
/// See [`PATH`].
#[derive(Debug)]
pub struct IsPath;
/// See [`TEXT`].
#[derive(Debug)]
pub struct IsText;

impl Bound for IsName {
    const LIMIT: Limit = NAME;
}

impl Bound for IsPath {
    const LIMIT: Limit = PATH;
}

impl Bound for IsText {
    const LIMIT: Limit = TEXT;
}

/// A text as the argument of a binding. Raises `usage` where it is too long.
#[derive(Debug)]
pub struct Bounded<B>(String, PhantomData<B>);

/// A name, an ID or a tag.
pub type Name = Bounded<IsName>;
/// A file's path.
pub type PathText = Bounded<IsPath>;
/// Any other text that becomes part of a request.
pub type Text = Bounded<IsText>;

impl<B: Bound> FromLua for Bounded<B> {
    fn from_lua(value: Value, lua: &Lua) -> mlua::Result<Bounded<B>> {
        if let Value::String(text) = &value {
            check(text, B::LIMIT)?;
        }
        Ok(Bounded(String::from_lua(value, lua)?, PhantomData))
    }
}

impl<B> Deref for Bounded<B> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<B> From<Bounded<B>> for String {
    fn from(text: Bounded<B>) -> String {
        text.0
    }
}

impl<B> fmt::Display for Bounded<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Refuses a text that is too long. Raises `usage`, which quotes its beginning.
pub fn check(text: &LuaString, limit: Limit) -> mlua::Result<()> {
    let bytes = text.as_bytes();
    if bytes.len() <= limit.most {
        return Ok(());
    }
    Err(raise(too_long_error(&start(&bytes), bytes.len(), limit)))
}

/// The error of a text that is too long.
pub fn too_long_error(text: &str, length: usize, limit: Limit) -> Error {
    let Limit { what, most } = limit;
    let (length, most, text) = (group_digits(length), group_digits(most), beginning(text));
    let message = format!("the {what} \"{text}\" is {length} bytes long; a {what} has at most {most}");
    Error::new(Kind::Usage, message)
}

/// Counts the texts of one call, which are sent in one request.
#[derive(Debug, Default)]
pub struct Total(usize);

impl Total {
    /// Adds that many bytes. Raises `usage` if the sum exceeds `limit`.
    pub fn add(&mut self, call: &str, bytes: usize, limit: usize) -> mlua::Result<()> {
        // What each takes besides its text.
        self.0 = self.0.saturating_add(bytes).saturating_add(16);
        if self.0 <= limit {
            return Ok(());
        }
        let most = group_digits(limit);
        let message = format!("{call}: these are too many texts for one request: more than {most} bytes");
        Err(raise(Error::new(Kind::Usage, message).advice("make several requests")))
    }
}

/// The key of a table or a field as messages show it: the beginning of a long one.
pub fn shown_key(key: &Value) -> mlua::Result<String> {
    match key {
        Value::String(text) if text.as_bytes().len() > NAME.most => Ok(start(&text.as_bytes())),
        key => key.to_string(),
    }
}

/// Returns a text for a message, cut if it is too long to read.
pub fn cut(text: &LuaString) -> String {
    let bytes = text.as_bytes();
    match bytes.get(..LONGEST) {
        Some(start) if bytes.len() > LONGEST => format!("{}…", String::from_utf8_lossy(start)),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

/// The beginning of a long text, and a mark that more follows.
fn start(bytes: &[u8]) -> String {
    let start = String::from_utf8_lossy(bytes.get(..NAME.most).unwrap_or(bytes));
    beginning(&start.escape_debug().to_string()).into_owned()
}

/// `20,000,000`.
fn group_digits(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_refused_and_its_beginning_quoted() {
        let lua = Lua::new();
        let value = |text: String| Value::String(lua.create_string(text).unwrap());
        assert_eq!(&*Name::from_lua(value("é".repeat(512)), &lua).unwrap(), "é".repeat(512));
        let error = Name::from_lua(value("x".repeat(20_000_000)), &lua).unwrap_err().to_string();
        assert!(error.contains("is 20,000,000 bytes long; a name or ID has at most 1,024"), "{error}");
        assert!(error.len() < 500, "{error}");
        let error = Text::from_lua(value("\n".repeat(100_000)), &lua).unwrap_err().to_string();
        assert!(error.contains("\\n") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_key_is_shown_by_its_beginning() {
        let lua = Lua::new();
        let long = Value::String(lua.create_string("k".repeat(1_000_000)).unwrap());
        assert!(shown_key(&long).unwrap().len() < 300);
        assert_eq!(shown_key(&Value::Integer(1)).unwrap(), "1");
    }

    #[test]
    fn numbers_have_commas() {
        assert_eq!([0, 999, 1000, 20_000_000].map(group_digits), ["0", "999", "1,000", "20,000,000"]);
    }
}
