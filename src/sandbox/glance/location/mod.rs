//! Locations: the routes, changes by PATCH, and what a client says of the data.

pub(super) mod location_patch;
pub(super) mod routes;
pub(super) mod validation_data;
pub(super) mod view;
