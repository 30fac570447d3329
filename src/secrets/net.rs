//! The search for secrets in any form, in views of a text that leave out the characters between theirs.
//!
//! | view | what it keeps | what is found in it |
//! |---|---|---|
//! | plain | small letters, no blanks and nothing invisible, no `+` and `\` | the secret itself |
//! | base64 | the characters of Base64; `-` and `_` as `+` and `/` | Base64 with line ends, of UTF-16, of Base64 |
//! | letters | letters and digits of ASCII, small | hexadecimal digits and Base32, whatever is between them |
//!
//! Each view is searched with the escapes of the text and without them. Most texts hold no secret: one pass
//! over their letters and digits shows that, and no view is made.

use std::collections::HashMap;
use std::ops::Range;

use super::encodings::{base32_parts, base64_parts, bytes, hex};
use super::escapes::{Level, levels};

/// How many bytes of a form are looked up at once.
const KEY: usize = 6;
const KEY_MASK: u64 = (1 << (8 * KEY)) - 1;

/// The fewest bytes of a secret that are looked for in a view, blanks left out: fewer could be a part of
/// ordinary words.
const SHORTEST: usize = 8;

/// How much of a long secret is encoded, to know it by.
const LONGEST: usize = 64;

/// The size of the table that rules out most keys, in bits.
const TABLE_BITS: u32 = 15;

/// What is looked for, of all secrets.
#[derive(Default)]
pub(super) struct Net {
    first: Keys,
    plain: Forms,
    base64: Forms,
    letters: Forms,
}

/// Keys, and a table that rules out most others.
#[derive(Default)]
struct Keys {
    table: Vec<u64>,
    known: HashMap<u64, Vec<usize>>,
}

/// The forms of secrets in one view.
#[derive(Default)]
struct Forms {
    keys: Keys,
    forms: Vec<Form>,
}

struct Form {
    /// The beginning of it, which identifies it.
    bytes: Vec<u8>,
    /// How long it is in the view.
    length: usize,
    /// Which secret it is.
    secret: usize,
    /// Whether neighbours of the same alphabet belong to it.
    stretches: bool,
}

/// A view: its bytes, and the part of the level that each stands for.
type View = (Vec<u8>, Vec<(usize, usize)>);

impl Net {
    /// Adds a secret; returns false if it has too few letters and digits for this search.
    pub(super) fn add(&mut self, value: &str, secret: usize) -> bool {
        let plain = plain(value.as_bytes()).0;
        if plain.len() < SHORTEST || !self.first_key(&plain) {
            return false;
        }
        self.plain.add(plain, secret, false, LONGEST);
        let all = bytes(value);
        let is_utf16 = |at: usize| at > 0;
        for (at, bytes) in all.iter().enumerate() {
            // Of a long secret, only the beginning is encoded and searched.
            let longer = bytes.len().max(LONGEST);
            let bytes = &bytes[..bytes.len().min(LONGEST)];
            for part in base64_parts(bytes) {
                if !is_utf16(at) {
                    for twice in &base64_parts(part.as_bytes()) {
                        self.add_base64(twice, secret, longer);
                    }
                    let url: String = part.replace('+', "-").replace('/', "_");
                    if url != part {
                        for twice in &base64_parts(url.as_bytes()) {
                            self.add_base64(twice, secret, longer);
                        }
                    }
                    self.add_letters(hex(part.as_bytes(), ""), secret, false, longer);
                }
                self.add_base64(&part, secret, longer);
            }
            let digits = hex(bytes, "");
            for form in [&digits, &digits.to_uppercase()] {
                for part in &base64_parts(form.as_bytes()) {
                    self.add_base64(part, secret, longer);
                }
            }
            for part in base32_parts(bytes) {
                self.add_letters(part, secret, true, longer);
            }
            self.add_letters(digits, secret, false, longer);
            self.add_letters(hex(bytes, "0x"), secret, false, longer);
        }
        true
    }

    /// The parts of a text that hold a secret that `counts`, in order.
    pub(super) fn find(&self, text: &str, counts: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.plain.forms.is_empty() || !self.may_hold(text) {
            return found;
        }
        levels(text, true, |level| {
            let views = [
                (&self.plain, plain(&level.bytes)),
                (&self.base64, keep(&level.bytes, base64_digit)),
                (&self.letters, keep(&level.bytes, letter)),
            ];
            for (forms, view) in views {
                forms.find(&view, level, &counts, |start, end| {
                    found.extend(widen(text, level.span(start, end)));
                });
            }
            false
        });
        found.sort_by_key(|span: &Range<usize>| span.start);
        found
    }

    /// Whether a text may hold a secret: a quick look.
    fn may_hold(&self, text: &str) -> bool {
        let has_escapes = || text.bytes().any(|byte| matches!(byte, b'%' | b'\\' | b'&' | b'='));
        self.first.may_be_in(text.as_bytes())
            || (has_escapes() && levels(text, false, |level| self.first.may_be_in(&level.bytes)))
    }

    /// Adds a form to the first pass; returns false if that is not possible.
    fn first_key(&mut self, form: &[u8]) -> bool {
        let letters = keep(form, letter).0;
        if letters.len() >= KEY {
            self.first.add(key(&letters), 0);
        }
        letters.len() >= KEY
    }

    fn add_base64(&mut self, part: &str, secret: usize, longer: usize) {
        if self.first_key(part.as_bytes()) {
            self.base64.add(part.as_bytes().to_vec(), secret, true, longer);
        }
    }

