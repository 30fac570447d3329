//! Images: one image, listings, and each thing that can be done with an image.

pub(super) mod create;
pub(super) mod create_body;
pub(super) mod create_from_import;
pub(super) mod find;
pub(super) mod import;
pub(super) mod lifecycle;
pub(super) mod list;
pub(super) mod match_query;
pub(super) mod model;
pub(super) mod patch;
pub(super) mod query;
pub(super) mod recent_ids;
