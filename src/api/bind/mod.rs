//! What all bindings share: records, iterators, and the list of Lua names.

pub(super) mod counted;
pub(super) mod iterator;
pub(super) mod names;
pub(super) mod record;
