//! A runtime made from the command line and the surroundings.

pub(super) mod address_space;
pub(super) mod descriptors;
pub(super) mod environment;
pub(super) mod interrupt;

use std::ffi::OsString;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::output::progress::rate::Unit;

use self::environment::Surroundings;
use super::args::global::{Globals, MAX_MEMORY};
use super::commands::sandbox::cannot_start;
use super::exit::Stop;
use super::output;
use super::output::progress;
use super::output::render::{self, Look};
use super::output::trace::Trace;
use crate::api::{self, Extent, Ledger, Runtime};
use crate::budget::Budget;
use crate::config::Inputs;
use crate::error::{Error, Kind};
use crate::host;
use crate::http::{Effect, Effects};
use crate::sandbox::{self, BadFault, Fault, Note, Sandbox};

/// How long clean-up runs before a message says so.
const WORTH_TELLING: Duration = Duration::from_secs(1);

/// The cloud that `--sandbox` starts with.
const SANDBOX_CLOUD: &str = "project-a";

/// What this process was called with, and where.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    /// The words of the command line, the program's own first.
    pub(crate) argv: Vec<OsString>,
    /// The global options.
    pub(crate) globals: Globals,
    /// The environment and its folders.
    pub(crate) surroundings: Surroundings,
    /// Whether Lua itself is read from standard input, so that no data can be.
    pub(crate) reads_stdin: bool,
    /// What the run may leave behind.
    pub(crate) ledger: Ledger,
}

impl Invocation {
    /// Where clouds come from: the sandbox alone, or the files and the environment.
    pub(crate) fn inputs(&self, sandbox: Option<&Sandbox>) -> Inputs {
        match sandbox {
            Some(sandbox) => Inputs {
                folder: self.surroundings.folder.clone(),
                clouds_yaml: Some(sandbox.clouds_yaml()),
                ..Inputs::default()
            },
            None => self.surroundings.inputs(),
        }
    }

    /// The cloud that was chosen, where one was.
    pub(crate) fn cloud(&self) -> Option<String> {
        let sandbox = || self.globals.sandbox.then(|| SANDBOX_CLOUD.to_owned());
        self.globals.cloud.name.clone().or_else(sandbox)
    }

    /// How results look.
    pub(crate) fn look(&self) -> Look {
        let globals = &self.globals;
        Look {
            format: globals.format.unwrap_or_default(),
            columns: globals.columns.clone(),
            sort: globals.sort_column.clone(),
            width: match globals.max_width {
                Some(0) => None,
                None if globals.fit_width => output::terminal_width(),
                width => width,
            },
            budget: Budget::default(),
        }
    }

    /// Prints a result as the global options want it.
    pub(crate) fn print(&self, value: &serde_json::Value, columns: Option<&[String]>) -> Result<(), Stop> {
        self.print_within(&Budget::default(), value, columns)
    }

    /// Prints a result of a script's as the global options want it; its text is part of the script's memory.
    pub(crate) fn print_within(
        &self,
        budget: &Budget,
        value: &serde_json::Value,
        columns: Option<&[String]>,
    ) -> Result<(), Stop> {
        let look = Look { budget: budget.clone(), ..self.look() };
        Ok(output::text(&render::render(value, columns, &look)?)?)
    }

    /// Prints the result of what changed something: a column that is not there is an error, and all is told
    /// before it.
    pub(crate) fn print_changes(
        &self,
        budget: &Budget,
        value: &serde_json::Value,
        columns: Option<&[String]>,
    ) -> Result<(), Stop> {
        self.print_within(budget, value, columns).or_else(|wrong| {
            let budget = budget.clone();
            let whole = Look { columns: Vec::new(), sort: Vec::new(), budget, ..self.look() };
            output::text(&render::render(value, columns, &whole)?)?;
            Err(wrong)
        })
    }

    /// The sandbox, started, where `--sandbox` was given.
    pub(crate) fn sandbox(&self) -> Result<Option<Sandbox>, Stop> {
        if !self.globals.sandbox {
            return Ok(None);
        }
        descriptors::need(descriptors::SANDBOX)?;
        interrupt::catch_full_files()?;
        let options = sandbox::Options { note: Note::new(output::note), ..sandbox::Options::default() };
        Ok(Some(Sandbox::start(options).map_err(|error| cannot_start(&error))?))
    }
}

/// A runtime, and what has to live as long as it.
pub(crate) struct Session {
    /// The runtime; dropped before the sandbox, so that nobody is left talking to nobody.
    pub(crate) runtime: Runtime,
    trace: Trace,
    _clouds: Clouds,
}

/// Where a runtime's clouds come from.
pub(crate) struct Clouds {
    /// The files and the environment, or the sandbox's own clouds.yaml.
    pub(crate) inputs: Inputs,
    /// The sandbox, where there is one. It serves as long as somebody holds it.
    pub(crate) sandbox: Option<Arc<Sandbox>>,
    /// A second sandbox, which scripts know by its entry of clouds.yaml only.
    pub(crate) _other: Option<Sandbox>,
}

impl Clouds {
    /// Those that were asked for: a fresh sandbox with `--sandbox`.
    pub(crate) fn of(invocation: &Invocation) -> Result<Clouds, Stop> {
        let sandbox = invocation.sandbox()?.map(Arc::new);
        Ok(Clouds { inputs: invocation.inputs(sandbox.as_deref()), sandbox, _other: None })
    }
}

