//! Output: results go to stdout, everything else to stderr, both through this file.
//!
//! `render/` turns values into tables, JSON, YAML and CSV, `fit_columns.rs` and `wrap.rs` fit them to the
//! terminal. `error.rs` reports errors, with `lua_hints.rs` and `script_line.rs`; `trace.rs` reports
//! requests, `progress/` long work. `sanitize.rs` removes what would steer a terminal, `secret_prompt.rs`
//! asks for a secret.

pub(super) mod error;
pub(super) mod fit_columns;
mod lua_hints;
pub(super) mod progress;
pub(super) mod render;
pub(super) mod sanitize;
pub(super) mod script_line;
pub(super) mod secret_prompt;
pub(super) mod trace;
pub(super) mod wrap;

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::sync::OnceLock;

use rustix::fs::OFlags;
use rustix::io::Errno;

use self::progress::aside;
use self::sanitize::visible;
use self::wrap::wrap;
use crate::error::{Error, Kind, Result};
use crate::secrets;

/// Whether standard output can be written.
static IS_OPEN: OnceLock<bool> = OnceLock::new();

/// Remembers whether standard output was open at the start: Rust's own writes to a closed one are silent.
pub(crate) fn set_open(was_open: bool) {
    let flags = || rustix::fs::fcntl_getfl(io::stdout()).unwrap_or(OFlags::RDONLY) & OFlags::RWMODE;
    let _ = IS_OPEN.set(was_open && flags() != OFlags::RDONLY);
}

/// Returns an error where standard output is closed, or open for reading only.
pub(crate) fn require_open() -> io::Result<()> {
    if IS_OPEN.get() != Some(&false) {
        return Ok(());
    }
    let refusal = io::Error::from(Errno::BADF);
    Err(io::Error::new(refusal.kind(), format!("standard output cannot be written: {refusal}")))
}

/// Writes the help of a command to stdout.
pub(crate) fn help(mut command: clap::Command) -> io::Result<()> {
    require_open()?;
    command.print_help()
}

/// Writes a result to stdout. A closed pipe is an error here and success in [`super::exit::Stop::exit_code`].
///
/// Names and messages are the words of others: they do not steer a terminal.
pub(crate) fn text(text: &str) -> io::Result<()> {
    let text = secrets::hide_distinct(text);
    if io::stdout().is_terminal() { bytes(visible(&text).as_bytes()) } else { bytes(text.as_bytes()) }
}

/// Writes a result that need not be text.
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    require_open()?;
    let mut stdout = io::stdout().lock();
    aside(|| stdout.write_all(bytes).and_then(|()| stdout.flush()))
        .map_err(|error| io::Error::new(error.kind(), format!("standard output cannot be written: {error}")))
}

/// Writes a result to stdout whose styles are left out where it is no terminal, or `NO_COLOR` is set.
pub(crate) fn print_styled(text: &str) -> io::Result<()> {
    require_open()?;
    let mut stdout = anstream::stdout().lock();
    let text = secrets::hide_distinct(text);
    aside(|| stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Standard input, as an image's data. Errors: `usage` (a terminal: nobody types an image).
pub(crate) fn input_of_data() -> Result<Box<dyn Read + Send>> {
    if io::stdin().is_terminal() {
        let error = Error::new(Kind::Usage, "standard input is a terminal, so there are no data in it");
        return Err(error.advice("pipe them in, or name a file"));
    }
    Ok(Box::new(io::stdin()))
}

/// The same where Lua itself comes that way. Errors: `usage`, always.
pub(crate) fn no_input_of_data() -> Result<Box<dyn Read + Send>> {
    let error = Error::new(Kind::Usage, "the script itself came by standard input, so no data can");
    Err(error.advice("put the script into a file: lunette FILE.lua < DATA"))
}

/// Standard output, for an image's data. Errors: `usage` (a terminal, which bytes of an image would upset).
pub(crate) fn output_of_data() -> Result<Box<dyn Write + Send>> {
    if io::stdout().is_terminal() {
        let error = Error::new(Kind::Usage, "standard output is a terminal, and data are no text to read");
        return Err(error.advice("pipe it into a program, or name a file"));
    }
    require_open().map_err(|error| Error::new(Kind::Usage, error.to_string()))?;
    // Not by Rust's own, which looks for the ends of lines.
    let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let file =
        file.map_err(|error| Error::new(Kind::Usage, format!("standard output cannot be written: {error}")))?;
    Ok(Box::new(file))
}

/// Writes lines to stderr for a person to read, as wide as the terminal; styles are left out where it is no
/// terminal, or `NO_COLOR` is set.
pub(crate) fn note(text: &str) {
    let width = io::stderr().is_terminal().then(terminal_width).flatten();
    let text = wrap(&secrets::hide_distinct(text), width, None);
    // Whoever closed stderr does not want to know.
    let _ = aside(|| writeln!(anstream::stderr().lock(), "{text}"));
}

/// Writes what a script wants a person to read.
pub(crate) fn remark(text: &str) {
    note(&visible(text));
}

/// Where scripts print: standard output, past the progress bars that may be there.
///
/// What scripts print may be the words of others, so that a terminal is not steered by it, unless `raw`.
pub(crate) struct Printed {
    raw: bool,
}

impl Printed {
    /// Standard output; control characters reach a terminal only with `--trust`.
    pub(crate) fn new(trust: bool) -> Printed {
        Printed { raw: trust || !io::stdout().is_terminal() }
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        require_open()?;
        let hidden = secrets::hide_bytes(bytes);
        let text = hidden.as_deref().unwrap_or(bytes);
        if self.raw {
            return match hidden {
                Some(hidden) => aside(|| io::stdout().write_all(&hidden)).map(|()| bytes.len()),
                None => aside(|| io::stdout().write(bytes)),
            };
        }
        let mut shown = Vec::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            shown.extend_from_slice(visible(chunk.valid()).as_bytes());
            shown.extend(chunk.invalid().iter().flat_map(|byte| byte.escape_ascii()));
        }
        aside(|| io::stdout().write_all(&shown)).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Ends the line that the terminal's own `^C` stands on.
pub(crate) fn end_line() {
    if io::stderr().is_terminal() {
        note("");
    }
}

/// Asks a yes-or-no question on the terminal; anything but `y` or `yes` is no.
pub(crate) fn ask(question: &str) -> bool {
    let _ = aside(|| write!(anstream::stderr().lock(), "{} [y/N] ", visible(question)));
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Whether there is a person to ask.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The terminal's width in columns, where there is one.
pub(crate) fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0)
}
