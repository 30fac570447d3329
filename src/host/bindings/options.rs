//! Reading an options table strictly: what bindings do with `cloud:images{ visibility = "shared" }`.
//!
//! Every getter gives `None` for what was not given, and raises a `usage` error for what has the wrong type.

use mlua::{Function, Table, Value};

use super::text::{self, LIST, TEXT, Total, shown_key};
use crate::error::{Error, Kind, beginning, nearest};
use crate::host::error::lua_error::raise;

/// The options that a call was given, all of them known.
#[derive(Clone, Debug)]
pub struct Given {
    table: Option<Table>,
    call: String,
}

impl Given {
    /// Takes the argument of a call, a table or nothing, and refuses unknown keys.
    ///
    /// `call` is the call's name as a script writes it, `known` the keys it takes:
    /// `unknown option 'visiblity' for cloud:images; did you mean 'visibility'?`
    pub fn from(value: &Value, call: &str, known: &[&str]) -> mlua::Result<Given> {
        let table = match value {
            Value::Nil => None,
            Value::Table(table) => Some(table.clone()),
            other => {
                return Err(usage(format!("{call}: a table of options expected, got {}", kind_of(other))));
            }
        };
        let given = Given { table, call: call.to_owned() };
        for pair in given.table.iter().flat_map(|table| table.pairs::<Value, Value>()) {
            let (key, _) = pair?;
            given.check(&key, known)?;
        }
        Ok(given)
    }

    fn check(&self, key: &Value, known: &[&str]) -> mlua::Result<()> {
        let name = shown_key(key)?;
        let Value::String(_) = key else {
            return Err(usage(format!("{}: options have names, got the key {name}", self.call)));
        };
        if known.contains(&name.as_str()) {
            return Ok(());
        }
        let message = match nearest(&name, known.iter().copied()) {
            Some(near) => format!("unknown option '{name}' for {}; did you mean '{near}'?", self.call),
            None => format!("unknown option '{name}' for {}", self.call),
        };
        Err(raise(Error::new(Kind::Usage, message).advice(format!("it takes {}", known.join(", ")))))
    }

    /// The value as it is; `Nil` where it was not given.
    pub fn value(&self, name: &str) -> mlua::Result<Value> {
        self.table.as_ref().map_or(Ok(Value::Nil), |table| table.get(name))
    }

    /// Whether it was given.
    pub fn has(&self, name: &str) -> mlua::Result<bool> {
        Ok(!self.value(name)?.is_nil())
    }

    /// A text, of at most [`TEXT`] bytes.
    pub fn string(&self, name: &str) -> mlua::Result<Option<String>> {
        if let Value::String(text) = self.value(name)? {
            self.check_length(name, &text)?;
        }
        self.read(name, "string", |value| match value {
            Value::String(text) => text.to_str().ok().map(|text| text.to_owned()),
            _ => None,
        })
    }

    /// A whole number; `3.0` is one too.
    pub fn integer(&self, name: &str) -> mlua::Result<Option<i64>> {
        self.read(name, "integer", |value| match value {
            Value::Integer(number) => Some(*number),
            Value::Number(number) => whole_number(*number),
            _ => None,
        })
    }

