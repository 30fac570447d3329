//! What a recipe returns, on its way into the Lua state of its caller: data and records, and nothing that
//! could run.
//!
//! | returned | given to the caller |
//! |---|---|
//! | nil, booleans, numbers, text | the same |
//! | tables | tables of the same shape, without metatables; shared and cyclic ones stay so |
//! | records of Lunette, errors | the same, see [`Carried`] |
//! | iterators | a list of what they collect, while the recipe still runs |
//! | functions, coroutines | refused: they would run with the caller's permissions |

use std::collections::HashMap;
use std::ffi::c_void;
use std::rc::Rc;

use mlua::{AnyUserData, Function, Lua, MultiValue, ObjectLike, Table, UserData, Value};

use crate::budget::Reserved;
use crate::error::{Error, Kind, Result};
use crate::host::engine::{Engine, call};
use crate::host::error::failure::Failure;

/// A value of userdata that any Lua state can be given: what a metatable's `__carry` function returns.
#[derive(Clone)]
pub struct Carried(Rc<Make>);

type Make = dyn Fn(&Lua) -> mlua::Result<Value>;

impl UserData for Carried {}

impl Carried {
    /// `make` makes the value in a state.
    pub fn new(make: impl Fn(&Lua) -> mlua::Result<Value> + 'static) -> Carried {
        Carried(Rc::new(make))
    }
}

/// Values of a recipe, of no Lua state.
pub struct Values {
    first: Vec<Plain>,
    tables: Vec<Vec<(Plain, Plain)>>,
    /// Their memory.
    _memory: Reserved,
}

/// Bytes of one value, with its place in a table.
const VALUE: usize = 96;

/// Bytes of one table, with the way to it.
const TABLE: usize = 256;

/// How many tables a result may have: each is a reference that Lua keeps for Rust, and there is room for a
/// million.
const MOST_TABLES: usize = 900_000;

enum Plain {
    Nil,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Vec<u8>),
    /// One of the tables, by its place.
    Table(usize),
    Carried(Carried),
}

impl Values {
    /// Takes values out of a recipe's state; iterators are collected. Errors: `usage` (a function, a
    /// coroutine).
    pub(super) async fn take(engine: &Engine, values: MultiValue) -> Result<Values, Failure> {
        let memory = engine.budget().nothing();
        let mut taking = Taking { engine, places: HashMap::new(), tables: Vec::new(), memory };
        let mut first = Vec::new();
        for value in values {
            first.push(taking.plain(value, None, "").await?);
        }
        let mut tables: Vec<Vec<(Plain, Plain)>> = Vec::new();
        while let Some(table) = taking.tables.get(tables.len()).map(|(table, ..)| table.clone()) {
            let place = tables.len();
            let mut entries = Vec::new();
            for pair in table.pairs::<Value, Value>() {
                let (key, value) = engine.native(pair)?;
                let name = key.to_string().unwrap_or_default();
                let key = match key {
                    Value::Table(_) | Value::UserData(_) => {
                        return Err(taking.refusal("a table", Some(place), "a key"));
                    }
                    key => taking.plain(key, Some(place), "a key").await?,
                };
                let value = taking.plain(value, Some(place), &name).await?;
                entries.push((key, value));
            }
            tables.push(entries);
        }
        Ok(Values { first, tables, _memory: taking.memory })
    }

    /// The values in another state.
    pub fn give(&self, lua: &Lua) -> mlua::Result<MultiValue> {
        let tables: Vec<Table> =
            self.tables.iter().map(|_| lua.create_table()).collect::<mlua::Result<_>>()?;
        for (table, entries) in tables.iter().zip(&self.tables) {
            for (key, value) in entries {
                table.raw_set(key.give(lua, &tables)?, value.give(lua, &tables)?)?;
            }
        }
        self.first.iter().map(|value| value.give(lua, &tables)).collect()
    }
}

