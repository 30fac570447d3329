//! The REPL: on a terminal, as text and as a screen, and with plain lines.

mod commands;
mod exploring;
mod looks;
mod safety;
mod screen;
mod stopping;
pub(crate) mod terminal;
mod typing;

use std::io::Write;
use std::process::{Command, Stdio};

use crate::world::{Told, World, command};

/// Runs plain lines in a REPL with those words on its command line.
pub(crate) fn lines(world: &World, words: &[&str], lines: &str) -> Told {
    let mut command = command(&world.path(""));
    command.args(words).arg("repl");
    typed(&mut command, lines)
}

/// Runs a command whose standard input is that.
fn typed(command: &mut Command, lines: &str) -> Told {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Told {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap_or(-1),
    }
}
