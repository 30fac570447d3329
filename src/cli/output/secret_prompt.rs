//! The question for a secret: what is typed is not shown on the terminal.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Read, Write, stdin};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::progress::aside;
use super::sanitize::visible;

/// The terminal's settings while a question is open.
static USUAL: Mutex<Option<Termios>> = Mutex::new(None);

/// The most bytes of an answer.
const LONGEST: usize = 64 << 10;

/// Asks on the terminal that is standard input; `None` after ^C.
///
/// ^C, ^D and ^U are read here: a signal would end the process with a terminal that shows nothing.
pub(crate) fn ask(question: &str) -> io::Result<Option<String>> {
    // An answer that comes at once after the question is kept.
    let silent = Silent::begin()?;
    tell(&visible(question));
    let answer = read(&mut stdin().lock());
    drop(silent);
    tell("\n");
    answer
}

/// Gives the terminal its settings back, if a question is open. For the end of the process.
pub(crate) fn restore() {
    if let Some(usual) = USUAL.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &usual);
    }
}

/// Switches the terminal's echo off until it is dropped.
struct Silent;

impl Silent {
    fn begin() -> io::Result<Silent> {
        let usual = tcgetattr(stdin())?;
        let mut silent = usual.clone();
        silent.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN;
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        *USUAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(usual);
        // Discards what was typed before the question.
        let set = tcsetattr(stdin(), OptionalActions::Flush, &silent);
        let silent = Silent;
        set?;
        Ok(silent)
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        restore();
    }
}

/// Writes to standard error, or to the terminal itself where that is no terminal.
fn tell(text: &str) {
    let _ = if io::stderr().is_terminal() {
        aside(|| write!(io::stderr().lock(), "{text}"))
    } else {
        OpenOptions::new()
            .write(true)
            .open("/dev/tty")
            .and_then(|mut terminal| terminal.write_all(text.as_bytes()))
    };
}

/// Reads a line as a terminal would: a backspace removes the last character, ^U all; ^C gives `None`.
fn read(keys: &mut impl Read) -> io::Result<Option<String>> {
    let mut answer: Vec<u8> = Vec::new();
    let mut key = [0];
    while keys.read(&mut key)? > 0 {
        match key[0] {
            b'\r' | b'\n' | 0x04 => break,
            0x03 => return Ok(None),
            0x08 | 0x7f => while answer.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            0x15 => answer.clear(),
            // Control characters, such as ^Z and those of arrow keys, are not part of a secret.
            0..0x20 => {}
            byte if answer.len() < LONGEST => answer.push(byte),
            _ => {}
        }
    }
    let text = String::from_utf8(answer);
    text.map(Some)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "what was typed is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keys_become_an_answer() {
        for (keys, answer) in [
            ("hunter2\rx", Some("hunter2")),
            ("hunter2\n", Some("hunter2")),
            ("hunter", Some("hunter")),
            ("aü\u{7f}b\u{8}\u{8}\u{8}xy\r", Some("xy")),
            ("wrong\u{15}right\r", Some("right")),
            ("hun\u{1a}\u{1c}ter\t\r", Some("hunter")),
            ("\u{4}", Some("")),
            ("hun\u{3}", None),
        ] {
            assert_eq!(read(&mut keys.as_bytes()).unwrap().as_deref(), answer, "{keys:?}");
        }
        assert!(read(&mut &b"\xff\r"[..]).is_err());
    }
}
