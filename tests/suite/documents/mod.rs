//! README, SECURITY.md and the documentation of Lua names say what is true.

pub(crate) mod meta;
pub(crate) mod paths;
pub(crate) mod readme;
pub(crate) mod security;
