//! Errors of the operating system, with advice where the process has reached one of its limits.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use rustix::io::Errno;

use super::{Error, Kind};

/// What to do where no thread can be started.
const THREADS: &str = "let this user have more processes and threads (ulimit -u), or close other programs";

impl Error {
    /// What was attempted and why the system refused it: `cannot write x: No space left on device (os error
    /// 28)`. A refusal that holds an error of this crate keeps its kind.
    pub fn of_system(kind: Kind, attempt: impl fmt::Display, refusal: &io::Error) -> Error {
        if let Some(own) = refusal.get_ref().and_then(|held| held.downcast_ref::<Error>()) {
            return own.clone().context(attempt);
        }
        let error = Error::new(kind, format!("{attempt}: {refusal}"));
        match shortage(refusal) {
            Some(advice) => error.advice(advice),
            None => error,
        }
    }

    /// A file that somebody named and that cannot be read, with what to check. Kind: `usage`.
    pub fn unreadable(name: impl fmt::Display, refusal: &io::Error) -> Error {
        let error = Error::of_system(Kind::Usage, format!("cannot read {name}"), refusal);
        match refusal.kind() {
            io::ErrorKind::NotFound => error.advice("check the path: it is relative to the working folder"),
            io::ErrorKind::PermissionDenied => error.advice("check who may read it, and enter its folder"),
            _ => error,
        }
    }

    /// No thread could be started. Kind: `unavailable`.
    pub fn no_thread(refusal: &io::Error) -> Error {
        let error = Error::new(Kind::Unavailable, format!("no thread can be started: {refusal}"));
        error.advice(THREADS)
    }
}

/// Returns the advice for a limit that was reached: descriptors, threads, memory, disk space.
///
/// Looks at the causes of an error too. `None` for every other error: what helps then depends on what was
/// attempted.
pub fn shortage(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<Error>().is_some_and(|own| own.advice_text() == Some(THREADS)) {
            return Some(THREADS);
        }
        if let Some(system) = error.downcast_ref::<io::Error>() {
            if let Some(advice) = Errno::from_io_error(system).and_then(advice) {
                return Some(advice);
            }
            // Its `source` skips the error that it holds.
            if let Some(advice) = system.get_ref().and_then(|held| shortage(held)) {
                return Some(advice);
            }
        }
        next = error.source();
    }
    None
}

fn advice(errno: Errno) -> Option<&'static str> {
    Some(match errno {
        Errno::MFILE => "let this process have more open files, 64 or more (ulimit -n)",
        Errno::NFILE => "the whole system has too many open files: close other programs",
        Errno::NOMEM => "free memory, or let this process have more (ulimit -v)",
        Errno::NOSPC | Errno::DQUOT => "make room on the disk",
        Errno::FBIG => "let this process write larger files (ulimit -f)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_is_found_in_whatever_holds_it() {
        let full = || io::Error::from(Errno::MFILE);
        let held = io::Error::other(io::Error::other(full()));
        for error in [full(), io::Error::other(full()), held] {
            assert!(shortage(&error).is_some_and(|advice| advice.contains("ulimit -n")), "{error}");
        }
        assert_eq!(shortage(&io::Error::from(Errno::NOENT)), None);
        assert_eq!(shortage(&io::Error::other("too many open files")), None);
    }

    #[test]
    fn every_error_of_the_system_names_the_attempt_and_the_limit() {
        let error = Error::of_system(Kind::Config, "cannot read a", &Errno::MFILE.into());
        assert_eq!(error.message(), "cannot read a: Too many open files (os error 24)");
        assert!(error.advice_text().is_some_and(|advice| advice.contains("ulimit -n")));
        let error = Error::no_thread(&Errno::AGAIN.into());
        assert!(error.advice_text().is_some_and(|advice| advice.contains("ulimit -u")));
        let within = Error::of_system(Kind::Usage, "x cannot be written", &io::Error::other(error));
        assert!(within.advice_text().is_some_and(|advice| advice.contains("ulimit -u")));
        assert_eq!(within.kind(), Kind::Unavailable);
        assert!(within.message().starts_with("x cannot be written: no thread can be started"), "{within}");
    }
}
