//! Locations: where the data of an image are stored.

pub(super) mod edit;
pub(super) mod model;
