//! The values of secrets that this process knows, and their removal from texts.
//!
//! Passwords and tokens are added where a log-in is configured and where a token arrives. A server that
//! echoes them may encode them: most are looked for in every form by [`Net`]. Short ones and plain words,
//! which a search for any form would find in ordinary texts, are looked for as they are and as JSON, URLs,
//! HTML, hexadecimal digits and Base64 usually write them.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;
#[cfg(not(test))]
use std::sync::LazyLock;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use percent_encoding::{percent_decode_str, percent_encode_byte};

use super::REDACTED;
use super::encodings::{base64_parts, hex};
use super::net::Net;

/// Shorter texts cannot be told from ordinary words, and are not removed.
const SHORTEST: usize = 4;

/// Shorter secrets are removed only where they are words of their own.
const WORD: usize = 8;

/// A word of that many characters is no ordinary one, and is looked for in every form.
const LONG: usize = 12;

#[cfg(not(test))]
static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

// Unit tests share a process, and one's password is a word that another expects to see.
#[cfg(test)]
thread_local! {
    static KNOWN: &'static RwLock<Known> = Box::leak(Box::default());
}

/// The secrets, and the search for them.
#[derive(Default)]
struct Known {
    secrets: Vec<Secret>,
    net: Net,
}

struct Secret {
    value: String,
    /// Whether it is removed wherever it is found, as part of a word too.
    is_declared: bool,
    /// Its other spellings, the longest first; empty where the net has it.
    spellings: Vec<String>,
    /// Parts of any Base64 text that has it inside.
    base64: Vec<String>,
    /// Whether no ordinary word can be mistaken for it.
    is_distinct: bool,
    /// Whether it looks like an ordinary word.
    is_word: bool,
}

/// Remembers a secret, so that it is removed from everything that is shown from now on.
pub fn add(value: &str) {
    let value = value.trim();
    if value.len() < SHORTEST || known().secrets.iter().any(|secret| secret.value == value) {
        return;
    }
    remember(Secret::new(value));
}

/// Remembers a secret that somebody declared to be one: it is removed from everything that is shown from now
/// on, even where it is an ordinary word or a part of one. Returns false if it is too short for that.
pub fn add_declared(value: &str) -> bool {
    let value = value.trim();
    if value.len() < SHORTEST {
        return false;
    }
    if !known().secrets.iter().any(|secret| secret.is_declared && secret.value == value) {
        remember(Secret { is_declared: true, is_distinct: true, is_word: false, ..Secret::new(value) });
    }
    true
}

/// The number of declared secrets.
pub fn declared() -> usize {
    known().secrets.iter().filter(|secret| secret.is_declared).count()
}

fn remember(mut secret: Secret) {
    let value = secret.value.clone();
    let value = value.as_str();
    let mut known = registry().write().unwrap_or_else(PoisonError::into_inner);
    let is_any_form = secret.is_distinct || value.chars().count() >= LONG;
    let place = known.secrets.len();
    if !(is_any_form && known.net.add(value, place)) {
        secret.spell();
    }
    known.secrets.push(secret);
}

/// Remembers the password in a URL: `https://user:password@host`.
pub fn add_url(url: &str) {
    if let Ok(url) = url::Url::parse(url)
        && let Some(password) = url.password()
    {
        add(password);
        add(&percent_decode_str(password).decode_utf8_lossy());
    }
}

/// The text without any known secret. For texts that a server or a script had a hand in.
pub fn hide(text: &str) -> Cow<'_, str> {
    redact_where(text, |_| true)
}

/// The text without the known secrets that no ordinary word can be mistaken for. For texts of our own, in
/// which the word `password` must stay where the password is `password`.
pub fn hide_distinct(text: &str) -> Cow<'_, str> {
    redact_where(text, |secret| secret.is_distinct)
}

/// Whether a known secret is in a text that somebody typed, but for one that is an ordinary word.
pub fn is_in(text: &str) -> bool {
    matches!(redact_where(text, |secret| !secret.is_word), Cow::Owned(_))
}

/// The bytes without the known secrets that no ordinary word can be mistaken for; `None` if there are none in
/// them.
pub fn hide_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    match hide_distinct(text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(hidden) => Some(hidden.into_bytes()),
    }
}

#[cfg(not(test))]
fn registry() -> &'static RwLock<Known> {
    &KNOWN
}

#[cfg(test)]
fn registry() -> &'static RwLock<Known> {
    KNOWN.with(|known| *known)
}

fn known() -> RwLockReadGuard<'static, Known> {
    registry().read().unwrap_or_else(PoisonError::into_inner)
}

