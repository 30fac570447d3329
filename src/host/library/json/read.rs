//! Reading JSON straight into Lua tables, so that Lua's own memory limit bounds it.

use std::cell::RefCell;
use std::fmt;

use mlua::{Lua, Table, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::object_metatable;
use crate::budget::Reserved;
use crate::host::error::lua_error::raise;
use crate::host::memory::budget;

/// Why there is no value.
pub(super) enum Failure {
    /// The text is not JSON.
    Json(serde_json::Error),
    /// Lua cannot hold it.
    Lua(mlua::Error),
}

/// The value of a whole text: null is nil, objects and lists are plain tables, whole numbers integers.
pub(super) fn value(lua: &Lua, text: &[u8]) -> Result<Value, Failure> {
    let failure = RefCell::new(None);
    let overhead = RefCell::new(budget(lua).nothing());
    let seed = Seed { lua, failure: &failure, overhead: &overhead };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|e| failure.take().map_or(Failure::Json(e), Failure::Lua))
}

/// Makes Lua values of what a deserializer finds. serde's errors are texts, so Lua's own are kept beside
/// them.
#[derive(Clone, Copy)]
struct Seed<'a> {
    lua: &'a Lua,
    failure: &'a RefCell<Option<mlua::Error>>,
    /// What the system's allocator adds to many small pieces, which Lua does not count.
    overhead: &'a RefCell<Reserved>,
}

/// Bytes that the allocator adds to a text or a table at most.
const OVERHEAD: usize = 40;

impl Seed<'_> {
    /// Counts one more piece.
    fn piece<E: serde::de::Error>(self) -> Result<(), E> {
        self.kept(self.overhead.borrow_mut().grow(OVERHEAD).map_err(raise))
    }

    fn kept<T, E: serde::de::Error>(self, result: mlua::Result<T>) -> Result<T, E> {
        result.map_err(|error| {
            let told = E::custom(&error);
            self.failure.replace(Some(error));
            told
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nil)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Boolean(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "larger numbers than Lua's integers become floats, as in Lua"
    )]
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Number(number as f64), Value::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.piece()?;
        self.kept(self.lua.create_string(text)).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.piece()?;
        let table = self.kept(self.lua.create_table())?;
        let (mut length, mut has_nil) = (0, false);
        while let Some(item) = items.next_element_seed(self)? {
            length += 1;
            has_nil |= item.is_nil();
            self.kept(table.raw_set(length, item))?;
        }
        // Only a table that was made for that many has its length in spite of a nil.
        let table = if has_nil { self.kept(presize(self.lua, &table, length))? } else { table };
        Ok(Value::Table(table))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.piece()?;
        let table = self.kept(self.lua.create_table())?;
        let mut is_empty = true;
        while let Some(key) = entries.next_key_seed(self)? {
            is_empty = false;
            let item = entries.next_value_seed(self)?;
            self.kept(table.raw_set(key, item))?;
        }
        if is_empty {
            let meta = self.kept(object_metatable(self.lua))?;
            self.kept(table.set_metatable(Some(meta)))?;
        }
        Ok(Value::Table(table))
    }
}

/// The same list in a table that was made for so many elements.
fn presize(lua: &Lua, list: &Table, length: usize) -> mlua::Result<Table> {
    let sized = lua.create_table_with_capacity(length, 0)?;
    for index in 1..=length {
        sized.raw_set(index, list.raw_get::<Value>(index)?)?;
    }
    Ok(sized)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_text_lists_and_objects_are_lua_s_own() {
        let lua = Lua::new();
        let text = r#"{"a": [1, 2.5, null, "é\n", true], "b": {}, "big": 18446744073709551615}"#;
        lua.globals().set("t", value(&lua, text.as_bytes()).ok().unwrap()).unwrap();
        let check =
            "return t.a[1] == 1 and math.type(t.a[1]) == 'integer' and t.a[2] == 2.5 and t.a[3] == nil
            and t.a[4] == 'é\\n' and t.a[5] and next(t.b) == nil and math.type(t.big) == 'float'";
        assert!(lua.load(check).eval::<bool>().unwrap());
    }

    #[test]
    fn refuses_invalid_and_too_deeply_nested_json() {
        let lua = Lua::new();
        for text in ["", "{", "[1,]", "1 2", &"[".repeat(100_000), "\"\\ud800\""] {
            assert!(matches!(value(&lua, text.as_bytes()), Err(Failure::Json(_))), "{text:.20}");
        }
        assert!(value(&lua, b"\"\\u0000\"").is_ok());
    }

    #[test]
    fn lua_s_memory_limit_ends_a_document_of_many_small_values() {
        let lua = Lua::new();
        lua.set_memory_limit(8 << 20).unwrap();
        let text = format!("[{}[]]", "[],".repeat(1_000_000));
        assert!(matches!(value(&lua, text.as_bytes()), Err(Failure::Lua(_))));
        assert!(value(&lua, b"[1]").is_ok());
    }
}