    fn add_letters(&mut self, part: String, secret: usize, stretches: bool, longer: usize) {
        if self.first_key(part.as_bytes()) {
            self.letters.add(part.into_bytes(), secret, stretches, longer);
        }
    }
}

impl Keys {
    fn add(&mut self, key: u64, form: usize) {
        if self.table.is_empty() {
            self.table = vec![0; (1 << TABLE_BITS) / 64];
        }
        let bit = bit(key);
        self.table[bit / 64] |= 1 << (bit % 64);
        let forms = self.known.entry(key).or_default();
        if !forms.contains(&form) {
            forms.push(form);
        }
    }

    #[inline]
    fn of(&self, key: u64) -> Option<&[usize]> {
        let bit = bit(key);
        if self.table.get(bit / 64)? >> (bit % 64) & 1 == 0 {
            return None;
        }
        self.known.get(&key).map(Vec::as_slice)
    }

    /// Whether the letters and digits of a text have one of them inside.
    fn may_be_in(&self, text: &[u8]) -> bool {
        let mut key = 0;
        text.iter().any(|byte| {
            let letter = LETTERS[usize::from(*byte)];
            if letter == 0 {
                return false;
            }
            key = (key << 8 | u64::from(letter)) & KEY_MASK;
            self.of(key).is_some()
        })
    }
}

impl Forms {
    fn add(&mut self, bytes: Vec<u8>, secret: usize, stretches: bool, longer: usize) {
        if bytes.len() >= KEY {
            self.keys.add(key(&bytes), self.forms.len());
            let edge = if longer > LONGEST { 2 } else { 0 };
            let length = ((bytes.len() + edge) * longer).div_ceil(LONGEST);
            self.forms.push(Form { bytes, length, secret, stretches });
        }
    }

    /// Calls `report` for each part of the level that holds one of them.
    fn find(
        &self,
        (bytes, places): &View,
        level: &Level,
        counts: impl Fn(usize) -> bool,
        mut report: impl FnMut(usize, usize),
    ) {
        let mut key = 0;
        for (at, byte) in bytes.iter().enumerate() {
            key = (key << 8 | u64::from(*byte)) & KEY_MASK;
            let (Some(start), Some(known)) = ((at + 1).checked_sub(KEY), self.keys.of(key)) else { continue };
            for form in known.iter().filter_map(|form| self.forms.get(*form)) {
                if !counts(form.secret) || !bytes[start..].starts_with(&form.bytes) {
                    continue;
                }
                let (mut first, mut last) =
                    (places[start].0, places[(start + form.length).min(places.len()) - 1].1);
                let belongs = |byte: &u8| {
                    *byte == b'+' || (form.stretches && (base64_digit(*byte) != 0 || *byte == b'='))
                };
                first -= level.bytes[..first].iter().rev().take_while(|byte| belongs(byte)).count();
                first -= to_last_plus(level.bytes[..first].iter().rev());
                last += level.bytes[last..].iter().take_while(|byte| belongs(byte)).count();
                last += to_last_plus(level.bytes[last..].iter());
                report(first, last);
            }
        }
    }
}

/// The length of a run of `+` and blanks up to its last `+`: views leave both out, also where a secret
/// begins or ends with them.
fn to_last_plus<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    let run = bytes.take_while(|byte| matches!(byte, b'+' | b' '));
    run.enumerate().filter(|(_, byte)| **byte == b'+').map(|(at, _)| at + 1).last().unwrap_or(0)
}

/// The span, widened to whole characters.
fn widen(text: &str, span: Option<(usize, usize)>) -> Option<Range<usize>> {
    let (mut start, mut end) = span?;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Some(start..end)
}

fn key(bytes: &[u8]) -> u64 {
    bytes.iter().take(KEY).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

#[inline]
fn bit(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - TABLE_BITS)) as usize
}

/// Small letters and digits; 0 for all else.
const fn letter(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { 0 }
}

static LETTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = letter(byte);
        byte += 1;
    }
    table
};

fn base64_digit(byte: u8) -> u8 {
    match byte {
        b'+' | b'-' => b'+',
        b'/' | b'_' => b'/',
        _ if byte.is_ascii_alphanumeric() => byte,
        _ => 0,
    }
}

/// The view of what `keep` does not make 0.
fn keep(bytes: &[u8], keep: impl Fn(u8) -> u8) -> View {
    let all = bytes.iter().enumerate().map(|(at, byte)| (keep(*byte), (at, at + 1)));
    all.filter(|(byte, _)| *byte != 0).unzip()
}

/// The view of what can be seen, in small letters. What is not UTF-8 is Latin-1.
fn plain(bytes: &[u8]) -> View {
    let (mut seen, mut places) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len()));
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        let whole = bytes.get(at..at + length).and_then(|part| std::str::from_utf8(part).ok());
        let (c, length) = match whole.and_then(|part| part.chars().next()) {
            Some(c) => (c, length),
            None => (char::from(byte), 1),
        };
        if !is_unseen(c) {
            for small in c.to_lowercase() {
                let mut buffer = [0; 4];
                for byte in small.encode_utf8(&mut buffer).bytes() {
                    seen.push(byte);
                    places.push((at, at + length));
                }
            }
        }
        at += length;
    }
    (seen, places)
}

/// Whether a secret can be read without that character.
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '+' | '\\' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}
