//! What a run knows of a creation that is not answered as it should be.
//!
//! Pure. `this_run.rs` says when an answer leaves open whether the image exists.

use std::sync::atomic::Ordering::Relaxed;

use crate::error::{Error, Kind};
use crate::http::Attempts;

/// An answer that does not say whether the image exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::glance) enum Unclear {
    /// None came.
    NoAnswer,
    /// One of this status: a proxy's, a failing service's, a redirection.
    Status(u16),
    /// A success that cannot be read to its end.
    Unreadable,
    /// A success that names another image.
    Another(Box<str>),
}

impl Unclear {
    /// The answer that this error of a creation tells of; `attempts` are those of its request.
    pub(super) fn of(error: &Error, attempts: &Attempts) -> Unclear {
        match (error.status_code(), error.kind()) {
            (Some(status), _) => Unclear::Status(status),
            (None, Kind::Unavailable)
                if attempts.may_be_done.load(Relaxed) && attempts.unsure_status.load(Relaxed) == 0 =>
            {
                Unclear::NoAnswer
            }
            _ => Unclear::Unreadable,
        }
    }

    /// The latest answer to a request that has not ended: it waits for an answer, or to be sent again.
    pub(super) fn so_far(attempts: &Attempts) -> Unclear {
        match attempts.unsure_status.load(Relaxed) {
            0 => Unclear::NoAnswer,
            _ if attempts.is_on_its_way.load(Relaxed) => Unclear::NoAnswer,
            status => Unclear::Status(status),
        }
    }

    /// The sentence about the image of that ID.
    pub(super) fn sentence(&self, id: &str) -> String {
        match self {
            Unclear::NoAnswer => {
                format!("The request for image {id} got no answer; the cloud may still create it.")
            }
            Unclear::Status(status) => format!(
                "The request for image {id} was answered with status {status}; the cloud may create it all the same."
            ),
            Unclear::Unreadable => {
                format!(
                    "The answer to the request for image {id} was not readable; the cloud may still create it."
                )
            }
            Unclear::Another(other) => format!(
                "The cloud answered the request for image {id} with image {other}; it may create {id} all the same."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_told_as_what_it_was() {
        let error = |kind| Error::new(kind, "").request_id("req-1");
        let (sent, answered) = (Attempts::default(), Attempts::default());
        sent.may_be_done.store(true, Relaxed);
        for (error, attempts, unclear, said) in [
            (error(Kind::Unavailable), &sent, Unclear::NoAnswer, "got no answer"),
            (error(Kind::Unavailable).status(503), &sent, Unclear::Status(503), "status 503"),
            (error(Kind::Protocol).status(307), &answered, Unclear::Status(307), "status 307"),
            // The body of a 201 was cut off, or is no image.
            (error(Kind::Unavailable), &answered, Unclear::Unreadable, "was not readable"),
            (error(Kind::Protocol), &answered, Unclear::Unreadable, "was not readable"),
        ] {
            assert_eq!(Unclear::of(&error, attempts), unclear);
            assert!(unclear.sentence("1bea").contains(said));
        }
        let another = Unclear::Another("2cfb".into()).sentence("1bea");
        assert!(another.contains("with image 2cfb") && !another.contains("no answer"), "{another}");
    }

    #[test]
    fn a_request_that_waits_to_be_sent_again_has_had_an_answer() {
        let attempts = Attempts::default();
        assert_eq!(Unclear::so_far(&attempts), Unclear::NoAnswer);
        attempts.unsure_status.store(503, Relaxed);
        assert_eq!(Unclear::so_far(&attempts), Unclear::Status(503));
        attempts.is_on_its_way.store(true, Relaxed);
        assert_eq!(Unclear::so_far(&attempts), Unclear::NoAnswer);
    }
}
