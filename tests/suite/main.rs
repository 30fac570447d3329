//! Everything that is tested through the binary, through Lua, or over raw HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod cli;
mod sandbox;
