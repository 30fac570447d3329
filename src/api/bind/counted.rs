//! The only way of a record into Lua: with its memory counted in the run's budget.
//!
//! A record is no userdata by itself, so that a new type of record cannot reach Lua uncounted.

use std::ops::Deref;

use mlua::{IntoLua, Lua, UserData, UserDataFields, UserDataMethods, Value};

use super::record::{Record, make_record, name_record};
use crate::budget::Charge;
use crate::host::charge;

/// A record in Lua's hands, and its memory, which Lua's collector cannot see.
pub(in crate::api) struct Counted<R> {
    record: R,
    _memory: Charge,
}

impl<R: Record> Counted<R> {
    /// Counts the memory of a record. Raises `limit`.
    pub(in crate::api) fn new(lua: &Lua, record: R) -> mlua::Result<Counted<R>> {
        let memory = charge(lua, size_of::<Counted<R>>() + record.memory())?;
        Ok(Counted { record, _memory: memory })
    }

    /// The record as a Lua value. Raises `limit`.
    pub(in crate::api) fn into_lua(lua: &Lua, record: R) -> mlua::Result<Value> {
        IntoLua::into_lua(Counted::new(lua, record)?, lua)
    }
}

impl<R> Deref for Counted<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.record
    }
}

impl<R: Record> UserData for Counted<R> {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        name_record::<R, F>(fields);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        make_record::<R, M>(methods);
        R::bind(methods);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::budget::Budget;

    #[derive(Clone, PartialEq)]
    struct Long(String);

    impl Record for Long {
        const CLASS: &'static str = "long";
        const FIELDS: &'static [&'static str] = &[];
        const METHODS: &'static [&'static str] = &[];

        fn field(&self, _: &Lua, _: &str) -> mlua::Result<Value> {
            Ok(Value::Nil)
        }

        fn title(&self) -> String {
            self.0.clone()
        }

        fn memory(&self) -> usize {
            self.0.len()
        }

        fn bind<M: UserDataMethods<Counted<Self>>>(_: &mut M) {}
    }

    #[test]
    fn a_record_counts_with_its_texts_until_lua_frees_it() {
        let (lua, budget) = (Lua::new(), Budget::of(4 << 20));
        lua.set_app_data(budget.clone());
        let long = || Counted::into_lua(&lua, Long("x".repeat(1 << 20)));
        let kept = [long().unwrap(), long().unwrap(), long().unwrap()];
        assert!(long().unwrap_err().to_string().contains("more than the 4 MiB"));
        drop(kept);
        lua.gc_collect().unwrap();
        assert!(long().is_ok());
    }
}
