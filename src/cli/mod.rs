//! The command line: argv, the terminal, the REPL, output and exit codes. The only code that prints or reads
//! the environment.
//!
//! | folder | contents |
//! |---|---|
//! | `args/` | options and words of the command line, those of recipes included |
//! | `commands/` | the commands, one file each |
//! | `session/` | the environment, the runtime made from it, signals and limits of the system |
//! | `output/` | everything that is written: results, errors, traces, progress |
//! | `docs/` | the documentation of Lua names, for help, completion and checks |
//! | `repl/` | the REPL |
//! | `exit.rs` | why a run ends, and its exit code |

mod args;
mod commands;
mod docs;
mod exit;
#[cfg(test)]
mod fuzz;
mod output;
mod repl;
mod session;

use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use clap::CommandFactory;

use args::{Cli, Command};
use exit::Stop;
use session::Invocation;
use session::environment::Surroundings;

use crate::api::Ledger;

pub use commands::completions::command_line;

/// Runs the command line of this process and returns its exit code.
///
/// `stdout_was_open`: whether standard output was open when the process started, which nothing tells later.
pub fn main(stdout_was_open: bool) -> ExitCode {
    output::set_open(stdout_was_open);
    // Usages name the command, whatever the file is called.
    let argv: Vec<OsString> =
        std::iter::once(OsString::from("lunette")).chain(std::env::args_os().skip(1)).collect();
    match Cli::of(&argv) {
        Ok(cli) => {
            let (verbose, ledger) = (cli.globals.verbose > 0, Ledger::default());
            let ended = run(cli, argv, ledger.clone());
            let code = ended.map_or_else(|stop| output::error::end(&stop, verbose), |()| ExitCode::SUCCESS);
            // The error that names what may remain has been shown.
            ledger.release_marks().iter().for_each(|text| output::note(text));
            code
        }
        Err(error) => output::error::end(&Stop::Usage(error), false),
    }
}

/// Does what the command line asks.
fn run(cli: Cli, argv: Vec<OsString>, ledger: Ledger) -> Result<(), Stop> {
    if cli.long_help {
        return Ok(output::help(Cli::build_whole())?);
    } else if cli.short_help {
        return Ok(output::help(Cli::command())?);
    }
    session::descriptors::need_for_run(cli.globals.sandbox)?;
    let (globals, surroundings) = (cli.globals, Surroundings::read()?);
    let invocation = Invocation { argv, globals, surroundings, reads_stdin: false, ledger };
    if !cli.eval.is_empty() {
        return match cli.command {
            None => commands::run::eval(&invocation, &cli.eval),
            Some(_) => Err(Stop::usage("-e is the whole script: no command, file or argument may follow it")),
        };
    }
    if cli.write && !matches!(cli.command, None | Some(Command::Repl { .. })) {
        return Err(Stop::usage("--write is for the REPL; all else may write unless --read-only is given"));
    }
    match cli.command {
        None if stdin().is_terminal() => repl::run(invocation, cli.write),
        None => commands::run::stdin(&invocation, &[]),
        Some(Command::Run { words } | Command::Word(words)) => commands::run::words(invocation, &words),
        Some(Command::Repl { write }) => repl::run(invocation, write || cli.write),
        Some(Command::Recipes { action }) => commands::recipes::run(&invocation, &action.unwrap_or_default()),
        Some(Command::Help { topic }) => commands::help::run(&invocation, &topic),
        Some(Command::Clouds { name, probe }) => commands::clouds::run(&invocation, name.as_deref(), probe),
        Some(Command::Sandbox(options)) => commands::sandbox::run(&options),
        Some(Command::Test(options)) => commands::test::run(&invocation, &options),
        Some(Command::Completions { shell }) => commands::completions::run(&invocation, shell),
    }
}
