//! `lunette completions`: what a shell may complete, recipes and their options included.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Cli;
use super::out;
use super::recipe_line;
use super::session::{Invocation, Session};
use super::stop::Stop;

/// Prints the script for a shell; it knows the recipes that can be found now.
pub(crate) fn run(invocation: &Invocation, shell: Shell) -> Result<(), Stop> {
    let session = Session::open(invocation)?;
    let engine = session.runtime.engine();
    let mut command = Cli::command();
    for (_, recipe) in engine.survey().into_iter().filter(|(found, _)| found.shadowed_by.is_none()) {
        // A recipe with a flaw says so when it is run; one that is called like a command is run by `run` alone.
        let line = recipe.ok().and_then(|recipe| recipe_line::command(&recipe).ok());
        if let Some(line) = line.filter(|line| command.find_subcommand(line.get_name()).is_none()) {
            command = command.subcommand(line);
        }
    }
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "lunette", &mut script);
    Ok(out::bytes(&script)?)
}
