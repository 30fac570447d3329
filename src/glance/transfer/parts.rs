//! Data that are open: parts that come one after the other.

use futures_util::stream::LocalBoxStream;

use crate::error::Result;
use crate::http::Bytes;

/// Data, part after part. Not `Send`: a script may make them, or another cloud.
pub type Parts = LocalBoxStream<'static, Result<Bytes>>;

/// Data that are open, at their start.
pub(in crate::glance) struct Opened {
    /// The data.
    pub(in crate::glance) parts: Parts,
    /// Bytes in all, where that is known.
    pub(in crate::glance) size: Option<u64>,
    /// Whether they can be opened again.
    pub(in crate::glance) again: bool,
}
