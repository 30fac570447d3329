//! `Image`: the record, and the options of each thing that can be done with an image.

pub(super) mod changes;
pub(super) mod download;
pub(super) mod import;
pub(super) mod location;
pub(super) mod properties;
pub(super) mod record;
pub(super) mod source;
pub(super) mod upload;
pub(super) mod wait;
