//! Properties of the search for secrets: no encoding that SECURITY.md names gets one past it.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{REDACTED, redact};
use crate::fuzz::config;

const CHARS: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!@#$%^&*()-_=+/\\'\" <>äéñ中🔑";

/// A way to write a text.
type Encoding = (&'static str, fn(&str) -> String);

const ENCODINGS: &[Encoding] = &[
    ("plain", str::to_owned),
    ("large letters", str::to_uppercase),
    ("small letters", str::to_lowercase),
    ("hex", |text| each(text.as_bytes(), "", "")),
    ("hex with colons", |text| each(text.as_bytes(), "", ":").to_uppercase()),
    ("hex with blanks", |text| each(text.as_bytes(), "", " ")),
    ("a list of numbers", |text| each(text.as_bytes(), "0x", ", ")),
    ("percent", |text| each(text.as_bytes(), "%", "")),
    ("percent twice", |text| each(each(text.as_bytes(), "%", "").as_bytes(), "%", "")),
    ("percent of percent", |text| each(text.as_bytes(), "%25", "")),
    ("\\x", |text| each(text.as_bytes(), "\\x", "")),
    ("quoted-printable", |text| each(text.as_bytes(), "=", "=\r\n").to_uppercase()),
    ("\\u", |text| text.encode_utf16().fold(String::new(), |out, unit| format!("{out}\\u{unit:04x}"))),
    ("\\u twice", |text| {
        text.encode_utf16().fold(String::new(), |out, unit| format!("{out}\\\\u{unit:04X}"))
    }),
    ("&#", |text| text.chars().fold(String::new(), |out, c| format!("{out}&#{};", u32::from(c)))),
    ("&#x", |text| text.chars().fold(String::new(), |out, c| format!("{out}&#x{:X};", u32::from(c)))),
    ("JSON", |text| serde_json::Value::from(text).to_string()),
    ("base32", |text| digits(text.as_bytes(), 5, 40, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    ("base64", |text| base64(text.as_bytes())),
    ("base64 of URLs", |text| base64(text.as_bytes()).replace('+', "-").replace('/', "_")),
    ("base64 in JSON", |text| broken(&base64(text.as_bytes())).replace('\n', "\\n")),
    ("base64 in lines", |text| broken(&base64(text.as_bytes()))),
    ("base64 in base64", |text| base64(base64(text.as_bytes()).as_bytes())),
    ("base64 of hex", |text| base64(each(text.as_bytes(), "", "").as_bytes())),
    ("base64 of UTF-16", |text| base64(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
    ("base64 of UTF-16 BE", |text| {
        base64(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>())
    }),
    ("zero bytes", |text| between(text, '\0')),
    ("line ends", |text| between(text, '\n')),
    ("escape characters", |text| between(text, '\u{1b}')),
    ("DEL", |text| between(text, '\u{7f}')),
    ("C1", |text| between(text, '\u{9b}')),
    ("soft hyphens", |text| between(text, '\u{ad}')),
    ("zero width", |text| between(text, '\u{200b}')),
    ("byte order marks", |text| between(text, '\u{feff}')),
];

fn each(bytes: &[u8], before: &str, behind: &str) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{before}{byte:02x}{behind}");
        out
    })
}

fn between(text: &str, c: char) -> String {
    text.chars().flat_map(|next| [next, c]).collect()
}

fn broken(text: &str) -> String {
    text.as_bytes()
        .chunks(19)
        .fold(String::new(), |out, line| out + std::str::from_utf8(line).unwrap() + "\n")
}

pub(super) fn base64(bytes: &[u8]) -> String {
    digits(bytes, 6, 24, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}

/// The bytes by digits of so many bits, padded to whole groups.
fn digits(bytes: &[u8], size: usize, group: usize, all: &[u8]) -> String {
    let digits = |byte: &u8| {
        (0..8).rev().map(move |bit| if byte >> bit & 1 == 1 { '1' } else { '0' }).collect::<Vec<_>>()
    };
    let mut bits: String = bytes.iter().flat_map(digits).collect();
    while !bits.len().is_multiple_of(size) {
        bits.push('0');
    }
    let number = |bits: &[u8]| usize::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
    let mut out: String = bits.as_bytes().chunks(size).map(|bits| char::from(all[number(bits)])).collect();
    while !(out.len() * size).is_multiple_of(group) {
        out.push('=');
    }
    out
}

fn secret() -> impl Strategy<Value = String> {
    let chars: Vec<char> = CHARS.chars().collect();
    let secret =
        vec(select(chars), 12..90).prop_map(|chars| chars.into_iter().collect::<String>().trim().to_owned());
    secret.prop_filter("it has letters", |secret| {
        secret.chars().count() >= 12 && secret.chars().filter(char::is_ascii_alphanumeric).count() >= 8
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_secret_is_hidden_in_any_encoding_anywhere(
        secret in secret(),
        encoding in select(ENCODINGS),
        prefix in "[a-z:]{0,4}",
        before in "[a-zA-Z ,;{}<>.ü]{0,40}",
        after in "( [a-zA-Z ,;{}<>.ü]{0,40})?",
    ) {
        redact::forget();
        redact::add(&secret);
        let encoded = encoding.1(&format!("{prefix}{secret}"));
        let shown = redact::hide(&format!("{before}{encoded}{after}")).into_owned();
        prop_assert!(shown.contains(REDACTED), "{}: {encoded}", encoding.0);
        // What is left is what stood around it, the prefix, and backslashes with blanks at its ends.
        let ends = secret.len() - secret.trim_matches([' ', '\\']).len();
        let ends = encoding.1(&"\\".repeat(ends)).chars().count();
        let prefix = encoding.1(&prefix).chars().count();
        let most = before.chars().count() + after.chars().count() + prefix + ends + REDACTED.len() + 12;
        prop_assert!(shown.chars().count() <= most, "{}: {encoded}: {shown}", encoding.0);
    }

    #[test]
    fn a_text_without_a_secret_stays(secret in secret(), text in "[a-zA-Z0-9 %=&\\\\\n.ü\u{ad}]{0,200}") {
        redact::forget();
        redact::add(&secret);
        prop_assert_eq!(&*redact::hide(&text), &text);
    }
}
