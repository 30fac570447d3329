//! Lua values as JSON and back.
//!
//! | Lua | JSON |
//! |---|---|
//! | a table with the keys 1 to n, an empty table | a list |
//! | any other table, and what `json.object` marks | an object; keys sorted, unless its metatable has an `__order` list |
//! | a table or userdata whose metatable has a `__json` function | what that function returns |
//! | userdata that serializes (`create_ser_userdata`) | its fields, in its own order |
//! | an iterator: it has a `collect` method | the list it collects ([`Engine::to_json`] only) |
//! | other userdata, functions, coroutines | their `tostring` |
//!
//! Nothing is lost: a table with both kinds of keys becomes an object. NaN, the infinities and a table that holds
//! itself are `usage` errors that name the place.

use mlua::{AnyUserData, Function, Lua, ObjectLike, Table, Value};
use serde_json::{Map, Number, Value as Json};

use super::engine::{Engine, call};
use super::failure::Failure;
use super::globals::contents;
use super::raised::raise;
use crate::error::{Error, Kind, Result};

/// How deep a value may be nested.
const DEPTH: usize = 100;

impl Engine {
    /// A Lua value as JSON: records by their fields, iterators collected, functions as text.
    ///
    /// Errors: `usage` (NaN, a cycle); whatever an iterator raises.
    pub async fn to_json(&self, value: &Value) -> Result<Json, Failure> {
        self.stoppable(collected(&self.lua, value)).await
    }
}

/// A Lua value as JSON, with nothing awaited. Errors: `usage` (NaN, a cycle, an iterator).
pub fn from_lua(value: &Value) -> mlua::Result<Json> {
    let mut writer = Writer::default();
    let json = writer.write(value)?;
    match writer.iterators.first() {
        Some((place, ..)) => Err(refused(place, "an iterator", "call its collect() first")),
        None => Ok(json),
    }
}

/// JSON as a Lua value: null is nil, objects and lists are plain tables, whole numbers integers.
pub fn to_lua(lua: &Lua, json: &Json) -> mlua::Result<Value> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::Boolean(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(lua.create_string(text)?),
        Json::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_set(index + 1, to_lua(lua, item)?)?;
            }
            Value::Table(table)
        }
        Json::Object(map) => {
            let table = lua.create_table_with_capacity(0, map.len())?;
            for (key, item) in map {
                table.raw_set(key.as_str(), to_lua(lua, item)?)?;
            }
            if map.is_empty() {
                table.set_metatable(Some(object_metatable(lua)?))?;
            }
            Value::Table(table)
        }
    })
}

/// The module `std.json`; its functions are documented in `stdlib/meta/std.lua`.
pub(super) fn module(lua: &Lua) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    let encode = |_: &Lua, (value, pretty): (Value, Option<bool>)| {
        let json = from_lua(&value)?;
        Ok(if pretty == Some(true) { format!("{json:#}") } else { json.to_string() })
    };
    module.raw_set("encode", lua.create_function(encode)?)?;
    let decode = |lua: &Lua, text: String| {
        let json = serde_json::from_str(&text);
        let json: Json =
            json.map_err(|e| raise(Error::new(Kind::Invalid, format!("this is no JSON: {e}"))))?;
        to_lua(lua, &json)
    };
    module.raw_set("decode", lua.create_function(decode)?)?;
    let object = |lua: &Lua, table: Option<Table>| {
        let table = table.map_or_else(|| lua.create_table(), Ok)?;
        table.set_metatable(Some(object_metatable(lua)?))?;
        Ok(table)
    };
    module.raw_set("object", lua.create_function(object)?)?;
    Ok(Value::Table(module))
}

/// The metatable of tables that are objects even when they are empty.
fn object_metatable(lua: &Lua) -> mlua::Result<Table> {
    const KEY: &str = "lunette.object";
    if let Some(meta) = lua.named_registry_value::<Option<Table>>(KEY)? {
        return Ok(meta);
    }
    let meta = lua.create_table()?;
    meta.raw_set("__object", true)?;
    lua.set_named_registry_value(KEY, &meta)?;
    Ok(meta)
}

/// Writes a value, then what its iterators collect, until none is left.
async fn collected(lua: &Lua, value: &Value) -> mlua::Result<Json> {
    let mut writer = Writer::default();
    let mut json = writer.write(value)?;
    while let Some((place, iterator, collect)) = writer.iterators.pop() {
        let list = call(lua, &collect, iterator).await?.into_iter().next().unwrap_or(Value::Nil);
        writer.path.clone_from(&place);
        let item = writer.write(&list)?;
        if let Some(slot) = json.pointer_mut(&pointer(&place)) {
            *slot = item;
        }
    }
    Ok(json)
}

#[derive(Default)]
struct Writer {
    /// The keys that lead to what is being written.
    path: Vec<String>,
    /// The tables around it.
    open: Vec<Table>,
    /// Iterators that were met, with their places and `collect` methods; null stands there meanwhile.
    iterators: Vec<(Vec<String>, Value, Function)>,
}

