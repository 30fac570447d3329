//! Image data: upload, download, ranges, and data staged for an import.

pub(super) mod file;
pub(super) mod range;
pub(super) mod stage;
