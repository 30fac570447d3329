//! Lines that a terminal would cut in the middle of a word, cut between words.

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

/// The text with no line wider than that, where words allow it. What goes on is indented: so far, or as its
/// line is.
pub(crate) fn wrap(text: &str, width: Option<u16>, indent: Option<usize>) -> String {
    let Some(width) = width.map(usize::from) else { return text.to_owned() };
    let lines: Vec<String> = text.split('\n').map(|line| one(line, width, indent)).collect();
    lines.join("\n")
}

fn one(line: &str, width: usize, indent: Option<usize>) -> String {
    let own = line.len() - line.trim_start_matches(' ').len();
    // Where hardly anything would fit beside the indent, there is none.
    let indent = indent.unwrap_or(own).min(width / 2);
    let (mut told, mut at) = (String::new(), 0);
    for word in line.split_inclusive(' ') {
        let wide = strip_str(word.trim_end()).to_string().width();
        if at + wide > width && at > indent {
            told.truncate(told.trim_end_matches(' ').len());
            told.push('\n');
            told.push_str(&" ".repeat(indent));
            at = indent;
        }
        told.push_str(word);
        at += wide + (word.len() - word.trim_end().len());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_words_and_go_on_indented() {
        for (text, width, indent, expected) in [
            ("one two three", Some(8), None, "one two\nthree"),
            ("  one two\nthree", Some(8), None, "  one\n  two\nthree"),
            ("name  says a thing", Some(12), Some(6), "name  says a\n      thing"),
            ("\u{1b}[31mone\u{1b}[0m two", Some(7), None, "\u{1b}[31mone\u{1b}[0m two"),
            ("incomprehensibilities a", Some(8), None, "incomprehensibilities\na"),
            ("one two", None, None, "one two"),
            ("", Some(8), None, ""),
        ] {
            assert_eq!(wrap(text, width, indent), expected, "{text}");
        }
    }
}
