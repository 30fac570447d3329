//! Text that others wrote, for a terminal: names come from other people's projects, messages from servers.

use std::borrow::Cow;

/// The text with what would move the cursor, change colours or the order of letters shown as Rust escapes;
/// line ends and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || reorders(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().fold(String::new(), |mut shown, c| {
        if hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    });
    Cow::Owned(shown)
}

/// Whether a character changes the order in which others are shown, or divides lines.
pub(in crate::cli) fn reorders(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_newlines_and_tabs_move_the_cursor() {
        assert_eq!(visible("a\tü\nb"), "a\tü\nb");
        assert_eq!(visible("a\u{202e}b\u{2066}"), r"a\u{202e}b\u{2066}");
        assert_eq!(visible("a\u{1b}[2J\r\u{9b}b\0"), r"a\u{1b}[2J\r\u{9b}b\u{0}");
    }
}
