//! Errors of the operating system, with advice where the process has used up what the system lets it have.

use std::fmt;
use std::io;

use rustix::io::Errno;

use super::{Error, Kind};

impl Error {
    /// What was attempted and why the system refused it: `cannot write x: No space left on device (os error 28)`.
    pub fn of_system(kind: Kind, attempt: impl fmt::Display, refusal: &io::Error) -> Error {
        let error = Error::new(kind, format!("{attempt}: {refusal}"));
        match shortage(refusal) {
            Some(advice) => error.advice(advice),
            None => error,
        }
    }
}

/// What to do where the system has no more of something: descriptors, threads, memory, room.
///
/// `None` for every other error: what helps then depends on what was attempted.
pub fn shortage(error: &io::Error) -> Option<&'static str> {
    Some(match Errno::from_io_error(error)? {
        Errno::MFILE => "let this process have more open files (ulimit -n), 64 or more",
        Errno::NFILE => "the whole system has too many open files: close other programs",
        Errno::NOMEM => "free memory, or let this process have more (ulimit -v)",
        Errno::NOSPC | Errno::DQUOT => "make room on the disk",
        Errno::FBIG => "let this process write larger files (ulimit -f)",
        _ => return None,
    })
}

/// What to do where no thread or process can be started.
pub const MORE_THREADS: &str =
    "let this user have more processes and threads (ulimit -u), or close other programs";
