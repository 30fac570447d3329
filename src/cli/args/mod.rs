//! The command line as clap knows it before any recipe is looked at (DESIGN.md §1).
//!
//! Declarations only: [`self::target`] finds the meaning of a word, [`self::recipe`] adds a recipe's options.

pub(super) mod cloud;
pub(super) mod global;
pub(super) mod recipe;
pub(super) mod target;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use self::global::Globals;
use crate::sandbox::{BadFault, Fault};

/// Lua scripts, recipes and a REPL for the OpenStack Image service.
///
/// Without a command: a REPL where stdin is a terminal, else the script on stdin is run.
#[derive(Debug, Parser)]
#[command(
    name = "lunette",
    version,
    disable_help_flag = true,
    disable_help_subcommand = true,
    allow_external_subcommands = true,
    subcommand_value_name = "COMMAND|RECIPE|FILE.lua",
    after_help = AFTER_HELP,
    max_term_width = 110
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    /// Run CODE; the value of an expression is printed. May be given several times.
    #[arg(short = 'e', value_name = "CODE", allow_hyphen_values = true)]
    pub(crate) eval: Vec<String>,
    /// Let changes leave from the start of a REPL
    #[arg(long)]
    pub(crate) write: bool,
    /// Print the common options
    #[arg(short = 'h')]
    pub(crate) short_help: bool,
    /// Print all options
    #[arg(long = "help")]
    pub(crate) long_help: bool,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

impl Cli {
    /// The command as it is parsed, to which a recipe may still be added.
    ///
    /// Its own help has every global option, that of the commands below it only what is their own.
    pub(crate) fn build_parser() -> clap::Command {
        let quiet = Cli::command().mut_args(|arg| {
            // Without hidden ones there is no need for a long help beside the short.
            if arg.is_global_set() { arg.hide(true).hide_short_help(false) } else { arg }
        });
        quiet.mut_subcommands(with_help)
    }

    /// The command with a help that holds all there is, an option a line: clap's long help takes three for
    /// each.
    pub(crate) fn build_whole() -> clap::Command {
        let command = Cli::command().mut_args(|arg| arg.hide_short_help(false));
        let about = command.get_long_about().cloned().unwrap_or_default();
        command.about(about)
    }

    /// The command line of this process, or of a test. Errors: clap's.
    pub(crate) fn of<T: Into<OsString> + Clone>(
        argv: impl IntoIterator<Item = T>,
    ) -> Result<Cli, clap::Error> {
        Cli::from_arg_matches(&Cli::build_parser().try_get_matches_from(argv)?)
    }
}

/// A command with the help flag that clap leaves out of all where the first has its own.
pub(crate) fn with_help(command: clap::Command) -> clap::Command {
    let flag = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print help");
    command.arg(flag).mut_subcommands(with_help)
}

const AFTER_HELP: &str = "\
Examples:
  lunette --sandbox share pfsense project-b --accept   try it, with no cloud and no account
  lunette --os-cloud project-a list                    a recipe, on a cloud of clouds.yaml
  lunette migrate.lua --dry-run                        a script, with its own arguments
  lunette -e 'cloud:image(\"pfsense\").status'           one line of Lua

`lunette recipes` lists the recipes, `lunette help share` explains one.";

/// The commands that are built in.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a script, a recipe, or (-) the script on stdin
    #[command(override_usage = "lunette [OPTIONS] run <FILE|RECIPE|-> [ARG]...")]
    Run {
        /// A file, a recipe's name, or - for stdin; then its own arguments
        #[arg(
            value_name = "FILE|RECIPE|-",
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true
        )]
        words: Vec<String>,
    },
    /// Talk to a cloud in Lua, also where stdin is no terminal
    Repl {
        /// Let changes leave from the start
        #[arg(long)]
        write: bool,
    },
    /// List the recipes, show the text of one, or tell where they are looked for
    Recipes {
        #[command(subcommand)]
        action: Option<RecipesAction>,
    },
    /// Explain a command, a recipe, a Lua name such as `image.add_member`, or a verb of another client
    Help {
        /// What to explain; `member-create` and `image add project` are the clients' verbs, `operations` all
        /// requests
        #[arg(value_name = "TOPIC")]
        topic: Vec<String>,
    },
    /// Show which clouds are configured and where, or the settings of one
    Clouds {
        /// Show the resolved settings of this one, secrets redacted, and where each comes from
        name: Option<String>,
        /// Log in and ask for one image, to see whether the cloud answers
        #[arg(long)]
        probe: bool,
    },
    /// Serve the sandbox cloud, for any OpenStack client, until ^C
    Sandbox(SandboxOptions),
    /// Run Lua specs, each case against a sandbox of its own; with --cloud, in projects of their own on a
    /// real cloud
    Test(TestOptions),
    /// Print the completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// A recipe or a file, with everything that follows it.
    #[command(external_subcommand)]
    Word(Vec<String>),
}

