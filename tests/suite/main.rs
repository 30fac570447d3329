//! Everything that is tested through the binary, through Lua, or over raw HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod all_operations;
mod authorship;
mod bad_input;
mod cli;
mod clouds;
mod confirmations;
mod descriptors;
mod disks;
mod downloads;
mod effects;
mod guide;
#[path = "../hostile/mod.rs"]
mod hostile;
mod isolation;
mod meta;
mod operations;
mod progress;
mod questions;
mod readme;
mod recipes;
mod repl;
mod sandbox;
mod security;
mod served;
mod specs;
mod testing;
mod upload;
mod walls;
mod world;
