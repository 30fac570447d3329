//! Images: one file for each operation, and what several of them share.

pub(super) mod actions;
pub(super) mod attributes;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod filter;
pub(super) mod list;
pub(super) mod patch_body;
pub(super) mod query;
pub(super) mod show;
pub(super) mod tags;
pub(super) mod update;
