//! The commands of `lunette`, one file each.

pub(super) mod clouds;
pub(super) mod completions;
pub(super) mod help;
pub(super) mod recipes;
pub(super) mod run;
pub(super) mod sandbox;
pub(super) mod test;
