//! A terminal on which somebody types, read as text: colours and redrawing are passed over.

use std::process::{Command, Stdio};

use rexpect::process::WaitStatus;
use rexpect::session::{Options, PtySession, spawn_with_options};

use crate::world::{World, command};

/// What asks for a line, after a line has ended.
pub(crate) const PROMPT: &str = "\n\r*lunette project-a> ";

/// A terminal that somebody types on.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    pub(crate) fn new(mut command: Command) -> Terminal {
        command.env("TERM", "xterm").stdin(Stdio::inherit());
        let options = Options::new().timeout_ms(Some(60_000)).strip_ansi_escape_codes(true);
        Terminal(spawn_with_options(command, options).unwrap())
    }

    /// The REPL, when it has asked for the first line.
    pub(crate) fn repl(world: &World) -> Terminal {
        let mut command = command(&world.path(""));
        command.args(["--os-cloud", "project-a"]);
        let mut terminal = Terminal::new(command);
        terminal.reads(PROMPT);
        terminal
    }

    /// Types, without Enter.
    pub(crate) fn types(&mut self, text: &str) {
        self.0.send(text).unwrap();
        self.0.flush().unwrap();
    }

    /// Types a line, reads that it is answered so, and that the next is asked for.
    #[track_caller]
    pub(crate) fn answers(&mut self, line: &str, answer: &str) {
        self.types(&format!("{line}\r"));
        self.reads(&format!("\n\r*{answer}\r*{PROMPT}"));
    }

    /// Types a line that has nothing to answer.
    #[track_caller]
    pub(crate) fn takes(&mut self, line: &str) {
        self.types(&format!("{line}\r"));
        self.reads(PROMPT);
    }

    /// Types a name that has several ends, sees them, the line being `left` then, and clears it.
    #[track_caller]
    pub(crate) fn lists(&mut self, typed: &str, ends: &str, left: &str) {
        self.types(typed);
        self.reads(left);
        self.types("\t");
        self.reads(&format!("{ends}[^\n]*{PROMPT}{left}"));
        self.interrupt();
        self.reads(PROMPT);
    }

    /// Waits until this has been printed.
    #[track_caller]
    pub(crate) fn reads(&mut self, pattern: &str) {
        if let Err(error) = self.0.exp_regex(pattern) {
            panic!("{error}");
        }
    }

    /// ^C.
    pub(crate) fn interrupt(&mut self) {
        self.0.send_control('c').unwrap();
    }

    /// Waits for the end of the process, and gives its exit code.
    pub(crate) fn ends(mut self) -> i32 {
        self.0.exp_eof().unwrap();
        match self.0.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => code,
            other => panic!("{other:?}"),
        }
    }

    /// ^D.
    #[track_caller]
    pub(crate) fn quits(mut self) {
        self.0.send_control('d').unwrap();
        assert_eq!(self.ends(), 0);
    }
}
