//! argv, terminal, REPL, rendering, exit codes: the only code that prints or reads the environment.
//!
//! * [`args`], [`globals`] and [`overrides`] are the command line; [`recipe_line`] is the part of it that a recipe
//!   declares.
//! * [`surroundings`] is the environment, [`session`] a runtime made from both, [`interrupt`] the way it is left by ^C.
//! * [`run`], [`test`], [`recipes`], [`clouds`], [`sandbox`], [`help`], [`completions`] and [`repl`] are the commands,
//!   [`word`] tells which is meant.
//! * [`luadoc`] reads what is written of Lua names, [`documentation`] finds what is meant by a topic.
//! * [`render`] turns results into text, [`fit`] and [`wrap`] to the terminal's width; [`report`] tells errors, [`trace`] requests,
//!   [`progress`] how far a task is; [`out`] writes, and [`visible`] keeps the words of others from steering the terminal.

mod address_space;
mod args;
mod clouds;
mod completions;
mod course;
mod descriptors;
mod documentation;
mod fit;
#[cfg(test)]
mod fuzz;
mod globals;
mod help;
mod interrupt;
mod luadoc;
mod out;
mod overrides;
mod progress;
mod recipe_line;
mod recipes;
mod render;
mod repl;
mod report;
mod run;
mod sandbox;
mod screen;
mod session;
mod stop;
mod surroundings;
mod test;
mod trace;
mod visible;
mod word;
mod wrap;

use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use clap::CommandFactory;

use args::{Cli, Command};
use session::Invocation;
use stop::Stop;
use surroundings::Surroundings;

pub use completions::command_line;

/// Runs the command line of this process and returns its exit code.
///
/// `stdout_was_open`: whether standard output was open when the process started, which nothing tells later.
pub fn main(stdout_was_open: bool) -> ExitCode {
    out::set_open(stdout_was_open);
    // Usages name the command, whatever the file is called.
    let argv: Vec<OsString> =
        std::iter::once(OsString::from("lunette")).chain(std::env::args_os().skip(1)).collect();
    match Cli::of(&argv) {
        Ok(cli) => {
            let verbose = cli.globals.verbose > 0;
            run(cli, argv).map_or_else(|stop| report::end(&stop, verbose), |()| ExitCode::SUCCESS)
        }
        Err(error) => report::end(&Stop::Usage(error), false),
    }
}

/// Does what the command line asks.
fn run(cli: Cli, argv: Vec<OsString>) -> Result<(), Stop> {
    if cli.long_help {
        return Ok(out::help(Cli::told_whole())?);
    } else if cli.short_help {
        return Ok(out::help(Cli::command())?);
    }
    descriptors::need(if cli.globals.sandbox { descriptors::WITH_SANDBOX } else { descriptors::RUN })?;
    let invocation =
        Invocation { argv, globals: cli.globals, surroundings: Surroundings::read()?, reads_stdin: false };
    if !cli.eval.is_empty() {
        return match cli.command {
            None => run::eval(&invocation, &cli.eval),
            Some(_) => Err(Stop::usage("-e is the whole script: no command, file or argument may follow it")),
        };
    }
    if cli.write && !matches!(cli.command, None | Some(Command::Repl { .. })) {
        return Err(Stop::usage("--write is for the REPL; all else may write unless --read-only is given"));
    }
    match cli.command {
        None if stdin().is_terminal() => repl::run(invocation, cli.write),
        None => run::stdin(&invocation, &[]),
        Some(Command::Run { words } | Command::Word(words)) => run::words(invocation, &words),
        Some(Command::Repl { write }) => repl::run(invocation, write || cli.write),
        Some(Command::Recipes { action }) => recipes::run(&invocation, &action.unwrap_or_default()),
        Some(Command::Help { topic }) => help::run(&invocation, &topic),
        Some(Command::Clouds { name, probe }) => clouds::run(&invocation, name.as_deref(), probe),
        Some(Command::Sandbox(options)) => sandbox::run(&options),
        Some(Command::Test(options)) => test::run(&invocation, &options),
        Some(Command::Completions { shell }) => completions::run(&invocation, shell),
    }
}
