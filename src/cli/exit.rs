//! Why a run ends before its end, and the exit code that says so (DESIGN.md §1).

use std::io;

use crate::error::{Error, Kind};
use crate::host::Failure;

/// Why a run ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An error of this crate: the command line, the configuration, the cloud.
    Error(Error),
    /// A script ended badly.
    Failure(Failure),
    /// clap has something to say: a mistake in the command line, or help.
    Usage(clap::Error),
    /// A stream or file of the command line's own could not be read or written.
    Io(io::Error),
    /// ^C.
    Interrupted,
}

impl Stop {
    /// A mistake in how Lunette was called.
    pub(crate) fn usage(message: impl Into<String>) -> Stop {
        Stop::Error(Error::new(Kind::Usage, message))
    }

    /// A recipe's failure: where it raised one of Lunette's errors, that error says it all, without lines of
    /// Lua.
    pub(crate) fn of_recipe(failure: Failure, verbose: bool) -> Stop {
        match failure {
            Failure { error: Some(error), traceback, .. } if !verbose => match position(&traceback) {
                Some(position) if is_of_a_call(&error) => Stop::Error(add_position(error, position)),
                _ => Stop::Error(error),
            },
            failure => Stop::Failure(failure),
        }
    }

    /// What the process exits with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Stop::Error(error) | Stop::Failure(Failure { error: Some(error), .. }) => of_error(error),
            Stop::Failure(_) => 1,
            Stop::Usage(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Stop::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Stop::Io(_) => 2,
            Stop::Interrupted => 130,
        }
    }
}

/// Whether an error is about the way in which Lua called a function: the recipe's own mistake.
fn is_of_a_call(error: &Error) -> bool {
    let message = error.message();
    error.kind() == Kind::Usage
        && (message.starts_with("bad argument #") || message.contains("is a method: call it"))
}

/// The line of a traceback's innermost function: `share.lua:3`.
fn position(traceback: &[String]) -> Option<&str> {
    traceback.first()?.split_once(": in ").map(|(position, _)| position)
}

/// The error with the line of the recipe that it is about.
fn add_position(error: Error, position: &str) -> Error {
    let message = format!("{position}: {}", error.message());
    let has_advice = error.advice_text().is_some();
    let error = error.with_message(message);
    if has_advice { error } else { error.advice("this is a mistake in the recipe: correct that line") }
}

/// The exit code of an error. A limit is the cloud's only where the cloud said so; else a script took too
/// much memory.
fn of_error(error: &Error) -> u8 {
    match error.kind() {
        Kind::Limit if error.status_code().is_none() => 1,
        kind => of_kind(kind),
    }
}

/// The exit code of an error's kind: usage or configuration 2, the cloud said no 3, it was not reached 4.
fn of_kind(kind: Kind) -> u8 {
    match kind {
        Kind::Usage | Kind::Config => 2,
        Kind::Unauthorized
        | Kind::Forbidden
        | Kind::NotFound
        | Kind::Conflict
        | Kind::Limit
        | Kind::Invalid
        | Kind::Ambiguous
        | Kind::Integrity => 3,
        Kind::Unavailable | Kind::Protocol => 4,
        Kind::Interrupted => 130,
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Error(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failure(failure)
    }
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Stop {
        Stop::Usage(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(error: Option<Error>) -> Failure {
        Failure {
            error,
            message: "x.lua:1: no".into(),
            traceback: vec!["x.lua:1: in main chunk".into()],
            syntax: false,
        }
    }

    #[test]
    fn a_script_that_lets_an_error_object_through_exits_as_the_error_would() {
        let error = || Error::new(Kind::NotFound, "no image");
        assert_eq!(Stop::Error(error()).exit_code(), 3);
        assert_eq!(Stop::Failure(failure(Some(error()))).exit_code(), 3);
        assert_eq!(Stop::Failure(failure(None)).exit_code(), 1);
    }

    #[test]
    fn kinds_have_the_exit_codes_of_the_design() {
        for (kind, code) in [
            (Kind::Usage, 2),
            (Kind::Config, 2),
            (Kind::Limit, 1),
            (Kind::Unavailable, 4),
            (Kind::Protocol, 4),
        ] {
            assert_eq!(Stop::Error(Error::new(kind, "")).exit_code(), code, "{kind}");
        }
        assert_eq!(Stop::Error(Error::new(Kind::Limit, "").status(413)).exit_code(), 3);
        assert_eq!(Stop::Error(Error::new(Kind::Interrupted, "")).exit_code(), Stop::Interrupted.exit_code());
    }

    #[test]
    fn a_closed_pipe_is_success() {
        assert_eq!(Stop::Io(io::ErrorKind::BrokenPipe.into()).exit_code(), 0);
        assert_eq!(Stop::Io(io::ErrorKind::StorageFull.into()).exit_code(), 2);
    }

    #[test]
    fn a_recipe_hides_its_lines_unless_asked() {
        let raised = || failure(Some(Error::new(Kind::Conflict, "taken")));
        assert!(matches!(Stop::of_recipe(raised(), false), Stop::Error(_)));
        assert!(matches!(Stop::of_recipe(raised(), true), Stop::Failure(_)));
        assert!(matches!(Stop::of_recipe(failure(None), false), Stop::Failure(_)));
        let call = Error::new(Kind::Usage, "bad argument #1 to 'image' (string expected, got table)");
        let Stop::Error(told) = Stop::of_recipe(failure(Some(call)), false) else { unreachable!() };
        assert_eq!(told.message(), "x.lua:1: bad argument #1 to 'image' (string expected, got table)");
        assert_eq!(told.advice_text(), Some("this is a mistake in the recipe: correct that line"));
    }
}
