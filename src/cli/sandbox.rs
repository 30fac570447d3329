//! `lunette sandbox`: serves the sandbox cloud and tells how to reach it.

use std::fmt::Write;
use std::io;
use std::path::Path;

use super::args::SandboxOptions;
use super::out;
use super::stop::Stop;
use crate::error::{Error, Kind};
use crate::sandbox::{Options, Sandbox};

/// Serves until ^C or SIGTERM.
pub(crate) fn run(options: &SandboxOptions) -> Result<(), Stop> {
    let started = Sandbox::start(Options { port: options.port, ..Options::default() });
    let sandbox = started.map_err(|error| not_started(&error, options.port))?;
    if let Some(file) = &options.clouds_yaml {
        std::fs::write(file, sandbox.clouds_yaml()).map_err(|error| {
            Error::new(Kind::Usage, format!("{} cannot be written: {error}", file.display()))
        })?;
    }
    out::text(&greeting(&sandbox, options.clouds_yaml.as_deref()))?;
    sandbox.wait();
    Ok(())
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
            let file = file.display();
            writeln!(
                text,
                "# All its clouds stand in {file}:\n#   export OS_CLIENT_CONFIG_FILE={file}\n#   lunette clouds"
            )
        }
        None => writeln!(text, "# --clouds-yaml FILE writes a clouds.yaml with all its clouds."),
    };
    text.push_str("# Then:\n#   lunette list\n#   openstack image list\n");
    text
}

fn not_started(error: &io::Error, port: u16) -> Error {
    match error.kind() {
        io::ErrorKind::AddrInUse => Error::new(Kind::Usage, format!("port {port} is in use"))
            .advice("choose another --port, or leave it out to take a free one"),
        io::ErrorKind::PermissionDenied => {
            Error::new(Kind::Usage, format!("port {port} may not be used by this user"))
                .advice("choose a --port above 1023, or leave it out to take a free one")
        }
        _ => Error::new(Kind::Unavailable, format!("the sandbox does not start: {error}")),
    }
}
