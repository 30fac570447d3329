//! The comment on top of a Lua file, in `---` lines: its documentation.

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Header {
    /// The first sentence, on one line, without its full stop.
    pub(crate) summary: String,
    /// All of it, without dashes.
    pub(crate) document: String,
}

/// Reads the header of a Lua text; empty where it has none. Blank lines and a `#!` line may stand before it.
pub(crate) fn header(text: &str) -> Header {
    let comment = text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .skip_while(|(number, line)| line.trim().is_empty() || (*number == 0 && line.starts_with('#')))
        .map_while(|(_, line)| line.trim_end().strip_prefix("---"))
        .filter(|line| !line.starts_with('@'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line));
    let document = comment.collect::<Vec<_>>().join("\n").trim().to_owned();
    Header { summary: first_sentence(&document), document }
}

fn first_sentence(document: &str) -> String {
    let paragraph = document.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let end = paragraph.find(". ").unwrap_or(paragraph.len());
    paragraph[..end].trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_leading_comment_and_its_first_sentence() {
        for (text, summary, document) in [
            (
                "--- Shares one image.\n---\n--- Safe to repeat.\nlocal x = 1\n--- Not this.\n",
                "Shares one image",
                "Shares one image.\n\nSafe to repeat.",
            ),
            ("#!/usr/bin/env lunette\n\n--- Shares\n--- one. Twice.\n", "Shares one", "Shares\none. Twice."),
            ("---@class X\n--- Does.\nreturn 1", "Does", "Does."),
            ("-- no header\nreturn {}", "", ""),
            ("", "", ""),
        ] {
            let expected = Header { summary: summary.to_owned(), document: document.to_owned() };
            assert_eq!(header(text), expected, "{text}");
        }
    }
}
