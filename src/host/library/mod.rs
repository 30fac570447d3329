//! The libraries of scripts that are written in Rust.

pub(super) mod inspect;
pub mod json;
pub(super) mod std_lib;
pub(super) mod task;
