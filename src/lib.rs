//! Lunette: Lua scripts, recipes and a REPL for the OpenStack Image service.
//!
//! The library exists for the binary `lunette` and promises no stable API. Other programs may want the
//! embedded cloud for their own tests:
//!
//! ```no_run
//! use lunette::sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! std::fs::write("clouds.yaml", sandbox.clouds_yaml())?;
//! println!("Keystone answers at {}", sandbox.auth_url());
//! // Dropping `sandbox` stops the cloud.
//! # Ok::<(), std::io::Error>(())
//! ```
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
