//! The Lua engine: states, chunks, `require`, recipes, files, limits, errors. Knows no OpenStack.
//!
//! | file or folder | contents |
//! |---|---|
//! | `engine.rs`, `run.rs`, `state.rs` | [`Engine`]: its parts, how it runs chunks, what it shares with recipes' engines |
//! | `globals.rs`, `lua/prelude.lua` | the globals of a script |
//! | `source.rs`, `loader.rs` | reading and compiling Lua; `require` |
//! | `recipe/` | finding, loading and running recipes, each in a Lua state of its own |
//! | `files/` | the files that scripts and recipes may reach |
//! | `library/` | the libraries written in Rust: `std.json`, `std.inspect`, `task`, … |
//! | `error/` | errors: in Lua, in reports, in tracebacks |
//! | `explore/` | what the REPL needs: completion, tokens, locals that last from line to line |
//! | `bindings/` | for bindings: options tables ([`Given`]), bounded texts, functions that wait |
//! | `memory.rs`, `interrupt.rs`, `output.rs` | limits, stopping, and where `print` goes |
//!
//! # Rules for the bindings of other layers
//!
//! * Errors: return `Err(`[`raise`]`(error))`. Scripts get an object; [`call`] calls back into Lua and keeps
//!   errors whole.
//! * Names: a metatable's `__dir` lists the fields and methods of userdata for completion.
//! * Iterators are userdata; a metatable's `__peek(iterator, from, count)` returns the next values without
//!   consuming them, and its position.
//! * Texts: take a [`Name`], a [`PathText`] or a [`Text`], not a `String`, which may be of any length.
//! * Memory: what userdata hold on the heap is counted by [`charge`] as long as they live.
//! * Waiting: register what waits by `add_waiting_method` or [`waiting_function`].
//! * JSON: userdata made by `create_ser_userdata` is written by its fields; an iterator has a `collect`
//!   method; a metatable's `__json` function, or its `__order` list of keys, replaces both.

mod bindings;
mod engine;
mod error;
mod explore;
mod files;
mod globals;
mod interrupt;
mod library;
mod loader;
mod memory;
mod output;
mod recipe;
mod run;
mod source;
mod state;
mod strings;
mod watch;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

pub use self::bindings::options::Given;
pub use self::bindings::text;
pub use self::bindings::text::{Name, PathText, Text};
pub use self::bindings::waiting::{WaitingMethods, pause, waiting_function};
pub use self::engine::{Engine, Options, Secrets, call};
pub use self::error::failure::Failure;
pub use self::error::lua_error::raise;
pub use self::explore::complete::Names;
pub use self::explore::locals::reads_last_values;
pub use self::explore::tokens::{Token, TokenKind, tokens};
pub use self::files::{Access, Readable, may_read, readable, writable};
pub use self::interrupt::Interrupt;
pub use self::library::json;
pub use self::library::task::Progress;
pub use self::memory::{budget, charge, reserve};
pub use self::recipe::{
    Argument, ArgumentKind, Carried, Found, Loaded, Recipe, RecipeArgs, Shelves, Values, is_unrun_recipe,
    load, looks_like_recipe,
};
pub use self::source::Completeness;
pub use self::state::refuse_while_loading;
