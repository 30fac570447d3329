//! The terminal that bars are drawn on: written at once, with the cursor at the beginning of the last bar.
//!
//! A terminal writes `^C` where the cursor stands. At the end of a line that a bar fills, it would take
//! another line for that, and the bars would be looked for a line too low and never go away.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::TermLike;

/// Standard error, which is a terminal.
#[derive(Debug, Default)]
pub(in crate::cli) struct Screen(Mutex<Vec<u8>>);

impl Screen {
    /// Keeps what is to be written until [`TermLike::flush`], so that nothing flickers.
    fn keep(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())
    }

    /// Moves the cursor that many steps in the direction of that letter (ECMA-48).
    fn step(&self, steps: usize, letter: char) -> io::Result<()> {
        if steps == 0 { Ok(()) } else { self.keep(&format!("\x1b[{steps}{letter}")) }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        size().0
    }

    fn height(&self) -> u16 {
        size().1
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.step(lines, 'A')
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.step(lines, 'B')
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.step(columns, 'C')
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.step(columns, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.keep(text)?;
        self.keep("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.keep(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.keep("\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let mut kept = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !kept.is_empty() {
            kept.push(b'\r');
        }
        let mut stderr = io::stderr().lock();
        stderr.write_all(&kept)?;
        stderr.flush()
    }
}

/// Columns and lines; what terminals have had since the VT100 where this one does not say.
fn size() -> (u16, u16) {
    let size = terminal_size::terminal_size_of(io::stderr());
    size.map_or((80, 24), |(width, height)| (width.0, height.0))
}
