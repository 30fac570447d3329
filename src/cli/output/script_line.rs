//! The line of a script in which a plain Lua error was raised.
//!
//! Only the script that the person runs is shown, whatever name a chunk gives itself.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The script of this run: its chunk's name, and its text.
static SCRIPT: Mutex<Option<(String, Text)>> = Mutex::new(None);

/// The most bytes of a file that are searched for a line.
const MOST: u64 = 1 << 20;

/// The most characters of a line that are shown.
const WIDEST: usize = 100;

/// Where the text of a script is.
pub(crate) enum Text {
    /// In a file, which is read if there is an error.
    File(PathBuf),
    /// Here: `-e`, or standard input.
    Here(String),
}

/// Remembers the script that is run next, by the name that its errors have.
pub(crate) fn remember(name: &str, text: Text) {
    *SCRIPT.lock().unwrap_or_else(PoisonError::into_inner) = Some((name.to_owned(), text));
}

/// The number and the text of the line that begins a message, or a line of a traceback: `job.lua:3: …`.
pub(super) fn of(message: &str) -> Option<(usize, String)> {
    let script = SCRIPT.lock().unwrap_or_else(PoisonError::into_inner);
    let (name, text) = script.as_ref()?;
    let number = number(message, name)?;
    let line = match text {
        Text::Here(text) => line(text, number)?.to_owned(),
        Text::File(path) => {
            let mut bytes = Vec::new();
            File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
            line(&String::from_utf8_lossy(&bytes), number)?.to_owned()
        }
    };
    Some((number, line.chars().take(WIDEST).collect()))
}

/// The line's number in a text that begins with the script's name.
fn number(message: &str, name: &str) -> Option<usize> {
    message.strip_prefix(name)?.strip_prefix(':')?.split(':').next()?.parse().ok()
}

/// A line that holds something.
fn line(text: &str, number: usize) -> Option<&str> {
    text.lines().nth(number.checked_sub(1)?).map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_the_name_of_the_script_only() {
        assert_eq!(number("job.lua:3: no", "job.lua"), Some(3));
        for other in ["clouds.yaml:3: no", "job.lua", "job.lua: no", "job.lua:x: no", "job.luax:3: no"] {
            assert_eq!(number(other, "job.lua"), None, "{other}");
        }
        assert_eq!(line("a\n  b \n\n", 2), Some("b"));
        assert_eq!((line("a\n\n", 2), line("a", 0), line("a", 9)), (None, None, None));
    }
}
