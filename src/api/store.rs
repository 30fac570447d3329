//! `Store`: a place where a cloud keeps data.
//!
//! Source: glance/api/v2/discovery.py, `InfoController.get_stores`.

use mlua::{IntoLua, Lua, UserDataMethods, Value};

use super::bind::counted::Counted;
use super::bind::record::{Record, field_of};
use crate::glance::Store;

/// A store record.
#[derive(Clone, PartialEq)]
pub(super) struct StoreRecord(pub(super) Store);

impl Record for StoreRecord {
    const CLASS: &'static str = "store";
    const FIELDS: &'static [&'static str] = Store::FIELDS;
    const METHODS: &'static [&'static str] = &[];

    fn field(&self, lua: &Lua, name: &str) -> mlua::Result<Value> {
        field_of(lua, &self.0, name)
    }

    fn title(&self) -> String {
        let notes = [(self.0.default, "default"), (self.0.read_only, "read-only")];
        let notes: Vec<&str> = notes.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect();
        if notes.is_empty() {
            return format!("store {}", self.0.id);
        }
        format!("store {} ({})", self.0.id, notes.join(", "))
    }

    fn memory(&self) -> usize {
        self.0.memory()
    }

    fn bind<M: UserDataMethods<Counted<Self>>>(_: &mut M) {}
}

impl IntoLua for StoreRecord {
    fn into_lua(self, lua: &Lua) -> mlua::Result<Value> {
        Counted::into_lua(lua, self)
    }
}
