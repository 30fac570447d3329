//! Image data: sources, hashes, uploads and downloads.

pub(super) mod download;
pub(super) mod hash;
pub(super) mod parts;
pub(super) mod read_thread;
pub(super) mod source;
pub(super) mod threads;
pub(super) mod upload;
