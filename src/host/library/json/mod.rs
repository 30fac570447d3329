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
//! Nothing is lost: a table with both kinds of keys becomes an object. NaN, the infinities and a table that
//! holds itself are `usage` errors that name the place.

use std::rc::Rc;

use mlua::{AnyUserData, Function, Lua, LuaString, ObjectLike, Table, Value};
use serde_json::{Map, Number, Value as Json};

use crate::budget::{Buffer, Held, Reserved};
use crate::error::{Error, Kind, Result};
use crate::host::engine::{Engine, call};
use crate::host::error::failure::Failure;
use crate::host::error::lua_error::raise;
use crate::host::globals::contents;
use crate::host::memory::budget;
use crate::host::state::Standing;
use crate::host::watch::Watch;

mod read;

/// How deep a value may be nested.
const DEPTH: usize = 100;

/// How many iterators one value may hold: each is a reference that Lua keeps for Rust, and there is room for
/// a million.
const MOST_ITERATORS: usize = 10_000;

impl Engine {
    /// A Lua value as JSON: records by their fields, iterators collected, functions as text.
    ///
    /// Errors: `usage` (NaN, a cycle); `limit`; whatever an iterator raises.
    pub async fn to_json(&self, value: &Value) -> Result<Held<Json>, Failure> {
        self.stoppable(collect(&self.lua, value)).await
    }
}

/// A Lua value as JSON, with nothing awaited. Errors: `usage` (NaN, a cycle, an iterator); `limit`.
pub fn from_lua(lua: &Lua, value: &Value) -> mlua::Result<Held<Json>> {
    let mut writer = Writer::new(lua);
    let json = writer.write(value)?;
    match writer.iterators.first() {
        Some((place, ..)) => Err(refusal(place, "an iterator", "call its collect() first")),
        None => Ok(Held::new(json, writer.memory)),
    }
}

/// A Lua value as the text of a JSON document. Errors: those of [`from_lua`].
pub fn text_of(lua: &Lua, value: &Value, pretty: bool) -> mlua::Result<Held<Vec<u8>>> {
    let json = from_lua(lua, value)?;
    let mut text = Buffer::new(&budget(lua));
    let written = if pretty {
        serde_json::to_writer_pretty(&mut text, &*json)
    } else {
        serde_json::to_writer(&mut text, &*json)
    };
    // Nothing but memory can be missing.
    written.map_err(|_| raise(budget(lua).limit_error()))?;
    Ok(text.into_held())
}

/// The Lua value of a JSON document, built at once: nothing of it is held in Rust.
///
/// Errors: `invalid` (no JSON, or nested too deep); `limit`.
pub fn decode(lua: &Lua, text: &[u8]) -> mlua::Result<Value> {
    read::value(lua, text).map_err(|failure| match failure {
        read::Failure::Json(e) => raise(Error::new(Kind::Invalid, format!("this is no JSON: {e}"))),
        read::Failure::Lua(error) => error,
    })
}

