//! `Store`: a place where a cloud keeps data.
//!
//! Source: glance/api/v2/discovery.py, `InfoController.get_stores`.

use mlua::{Lua, UserData, UserDataFields, UserDataMethods, Value};

use super::bind::record::{Record, field_of, make_record, name_record};
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
}

impl UserData for StoreRecord {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        name_record(fields);
    }

    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        make_record(methods);
    }
}
