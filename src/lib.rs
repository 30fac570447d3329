//! Lunette: Lua scripts, recipes and a REPL for the OpenStack Image service.
//!
//! The layers, each of which may use only those right of it (`tests/suite/structure/walls.rs` holds them
//! apart):
//!
//! ```text
//! main ─▶ cli ─┬─▶ api ─┬─▶ host ─────────────▶ embed
//!              │        └─▶ glance ─▶ keystone ─▶ http
//!              └─▶ sandbox                └─▶ config
//! ```
//!
//! All but `sandbox` may use `error`, `secrets` and `budget`. `host` and `glance` share `folder_entry`, which
//! knows files only.

#![forbid(unsafe_code)]

pub mod api;
pub mod budget;
pub mod cli;
pub mod config;
pub mod embed;
pub mod error;
pub mod folder_entry;
#[cfg(test)]
mod fuzz;
pub mod glance;
pub mod host;
pub mod http;
pub mod keystone;
pub mod sandbox;
pub mod secrets;