/// What [`decode`] gives, or nothing where the text is not JSON. Errors: `limit`.
pub fn allow_invalid(decoded: mlua::Result<Value>) -> mlua::Result<Option<Value>> {
    match decoded {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.downcast_ref::<Error>().is_some_and(|error| error.kind() == Kind::Invalid) => {
            Ok(None)
        }
        Err(error) => Err(error),
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

/// The module `std.json`; its functions are documented in `stdlib/meta/std_json.lua`.
pub(in crate::host) fn module(lua: &Lua) -> mlua::Result<Value> {
    let module = lua.create_table()?;
    let encode = |lua: &Lua, (value, pretty): (Value, Option<bool>)| {
        lua.create_string(&**text_of(lua, &value, pretty == Some(true))?)
    };
    module.raw_set("encode", lua.create_function(encode)?)?;
    let decode = |lua: &Lua, text: LuaString| decode(lua, &text.as_bytes());
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
pub(in crate::host) fn object_metatable(lua: &Lua) -> mlua::Result<Table> {
    const KEY: &str = "lunette.object";
    if let Some(meta) = lua.named_registry_value::<Option<Table>>(KEY)? {
        return Ok(meta);
    }
    let meta = lua.create_table()?;
    meta.raw_set("__object", true)?;
    meta.raw_set("__metatable", false)?;
    lua.set_named_registry_value(KEY, &meta)?;
    Ok(meta)
}

/// Writes a value, then what its iterators collect, until none is left.
async fn collect(lua: &Lua, value: &Value) -> mlua::Result<Held<Json>> {
    let mut writer = Writer::new(lua);
    let mut json = writer.write(value)?;
    while let Some((place, iterator, collect)) = writer.iterators.pop() {
        let list = call(lua, &collect, iterator).await?.into_iter().next().unwrap_or(Value::Nil);
        writer.path.clone_from(&place);
        let item = writer.write(&list)?;
        if let Some(slot) = json.pointer_mut(&pointer(&place)) {
            *slot = item;
        }
    }
    Ok(Held::new(json, writer.memory))
}

/// Bytes of one value, with its place in a list or an object that grows.
const VALUE: usize = 192;

/// Bytes of one key while the keys of a table are sorted, besides its text.
const KEY: usize = 128;

/// A key of a table, as far as it can be one of an object: the number where it is one, and its text.
type Key = (Option<i64>, Vec<u8>);

struct Writer<'a> {
    lua: &'a Lua,
    /// The keys that lead to what is being written.
    path: Vec<String>,
    /// The tables around it.
    open: Vec<Table>,
    /// Iterators that were met, with their places and `collect` methods; null stands there meanwhile.
    iterators: Vec<(Vec<String>, Value, Function)>,
    /// That of all that was written: a small table that is reached by many ways is written as often.
    memory: Reserved,
    watch: Option<Rc<Watch>>,
}

impl<'a> Writer<'a> {
    fn new(lua: &'a Lua) -> Writer<'a> {
        Writer {
            lua,
            path: Vec::new(),
            open: Vec::new(),
            iterators: Vec::new(),
            memory: budget(lua).nothing(),
            watch: lua.app_data_ref::<Standing>().map(|standing| standing.watch.clone()),
        }
    }

    fn write(&mut self, value: &Value) -> mlua::Result<Json> {
        self.memory.grow(VALUE).map_err(raise)?;
        self.watch.as_ref().map_or(Ok(()), |watch| watch.count(1))?;
        Ok(match value {
            Value::Nil | Value::LightUserData(_) => Json::Null,
            Value::Boolean(flag) => Json::Bool(*flag),
            Value::Integer(integer) => Json::from(*integer),
            Value::Number(number) => match Number::from_f64(*number) {
                Some(number) => Json::Number(number),
                None => return Err(refusal(&self.path, &number.to_string(), "JSON has no such number")),
            },
            Value::String(text) => {
                self.memory.grow(text.as_bytes().len()).map_err(raise)?;
                Json::String(text.to_string_lossy())
            }
            Value::Table(table) => self.table(table)?,
            Value::UserData(data) => self.userdata(data)?,
            other => Json::String(other.to_string()?),
        })
    }

    fn table(&mut self, table: &Table) -> mlua::Result<Json> {
        let table = &contents(table);
        if self.open.contains(table) {
            return Err(refusal(&self.path, "a table that holds itself", "JSON has no references"));
        }
        if self.open.len() == DEPTH {
            return Err(refusal(&self.path, "a value nested this deep", "100 levels is the most"));
        }
        let meta = table.metatable();
        if let Some(meta) = &meta {
            if let Some(json) = meta.raw_get::<Option<Function>>("__json")? {
                let value = json.call::<Value>(table)?;
                return self.nested(table, |writer| writer.write(&value));
            }
            if let Ok(Some(collect)) = table.get::<Option<Function>>("collect") {
                return self.later(Value::Table(table.clone()), collect);
            }
        }
        self.open.push(table.clone());
        let written = self.entries(table, meta.as_ref());
        self.open.pop();
        written
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
            Ok(Value::Function(collect)) => self.later(Value::UserData(data.clone()), collect),
            _ => Ok(Json::String(Value::UserData(data.clone()).to_string()?)),
        }
    }

    fn later(&mut self, iterator: Value, collect: Function) -> mlua::Result<Json> {
        if self.iterators.len() == MOST_ITERATORS {
            let why = format!("{MOST_ITERATORS} is the most; call their collect() first");
            return Err(refusal(&self.path, "one more iterator in one value", &why));
        }
        self.iterators.push((self.path.clone(), iterator, collect));
        Ok(Json::Null)
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
        if count == length && !object { self.list(table, length) } else { self.object(table, count, meta) }
    }

    /// Writes a list. Each level takes a part of the thread's stack: no iterators that nest calls.
    fn list(&mut self, table: &Table, length: usize) -> mlua::Result<Json> {
        let mut items = Vec::new();
        for index in 0..length {
            items.push(self.convert_at(index.to_string(), &table.raw_get(index + 1)?)?);
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self, table: &Table, count: usize, meta: Option<&Table>) -> mlua::Result<Json> {
        let keys = self.ordered_keys(table, count, meta)?;
        let mut map = Map::new();
        for (number, name) in keys.iter() {
            let value: Value = match number {
                Some(number) => table.raw_get(*number)?,
                None => table.raw_get(self.lua.create_string(name)?)?,
            };
            let key = String::from_utf8_lossy(name).into_owned();
            self.memory.grow(key.len()).map_err(raise)?;
            let json = self.convert_at(key.clone(), &value)?;
            map.insert(key, json);
        }
        Ok(Json::Object(map))
    }

    /// Returns the keys of a table: numbers first, then the names that the metatable's `__order` lists, then
    /// the rest.
    fn ordered_keys(
        &self,
        table: &Table,
        count: usize,
        meta: Option<&Table>,
    ) -> mlua::Result<Held<Vec<Key>>> {
        let order = meta.and_then(|meta| meta.raw_get::<Option<Vec<String>>>("__order").ok().flatten());
        let rank = |name: &[u8]| {
            order.iter().flatten().position(|known| known.as_bytes() == name).unwrap_or(usize::MAX)
        };
        let keys = self.keys(table, count)?;
        Ok(keys.map(|keys| {
            let mut ranked: Vec<_> = keys.into_iter().map(|key| (rank(&key.1), key)).collect();
            ranked.sort_unstable_by(|(place, (number, name)), (other_place, (other, other_name))| {
                (number.is_none(), number, place, name).cmp(&(
                    other.is_none(),
                    other,
                    other_place,
                    other_name,
                ))
            });
            ranked.into_iter().map(|(_, key)| key).collect()
        }))
    }

    /// The keys of a table. No value is held meanwhile: Lua has room for a million references of Rust's.
    fn keys(&self, table: &Table, count: usize) -> mlua::Result<Held<Vec<Key>>> {
        let mut memory = self.memory.budget().reserve(count.saturating_mul(KEY)).map_err(raise)?;
        let mut keys = Vec::with_capacity(count);
        for pair in table.pairs::<Value, Value>() {
            let (key, _) = pair?;
            keys.push(match key {
                Value::Integer(number) => (Some(number), number.to_string().into_bytes()),
                Value::String(text) => {
                    let bytes = text.as_bytes();
                    memory.grow(bytes.len()).map_err(raise)?;
                    (None, bytes.to_vec())
                }
                other => {
                    let what = format!("a {} as a key", other.type_name());
                    return Err(refusal(&self.path, &what, "keys are strings or whole numbers"));
                }
            });
        }
        Ok(Held::new(keys, memory))
    }

    fn convert_at(&mut self, key: String, value: &Value) -> mlua::Result<Json> {
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

fn refusal(path: &[String], what: &str, why: &str) -> mlua::Error {
    let place = match path {
        [] => String::new(),
        [first, .., last] if path.len() > 8 => format!(" (at {first}.….{last})"),
        path => format!(" (at {})", path.join(".")),
    };
    raise(Error::new(Kind::Usage, format!("{what} cannot be written as JSON{place}")).advice(why))
}
