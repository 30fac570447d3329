//! The REPL: lines in, values out, and a session that survives mistakes and ^C.
//!
//! Lua's state cannot leave its thread and reading a line blocks, so Lua runs on a thread of its own: [`engine`].
//! [`lines`] reads, [`editor`] helps whoever types, [`history`] remembers, [`show`] turns values into text.

mod editor;
mod engine;
mod history;
mod lines;
mod show;

use std::io::{IsTerminal, stdin};

use super::out;
use super::report;
use super::session::{Clouds, Invocation};
use super::stop::Stop;
use crate::api::CloudName;
use engine::Engine;
use lines::{Line, Lines};

const HELP: &str = "\
Lua, a line or a chunk at a time. The value of an expression is shown; it is `_`
afterwards. `cloud` is the chosen cloud: try cloud:image \"pfsense\".

  Tab          completes names and fields
  ^C           clears the line, or stops what runs
  ^D, .quit    end the session
  .help        this

`lunette help NAME` explains a Lua name, a recipe or a command.";

/// Reads and runs lines until they end.
pub(crate) fn run(invocation: Invocation) -> Result<(), Stop> {
    let clouds = Clouds::of(&invocation)?;
    let history = invocation.surroundings.history.clone();
    let verbose = invocation.globals.verbose > 0;

    let reads_stdin = !stdin().is_terminal();
    let (engine, cloud) = Engine::start(Invocation { reads_stdin, ..invocation }, clouds)?;
    let mut lines = Lines::of_stdin(&engine, history)?;
    if lines.are_typed() {
        out::note(&format!("Lunette {}, Lua 5.4. .help helps, ^D ends.", env!("CARGO_PKG_VERSION")));
    }
    let cloud = cloud.map_err(|error| out::note(&report::told(&error.into(), verbose))).ok();
    let prompt = prompt(cloud.as_ref());
    loop {
        let text = match lines.next(&prompt)? {
            Line::End => return Ok(()),
            Line::Cleared => continue,
            Line::Text(text) => text,
        };
        match text.trim() {
            "" => {}
            ".quit" | ".exit" => return Ok(()),
            ".help" => out::note(HELP),
            dotted if dotted.starts_with('.') => {
                out::note(&format!("there is no {dotted}; .help tells what there is"));
            }
            _ => match engine.eval(text) {
                Ok(shown) => out::text(&shown)?,
                Err(stop) => out::note(&report::told(&brief(stop, verbose), verbose)),
            },
        }
    }
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

/// The cloud, and its project where that has another name; an ID would only fill the line.
fn prompt(cloud: Option<&CloudName>) -> String {
    let is_id = |text: &str| text.len() >= 32 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    match cloud {
        None => "lunette> ".to_owned(),
        Some(CloudName { cloud, project: Some(project) }) if project != cloud && !is_id(project) => {
            format!("lunette {cloud}/{project}> ")
        }
        Some(CloudName { cloud, .. }) => format!("lunette {cloud}> "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_tells_cloud_and_project() {
        let of = |cloud: &str, project: Option<&str>| {
            prompt(Some(&CloudName { cloud: cloud.into(), project: project.map(str::to_owned) }))
        };
        assert_eq!(prompt(None), "lunette> ");
        assert_eq!(of("project-a", None), "lunette project-a> ");
        assert_eq!(of("project-a", Some("project-a")), "lunette project-a> ");
        assert_eq!(of("ovh", Some("backups")), "lunette ovh/backups> ");
        assert_eq!(of("ovh", Some("6e116cb59e2b4692b58c19b9d92183a9")), "lunette ovh> ");
    }
}
