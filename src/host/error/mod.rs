//! Errors: in flight through Lua, as a script catches them, and as a report shows them.

pub(super) mod failure;
pub(super) mod lua_error;
pub(super) mod traceback;
