//! The REPL: reads lines, shows values, and keeps the session through errors and ^C.
//!
//! Lua's state cannot leave its thread, and reading a line blocks, so there are two threads:
//!
//! * [`terminal`] is the thread that reads: the line editor, colours, prompt, history.
//! * [`worker`] is Lua's thread: it runs lines, recipes and commands, and completes names.
//! * [`link`] passes jobs and answers between them; [`command`] parses commands such as `.write on`.
//! * [`save`] is `.save`: the lines that succeeded, as a script or a recipe.

mod command;
#[cfg(test)]
mod fuzz;
mod link;
mod save;
pub(in crate::cli) mod terminal;
mod worker;

use std::io::{IsTerminal, stdin};
use std::path::Path;

use command::{COMMANDS, Command};
use link::{Engine, Job};
use save::Kept;
use terminal::input::{Line, Lines};
use terminal::prompt::Status;

use super::commands::recipes;
use super::docs::list_names;
use super::exit::Stop;
use super::output::{self, error};
use super::session::environment::Surroundings;
use super::session::{Clouds, Invocation};
use crate::error::{Error, Kind};
use crate::secrets;

const HELP: &str = "\
Lua, a line or a chunk at a time; locals stay. The value of an expression is
shown, and is `_` afterwards, then `_1`, then `_2`. `cloud` is the chosen cloud:
try cloud:image \"pfsense\". A recipe is a line of its own: list, share pfsense
project-b. Tab completes, ^R searches what was typed before, ^C clears the line
or stops what runs, ^D ends. What else there is:
";

/// Reads and runs lines until they end. `write` is whether changes may leave from the start.
pub(crate) fn run(invocation: Invocation, write: bool) -> Result<(), Stop> {
    if write && invocation.globals.read_only {
        return Err(Stop::usage("--write and --read-only contradict each other"));
    }
    let clouds = Clouds::of(&invocation)?;
    let surroundings = invocation.surroundings.clone();
    let verbose = invocation.globals.verbose > 0;
    let read_only = invocation.globals.read_only;

    let reads_stdin = !stdin().is_terminal();
    let invocation = Invocation { reads_stdin, ..invocation };
    let (engine, status, trouble) = Engine::start(invocation, clouds, terminal::input::are_typed(), write)?;
    let lines = Lines::of_stdin(&engine, surroundings.history.clone())?;
    if terminal::input::are_typed() {
        output::note(&greeting(&status, read_only));
    }
    if let Some(error) = trouble {
        output::note(&error::format_error(&error.into(), verbose));
    }
    let mut session =
        Session { engine, lines, status, surroundings, verbose, kept: Vec::new(), last: String::new() };
    let ended = session.run_loop();
    // However the session ended, nothing that it began is left half done.
    session.engine.end()?;
    ended
}

fn greeting(status: &Status, read_only: bool) -> String {
    let reads = if read_only {
        " Only reads leave: --read-only was given."
    } else if status.writable || status.cloud.is_none() {
        ""
    } else {
        " Only reads leave; .write on allows changes."
    };
    format!("Lunette {}, Lua 5.4. .help helps, ^D ends.{reads}", env!("CARGO_PKG_VERSION"))
}

/// A session, on the thread that reads.
struct Session {
    engine: Engine,
    lines: Lines,
    status: Status,
    surroundings: Surroundings,
    verbose: bool,
    /// What went well so far.
    kept: Vec<Kept>,
    /// The last chunk of Lua.
    last: String,
}

impl Session {
    fn run_loop(&mut self) -> Result<(), Stop> {
        loop {
            let text = match self.lines.next(&self.status)? {
                Line::End => return Ok(()),
                Line::Cleared => continue,
                Line::Text(text) => text,
            };
            let done = match command::parse(&text) {
                None if text.trim().is_empty() => Ok(()),
                None => self.lua(text),
                Some(Ok(Command::Quit)) => return Ok(()),
                Some(command) => command.map_err(Stop::from).and_then(|command| self.command(command)),
            };
            match done {
                // Whoever listened has gone.
                Err(Stop::Io(error)) => return Err(error.into()),
                Err(stop) => {
                    output::note(&error::format_error(&brief(stop, self.verbose), self.verbose));
                    if self.lines.drop_below() {
                        output::note("what was pasted below it was not run");
                    }
                }
                Ok(()) => {}
            }
        }
    }

    fn lua(&mut self, text: String) -> Result<(), Stop> {
        self.last.clone_from(&text);
        self.job(Job::Line(text))
    }