fn redact_where(text: &str, counts: impl Fn(&Secret) -> bool) -> Cow<'_, str> {
    let known = known();
    let found = known.net.find(text, |place| known.secrets.get(place).is_some_and(&counts));
    let mut shown =
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(remove_parts(text, &found)) };
    for secret in known.secrets.iter().filter(|secret| counts(secret)) {
        for spelling in &secret.spellings {
            if shown.contains(spelling.as_str()) {
                let is_word = spelling.len() < WORD && !secret.is_declared;
                shown = Cow::Owned(replace(&shown, spelling, is_word, |_| false));
            }
        }
        for part in &secret.base64 {
            if shown.contains(part.as_str()) {
                shown = Cow::Owned(replace(&shown, part, false, is_base64));
            }
        }
    }
    shown
}

/// Replaces these parts, which come in order and may overlap.
fn remove_parts(text: &str, parts: &[Range<usize>]) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), None);
    for part in parts {
        if done.is_none_or(|done| part.start >= done) {
            out.push_str(text.get(done.unwrap_or(0)..part.start).unwrap_or_default());
            out.push_str(REDACTED);
        }
        done = done.max(Some(part.end));
    }
    out.push_str(text.get(done.unwrap_or(0)..).unwrap_or_default());
    out
}

/// Replaces every occurrence, with the neighbours that belong to it.
fn replace(text: &str, wanted: &str, is_word: bool, belongs: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(wanted) {
        let (before, behind) = (&rest[..at], &rest[at + wanted.len()..]);
        let stands_alone =
            !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        if is_word && !stands_alone {
            out.push_str(before);
            out.push_str(wanted);
        } else {
            out.push_str(before.trim_end_matches(&belongs));
            out.push_str(REDACTED);
        }
        rest = if is_word { behind } else { behind.trim_start_matches(&belongs) };
    }
    out.push_str(rest);
    out
}

impl Secret {
    fn new(value: &str) -> Secret {
        let is_word = value.chars().all(char::is_alphabetic) && value.len() < 2 * WORD;
        let is_distinct = value.len() >= WORD && !is_word;
        let value = value.to_owned();
        let (spellings, base64) = (Vec::new(), Vec::new());
        Secret { value, is_declared: false, spellings, base64, is_distinct, is_word }
    }

    /// Has it looked for in its usual spellings.
    fn spell(&mut self) {
        let value = self.value.as_str();
        let json = escape_json(value, false);
        let mut spellings = vec![
            value.to_owned(),
            escape_json(&json, false),
            escape_json(&escape_json(value, true), false),
            escape_json(value, true),
            json,
            percent(value, "", "%20"),
            percent(value, "/", "%20"),
            percent(value, "", "+"),
            value.bytes().map(percent_encode_byte).collect(),
            hex(value.as_bytes(), ""),
            hex(value.as_bytes(), "").to_uppercase(),
            html(value, "&#39;"),
            html(value, "&#x27;"),
            value.split_whitespace().collect::<Vec<_>>().join(" "),
        ];
        let lower: Vec<_> =
            spellings.iter().filter(|text| text.contains('%')).map(|text| lower_hex(text)).collect();
        spellings.extend(lower);
        spellings.retain(|spelling| spelling.len() >= SHORTEST);
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        spellings.dedup();
        let parts = base64_parts(value.as_bytes()).into_iter();
        let base64 = parts.flat_map(|part| [part.replace('+', "-").replace('/', "_"), part]).collect();
        (self.spellings, self.base64) = (spellings, base64);
    }
}

/// The text inside a JSON string; `ascii` as Python writes it, `\u00e9` for `é`.
fn escape_json(value: &str, ascii: bool) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    if !ascii {
        return inner.to_owned();
    }
    let mut out = String::new();
    for c in inner.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// Percent-encodes all but the characters that never need it, those in `safe`, and blanks.
fn percent(value: &str, safe: &str, blank: &str) -> String {
    let parts = value.split(' ').map(|part| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.-~".contains(c) || safe.contains(c);
        let encode = |c: char| {
            let mut bytes = [0; 4];
            let text: &str = c.encode_utf8(&mut bytes);
            if is_plain(c) { text.to_owned() } else { text.bytes().map(percent_encode_byte).collect() }
        };
        part.chars().map(encode).collect::<String>()
    });
    parts.collect::<Vec<_>>().join(blank)
}

fn lower_hex(percent: &str) -> String {
    let mut out = String::new();
    let mut digits = 0;
    for c in percent.chars() {
        out.push(if digits > 0 { c.to_ascii_lowercase() } else { c });
        digits = if c == '%' { 2 } else { i32::max(digits - 1, 0) };
    }
    out
}

