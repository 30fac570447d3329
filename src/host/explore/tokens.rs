//! Lua's tokens: what a text is made of, byte for byte, however unfinished it is.
//!
//! For what looks at a text and does not run it: colours, completion, locals that stay. Knows no grammar.

use std::iter;
use std::ops::Range;

use crate::host::library::inspect::KEYWORDS;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// One of Lua's own words.
    Keyword,
    /// A name.
    Name,
    /// A number.
    Number,
    /// A string, short or long; one without its end goes on to the end of its line, or of the text.
    Text,
    /// A comment, short or long.
    Comment,
    /// An operator, a bracket, or what means nothing to Lua.
    Symbol,
}

/// A token and where it stands. What lies between two is white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Range<usize>,
}

impl Token {
    /// Its words in the text that it was read from.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        &text[self.span.clone()]
    }
}

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut at = 0;
    iter::from_fn(move || {
        at += text[at..].len() - text[at..].trim_start().len();
        let (kind, length) = first(&text[at..])?;
        let start = at;
        at += length;
        Some(Token { kind, span: start..at })
    })
}

/// The token that a text begins with, and its length.
fn first(text: &str) -> Option<(TokenKind, usize)> {
    let c = text.chars().next()?;
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    Some(if let Some(comment) = text.strip_prefix("--") {
        let length = long_bracket(comment).unwrap_or_else(|| comment.find('\n').unwrap_or(comment.len()));
        (TokenKind::Comment, 2 + length)
    } else if c.is_ascii_alphabetic() || c == '_' {
        let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        let keyword = KEYWORDS.contains(&&text[..length]);
        (if keyword { TokenKind::Keyword } else { TokenKind::Name }, length)
    } else if digit(0) || (c == '.' && digit(1)) {
        (TokenKind::Number, number(text))
    } else if c == '"' || c == '\'' {
        (TokenKind::Text, quoted_length(text))
    } else if let Some(length) = long_bracket(text) {
        (TokenKind::Text, length)
    } else {
        let operators = ["...", "..", "==", "~=", "<=", ">=", "//", "<<", ">>", "::"];
        let operator = operators.into_iter().find(|operator| text.starts_with(operator));
        (TokenKind::Symbol, operator.map_or(c.len_utf8(), str::len))
    })
}

/// The length of `[[…]]` or `[==[…]==]`; `None` where the text does not begin with one.
fn long_bracket(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('[')?;
    let level = inner.len() - inner.trim_start_matches('=').len();
    let inner = inner[level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    Some(inner.find(&close).map_or(text.len(), |at| level + 2 + at + close.len()))
}

/// The length of a string in quotes.
fn quoted_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                // `\z` goes on over white space, line ends among it.
                if let Some((at, 'z')) = chars.next() {
                    let rest = &text[at + 1..];
                    let blank = rest.chars().take_while(|c| c.is_whitespace()).count();
                    chars.by_ref().take(blank).for_each(drop);
                }
            }
            '\n' => return at,
            c if Some(c) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a number: Lua takes all letters, digits and dots that follow, and a sign behind an exponent.
fn number(text: &str) -> usize {
    let exponents = if text[1..].starts_with(['x', 'X']) { ['p', 'P'] } else { ['e', 'E'] };
    let mut before = ' ';
    text.find(|c: char| {
        let goes_on = c.is_ascii_alphanumeric()
            || matches!(c, '.' | '_')
            || (matches!(c, '+' | '-') && exponents.contains(&before));
        before = c;
        !goes_on
    })
    .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let letter = |kind| match kind {
            TokenKind::Keyword => 'k',
            TokenKind::Name => 'n',
            TokenKind::Number => '#',
            TokenKind::Text => 't',
            TokenKind::Comment => 'c',
            TokenKind::Symbol => 's',
        };
        tokens(text).map(|token| format!("{}{}", letter(token.kind), token.of(text))).collect()
    }

    #[test]
    fn tells_words_numbers_texts_and_comments_apart() {
        for (text, expected) in [
            ("local x_1 = nil", &["klocal", "nx_1", "s=", "knil"][..]),
            ("0x1p-4 1e+5-.5 3..x", &["#0x1p-4", "#1e+5", "s-", "#.5", "#3..x"]),
            ("a..b...", &["na", "s..", "nb", "s..."]),
            (r#"'a\'b' "c\\" x"#, &[r"t'a\'b'", r#"t"c\\""#, "nx"]),
            ("[[a]]b[=[c]]]=]d[1]", &["t[[a]]", "nb", "t[=[c]]]=]", "nd", "s[", "#1", "s]"]),
            ("x -- y\nz --[[ a\nb ]] c", &["nx", "c-- y", "nz", "c--[[ a\nb ]]", "nc"]),
            ("::a:: a::b ~= //", &["s::", "na", "s::", "na", "s::", "nb", "s~=", "s//"]),
            ("„ü\"„ü\"", &["s„", "sü", "t\"„ü\""]),
            ("'a\\z \n  b' c", &["t'a\\z \n  b'", "nc"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn takes_what_has_no_end_yet() {
        for (text, expected) in [
            ("'a\nb", &["t'a", "nb"][..]),
            ("x = \"", &["nx", "s=", "t\""]),
            ("[==[ a ]] b", &["t[==[ a ]] b"]),
            ("--[[ a", &["c--[[ a"]),
            ("'\\", &["t'\\"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
