//! How long until the REPL asks for its first line, and how long a completion takes with 5,000 images known.
//!
//! Through a pseudo-terminal, so that drawing is counted too. Prints the median in milliseconds beside the
//! limit.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lunette::sandbox::{Options, Sandbox};
use rexpect::session::{Options as Reading, PtySession, spawn_with_options};

const RUNS: usize = 40;
const IMAGES: usize = 5000;

fn main() {
    let place = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::default()).unwrap();
    std::fs::write(place.path().join("clouds.yaml"), sandbox.clouds_yaml()).unwrap();
    println!("{:<48}{:>8}{:>8}", "what", "ms", "limit");

    let starts = (0..RUNS).map(|_| {
        let start = Instant::now();
        let terminal = repl(place.path());
        let taken = start.elapsed();
        drop(terminal);
        taken
    });
    tell("start to first prompt", starts.collect(), 30);

    let mut terminal = repl(place.path());
    let make = format!(
        "for i = 1, {IMAGES} do cloud:create_image{{ name = ('image-%05d'):format(i) }} end print('ma' .. 'de')"
    );
    types(&mut terminal, &format!("{make}\r"));
    reads(&mut terminal, &["\nmade"]);
    reads(&mut terminal, &["project-a> "]);
    // Fetched while nobody types: whoever asks too early hears a bell for either Tab, and asks again.
    loop {
        types(&mut terminal, "x = cloud:image 'image-0123\t\t");
        let known = reads(&mut terminal, &["image-01230", "\x07\x07"]) == 0;
        types(&mut terminal, "\x15");
        if known {
            break;
        }
    }
    let keystrokes = (0..RUNS).map(|run| {
        let name = format!("image-{:05}", 100 * run + 7);
        types(&mut terminal, &format!("x = cloud:image '{}", &name[..name.len() - 1]));
        reads(&mut terminal, &[&name[..name.len() - 1]]);
        let start = Instant::now();
        types(&mut terminal, "\t\t");
        reads(&mut terminal, &[&name]);
        let taken = start.elapsed();
        types(&mut terminal, "\x15");
        taken
    });
    tell("two Tabs, ten names listed, 5,000 images known", keystrokes.collect(), 5);
}

/// A REPL on project A, when it has asked for the first line.
fn repl(place: &std::path::Path) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lunette"));
    command.args(["--os-cloud", "project-a", "--write", "--yes"]).current_dir(place);
    command.env_clear().env("HOME", place).env("TERM", "xterm").stdin(Stdio::inherit());
    let options = Reading::new().timeout_ms(Some(120_000)).strip_ansi_escape_codes(true);
    let mut terminal = spawn_with_options(command, options).unwrap();
    reads(&mut terminal, &["project-a> "]);
    terminal
}

fn types(terminal: &mut PtySession, text: &str) {
    terminal.send(text).unwrap();
    terminal.flush().unwrap();
}

/// Reads until one of these has come, without the pauses of rexpect's own waiting; which one it was.
fn reads(terminal: &mut PtySession, wanted: &[&str]) -> usize {
    let mut read = String::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_mins(2) {
        match terminal.try_read() {
            Some(c) => read.push(c),
            None => std::thread::yield_now(),
        }
        if let Some(found) = wanted.iter().position(|text| read.ends_with(text)) {
            return found;
        }
    }
    panic!("{wanted:?} did not come");
}

fn tell(what: &str, mut times: Vec<Duration>, limit: u64) {
    times.sort();
    println!("{what:<48}{:>8.2}{limit:>8}", times[times.len() / 2].as_secs_f64() * 1000.0);
}