    fn command(&mut self, command: Command) -> Result<(), Stop> {
        match command {
            Command::Help(None) => Ok(output::text(&format!("{HELP}{}", list_names(&usages())))?),
            Command::Save { target, recipe } => self.save(&target, recipe),
            Command::Edit => {
                let Some(text) = terminal::external_editor::edit(&self.last, &self.surroundings)? else {
                    output::note("nothing was saved, and nothing is run");
                    return Ok(());
                };
                if text.trim().is_empty() {
                    return Ok(());
                }
                self.lines.keep(text.trim_end());
                self.lua(text)
            }
            other => self.job(Job::Command(other)),
        }
    }

    fn job(&mut self, job: Job) -> Result<(), Stop> {
        let known = secrets::declared();
        let done = self.engine.run(job, terminal::input::ask)?;
        if secrets::declared() > known {
            self.lines.forget_secrets();
        }
        self.status = done.status;
        let shown = done.shown?;
        self.kept.extend(done.kept);
        Ok(output::text(&shown)?)
    }

    /// Writes a file that is not there yet. A line that holds a known password or token is left out.
    fn save(&self, target: &str, as_recipe: bool) -> Result<(), Stop> {
        let holds_secret = |kept: &&Kept| secrets::is_in(&save::script(std::slice::from_ref(*kept)));
        let kept: Vec<Kept> = self.kept.iter().filter(|kept| !holds_secret(kept)).cloned().collect();
        let left_out = self.kept.len() - kept.len();
        let folder = &self.surroundings.folder;
        let is_name = !target.contains(std::path::is_separator) && Path::new(target).extension().is_none();
        let (file, text) = if as_recipe {
            let file = if is_name { recipes::file(folder, target)? } else { folder.join(target) };
            if !is_name {
                require_recipe_file(&file, target)?;
            }
            (file, save::recipe(&kept, self.status.reached)?)
        } else {
            (folder.join(target), save::script(&kept))
        };
        // The folder of recipes is made where there is none; any other would be a slip of the hand.
        let is_made = as_recipe && is_name;
        if let Some(above) = file.parent().filter(|above| !is_made && !above.is_dir()) {
            let error = Error::new(Kind::Usage, format!("there is no folder {}", above.display()));
            return Err(error.advice("make it first, or name a file in another folder").into());
        }
        let is_secret = terminal::history::mentions_secret(&text);
        recipes::write_new(&file, &text, is_secret)?;
        if as_recipe && let Err(error) = recipes::check(&file) {
            // This is the file that was just made.
            let _ = std::fs::remove_file(&file);
            let error = error.context("this session cannot be saved as a recipe");
            return Err(error.advice("save it as a script: .save FILE.lua").into());
        }
        let lines = kept.iter().filter(|kept| !matches!(kept, Kept::Function(_))).count();
        let lines = if lines == 1 { "1 line is".to_owned() } else { format!("{lines} lines are") };
        output::note(&format!("{lines} in {}", file.display()));
        if left_out > 0 {
            let lines = if left_out == 1 { "1 line is".to_owned() } else { format!("{left_out} lines are") };
            output::note(&format!("{lines} left out: a password or a token of this session is in it"));
        }
        if is_secret {
            output::note("they speak of a password, a token or the like: look before you share them");
        }
        Ok(())
    }
}

/// Refuses a file by which no recipe would be found. Errors: `usage`.
fn require_recipe_file(file: &Path, target: &str) -> Result<(), Error> {
    let is_lua = file.extension().is_some_and(|extension| extension == "lua");
    let stem = file.file_stem().filter(|_| is_lua && !target.ends_with(std::path::is_separator));
    let advice = "write .save NAME --recipe for ./recipes/NAME.lua, or .save FOLDER/NAME.lua --recipe";
    match stem {
        Some(stem) => recipes::file(Path::new(""), &stem.to_string_lossy()).map(drop),
        None => Err(Error::new(Kind::Usage, format!("'{target}' is no file for a recipe")).advice(advice)),
    }
}

fn usages() -> Vec<(&'static str, String)> {
    COMMANDS.iter().map(|(usage, does)| (*usage, (*does).to_owned())).collect()
}

/// An error without the lines of Lua that led to it: they have just been typed.
fn brief(stop: Stop, verbose: bool) -> Stop {
    match stop {
        Stop::Failure(mut failure) if !verbose => {
            failure.traceback.clear();
            Stop::Failure(failure)
        }
        stop => stop,
    }
}
