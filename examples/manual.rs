//! Writes the man pages and completion scripts of a package: `cargo run --example manual -- DIR`.
//!
//! DIR/man gets a page for `lunette`, for each command and for each stock recipe; DIR/completions a script
//! for bash, zsh and fish. Both come from the text of the help.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Command;
use clap_complete::Shell;

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("give a folder to write to")?);
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;

    let mut command = lunette::cli::command_line()?;
    clap_mangen::generate_to(for_man(command.clone()), &man)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command, "lunette", &completions)?;
    }
    Ok(())
}

/// Returns the command as its pages show it: global options are explained once, in lunette(1).
fn for_man(mut command: Command) -> Command {
    command.build();
    let usage = "lunette [OPTIONS] [COMMAND | RECIPE | FILE.lua] [ARGUMENT]...";
    command.mut_subcommands(below).override_usage(usage)
}

/// Returns a command below the first one, without the global options.
fn below(command: Command) -> Command {
    let command = command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    command.override_usage(usage).mut_subcommands(below)
}
