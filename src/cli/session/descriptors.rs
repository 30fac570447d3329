//! The file descriptors that a run needs: if the system allows too few, it ends before it begins its work.

use std::io::{self, stderr};
use std::os::fd::OwnedFd;

use rustix::io::fcntl_dupfd_cloexec;

use crate::error::{Error, Kind};

/// The fewest that a run opens: two runtimes, their signals, a connection, a file.
const RUN: usize = 12;

/// The fewest with a sandbox, which serves from the same process.
const WITH_SANDBOX: usize = 27;

/// How many of these are opened after the sandbox has started.
pub(in crate::cli) const SANDBOX: usize = 17;

/// Checks that a run can open what it needs, before it opens anything. Errors: `unavailable`.
pub(in crate::cli) fn need_for_run(has_sandbox: bool) -> Result<(), Error> {
    need(if has_sandbox { WITH_SANDBOX } else { RUN })
}

/// Checks that this many can be opened. Errors: `unavailable`.
pub(in crate::cli) fn need(count: usize) -> Result<(), Error> {
    let spare: Result<Vec<OwnedFd>, _> = (0..count).map(|_| fcntl_dupfd_cloexec(stderr(), 3)).collect();
    let refused = |refusal: io::Error| {
        let attempt = format!("this run needs {count} more open files than it has");
        Error::of_system(Kind::Unavailable, attempt, &refusal)
    };
    spare.map(drop).map_err(|errno| refused(errno.into()))
}
