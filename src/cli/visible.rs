//! Text that others wrote, for a terminal: names come from other people's projects, messages from servers.

use std::borrow::Cow;

/// The text with what would move the cursor or change colours shown as Rust escapes; line ends and tabs stay.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_lines_and_tabs_moves_the_cursor() {
        assert_eq!(visible("a\tü\nb"), "a\tü\nb");
        assert_eq!(visible("a\u{1b}[2J\r\u{9b}b\0"), r"a\u{1b}[2J\r\u{9b}b\u{0}");
    }
}
