//! How errors are told: one line, then what to do next, then the script's own lines.

use std::fmt::Write;
use std::io;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use super::sanitize::visible;
use super::{lua_hints, script_line};
use crate::cli::docs::Documentation;
use crate::cli::exit::Stop;
use crate::cli::output;
use crate::error::{Error, shortage};
use crate::host::Failure;

const RED: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Tells why the run ended, and with what to exit.
pub(crate) fn end(stop: &Stop, verbose: bool) -> ExitCode {
    match stop {
        Stop::Usage(error) => {
            if !error.use_stderr()
                && let Err(closed) = output::require_open()
            {
                return end(&Stop::Io(closed), verbose);
            }
            // Help that nobody reads to the end is help all the same.
            let _ = error.print();
        }
        Stop::Io(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        stop => output::note(&format_error(stop, verbose)),
    }
    ExitCode::from(stop.exit_code())
}

/// The error as it stands on stderr, without a newline at its end.
pub(crate) fn format_error(stop: &Stop, verbose: bool) -> String {
    match stop {
        // An interrupt says nothing that its name does not.
        Stop::Error(error) | Stop::Failure(Failure { error: Some(error), .. })
            if error.message() == "interrupted" =>
        {
            lines("interrupted", None, &[])
        }
        Stop::Error(error) => lines(&error.to_string(), error.advice_text(), &[]),
        Stop::Failure(Failure { error: None, message, traceback, syntax }) => {
            let mut positions = [message].into_iter().chain(traceback.first());
            let line = positions.find_map(|text| script_line::of(text));
            let hint = lua_hints::hint(message, line.as_ref().map(|(_, text)| text.as_str()));
            let line = line.map(|(number, text)| format!("{number} | {text}"));
            let advice: Vec<String> = line.into_iter().chain(hint).collect();
            let traceback = if *syntax && !verbose { &[] } else { traceback.as_slice() };
            lines(message, Some(&advice.join("\n")), traceback)
        }
        Stop::Failure(Failure { error: Some(error), message, traceback, syntax }) => {
            let traceback = if *syntax && !verbose { &[] } else { traceback.as_slice() };
            let help = called(error).map(|name| format!("`lunette help {name}` tells what it takes"));
            lines(message, error.advice_text().or(help.as_deref()), traceback)
        }
        Stop::Usage(error) => error.to_string().trim_end().to_owned(),
        Stop::Io(error) => lines(&error.to_string(), shortage(error), &[]),
        Stop::Interrupted => lines("interrupted", None, &[]),
    }
}

/// The documented function that an error of its arguments is about.
fn called(error: &Error) -> Option<&str> {
    let (_, behind) = error.message().strip_prefix("bad argument #")?.split_once(" to '")?;
    let (name, _) = behind.split_once('\'')?;
    Documentation::read().text(name).map(|_| name)
}

fn lines(message: &str, advice: Option<&str>, traceback: &[String]) -> String {
    let mut text = format!("{RED}lunette:{RED:#} {}", visible(message));
    for line in advice.unwrap_or_default().lines() {
        let _ = write!(text, "\n  {}", visible(line));
    }
    for line in traceback {
        let _ = write!(text, "\n  {DIM}{}{DIM:#}", visible(line));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn plain(stop: &Stop) -> String {
        anstream::adapter::strip_str(&format_error(stop, false)).to_string()
    }

    #[test]
    fn an_error_is_one_line_and_then_advice() {
        let error = Error::new(Kind::Config, "no cloud is called project-x")
            .advice("did you mean project-a?\nlooked in a.yaml");
        insta::assert_snapshot!(plain(&Stop::Error(error)), @r"
        lunette: config: no cloud is called project-x
          did you mean project-a?
          looked in a.yaml
        ");
    }

    #[test]
    fn a_stream_that_the_system_refuses_comes_with_advice() {
        let refusal = io::Error::from_raw_os_error(24);
        insta::assert_snapshot!(plain(&Stop::Io(refusal)), @r"
        lunette: Too many open files (os error 24)
          let this process have more open files, 64 or more (ulimit -n)
        ");
    }

    #[test]
    fn foreign_text_cannot_move_the_cursor() {
        let error = Error::new(Kind::NotFound, "no image 'a\u{1b}[2J'").advice("see \u{1b}[1m");
        assert_eq!(
            plain(&Stop::Error(error)),
            "lunette: not_found: no image 'a\\u{1b}[2J'\n  see \\u{1b}[1m"
        );
    }

    #[test]
    fn a_failure_tells_the_lines_of_the_script_after_the_advice() {
        let failure = Failure {
            error: Some(Error::new(Kind::Ambiguous, "2 images").advice("use an ID")),
            message: "ambiguous: 2 images".into(),
            traceback: vec!["x.lua:3: in local 'share'".into(), "x.lua:9: in main chunk".into()],
            syntax: false,
        };
        insta::assert_snapshot!(plain(&Stop::Failure(failure)), @r"
        lunette: ambiguous: 2 images
          use an ID
          x.lua:3: in local 'share'
          x.lua:9: in main chunk
        ");
    }
}
