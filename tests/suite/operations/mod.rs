//! The operations of the Image API: one list, their effects, and a Lua name and a spec for each.

pub(crate) mod all_operations;
pub(crate) mod effects;
pub(crate) mod table;
