//! The files: which are read, their text as a tree, and the entries in them.

pub(super) mod clouds;
pub(super) mod document;
pub(super) mod key_files;
pub(super) mod profile;
pub(super) mod search;
