//! `lunette test`: runs spec files, each case against a sandbox of its own, several at a time.
//!
//! * [`discover`] finds the specs, [`case`] runs one case of one.
//! * [`projects`] gives the cases projects of their own on a real cloud.
//! * [`runner`] divides the cases among threads, [`report`] tells how they ended, [`junit`] writes it as XML.

mod case;
mod discover;
mod junit;
mod projects;
mod report;
mod runner;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::cli::args::TestOptions;
use crate::cli::exit::Stop;
use crate::cli::session::Invocation;
use crate::cli::session::interrupt::until_interrupted;
use crate::host::Failure;
use case::Ground;
use report::Report;
use runner::Plan;

/// Runs all cases of the files and folders that were named. Some failed: exit code 1.
pub(crate) fn run(invocation: &Invocation, options: &TestOptions) -> Result<(), Stop> {
    let files = discover::find(&invocation.surroundings.folder, &options.paths)?;
    let ground = Arc::new(Ground::prepare(invocation, options)?);
    let ended = run_on(invocation, options, &ground, &files);
    // Whatever happened, a project that was made for this is gone afterwards.
    let left = ground.leave(invocation);
    ended?;
    left
}

fn run_on(
    invocation: &Invocation,
    options: &TestOptions,
    ground: &Arc<Ground>,
    files: &[PathBuf],
) -> Result<(), Stop> {
    let plan = Plan::collect_cases(invocation, options, files)?;
    let began = Instant::now();
    let mut report = Report::new(options, plan.len())?;
    let total = plan.len();
    let (mut outcomes, crew) = plan.start(invocation, options, ground)?;
    let told = until_interrupted(async {
        while let Some(outcome) = outcomes.next().await {
            report.tell(&outcome)?;
        }
        Ok(())
    });
    crew.stop();
    told?;
    let failed = report.end(began.elapsed())?;
    if failed == 0 {
        return Ok(());
    }
    let message = format!("{failed} of {} failed", runner::cases(total));
    Err(Stop::Failure(Failure { error: None, message, traceback: Vec::new(), syntax: false }))
}