    /// A number.
    pub fn number(&self, name: &str) -> mlua::Result<Option<f64>> {
        self.read(name, "number", |value| match value {
            #[allow(clippy::cast_precision_loss, reason = "as Lua does")]
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub fn boolean(&self, name: &str) -> mlua::Result<Option<bool>> {
        self.read(name, "boolean", Value::as_boolean)
    }

    /// A list of texts, of at most [`TEXT`] bytes each and [`LIST`] in all.
    pub fn strings(&self, name: &str) -> mlua::Result<Option<Vec<String>>> {
        if let Value::Table(list) = self.value(name)? {
            let (mut total, call) = (Total::default(), format!("option '{name}' of {}", self.call));
            for index in 1..=list.raw_len() {
                if let Value::String(text) = list.raw_get(index)? {
                    self.check_length(name, &text)?;
                    total.add(&call, text.as_bytes().len(), LIST.most)?;
                }
            }
        }
        self.read(name, "list of strings", |value| {
            let list = value.as_table()?;
            let texts: Vec<String> = (1..=list.raw_len())
                .map(|index| match list.raw_get(index).ok()? {
                    Value::String(text) => text.to_str().ok().map(|text| text.to_owned()),
                    _ => None,
                })
                .collect::<Option<_>>()?;
            (list.pairs::<Value, Value>().count() == texts.len()).then_some(texts)
        })
    }

    /// One of these words.
    pub fn word(&self, name: &str, words: &[&str]) -> mlua::Result<Option<String>> {
        let Some(given) = self.string(name)? else {
            return Ok(None);
        };
        if words.contains(&given.as_str()) {
            return Ok(Some(given));
        }
        let near = nearest(&given, words.iter().copied()).map(|near| format!("; did you mean '{near}'?"));
        let what = format!("option '{name}' of {}: no such word '{}'", self.call, beginning(&given));
        let error = Error::new(Kind::Usage, what + &near.unwrap_or_default());
        Err(raise(error.advice(format!("it is one of {}", words.join(", ")))))
    }

    /// A table.
    pub fn table(&self, name: &str) -> mlua::Result<Option<Table>> {
        self.read(name, "table", |value| value.as_table().cloned())
    }

    /// A function.
    pub fn function(&self, name: &str) -> mlua::Result<Option<Function>> {
        self.read(name, "function", |value| value.as_function().cloned())
    }

    /// What a getter found, or a `usage` error that the call cannot do without it: `given.required("name",
    /// …)`.
    pub fn required<T>(&self, name: &str, value: Option<T>) -> mlua::Result<T> {
        value.ok_or_else(|| usage(format!("{} needs the option '{name}'", self.call)))
    }

    fn check_length(&self, name: &str, text: &mlua::LuaString) -> mlua::Result<()> {
        if text.as_bytes().len() <= TEXT.most {
            return Ok(());
        }
        text::check(text, TEXT).map_err(|error| match error.downcast_ref::<Error>() {
            Some(error) => raise(error.clone().context(format!("option '{name}' of {}", self.call))),
            None => error,
        })
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> mlua::Result<Option<T>> {
        let value = self.value(name)?;
        if value.is_nil() {
            return Ok(None);
        }
        let got = kind_of(&value);
        let wrong = || usage(format!("option '{name}' of {}: {expected} expected, got {got}", self.call));
        read(&value).map(Some).ok_or_else(wrong)
    }
}

fn usage(message: String) -> mlua::Error {
    raise(Error::new(Kind::Usage, message))
}

/// The Lua word for a value's type.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Integer(_) | Value::Number(_) => "number",
        other => other.type_name(),
    }
}

/// A float that is a whole number.
#[allow(clippy::cast_possible_truncation, reason = "checked by the comparison")]
fn whole_number(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mlua::Lua;

    use super::*;

    const KNOWN: [&str; 4] = ["visibility", "tags", "limit", "detail"];

    fn given(lua: &Lua, text: &str) -> mlua::Result<Given> {
        let value: Value = lua.load(text).eval().unwrap();
        Given::from(&value, "cloud:images", &KNOWN)
    }

    #[test]
    fn gives_what_was_given_and_none_for_the_rest() {
        let lua = Lua::new();
        let options =
            given(&lua, r#"{ visibility = "shared", tags = { "a", "b" }, limit = 3.0, detail = true }"#)
                .unwrap();
        assert_eq!(options.string("visibility").unwrap().as_deref(), Some("shared"));
        assert_eq!(options.strings("tags").unwrap().unwrap(), ["a", "b"]);
        assert_eq!(options.integer("limit").unwrap(), Some(3));
        assert_eq!(options.boolean("detail").unwrap(), Some(true));
        let nothing = given(&lua, "nil").unwrap();
        assert_eq!(nothing.string("visibility").unwrap(), None);
        assert!(!nothing.has("limit").unwrap());
    }

    #[test]
    fn an_option_that_is_too_long_is_refused_before_it_is_copied() {
        let lua = Lua::new();
        let told = |text: &str, read: fn(&Given) -> mlua::Result<()>| {
            given(&lua, text).and_then(|options| read(&options)).unwrap_err().to_string()
        };
        let text = told("{ visibility = ('x'):rep(1000000) }", |given| given.string("visibility").map(drop));
        assert!(text.contains("option 'visibility' of cloud:images: the text \"xxx"), "{text}");
        assert!(text.contains("1,000,000 bytes") && text.len() < 500, "{text}");
        let many =
            "(function() local t, s = {}, ('x'):rep(60000) for i = 1, 30 do t[i] = s end return t end)()";
        let text = told(&format!("{{ tags = {many} }}"), |given| given.strings("tags").map(drop));
        assert!(text.contains("more than 1,048,576 bytes"), "{text}");
        let text = told("{ [('k'):rep(1000000)] = 1 }", |_| Ok(()));
        assert!(text.starts_with("usage: unknown option 'kkk") && text.len() < 500, "{text}");
    }

    #[test]
    fn says_what_is_wrong_with_an_option() {
        let lua = Lua::new();
        let told = |text: &str, read: fn(&Given) -> mlua::Result<()>| {
            given(&lua, text).and_then(|options| read(&options)).unwrap_err().to_string()
        };
        for (text, read, message) in [
            (
                "{ visiblity = 1 }",
                (|_| Ok(())) as fn(&Given) -> mlua::Result<()>,
                "usage: unknown option 'visiblity' for cloud:images; did you mean 'visibility'?",
            ),
            ("{ 'shared' }", |_| Ok(()), "usage: cloud:images: options have names, got the key 1"),
            ("'shared'", |_| Ok(()), "usage: cloud:images: a table of options expected, got string"),
            (
                "{ limit = 'three' }",
                |given| given.integer("limit").map(drop),
                "usage: option 'limit' of cloud:images: integer expected, got string",
            ),
            (
                "{ limit = 1.5 }",
                |given| given.integer("limit").map(drop),
                "usage: option 'limit' of cloud:images: integer expected, got number",
            ),
            (
                "{ tags = { 'a', x = 1 } }",
                |given| given.strings("tags").map(drop),
                "usage: option 'tags' of cloud:images: list of strings expected, got table",
            ),
            (
                "{ visibility = 'shard' }",
                |given| given.word("visibility", &["shared", "public"]).map(drop),
                "usage: option 'visibility' of cloud:images: no such word 'shard'; did you mean 'shared'?",
            ),
            (
                "{}",
                |given| given.required("limit", given.integer("limit")?).map(drop),
                "usage: cloud:images needs the option 'limit'",
            ),
        ] {
            assert_eq!(told(text, read), message, "{text}");
        }
    }
}