fn html(value: &str, quote: &str) -> String {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', quote)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=')
}

/// Forgets all that this test has added.
#[cfg(test)]
pub(super) fn forget() {
    *registry().write().unwrap_or_else(PoisonError::into_inner) = Known::default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::fuzz::base64;

    #[test]
    fn a_known_secret_is_removed_in_every_spelling() {
        add("pä\"ss w/ord+<1>");
        for text in [
            "bad pä\"ss w/ord+<1> there",
            r#"{"pw": "pä\"ss w/ord+<1>"}"#,
            r#"{"pw": "p\u00e4\"ss w/ord+<1>"}"#,
            r#"{"body": "{\"pw\": \"pä\\\"ss w/ord+<1>\"}"}"#,
            "pw=p%C3%A4%22ss%20w%2Ford%2B%3C1%3E&x=1",
            "pw=p%c3%a4%22ss+w%2ford%2b%3c1%3e&x=1",
            "pw=p%C3%A4%22ss%20w/ord%2B%3C1%3E",
            "<p>pä&quot;ss w/ord+&lt;1&gt;</p>",
        ] {
            let shown = hide(text);
            assert!(shown.contains(REDACTED) && !shown.contains("1>") && !shown.contains("ss"), "{shown}");
        }
    }

    #[test]
    fn a_known_secret_is_removed_from_hexadecimal_digits() {
        add("correct-horse-7!");
        assert_eq!(hide("0x636f72726563742d686f7273652d3721."), format!("0x{REDACTED}."));
        assert_eq!(hide("636F72726563742D686F7273652D3721"), REDACTED);
        assert_eq!(hide("%63%6F%72%72%65%63%74%2D%68%6F%72%73%65%2D%37%21"), REDACTED);
    }

    #[test]
    fn a_known_secret_is_removed_from_base64_at_any_place() {
        add("correct-horse-7");
        for before in ["", "a", "bc", "alice:"] {
            let text = format!("Basic {} end", base64(format!("{before}correct-horse-7!").as_bytes()));
            assert_eq!(hide(&text), "Basic (redacted) end", "{before}");
        }
    }

    #[test]
    fn a_short_secret_is_removed_as_a_word_only() {
        add("k9qz");
        assert_eq!(hide("is k9qz, not bak9qz or k9qzer"), "is (redacted), not bak9qz or k9qzer");
    }

    #[test]
    fn our_own_words_stay_where_a_secret_is_a_common_word() {
        add("passwords");
        add("tr0ub4dor&3");
        assert_eq!(hide_distinct("no passwords: tr0ub4dor&3"), "no passwords: (redacted)");
        assert_eq!(hide("no passwords here"), "no (redacted) here");
    }

    #[test]
    fn a_short_secret_is_in_what_was_typed_unless_it_is_a_word() {
        add("k9qz");
        add("image");
        assert!(is_in("login('k9qz')") && !is_in("cloud:image 'x'"));
    }

    #[test]
    fn a_secret_that_begins_or_ends_with_blanks_and_pluses_is_hidden_whole() {
        add("+ + correcthorse + +");
        assert_eq!(hide("a + + correcthorse + + b"), "a (redacted) b");
        assert_eq!(hide(r"a \\u002B\\u0020correcthorse\\u0020\\u002B b"), "a (redacted) b");
    }

    #[test]
    fn a_declared_secret_is_removed_also_where_it_is_a_word_or_a_part_of_one() {
        assert!(!add_declared("abc") && add_declared("hunter") && add_declared("s3cr"));
        assert_eq!(hide_distinct("the xhunter2 and s3cret"), "the x(redacted)2 and (redacted)et");
        assert!(is_in("t = 'hunter'") && declared() == 2);
    }

    #[test]
    fn a_known_word_that_is_declared_later_is_removed_from_then_on() {
        add("hunter");
        assert_eq!(hide_distinct("hunter"), "hunter");
        assert!(add_declared("hunter"));
        assert_eq!(hide_distinct("hunter"), "(redacted)");
    }

    #[test]
    fn the_password_of_a_url_is_known() {
        add_url("https://alice:s%2Fcr%20et9@host/x");
        assert_eq!(hide("was s%2Fcr%20et9 or s/cr et9"), "was (redacted) or (redacted)");
    }

    #[test]
    fn bytes_without_a_secret_are_not_copied() {
        assert_eq!(hide_bytes(b"plain"), None);
        assert_eq!(hide_bytes(b"\xff\xfe"), None);
    }
}