/// What `lunette recipes` does.
#[derive(Clone, Debug, Default, Subcommand)]
pub(crate) enum RecipesAction {
    /// List the recipes that can be found, those that win first; one that does not load says why
    #[default]
    List,
    /// Print the Lua text of a recipe
    Show {
        /// The recipe
        name: String,
    },
    /// Print the folders in which recipes are looked for, in their order
    Path,
    /// Begin a recipe of your own: writes ./recipes/NAME.lua
    New {
        /// Its name, which is the command it will be
        name: String,
    },
    /// Write the built-in recipes into a folder, to read or to change them
    Export {
        /// The folder; it is made where it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Which specs are run, where, and how they are told.
#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// Spec files, and folders with files named *_spec.lua [default: the working folder]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Run only the cases with TEXT in their names
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Tell the results in the Test Anything Protocol
    #[arg(long)]
    pub(crate) tap: bool,
    /// Write the results to FILE for continuous integration, too
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// How many cases run at the same time [default: the number of processors]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// How long a case may take
    #[arg(long, value_name = "SECONDS", value_parser = self::global::seconds, default_value = "300")]
    pub(crate) case_timeout: Duration,
    /// Run on these three entries of clouds.yaml, and in no project of its own
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) clouds: Option<Vec<String>>,
}

/// How the sandbox is served.
#[derive(Debug, Args)]
pub(crate) struct SandboxOptions {
    /// The loopback port to serve on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = self::global::small)]
    pub(crate) port: u16,
    /// Take any data for any disk format, as a Glance that does not look into them
    #[arg(long)]
    pub(crate) no_format_check: bool,
    /// Have an image cache, and the API that manages it
    #[arg(long)]
    pub(crate) cache: bool,
    /// Show and take the locations of image data, as public clouds never do
    #[arg(long)]
    pub(crate) show_locations: bool,
    /// Write a clouds.yaml for it to FILE, once it serves; overwrites only what a sandbox wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) clouds_yaml: Option<PathBuf>,
    /// Keep the cloud in FILE, and its data in FILE.data, from one run to the next
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Fail as real clouds do, such as 'image-download status=503 count=2'; may be given several times
    #[arg(long = "fault", value_name = "FAULT", value_parser = fault)]
    pub(crate) faults: Vec<Fault>,
}

/// A fault's description; what is wrong with it, and what was meant.
fn fault(description: &str) -> Result<Fault, String> {
    description.parse().map_err(|bad: BadFault| match bad.advice() {
        Some(advice) => format!("{bad}; {advice}"),
        None => bad.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::of(line.split(' ')).unwrap()
    }

    fn words(line: &str) -> Vec<String> {
        match parse(line).command {
            Some(Command::Word(words) | Command::Run { words }) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_declaration_holds_together() {
        Cli::command().debug_assert();
        Cli::build_parser().debug_assert();
    }

    #[test]
    fn arguments_of_a_script_are_its_own_even_where_they_look_like_options() {
        for line in ["lunette x.lua --read-only -f json -- a", "lunette run x.lua --read-only -f json -- a"] {
            assert_eq!(words(line), ["x.lua", "--read-only", "-f", "json", "--", "a"], "{line}");
            assert!(!parse(line).globals.read_only, "{line}");
        }
    }

    #[test]
    fn global_options_may_precede_the_target() {
        for line in [
            "lunette --read-only share a b",
            "lunette --read-only run share a b",
            "lunette run --read-only share a b",
        ] {
            assert!(parse(line).globals.read_only, "{line}");
            assert_eq!(words(line), ["share", "a", "b"], "{line}");
        }
    }

    #[test]
    fn stdin_is_a_dash() {
        assert_eq!(words("lunette run - a"), ["-", "a"]);
    }

    #[test]
    fn chunks_may_be_several() {
        assert_eq!(parse("lunette -e 1 -e -2").eval, ["1", "-2"]);
    }

    #[test]
    fn commands_take_global_options_after_them() {
        assert_eq!(
            parse("lunette clouds project-a -f json").globals.format.map(|f| format!("{f:?}")).unwrap(),
            "Json"
        );
    }
}
