//! What a cloud's Image service offers, and how a missing feature is reported.

pub(super) mod image_cache;
pub(super) mod info;
pub(super) mod unsupported;
