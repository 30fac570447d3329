//! The Lua engine: states, chunks, `require`, tasks, limits, errors. Has never heard of OpenStack.
//!
//! | file | what stands there |
//! |---|---|
//! | `engine.rs`, `run.rs` | [`Engine`]: how it is put together, how it runs chunks |
//! | `globals.rs`, `lua/prelude.lua` | what a script finds when it starts |
//! | `raised.rs`, `failure.rs`, `traceback.rs` | errors: in flight, as a script sees them, as a report tells them |
//! | `interrupt.rs`, `watch.rs` | stopping what runs |
//! | `strings.rs`, `pattern.rs` | Lua's patterns, which can be stopped |
//! | `source.rs`, `loader.rs` | reading and compiling Lua; `require` |
//! | `recipe/`, `common.rs` | finding, loading and running recipes, each in a Lua state of its own |
//! | `files/` | the files that scripts and recipes may reach |
//! | `task.rs`, `json.rs`, `std_lib.rs`, `output.rs` | the libraries that are Rust |
//! | `inspect.rs`, `complete.rs`, `tokens.rs` | what the REPL shows and offers |
//! | `locals.rs`, `lasting.rs`, `lua/locals.lua` | locals of a REPL session, which stay from line to line |
//! | `waiting.rs` | functions and methods that wait, for bindings |
//! | `options.rs` | [`Given`]: reading an options table strictly, for bindings |
//!
//! # What bindings of other layers follow
//!
//! * Errors: return `Err(`[`raise`]`(error))`. Scripts see an object; [`call`] calls back into Lua and keeps errors whole.
//! * Names: a metatable's `__dir` tells completion the fields and methods of userdata (see `complete.rs`).
//! * Iterators are userdata; a metatable's `__peek(iterator, from, count)` gives what comes, without taking it, and its
//!   place.
//! * Waiting: register what waits by `add_waiting_method` or [`waiting_function`] (see `waiting.rs`).
//! * JSON: userdata made by `create_ser_userdata` is written by its fields; an iterator has a `collect` method; a
//!   metatable's `__json` function, or its `__order` list of keys, says otherwise (see `json.rs`).

mod engine;
mod error;
mod explore;
mod files;
mod globals;
mod interrupt;
mod library;
mod loader;
mod memory;
pub mod options;
mod output;
mod recipe;
mod run;
mod source;
mod state;
mod strings;
mod waiting;
mod watch;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

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
pub use self::memory::{budget, reserve};
pub use self::options::Given;
pub use self::recipe::{
    Argument, ArgumentKind, Carried, Found, Loaded, Recipe, RecipeArgs, Shelves, Values, load,
    looks_like_recipe,
};
pub use self::source::Completeness;
pub use self::state::refuse_while_loading;
pub use self::waiting::{WaitingMethods, pause, waiting_function};
