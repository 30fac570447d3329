//! Tokens: what Keystone says of one, whether it is the one that was asked for, and the cache on disk.

pub(super) mod access;
pub(super) mod agreement;
pub(super) mod cache;