impl Session {
    /// A session for what was called; makes no request and reads no clouds.yaml.
    pub(crate) fn open(invocation: &Invocation) -> Result<Session, Stop> {
        let clouds = Clouds::of(invocation)?;
        let trace = Trace::new(&invocation.globals);
        let runtime = with(invocation, options(invocation, &clouds, &trace))?;
        Ok(Session { runtime, trace, _clouds: clouds })
    }

    /// Removes the images that this run began and did not complete, and says so; names those of earlier runs
    /// that this one leaves alone.
    pub(crate) async fn take_back(&self) {
        take_back(&self.runtime, Extent::All).await;
        self.runtime.left_behind().iter().for_each(|text| output::note(text));
    }

    /// Lists the images that were begun and are not complete.
    pub(crate) fn ledger(&self) -> Ledger {
        self.runtime.ledger()
    }

    /// Tells on stderr what `--timing` wants to know, if it was given.
    pub(crate) fn tell_timing(&self) {
        self.trace.tell_timing();
    }
}

/// Removes the images that were begun and not completed, and says so.
pub(crate) async fn take_back(runtime: &Runtime, extent: Extent) {
    let mut clean_up = pin!(runtime.clean_up(extent));
    let told = tokio::select! {
        biased;
        told = &mut clean_up => told,
        () = tokio::time::sleep(WORTH_TELLING) => {
            output::note("removing images that are not complete; ^C stops that");
            clean_up.await
        }
    };
    for text in told {
        output::note(&text);
    }
}

/// A runtime with those options.
pub(crate) fn with(invocation: &Invocation, mut options: api::Options) -> Result<Runtime, Error> {
    let globals = &invocation.globals;
    if !globals.no_progress {
        options.access.progress = Some(Rc::new(|label| progress::begin(label, Unit::Bytes)));
    }
    let runtime = Runtime::new(options)?;
    if globals.read_only {
        runtime.engine().forbid_writing("--read-only was given");
    }
    if !globals.no_progress {
        runtime.engine().set_progress(|label| progress::begin(label, Unit::Items));
    }
    runtime.engine().set_output(output::Printed::new(globals.trust));
    Ok(runtime)
}

/// What the command line makes of a runtime with those clouds.
pub(crate) fn options(invocation: &Invocation, clouds: &Clouds, trace: &Trace) -> api::Options {
    let Invocation { globals, surroundings, .. } = invocation;
    let effect = if globals.read_only { Effect::Read } else { Effect::Delete };
    let inputs = clouds.inputs.clone();
    // A sandbox of this run goes with it, and all that is in it.
    let outlives = inputs.clouds_yaml.is_none();
    let keep_tokens = !globals.no_token_cache && outlives;
    api::Options {
        access: api::Access {
            inputs,
            cloud: invocation.cloud(),
            overrides: globals.cloud.overrides.clone(),
            effects: Effects::up_to(effect),
            token_cache: surroundings.token_cache.clone().filter(|_| keep_tokens),
            unfinished: surroundings.unfinished.clone().filter(|_| outlives),
            ledger: invocation.ledger.clone(),
            timeout: globals.timeout,
            trace: trace.hook(),
            progress: None,
        },
        person: api::Person {
            yes: globals.yes,
            ask: output::can_ask()
                .then(|| Rc::new(|question: api::Question| output::ask(question.text)) as api::Ask),
            note: Rc::new(output::remark),
        },
        pipes: api::Pipes {
            input: if invocation.reads_stdin {
                Rc::new(output::no_input_of_data)
            } else {
                Rc::new(output::input_of_data)
            },
            output: Rc::new(output::output_of_data),
        },
        sandbox: clouds.sandbox.as_ref().map(control),
        engine: host::Options {
            trust: globals.trust,
            max_memory: address_space::limit_memory(globals.max_memory.unwrap_or(MAX_MEMORY)),
            interruptible: false,
            recipe_folders: surroundings.recipes.clone(),
            project_recipes: surroundings.project_recipes.clone(),
            folder: surroundings.folder.clone(),
            secrets: {
                let (surroundings, overrides) = (surroundings.clone(), globals.cloud.overrides.clone());
                host::Secrets::lazy(move || surroundings.secrets(&overrides))
            },
            home: surroundings.home.clone(),
        },
    }
}

/// What scripts may do to that sandbox.
fn control(sandbox: &Arc<Sandbox>) -> api::Control {
    let (struck, moved, asked) = (sandbox.clone(), sandbox.clone(), sandbox.clone());
    api::Control {
        faults: Rc::new(move |descriptions| {
            let faults = descriptions.iter().map(|text| text.parse().map_err(fault_error));
            let faults: Vec<Fault> = faults.collect::<Result<_, Error>>()?;
            struck.clear_faults();
            for fault in faults {
                struck.add_fault(fault);
            }
            Ok(())
        }),
        advance: Rc::new(move |by| moved.advance(by)),
        requests: Rc::new(move || asked.requests()),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn fault_error(bad: BadFault) -> Error {
    let error = Error::new(Kind::Usage, bad.to_string());
    match bad.advice() {
        Some(advice) => error.advice(advice),
        None => error,
    }
}
