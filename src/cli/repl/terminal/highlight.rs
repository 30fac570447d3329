//! Colours for a line of Lua while it is typed. The width of what is shown never changes.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::cli::repl::command;
use crate::host::{TokenKind, tokens};

/// What is only a suggestion.
pub(in crate::cli::repl) const DIM: Style = Style::new().dimmed();

/// The line with its colours.
pub(in crate::cli::repl) fn paint(line: &str) -> String {
    if command::is_command(line) {
        let end = line.find(char::is_whitespace).unwrap_or(line.len());
        let style = AnsiColor::Blue.on_default().bold();
        return format!("{style}{}{style:#}{}", &line[..end], &line[end..]);
    }
    let (mut shown, mut written) = (String::new(), 0);
    for token in tokens(line) {
        let Some(style) = style(token.kind) else { continue };
        shown.push_str(&line[written..token.span.start]);
        let _ = write!(shown, "{style}{}{style:#}", token.of(line));
        written = token.span.end;
    }
    shown + &line[written..]
}

fn style(kind: TokenKind) -> Option<Style> {
    Some(match kind {
        TokenKind::Keyword => AnsiColor::Magenta.on_default(),
        TokenKind::Text => AnsiColor::Green.on_default(),
        TokenKind::Number => AnsiColor::Cyan.on_default(),
        TokenKind::Comment => DIM,
        TokenKind::Name | TokenKind::Symbol => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highlighting_adds_only_colours() {
        for line in ["local x = 'ü' -- no", "?image.update", ".time f()", "„a\" x", "[[ open", ""] {
            assert_eq!(anstream::adapter::strip_str(&paint(line)).to_string(), line);
        }
    }

    #[test]
    fn words_texts_numbers_and_comments_have_colours() {
        assert_eq!(
            paint("local x = 'a' .. 1 -- b"),
            "\u{1b}[35mlocal\u{1b}[0m x = \u{1b}[32m'a'\u{1b}[0m .. \u{1b}[36m1\u{1b}[0m \u{1b}[2m-- b\u{1b}[0m"
        );
        assert_eq!(paint("'open"), "\u{1b}[32m'open\u{1b}[0m");
    }
}
