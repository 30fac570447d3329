//! One case: a Lua state of its own, and clouds that are its own too where they are a sandbox.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::projects::Own;
use crate::api::{Extent, Ledger, Runtime, Verdict};
use crate::cli::args::TestOptions;
use crate::cli::commands::sandbox::cannot_start;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::output::trace::Trace;
use crate::cli::session::{self, Clouds, Invocation};
use crate::config::Inputs;
use crate::error::{Error, Kind};
use crate::host::Failure;
use crate::sandbox::{self, Sandbox};

/// Where cases run.
pub(super) enum Ground {
    /// A fresh sandbox for each, and one more as the other cloud.
    Sandbox,
    /// Three entries of clouds.yaml.
    Entries([String; 3]),
    /// Three projects that were made for this run.
    Own(Box<Own>),
}

impl Ground {
    /// Where the command line wants them. Errors: those of making projects.
    pub(super) fn prepare(invocation: &Invocation, options: &TestOptions) -> Result<Ground, Stop> {
        if let Some(entries) = &options.clouds {
            let three = <[String; 3]>::try_from(entries.clone());
            return three.map(Ground::Entries).map_err(|_| {
                Stop::usage(
                    "--clouds names three entries of clouds.yaml: --clouds project-a,project-b,project-c",
                )
            });
        }
        match &invocation.globals.cloud.name {
            Some(name) if !invocation.globals.sandbox => {
                Ok(Ground::Own(Box::new(Own::make(invocation, name)?)))
            }
            _ => Ok(Ground::Sandbox),
        }
    }

    /// Takes back what was made for this run.
    pub(super) fn leave(&self, invocation: &Invocation) -> Result<(), Stop> {
        match self {
            Ground::Own(own) => own.leave(invocation),
            _ => Ok(()),
        }
    }

    /// The names under which cases find their three projects.
    fn entries(&self) -> [String; 3] {
        match self {
            Ground::Entries(entries) => entries.clone(),
            Ground::Sandbox | Ground::Own(_) => ["project-a", "project-b", "project-c"].map(String::from),
        }
    }

    fn clouds(&self, invocation: &Invocation) -> Result<Clouds, Stop> {
        match self {
            Ground::Sandbox => sandboxes(invocation),
            Ground::Entries(_) => Ok(real(invocation.inputs(None))),
            Ground::Own(own) => {
                let folder = invocation.surroundings.folder.clone();
                let clouds_yaml = Some(own.clouds_yaml());
                Ok(real(Inputs { folder, clouds_yaml, ..Inputs::default() }))
            }
        }
    }
}

/// The name of the second sandbox in clouds.yaml: project A of a cloud with a Keystone of its own.
const OTHER: &str = "other";

/// A fresh sandbox, and beside it another that it does not know.
fn sandboxes(invocation: &Invocation) -> Result<Clouds, Stop> {
    let start = || {
        // Whatever a Glance may have, so that no case is skipped.
        let options = sandbox::Options { cache: true, show_locations: true, ..sandbox::Options::default() };
        Sandbox::start(options).map_err(|error| cannot_start(&error))
    };
    let (sandbox, other) = (start()?, start()?);
    let mut inputs = invocation.inputs(Some(&sandbox));
    let entry = other.entry("project-a", OTHER).unwrap_or_default();
    inputs.clouds_yaml = inputs.clouds_yaml.map(|yaml| yaml + &entry);
    Ok(Clouds { inputs, sandbox: Some(Arc::new(sandbox)), _other: Some(other) })
}

fn real(inputs: Inputs) -> Clouds {
    Clouds { inputs, sandbox: None, _other: None }
}

/// How a case ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    /// What it printed.
    pub(super) output: String,
    pub(super) took: Duration,
    /// What it may leave behind.
    pub(super) ledger: Ledger,
}

/// A runtime for looking into spec files; it has no cloud.
pub(super) fn reader(invocation: &Invocation) -> Result<Runtime, Stop> {
    let inputs = Inputs { folder: invocation.surroundings.folder.clone(), ..Inputs::default() };
    Ok(quiet(invocation, &real(inputs))?.0)
}

/// Runs one case of a file, for so long at most, or until it is `stopped`; `None` then.
///
/// However it ends, images that it began and did not complete are removed, but for those of a sandbox that
/// ends with it.
pub(super) async fn run(
    invocation: &Invocation,
    ground: &Ground,
    file: &Path,
    name: &str,
    limit: Duration,
    stopped: impl Future<Output = ()>,
) -> Option<Ended> {
    let (began, ledger) = (Instant::now(), Ledger::default());
    let invocation = &Invocation { ledger: ledger.clone(), ..invocation.clone() };
    let (verdict, output) =
        match ground.clouds(invocation).and_then(|clouds| Ok((quiet(invocation, &clouds)?, clouds))) {
            Ok(((runtime, output), clouds)) => {
                let entries = ground.entries();
                let case = runtime.run_case(file, name, &entries, clouds.sandbox.is_some());
                let verdict = tokio::select! {
                    ended = tokio::time::timeout(limit, case) => {
                        Some(ended.unwrap_or_else(|_| Verdict::Failed(late(limit))))
                    }
                    () = stopped => None,
                };
                if clouds.sandbox.is_none() {
                    for text in runtime.clean_up(Extent::All).await {
                        output.borrow_mut().extend(format!("{text}\n").into_bytes());
                        if verdict.is_none() {
                            output::note(&text);
                        }
                    }
                    if verdict.is_none() {
                        ledger.not_shown().iter().for_each(|text| output::note(text));
                        ledger.release_marks();
                    }
                }
                drop(runtime);
                (verdict?, String::from_utf8_lossy(&output.borrow()).into_owned())
            }
            Err(stop) => (Verdict::Failed(failure(stop)), String::new()),
        };
    Some(Ended { verdict, output, took: began.elapsed(), ledger })
}

/// What a script wrote.
type Printed = Rc<RefCell<Vec<u8>>>;

/// A runtime that prints into a buffer, and asks nobody.
fn quiet(invocation: &Invocation, clouds: &Clouds) -> Result<(Runtime, Printed), Stop> {
    let output = Rc::new(RefCell::new(Vec::new()));
    let mut options = session::options(invocation, clouds, &Trace::new(&invocation.globals));
    let noted = output.clone();
    options.person.ask = None;
    options.person.note = Rc::new(move |text| noted.borrow_mut().extend(format!("{text}\n").into_bytes()));
    let runtime = Runtime::new(options)?;
    runtime.engine().set_output(Buffer(output.clone()));
    Ok((runtime, output))
}

struct Buffer(Printed);

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn late(limit: Duration) -> Failure {
    let message = format!("the case took longer than {} s", limit.as_secs_f64());
    Failure { error: None, message, traceback: Vec::new(), syntax: false }
}

pub(super) fn failure(stop: Stop) -> Failure {
    match stop {
        Stop::Error(error) => Failure::of(error),
        Stop::Failure(failure) => failure,
        Stop::Usage(error) => Failure::of(Error::new(Kind::Usage, error.to_string())),
        Stop::Io(error) => Failure::of(Error::new(Kind::Usage, error.to_string())),
        Stop::Interrupted => Failure::of(Error::new(Kind::Interrupted, "interrupted")),
    }
}