impl Writer {
    fn write(&mut self, value: &Value) -> mlua::Result<Json> {
        Ok(match value {
            Value::Nil | Value::LightUserData(_) => Json::Null,
            Value::Boolean(flag) => Json::Bool(*flag),
            Value::Integer(integer) => Json::from(*integer),
            Value::Number(number) => match Number::from_f64(*number) {
                Some(number) => Json::Number(number),
                None => return Err(refused(&self.path, &number.to_string(), "JSON has no such number")),
            },
            Value::String(text) => Json::String(text.to_string_lossy()),
            Value::Table(table) => self.table(table)?,
            Value::UserData(data) => self.userdata(data)?,
            other => Json::String(other.to_string()?),
        })
    }

    fn table(&mut self, table: &Table) -> mlua::Result<Json> {
        let table = &contents(table);
        if self.open.contains(table) {
            return Err(refused(&self.path, "a table that holds itself", "JSON has no references"));
        }
        if self.open.len() == DEPTH {
            return Err(refused(&self.path, "a value nested this deep", "100 levels is the most"));
        }
        let meta = table.metatable();
        if let Some(meta) = &meta {
            if let Some(json) = meta.raw_get::<Option<Function>>("__json")? {
                let value = json.call::<Value>(table)?;
                return self.nested(table, |writer| writer.write(&value));
            }
            if let Ok(Some(collect)) = table.get::<Option<Function>>("collect") {
                return Ok(self.later(Value::Table(table.clone()), collect));
            }
        }
        self.nested(table, |writer| writer.entries(table, meta.as_ref()))
    }

    fn userdata(&mut self, data: &AnyUserData) -> mlua::Result<Json> {
        // A file of `io` (with --trust) has a metatable of C's.
        let json = data.metatable().and_then(|meta| meta.get::<Function>("__json"));
        if let Ok(json) = json {
            let value = json.call::<Value>(data)?;
            return self.write(&value);
        }
        if let Ok(json) = serde_json::to_value(data) {
            return Ok(json);
        }
        match data.get::<Value>("collect") {
            Ok(Value::Function(collect)) => Ok(self.later(Value::UserData(data.clone()), collect)),
            _ => Ok(Json::String(Value::UserData(data.clone()).to_string()?)),
        }
    }

    fn later(&mut self, iterator: Value, collect: Function) -> Json {
        self.iterators.push((self.path.clone(), iterator, collect));
        Json::Null
    }

    fn nested<T>(
        &mut self,
        table: &Table,
        write: impl FnOnce(&mut Self) -> mlua::Result<T>,
    ) -> mlua::Result<T> {
        self.open.push(table.clone());
        let written = write(self);
        self.open.pop();
        written
    }

    fn entries(&mut self, table: &Table, meta: Option<&Table>) -> mlua::Result<Json> {
        let object = meta.is_some_and(|meta| meta.raw_get("__object").unwrap_or(false));
        let length = table.raw_len();
        let count = table.pairs::<Value, Value>().count();
        if count == length && !object {
            let item = |index: usize| self.at(index.to_string(), &table.raw_get(index + 1)?);
            return (0..length).map(item).collect::<mlua::Result<Vec<Json>>>().map(Json::Array);
        }
        let mut entries = Vec::with_capacity(count);
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair?;
            let key = match key {
                Value::Integer(number) => (Some(number), number.to_string()),
                Value::String(text) => (None, text.to_string_lossy()),
                other => {
                    let what = format!("a {} as a key", other.type_name());
                    return Err(refused(&self.path, &what, "keys are strings or whole numbers"));
                }
            };
            entries.push((key, value));
        }
        let order = meta.and_then(|meta| meta.raw_get::<Option<Vec<String>>>("__order").ok().flatten());
        let rank = |name: &str| order.iter().flatten().position(|known| known == name).unwrap_or(usize::MAX);
        // Numbers first, then the names that have a place in the order, then the rest.
        entries
            .sort_by_cached_key(|((number, name), _)| (number.is_none(), *number, rank(name), name.clone()));
        let mut map = Map::with_capacity(count);
        for ((_, key), value) in entries {
            let json = self.at(key.clone(), &value)?;
            map.insert(key, json);
        }
        Ok(Json::Object(map))
    }

    fn at(&mut self, key: String, value: &Value) -> mlua::Result<Json> {
        self.path.push(key);
        let json = self.write(value);
        self.path.pop();
        json
    }
}

fn pointer(path: &[String]) -> String {
    let keys = path.iter().map(|key| key.replace('~', "~0").replace('/', "~1"));
    keys.flat_map(|key| ["/".to_owned(), key]).collect()
}

fn refused(path: &[String], what: &str, why: &str) -> mlua::Error {
    let place = match path {
        [] => String::new(),
        [first, .., last] if path.len() > 8 => format!(" (at {first}.….{last})"),
        path => format!(" (at {})", path.join(".")),
    };
    raise(Error::new(Kind::Usage, format!("{what} cannot be written as JSON{place}")).advice(why))
}
