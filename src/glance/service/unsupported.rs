//! Refusals that mean "this cloud does not have that", or "only an administrator may": said so.
//!
//! Glance answers 404 for what is switched off, for what an older Glance has never heard of, and for what is
//! not there; here each operation says which of these it is. Knows no operation in particular.

use crate::error::Error;

/// What the answer to a path says that Glance does not know, or has switched off without a word.
const BARE: &str = "The resource could not be found";

/// Whether a 404 is about the path, and not about something that the path names.
pub(in crate::glance) fn is_bare(error: &Error) -> bool {
    error.status_code() == Some(404) && error.message().starts_with(BARE)
}

/// The error of a 404 that means that the cloud lacks a feature: `what` it lacks, what Glance said, what to
/// do.
pub(in crate::glance) fn lacking(error: Error, what: &str, advice: &str) -> Error {
    if error.status_code() != Some(404) {
        return error;
    }
    let message = format!("this cloud {what}: {}", error.message());
    error.with_message(message).advice(advice)
}

/// The error of a 403 that means that the caller's role is not enough: `what` is, and what to do instead.
pub(in crate::glance) fn explain_role(error: Error, advice: &str) -> Error {
    // A refusal of our own, for `--read-only`, has no status.
    if error.status_code() == Some(403) { error.advice(advice) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn answered(status: u16, message: &str) -> Error {
        Error::new(Kind::of_status(status), message).status(status)
    }

    #[test]
    fn only_a_404_means_that_the_cloud_lacks_something() {
        let error = lacking(answered(404, "Caching is not supported."), "has no image cache", "do without");
        assert_eq!(error.message(), "this cloud has no image cache: Caching is not supported.");
        assert_eq!((error.kind(), error.advice_text()), (Kind::NotFound, Some("do without")));
        assert_eq!(lacking(answered(403, "no"), "has no image cache", "do without").message(), "no");
    }

    #[test]
    fn only_a_403_of_the_cloud_means_that_the_role_is_not_enough() {
        assert_eq!(explain_role(answered(403, "no"), "ask an admin").advice_text(), Some("ask an admin"));
        assert_eq!(explain_role(answered(409, "no"), "ask an admin").advice_text(), None);
        let own =
            Error::new(Kind::Forbidden, "only reads are allowed here").advice("run without --read-only");
        assert_eq!(explain_role(own, "ask an admin").advice_text(), Some("run without --read-only"));
    }

    #[test]
    fn an_unknown_path_is_told_apart_from_a_missing_object() {
        assert!(is_bare(&answered(404, "The resource could not be found.")));
        assert!(!is_bare(&answered(404, "No image found with ID 1bea")));
        assert!(!is_bare(&answered(403, "The resource could not be found.")));
    }
}
