//! What every record has in common: read-only fields in a fixed order, and a clear no to every other name.
//!
//! Must not know any record in particular.

use mlua::{AnyUserData, IntoLua, Lua, MetaMethod, UserDataFields, UserDataMethods, Value};

use super::counted::Counted;
use crate::error::{Error, Kind, nearest};
use crate::host::text::shown_key;
use crate::host::{Carried, json, raise};

/// A snapshot of something in the cloud, seen from Lua as a [`Counted`].
pub(in crate::api) trait Record: PartialEq + Clone + 'static {
    /// Its class in error messages and documentation: `image`.
    const CLASS: &'static str;
    /// Its fields, in the order they are shown.
    const FIELDS: &'static [&'static str];
    /// Its methods, for completion and for the nearest name.
    const METHODS: &'static [&'static str];

    /// The value of one of `FIELDS`; nil where the cloud told none.
    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value>;

    /// How it shows in a sentence: `image pfsense (1bea…)`.
    fn title(&self) -> String;

    /// Bytes that it takes on the heap, besides those of the type itself and of what records share.
    fn memory(&self) -> usize;

    /// Binds `METHODS`.
    fn bind<M: UserDataMethods<Counted<Self>>>(methods: &mut M);
}

/// Adds to a record's methods what makes it one: strict fields, `pairs`, `==`, `tostring`, JSON, completion,
/// and the way into another Lua state.
pub(super) fn make_record<R: Record, M: UserDataMethods<Counted<R>>>(methods: &mut M) {
    methods.add_meta_method(MetaMethod::Index, |lua, this, key: Value| {
        let name = shown_key(&key)?;
        if R::FIELDS.contains(&name.as_str()) {
            this.field(lua, &name)
        } else {
            Err(raise(unknown::<R>(&name)))
        }
    });
    methods.add_meta_method(MetaMethod::NewIndex, |_, _, (key, _): (Value, Value)| {
        let name = shown_key(&key)?;
        Err::<(), _>(raise(
            Error::new(Kind::Usage, format!("{}.{name} cannot be set: a record is a snapshot", R::CLASS))
                .advice(
                    "change the thing itself by a method, such as image:update{…}; it returns a new record",
                ),
        ))
    });
    methods.add_meta_function(MetaMethod::Pairs, |lua, this: AnyUserData| {
        let step = lua.create_function(|lua, (this, last): (AnyUserData, Option<String>)| {
            let record = this.borrow::<Counted<R>>()?;
            let start = match last {
                None => 0,
                Some(name) => {
                    1 + R::FIELDS.iter().position(|field| *field == name).unwrap_or(R::FIELDS.len())
                }
            };
            for name in R::FIELDS.iter().skip(start) {
                let value = record.field(lua, name)?;
                if !value.is_nil() {
                    return Ok((name.into_lua(lua)?, value));
                }
            }
            Ok((Value::Nil, Value::Nil))
        })?;
        Ok((step, this, Value::Nil))
    });
    methods.add_meta_function(MetaMethod::Eq, |_, (a, b): (AnyUserData, AnyUserData)| {
        Ok(matches!((a.borrow::<Counted<R>>(), b.borrow::<Counted<R>>()), (Ok(a), Ok(b)) if **a == **b))
    });
    methods.add_meta_method(MetaMethod::ToString, |_, this, ()| Ok(this.title()));
    // A record holds nothing of a Lua state, so any state can be given one.
    methods.add_meta_method("__carry", |_, this, ()| {
        let record = R::clone(this);
        Ok(Carried::new(move |lua| Counted::into_lua(lua, record.clone())))
    });
    methods.add_meta_method("__json", |lua, this, ()| {
        let fields = lua.create_table()?;
        for name in R::FIELDS {
            fields.set(*name, this.field(lua, name)?)?;
        }
        let meta = lua.create_table()?;
        meta.set("__order", lua.create_sequence_from(R::FIELDS.iter().copied())?)?;
        fields.set_metatable(Some(meta))?;
        Ok(fields)
    });
}

/// Tells completion the names of a record. Reading any of its fields is free of I/O.
pub(super) fn name_record<R: Record, F: UserDataFields<Counted<R>>>(fields: &mut F) {
    fields.add_meta_field_with("__dir", |lua| {
        let dir = lua.create_table()?;
        dir.set("fields", R::FIELDS)?;
        dir.set("methods", R::METHODS)?;
        dir.set("class", class::<R>())?;
        Ok(dir)
    });
}

/// A field of what serializes to an object of fields; nil where there is none, or null.
pub(in crate::api) fn field_of(lua: &Lua, thing: &impl serde::Serialize, name: &str) -> mlua::Result<Value> {
    let object = serde_json::to_value(thing).unwrap_or_default();
    object.get(name).map_or(Ok(Value::Nil), |value| json::to_lua(lua, value))
}

/// The class that documentation knows it by: `Image`.
fn class<R: Record>() -> String {
    let words = R::CLASS.split(' ').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    });
    words.flatten().collect()
}

/// The error for a name that a record does not have.
fn unknown<R: Record>(name: &str) -> Error {
    let known = || R::FIELDS.iter().chain(R::METHODS).copied();
    let error = Error::new(Kind::Usage, format!("{} has no field or method '{name}'", R::CLASS));
    match nearest(name, known()) {
        Some(near) if R::METHODS.contains(&near) => {
            error.advice(format!("did you mean {}:{near}(…)?", R::CLASS))
        }
        Some(near) => error.advice(format!("did you mean {}.{near}?", R::CLASS)),
        None => error.advice(format!("it has: {}", known().collect::<Vec<_>>().join(" "))),
    }
}
