//! A screen in front of the REPL: 100 columns, 30 rows, with colours, as a terminal would draw it.
//!
//! Each step reads until the screen shows what it waits for; nothing waits for a time to pass.

use std::io::Write;
use std::process::{Command, Stdio};

use rexpect::session::{Options, PtySession, spawn_with_options};
use vt100::Parser;

use crate::world::{World, command};

/// The screen, and who draws on it.
pub(super) struct Screen {
    session: PtySession,
    drawn: Parser,
    /// What was asked with last.
    prompt: String,
    /// How many lines have ended.
    ended: usize,
    /// How often it has rung.
    bells: usize,
}

impl Screen {
    /// The REPL with those words, and variables in its environment.
    pub(super) fn new(world: &World, words: &[&str], variables: &[(&str, &str)]) -> Screen {
        let binary = command(&world.path("")).get_program().to_owned();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "stty rows 30 cols 100 echo; tty >terminal; exec \"$@\"", "sh"])
            .arg(binary)
            .args(words);
        shell
            .current_dir(world.path(""))
            .env_clear()
            .env("HOME", world.path(""))
            .env("PATH", "/usr/bin:/bin");
        shell.env("TERM", "xterm-256color").envs(variables.iter().copied()).stdin(Stdio::inherit());
        let options = Options::new().timeout_ms(Some(20_000));
        Screen {
            session: spawn_with_options(shell, options).unwrap(),
            drawn: Parser::new(30, 100, 0),
            prompt: String::new(),
            ended: 0,
            bells: 0,
        }
    }

    /// The REPL on project A, when it has asked for the first line.
    pub(super) fn of(world: &World) -> Screen {
        let mut screen = Screen::new(world, &["--os-cloud", "project-a"], &[]);
        screen.asks("lunette project-a> ");
        screen
    }

    /// Gives the terminal another width.
    pub(super) fn resizes(&mut self, world: &World, columns: u16) {
        let terminal = std::fs::read_to_string(world.path("terminal")).unwrap();
        let columns_text = columns.to_string();
        let stty = Command::new("stty")
            .arg("-F")
            .arg(terminal.trim())
            .args(["cols", &columns_text])
            .status()
            .unwrap();
        assert!(stty.success());
        self.drawn.screen_mut().set_size(30, columns);
    }

    /// Types, without Enter.
    pub(super) fn types(&mut self, text: &str) {
        self.session.send(text).unwrap();
        self.session.flush().unwrap();
    }

    /// Types what may be no text.
    pub(super) fn sends(&mut self, bytes: &[u8]) {
        self.session.process().get_file_handle().unwrap().write_all(bytes).unwrap();
    }

    /// Types a control character.
    pub(super) fn control(&mut self, letter: char) {
        self.session.send_control(letter).unwrap();
    }

    /// Types a line, and reads until the next is asked for.
    #[track_caller]
    pub(super) fn takes(&mut self, line: &str) {
        let prompt = self.prompt.clone();
        self.types(line);
        self.shows(&format!("{prompt}{line}"));
        self.enters();
        self.asks(&prompt);
    }

    /// Enter. The line is drawn once more, its prompt too, before it is left.
    #[track_caller]
    pub(super) fn enters(&mut self) {
        let ended = self.ended;
        self.types("\r");
        while self.ended == ended {
            self.reads_one();
        }
    }

    /// Reads until the cursor stands behind exactly that.
    #[track_caller]
    pub(super) fn asks(&mut self, prompt: &str) {
        self.reads(|screen| row(screen) == prompt.trim_end() && column(screen) == prompt.len());
        prompt.clone_into(&mut self.prompt);
    }

    /// Reads until the row the cursor is in begins so, and the cursor stands behind that.
    #[track_caller]
    pub(super) fn shows(&mut self, line: &str) {
        self.reads(|screen| row(screen).starts_with(line.trim_end()) && column(screen) == line.len());
    }

    /// Reads until the row the cursor is in is as it should be.
    #[track_caller]
    pub(super) fn reads_until(&mut self, wanted: impl Fn(&str) -> bool) {
        self.reads(|screen| wanted(&row(screen)));
    }

    /// Reads until the screen shows that.
    #[track_caller]
    pub(super) fn sees(&mut self, text: &str) {
        self.reads(|screen| screen.contents().contains(text));
    }

    /// Reads until the screen shows that so many times.
    #[track_caller]
    pub(super) fn sees_times(&mut self, text: &str, times: usize) {
        self.reads(|screen| screen.contents().matches(text).count() == times);
    }

    /// What the screen shows.
    pub(super) fn text(&self) -> String {
        let rows: Vec<_> = self.drawn.screen().rows(0, 100).map(|row| row.trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// The row the cursor is in.
    pub(super) fn line(&self) -> String {
        row(self.drawn.screen())
    }

    /// The row the cursor is in, colours as they were sent.
    pub(super) fn painted(&self) -> String {
        let screen = self.drawn.screen();
        let rows: Vec<_> = screen.rows_formatted(0, 100).collect();
        let row = &rows[usize::from(screen.cursor_position().0)];
        String::from_utf8_lossy(row).trim_end().escape_debug().to_string()
    }

    #[track_caller]
    fn reads(&mut self, shown: impl Fn(&vt100::Screen) -> bool) {
        while !shown(self.drawn.screen()) {
            self.reads_one();
        }
    }

    /// Types Tab, and reads until it has completed the line to that; false where there was nothing to
    /// complete with.
    #[track_caller]
    pub(super) fn tabs_to(&mut self, whole: &str) -> bool {
        let bells = self.bells;
        self.types("\t");
        while self.bells == bells {
            if self.line() == whole {
                return true;
            }
            self.reads_one();
        }
        false
    }

    #[track_caller]
    fn reads_one(&mut self) {
        match self.session.exp_regex("(?s)^.") {
            Ok((_, read)) => {
                // Bytes come as characters of that number.
                let bytes: Vec<u8> = read.chars().map(|c| c as u8).collect();
                self.ended += usize::from(bytes == b"\n");
                self.bells += usize::from(bytes == b"\x07");
                self.drawn.process(&bytes);
            }
            Err(error) => panic!("{error}\n{}", self.text()),
        }
    }
}

fn row(screen: &vt100::Screen) -> String {
    let row = usize::from(screen.cursor_position().0);
    screen.rows(0, 100).nth(row).unwrap_or_default().trim_end().to_owned()
}

fn column(screen: &vt100::Screen) -> usize {
    usize::from(screen.cursor_position().1)
}
