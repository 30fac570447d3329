//! `lunette sandbox`: serves the sandbox cloud and tells how to reach it.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::args::SandboxOptions;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::interrupt;
use crate::error::{Error, Kind, shortage};
use crate::sandbox::{Note, Options, Sandbox};

/// Serves until ^C, SIGTERM or SIGHUP. One that was started by `nohup` ignores SIGHUP.
pub(crate) fn run(options: &SandboxOptions) -> Result<(), Stop> {
    interrupt::catch_full_files()?;
    let started = Sandbox::start(Options {
        port: options.port,
        state: options.state.clone(),
        format_check: !options.no_format_check,
        cache: options.cache,
        show_locations: options.show_locations,
        note: Note::new(output::note),
        ..Options::default()
    });
    let sandbox = started.map_err(|error| match &options.state {
        Some(file) if is_of_a_path(&error, options.port) => {
            let attempt = format!("the state of the sandbox cannot be kept in {}", file.display());
            let error = Error::of_system(Kind::Config, attempt, &error);
            error
                .advice("name a file, new or of a sandbox, in a folder that exists and that you may write to")
        }
        _ => start_error(&error, options.port),
    })?;
    for fault in &options.faults {
        sandbox.add_fault(fault.clone());
    }
    let file = options.clouds_yaml.as_deref().map(|file| write(file, &sandbox.clouds_yaml())).transpose()?;
    let greeting = greeting(&sandbox, file.as_deref());
    Ok(sandbox.wait(interrupt::ends_on_hangup(), || output::text(&greeting))?)
}

/// What the first line of a sandbox's clouds.yaml says: this one may be overwritten.
const MARK: &str = "# Written by `lunette sandbox`, which overwrites it.\n";

/// Writes a clouds.yaml that only this user can read, and returns its full path.
///
/// Errors: `usage` (somebody else's file is there, or it cannot be written).
fn write(file: &Path, clouds_yaml: &str) -> Result<PathBuf, Error> {
    let refused = |why: String| Error::new(Kind::Usage, format!("{} {why}", file.display()));
    let unwritable = |error: io::Error| {
        let refused = refused(format!("cannot be written: {error}"));
        refused.advice(shortage(&error).unwrap_or("name a file in a folder that you may write to"))
    };
    match fs::read(file) {
        Ok(text) if !text.is_empty() && !text.starts_with(MARK.as_bytes()) => {
            return Err(refused("is there, and was not written by a sandbox".to_owned())
                .advice("name another file, or take that one away"));
        }
        Ok(_) => fs::remove_file(file).map_err(unwritable)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(unwritable(error)),
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .and_then(|mut file| file.write_all((MARK.to_owned() + clouds_yaml).as_bytes()))
        .and_then(|()| file.canonicalize())
        .map_err(unwritable)
}

/// What a shell can evaluate: exports, and the rest as comments.
fn greeting(sandbox: &Sandbox, clouds_yaml: Option<&Path>) -> String {
    let mut text = format!("# The sandbox cloud serves at {} until ^C.\n", sandbox.auth_url());
    text.push_str("# For any OpenStack client in another shell, as project-a:\n");
    text.push_str(&sandbox.exports("project-a").unwrap_or_default());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let _ = match clouds_yaml {
        Some(file) => {
            let file = file.display().to_string().replace('\'', r"'\''");
            writeln!(text, "# All its clouds:\n#   export OS_CLIENT_CONFIG_FILE='{file}'\n#   lunette clouds")
        }
        None => writeln!(text, "# --clouds-yaml FILE writes a clouds.yaml with all its clouds."),
    };
    text.push_str("# Then:\n#   lunette list\n#   openstack image list\n");
    text
}

/// Whether the system refuses a path, and not a port.
fn is_of_a_path(error: &io::Error, port: u16) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), IsADirectory | NotADirectory | NotFound | ReadOnlyFilesystem)
        || error.kind() == PermissionDenied && !(1..1024).contains(&port)
}

fn start_error(error: &io::Error, port: u16) -> Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => Error::new(Kind::Usage, format!("port {port} is in use"))
            .advice("choose another --port, or leave it out to take a free one"),
        io::ErrorKind::PermissionDenied => {
            Error::new(Kind::Usage, format!("port {port} may not be used by this user"))
                .advice("choose a --port above 1023, or leave it out to take a free one")
        }
        io::ErrorKind::InvalidData | io::ErrorKind::ResourceBusy => {
            Error::new(Kind::Config, error.to_string())
                .advice("it was left as it is; name another --state FILE, or move it away")
        }
        _ => cannot_start(error),
    }
}

/// The error of a sandbox that does not start, mostly for want of a folder.
pub(crate) fn cannot_start(error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::WouldBlock {
        return Error::no_thread(error).context("the sandbox does not start");
    }
    let message = format!("the sandbox does not start: {error}");
    let advice = match shortage(error) {
        Some(advice) => advice,
        None if message.contains("no folder for its data") => "set TMPDIR to a folder that you may write to",
        None => "see which limits hold for this process (ulimit -a): it needs a port, files and memory",
    };
    Error::new(Kind::Unavailable, message).advice(advice)
}
