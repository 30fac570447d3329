//! The sandbox's metadata definitions.

pub(crate) mod definitions;
pub(crate) mod lists;
