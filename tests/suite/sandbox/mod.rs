//! The sandbox cloud, asked in raw HTTP and never by Lunette's own client, so that the two cannot be wrong
//! together.
//!
//! Statuses and messages are those of Keystone 30.0.0 and Glance 33.0.0, measured.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub(crate) mod cloud;
mod images;
mod keystone;
mod metadefs;
pub(crate) mod raw;
mod server;
