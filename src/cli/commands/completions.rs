//! `lunette completions`: completion scripts for shells, which know the recipes and their options.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::api::Ledger;
use crate::cli::args::Cli;
use crate::cli::args::global::Globals;
use crate::cli::args::recipe;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::cli::session::environment::Surroundings;
use crate::cli::session::{Invocation, Session};
use crate::host::Engine;

/// Prints the script for a shell; it knows the recipes that can be found now.
pub(crate) fn run(invocation: &Invocation, shell: Shell) -> Result<(), Stop> {
    let session = Session::open(invocation)?;
    let mut command = with_recipes(session.runtime.engine());
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "lunette", &mut script);
    Ok(output::bytes(&script)?)
}

/// Returns the command line with the stock recipes, for the man pages and completions of a package.
///
/// Reads no environment. Errors: those of a recipe that cannot be loaded.
pub fn command_line() -> anyhow::Result<clap::Command> {
    let surroundings = Surroundings::of(BTreeMap::new(), PathBuf::from("/"), None);
    let (globals, ledger) = (Globals::default(), Ledger::default());
    let invocation = Invocation { argv: Vec::new(), globals, surroundings, reads_stdin: false, ledger };
    let session = Session::open(&invocation).map_err(|stop| anyhow!("{stop:?}"))?;
    let engine = session.runtime.engine();
    for (_, recipe) in engine.survey() {
        recipe?;
    }
    Ok(with_recipes(engine))
}

/// Returns the command line with every recipe that `engine` finds.
fn with_recipes(engine: &Engine) -> clap::Command {
    let mut command = Cli::command();
    for (_, recipe) in engine.survey().into_iter().filter(|(found, _)| found.shadowed_by.is_none()) {
        // A broken recipe reports its error when it is run; one with the name of a command is run by `run`
        // alone.
        let line = recipe.ok().and_then(|recipe| recipe::command(&recipe).ok());
        if let Some(line) = line.filter(|line| command.find_subcommand(line.get_name()).is_none()) {
            command = command.subcommand(line);
        }
    }
    command
}
