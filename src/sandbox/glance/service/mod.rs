//! What the service says of itself: API versions, features, JSON schemas.

pub(super) mod info;
pub(super) mod schemas;
pub(super) mod versions;
