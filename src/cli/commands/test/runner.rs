//! Which cases are run, and the threads that run them. They end in any order and are told in the plan's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::case::{self, Ended, Ground};
use crate::api::{Ledger, Verdict};
use crate::cli::args::TestOptions;
use crate::cli::exit::Stop;
use crate::cli::session::Invocation;
use crate::cli::session::interrupt::{self, until_interrupted};
use crate::error::{Error, Kind, nearest};
use crate::host::Failure;

/// The cases to run, in the order they are told.
pub(super) struct Plan(Vec<Planned>);

enum Planned {
    Case(PathBuf, String),
    /// A file that does not say what its cases are.
    Broken(PathBuf, Failure),
}

/// One case, and how it ended.
pub(super) struct Outcome {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) ended: Ended,
}

/// `1 case`, `2 cases`.
pub(super) fn cases(count: usize) -> String {
    if count == 1 { "1 case".into() } else { format!("{count} cases") }
}

impl Plan {
    /// The cases of those files that the filter lets through. Errors: `usage` (it lets none through).
    pub(super) fn collect_cases(
        invocation: &Invocation,
        options: &TestOptions,
        files: &[PathBuf],
    ) -> Result<Plan, Stop> {
        let mut planned = Vec::new();
        let mut names = Vec::new();
        for file in files {
            let reader = case::reader(invocation)?;
            match until_interrupted(async { Ok(reader.cases(file).await) })? {
                Ok(cases) => {
                    let wanted =
                        |name: &&String| options.filter.as_ref().is_none_or(|part| name.contains(part));
                    planned.extend(
                        cases.iter().filter(wanted).map(|name| Planned::Case(file.clone(), name.clone())),
                    );
                    names.extend(cases);
                }
                Err(failure) => planned.push(Planned::Broken(file.clone(), failure)),
            }
        }
        if planned.is_empty() {
            return Err(no_case_error(options.filter.as_deref(), &names).into());
        }
        Ok(Plan(planned))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Sends the threads to work.
    pub(super) fn start(
        self,
        invocation: &Invocation,
        options: &TestOptions,
        ground: &Arc<Ground>,
    ) -> Result<(Outcomes, Crew), Stop> {
        let total = self.len();
        let (tell, told) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let work = Arc::new(Work {
            planned: self.0,
            next: AtomicUsize::new(0),
            invocation: invocation.clone(),
            ground: ground.clone(),
            limit: options.case_timeout,
        });
        let several = thread::available_parallelism().map_or(2, usize::from);
        let mut threads = Vec::new();
        for _ in 0..options.jobs.unwrap_or(several).clamp(1, total) {
            let (work, tell, stopped) = (work.clone(), tell.clone(), stopped.clone());
            let go_on = move || work.go_on(&tell, stopped);
            let started = thread::Builder::new().name("specs".into()).spawn(go_on);
            threads.push(started.map_err(|refusal| Error::no_thread(&refusal))?);
        }
        Ok((Outcomes { told, early: BTreeMap::new(), next: 0 }, Crew { stop, threads }))
    }
}

/// What the threads share.
struct Work {
    planned: Vec<Planned>,
    next: AtomicUsize,
    invocation: Invocation,
    ground: Arc<Ground>,
    limit: Duration,
}

type Told = (usize, Outcome);

impl Work {
    /// Runs cases until there are no more, or all shall stop.
    fn go_on(&self, tell: &mpsc::UnboundedSender<Told>, mut stopped: watch::Receiver<bool>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(planned) = self.planned.get(at) else { return };
            // A runtime for each: what a case left running ends with it.
            let outcome = match interrupt::runtime() {
                Ok(runtime) => runtime.block_on(self.outcome(planned, async {
                    // The receiver may be gone: then nothing is left to stop.
                    if stopped.wait_for(|stopped| *stopped).await.is_err() {
                        std::future::pending::<()>().await;
                    }
                })),
                Err(error) => Some(planned.fail(case::failure(error.into()))),
            };
            let Some(outcome) = outcome else { return };
            if tell.send((at, outcome)).is_err() {
                return;
            }
        }
    }

    /// How a case ends; `None` where it was stopped before.
    async fn outcome(&self, planned: &Planned, stopped: impl Future<Output = ()>) -> Option<Outcome> {
        match planned {
            Planned::Case(file, name) => {
                let ended =
                    case::run(&self.invocation, &self.ground, file, name, self.limit, stopped).await?;
                Some(Outcome { file: file.clone(), name: name.clone(), ended })
            }
            Planned::Broken(_, failure) => Some(planned.fail(Failure {
                error: failure.error.clone(),
                message: failure.message.clone(),
                traceback: failure.traceback.clone(),
                syntax: failure.syntax,
            })),
        }
    }
}

impl Planned {
    fn fail(&self, failure: Failure) -> Outcome {
        let (file, name) = match self {
            Planned::Case(file, name) => (file, name.as_str()),
            Planned::Broken(file, _) => (file, "(the file)"),
        };
        let ended = Ended {
            verdict: Verdict::Failed(failure),
            output: String::new(),
            took: Duration::ZERO,
            ledger: Ledger::default(),
        };
        Outcome { file: file.clone(), name: name.to_owned(), ended }
    }
}

/// What the threads tell, put back in order.
pub(super) struct Outcomes {
    told: mpsc::UnboundedReceiver<Told>,
    early: BTreeMap<usize, Outcome>,
    next: usize,
}

impl Outcomes {
    /// The next in the plan's order; none when all threads are done.
    pub(super) async fn next(&mut self) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(outcome);
            }
            let (at, outcome) = self.told.recv().await?;
            self.early.insert(at, outcome);
        }
    }
}

/// The threads. Each holds sandboxes, whose data are gone when it has ended.
pub(super) struct Crew {
    stop: watch::Sender<bool>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Drops what runs, and waits until it is gone.
    pub(super) fn stop(self) {
        let _ = self.stop.send(true);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn no_case_error(filter: Option<&str>, names: &[String]) -> Error {
    let Some(filter) = filter else {
        return Error::new(Kind::Usage, "the specs have no cases");
    };
    let error = Error::new(Kind::Usage, format!("no case has '{filter}' in its name"));
    match nearest(filter, names.iter().map(String::as_str)) {
        Some(near) => error.advice(format!("did you mean '{near}'?")),
        None => error.advice(format!("there are {}", cases(names.len()))),
    }
}
