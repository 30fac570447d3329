//! Everything that is tested through the binary, through Lua, or over raw HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod authorship;
mod command_line;
mod documents;
#[path = "../hostile/mod.rs"]
mod hostile;
mod isolation;
mod operations;
mod recipes;
mod repl;
mod sandbox;
mod served;
mod specs;
mod structure;
mod transfers;
mod world;