impl Plain {
    fn give(&self, lua: &Lua, tables: &[Table]) -> mlua::Result<Value> {
        Ok(match self {
            Plain::Nil => Value::Nil,
            Plain::Boolean(flag) => Value::Boolean(*flag),
            Plain::Integer(number) => Value::Integer(*number),
            Plain::Number(number) => Value::Number(*number),
            Plain::Text(text) => Value::String(lua.create_string(text)?),
            Plain::Table(place) => tables.get(*place).cloned().map_or(Value::Nil, Value::Table),
            Plain::Carried(carried) => (carried.0)(lua)?,
        })
    }
}

struct Taking<'a> {
    engine: &'a Engine,
    /// The place of each table that was met.
    places: HashMap<*const c_void, usize>,
    /// The tables, each with the table that holds it and its name there.
    tables: Vec<(Table, Option<usize>, String)>,
    memory: Reserved,
}

impl Taking<'_> {
    async fn plain(&mut self, value: Value, holder: Option<usize>, name: &str) -> Result<Plain, Failure> {
        self.memory.grow(VALUE).map_err(Failure::of)?;
        Ok(match value {
            Value::Nil => Plain::Nil,
            Value::Boolean(flag) => Plain::Boolean(flag),
            Value::Integer(number) => Plain::Integer(number),
            Value::Number(number) => Plain::Number(number),
            Value::String(text) => {
                self.memory.grow(text.as_bytes().len()).map_err(Failure::of)?;
                Plain::Text(text.as_bytes().to_vec())
            }
            Value::Table(table) => self.table(table, holder, name)?,
            Value::UserData(data) => self.userdata(data, holder, name).await?,
            Value::Thread(_) => return Err(self.refusal("a coroutine", holder, name)),
            other => return Err(self.refusal(&format!("a {}", other.type_name()), holder, name)),
        })
    }

    fn table(&mut self, table: Table, holder: Option<usize>, name: &str) -> Result<Plain, Failure> {
        let next = self.tables.len();
        let place = *self.places.entry(table.to_pointer()).or_insert(next);
        if place == next {
            if place == MOST_TABLES {
                let message = format!("a recipe returns more than {MOST_TABLES} tables");
                return Err(Failure::of(Error::new(Kind::Limit, message).advice("return less at a time")));
            }
            self.memory.grow(TABLE + name.len()).map_err(Failure::of)?;
            self.tables.push((table, holder, name.to_owned()));
        }
        Ok(Plain::Table(place))
    }

    async fn userdata(
        &mut self,
        data: AnyUserData,
        holder: Option<usize>,
        name: &str,
    ) -> Result<Plain, Failure> {
        let meta = |name: &str| data.metatable().and_then(|meta| meta.get::<Function>(name)).ok();
        if let Some(carry) = meta("__carry") {
            let carried: AnyUserData = self.engine.native(carry.call(&data))?;
            let carried = self.engine.native(carried.borrow::<Carried>())?.clone();
            return Ok(Plain::Carried(carried));
        }
        let made = if let Some(fields) = meta("__json") {
            self.engine.native(fields.call::<Value>(&data))?
        } else if let Ok(Value::Function(collect)) = data.get::<Value>("collect") {
            let list = call(self.engine.lua(), &collect, data).await;
            self.engine.native(list)?.into_iter().next().unwrap_or(Value::Nil)
        } else {
            Value::Nil
        };
        match made {
            Value::Table(table) => self.table(table, holder, name),
            _ => Err(self.refusal("an object that is no record", holder, name)),
        }
    }

    fn refusal(&self, what: &str, holder: Option<usize>, name: &str) -> Failure {
        let mut path = vec![name];
        let mut holder = holder;
        while let Some((_, above, name)) = holder.and_then(|place| self.tables.get(place)) {
            path.push(name);
            holder = *above;
        }
        path.retain(|name| !name.is_empty());
        path.reverse();
        let place = if path.is_empty() { String::new() } else { format!(" in {}", path.join(".")) };
        let error = Error::new(Kind::Usage, format!("a recipe returns data, not {what}{place}"));
        Failure::of(error.advice("return what it gives: a record, a list, text"))
    }
}
