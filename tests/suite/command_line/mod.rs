//! The command line: what a user types, and the stdout, stderr and exit code that follow.

pub(crate) mod advice;
pub(crate) mod bad_input;
pub(crate) mod clouds;
pub(crate) mod confirmations;
pub(crate) mod descriptors;
pub(crate) mod lunette_test;
pub(crate) mod progress;
pub(crate) mod questions;
pub(crate) mod runs;
pub(crate) mod threads;
