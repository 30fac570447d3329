//! How cases ended, told as plain lines or as TAP, and written as `JUnit`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::junit;
use super::runner::{Outcome, cases};
use crate::api::Verdict;
use crate::cli::args::TestOptions;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::output::sanitize::visible;
use crate::error::Error;
use crate::host::Failure;
use crate::secrets;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Tells outcomes as they come.
pub(super) struct Report {
    is_tap: bool,
    junit: Option<(PathBuf, Vec<junit::Case>)>,
    number: usize,
    failed: usize,
    skipped: usize,
}

impl Report {
    /// Begins, with so many cases to come.
    pub(super) fn new(options: &TestOptions, total: usize) -> Result<Report, Stop> {
        if options.tap {
            output::text(&format!("TAP version 14\n1..{total}\n"))?;
        }
        let junit = options.junit.clone().map(|file| (file, Vec::new()));
        Ok(Report { is_tap: options.tap, junit, number: 0, failed: 0, skipped: 0 })
    }

    /// Tells one.
    pub(super) fn tell(&mut self, outcome: &Outcome) -> Result<(), Stop> {
        self.number += 1;
        match outcome.ended.verdict {
            Verdict::Passed => {}
            Verdict::Skipped(_) => self.skipped += 1,
            Verdict::Failed(_) => self.failed += 1,
        }
        let text = if self.is_tap { tap(self.number, outcome) } else { plain(outcome) };
        output::print_styled(&text)?;
        // The report has named the images of the error.
        outcome.ended.ledger.release_marks().iter().for_each(|text| output::note(text));
        if let Some((_, told)) = &mut self.junit {
            told.push(junit_case(outcome));
        }
        Ok(())
    }

    /// Ends, and tells how many failed.
    pub(super) fn end(self, took: Duration) -> Result<usize, Stop> {
        if !self.is_tap {
            let passed = self.number - self.failed - self.skipped;
            let skipped =
                if self.skipped == 0 { String::new() } else { format!(", {} skipped", self.skipped) };
            let seconds = took.as_secs_f64();
            let ran = cases(self.number);
            output::text(&format!(
                "{ran} in {seconds:.1} s: {passed} passed, {} failed{skipped}\n",
                self.failed
            ))?;
        }
        if let Some((file, told)) = self.junit {
            std::fs::write(&file, secrets::hide_distinct(&junit::document(&told)).as_bytes())
                .map_err(|error| Stop::usage(format!("{} cannot be written: {error}", file.display())))?;
        }
        Ok(self.failed)
    }
}

fn title(outcome: &Outcome) -> String {
    format!("{}: {}", outcome.file.display(), outcome.name)
}

fn plain(outcome: &Outcome) -> String {
    let title = title(outcome);
    match &outcome.ended.verdict {
        Verdict::Passed => format!("{GREEN}ok{GREEN:#}      {title}\n"),
        Verdict::Skipped(reason) => format!("{DIM}skipped{DIM:#} {title} ({reason})\n"),
        Verdict::Failed(failure) => {
            let mut text = format!("{RED}FAILED{RED:#}  {title}\n");
            for line in describe_failure(failure).iter().chain(describe_output(outcome).iter()) {
                let _ = writeln!(text, "        {line}");
            }
            text
        }
    }
}

/// TAP 14: a line for each, and a block of YAML below one that failed. Strings of JSON are YAML.
fn tap(number: usize, outcome: &Outcome) -> String {
    // What stands behind a number sign would be a directive.
    let title = title(outcome).replace('#', "\\#");
    match &outcome.ended.verdict {
        Verdict::Passed => format!("ok {number} - {title}\n"),
        Verdict::Skipped(reason) => format!("ok {number} - {title} # SKIP {reason}\n"),
        Verdict::Failed(failure) => {
            let text = |line: &str| serde_json::Value::from(line).to_string();
            let mut block =
                format!("not ok {number} - {title}\n  ---\n  message: {}\n", text(&failure.message));
            for (key, lines) in [("at", &failure.traceback), ("output", &describe_output(outcome))] {
                if !lines.is_empty() {
                    let _ = writeln!(block, "  {key}:");
                }
                for line in lines {
                    let _ = writeln!(block, "    - {}", text(line));
                }
            }
            block + "  ...\n"
        }
    }
}

fn junit_case(outcome: &Outcome) -> junit::Case {
    junit::Case {
        file: outcome.file.display().to_string(),
        name: outcome.name.clone(),
        seconds: outcome.ended.took.as_secs_f64(),
        output: outcome.ended.output.clone(),
        ended: match &outcome.ended.verdict {
            Verdict::Passed => junit::Ended::Passed,
            Verdict::Skipped(reason) => junit::Ended::Skipped(reason.clone()),
            Verdict::Failed(failure) => junit::Ended::Failed {
                message: failure.message.clone(),
                lines: describe_failure(failure).join("\n"),
            },
        },
    }
}

/// The message, what to do next, and the script's own lines.
fn describe_failure(failure: &Failure) -> Vec<String> {
    let advice = failure.error.as_ref().and_then(Error::advice_text).unwrap_or_default();
    let mut lines: Vec<String> = visible(&failure.message).lines().map(str::to_owned).collect();
    lines.extend(advice.lines().map(|line| format!("  {line}")));
    lines.extend(failure.traceback.iter().map(|line| format!("  {line}")));
    lines
}

fn describe_output(outcome: &Outcome) -> Vec<String> {
    visible(&outcome.ended.output).lines().map(|line| format!("| {line}")).collect()
}
