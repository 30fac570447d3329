//! Errors that do not tell whether a request was carried out.

use crate::error::{Error, Kind};

/// Whether what was asked may have been done: no answer came, or half of one, or a proxy's that did not wait
/// for it.
pub(in crate::glance) fn is_unsure(error: &Error) -> bool {
    // What never left has no name in anybody's logs.
    error.kind() == Kind::Unavailable
        && error.request_id_value().is_some()
        && matches!(error.status_code(), None | Some(502 | 504))
}
