//! The sandbox cloud, asked in raw HTTP and never by Lunette's own client, so that the two cannot be wrong together.
//!
//! Statuses and messages are those of Keystone 30.0.0 and Glance 33.0.0, measured.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod about;
mod administration;
mod cache;
pub(crate) mod cloud;
mod compute;
mod copies;
mod data;
mod door;
mod faults;
mod images;
mod imports;
mod keep;
mod keystone;
mod life;
mod limits;
mod lists;
mod members;
mod metadef_lists;
mod metadefs;
mod patch;
mod places;
mod quotas;
pub(crate) mod raw;
mod rough;
mod tasks;
mod tokens;
mod web;
