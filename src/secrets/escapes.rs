//! A text without its escapes: `%53`, `\x53`, `\u0053`, `&#83;` and quoted-printable's `=53` are all `S`.
//!
//! Each byte knows which part of the original text it stands for.

/// Bytes, and which part of the original text each of them stands for.
pub(super) struct Level {
    pub(super) bytes: Vec<u8>,
    /// Empty unless the caller needs places.
    places: Vec<(usize, usize)>,
    is_mapped: bool,
}

/// Which escapes are undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Those of URLs, of JSON and programming languages, and of HTML.
    Usual,
    /// Those of quoted-printable, which would spoil many a URL.
    Quoted,
}

/// The names of HTML for characters that passwords have.
const ENTITIES: [(&[u8], char); 30] = [
    (b"amp", '&'),
    (b"lt", '<'),
    (b"gt", '>'),
    (b"quot", '"'),
    (b"apos", '\''),
    (b"nbsp", ' '),
    (b"excl", '!'),
    (b"num", '#'),
    (b"dollar", '$'),
    (b"percnt", '%'),
    (b"lpar", '('),
    (b"rpar", ')'),
    (b"ast", '*'),
    (b"plus", '+'),
    (b"comma", ','),
    (b"period", '.'),
    (b"sol", '/'),
    (b"colon", ':'),
    (b"semi", ';'),
    (b"equals", '='),
    (b"quest", '?'),
    (b"commat", '@'),
    (b"lsqb", '['),
    (b"bsol", '\\'),
    (b"rsqb", ']'),
    (b"Hat", '^'),
    (b"lowbar", '_'),
    (b"grave", '`'),
    (b"lcub", '{'),
    (b"rcub", '}'),
];

/// How many layers of escapes are undone: JSON in JSON that contains HTML.
const DEPTH: usize = 3;

/// Gives the text as it is, and with its escapes undone in every order that is likely, until `look` says
/// true.
pub(super) fn levels(text: &str, is_mapped: bool, mut look: impl FnMut(&Level) -> bool) -> bool {
    let places = if is_mapped { (0..text.len()).map(|at| (at, at + 1)).collect() } else { Vec::new() };
    let first = Level { bytes: text.as_bytes().to_vec(), places, is_mapped };
    if look(&first) {
        return true;
    }
    let mut last = first;
    for depth in 0..=DEPTH {
        if depth < 2 && last.undo(Kind::Quoted).is_some_and(|level| look(&level)) {
            return true;
        }
        match last.undo(Kind::Usual) {
            Some(level) if depth < DEPTH => last = level,
            _ => return false,
        }
        if look(&last) {
            return true;
        }
    }
    false
}

impl Level {
    /// The part of the original text that these bytes stand for.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        Some((self.places.get(start)?.0, self.places.get(end.checked_sub(1)?)?.1))
    }

    /// The same with escapes undone; `None` where there are none.
    fn undo(&self, kind: Kind) -> Option<Level> {
        let is_mark = |byte: &u8| match kind {
            Kind::Usual => matches!(byte, b'%' | b'\\' | b'&'),
            Kind::Quoted => *byte == b'=',
        };
        let mut out = Level { bytes: Vec::new(), places: Vec::new(), is_mapped: self.is_mapped };
        let (mut done, mut at, mut is_changed) = (0, 0, false);
        while let Some(mark) = self.bytes[at..].iter().position(is_mark) {
            at += mark;
            let mut buffer = [0; 4];
            // Without places, the caller compares letters and digits only: a plain `\"` changes none.
            let is_idle = !self.is_mapped
                && self.bytes[at] == b'\\'
                && self.bytes.get(at + 1).is_some_and(|byte| matches!(byte, b'"' | b'/' | b'\''));
            let Some((meant, length)) = escape(&self.bytes[at..], kind, &mut buffer).filter(|_| !is_idle)
            else {
                at += 1;
                continue;
            };
            if !is_changed {
                out.bytes.reserve(self.bytes.len());
                is_changed = true;
            }
            self.copy(done, at, &mut out);
            out.bytes.extend_from_slice(meant);
            if let Some(span) = self.span(at, at + length) {
                out.places.extend(meant.iter().map(|_| span));
            }
            at += length;
            done = at;
        }
        self.copy(done, self.bytes.len(), &mut out);
        is_changed.then_some(out)
    }

    fn copy(&self, start: usize, end: usize, out: &mut Level) {
        out.bytes.extend_from_slice(&self.bytes[start..end]);
        if self.is_mapped {
            out.places.extend_from_slice(&self.places[start..end]);
        }
    }
}

/// What the escape at the beginning means, and how long it is.
fn escape<'a>(text: &[u8], kind: Kind, buffer: &'a mut [u8; 4]) -> Option<(&'a [u8], usize)> {
    let behind = text.get(1..)?;
    let byte =
        |byte: Option<u32>, length| byte.and_then(|byte| u8::try_from(byte).ok()).map(|byte| (byte, length));
    let (meant, length) = match (text[0], *behind.first()?) {
        (b'=', b'\n') if kind == Kind::Quoted => return Some((&[], 2)),
        (b'=', b'\r') if behind.get(1) == Some(&b'\n') => return Some((&[], 3)),
        (b'%', b'u') => return character(number(behind.get(1..5)?, 16)?, 6, buffer),
        (b'%' | b'=', _) => byte(number(behind.get(..2)?, 16), 3)?,
        (b'\\', b'x') => byte(number(behind.get(1..3)?, 16), 4)?,
        (b'\\', b'u') if behind.get(1) == Some(&b'{') => {
            let digits = behind.get(2..)?.iter().take(8).position(|byte| *byte == b'}')?;
            return character(number(behind.get(2..2 + digits)?, 16)?, digits + 4, buffer);
        }
        (b'\\', b'u') => return unit(behind, buffer),
        (b'\\', b'U') => return character(number(behind.get(1..9)?, 16)?, 10, buffer),
        (b'\\', b'0'..=b'3') if behind.len() > 2 && number(&behind[..3], 8).is_some() => {
            byte(number(&behind[..3], 8), 4)?
        }
        (b'\\', b'0' | b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'a' | b'e') => (b' ', 2),
        (b'\\', other) if other.is_ascii_punctuation() => (other, 2),
        (b'&', _) => return entity(behind, buffer),
        _ => return None,
    };
    buffer[0] = meant;
    Some((&buffer[..1], length))
}

/// `u0053` behind a backslash, or two of them that are one character.
fn unit<'a>(behind: &[u8], buffer: &'a mut [u8; 4]) -> Option<(&'a [u8], usize)> {
    let high = number(behind.get(1..5)?, 16)?;
    let low = behind.get(5..7).filter(|mark| *mark == b"\\u");
    let low = low.and_then(|_| number(behind.get(7..11)?, 16));
    match low {
        Some(low @ 0xDC00..=0xDFFF) if (0xD800..=0xDBFF).contains(&high) => {
            character(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), 12, buffer)
        }
        _ => character(high, 6, buffer),
    }
}

/// `#83;`, `#x53;` or `amp;` behind an ampersand.
fn entity<'a>(behind: &[u8], buffer: &'a mut [u8; 4]) -> Option<(&'a [u8], usize)> {
    let counted = |digits: &[u8], radix: u32| {
        digits.iter().take(8).take_while(|digit| char::from(**digit).is_digit(radix)).count()
    };
    let (prefix, radix) = match (behind.first()?, behind.get(1)) {
        (b'#', Some(b'x' | b'X')) => (2, 16),
        (b'#', _) => (1, 10),
        _ => {
            let end = behind.iter().take(8).position(|byte| *byte == b';')?;
            let (_, meant) = ENTITIES.iter().find(|(name, _)| *name == &behind[..end])?;
            return character(u32::from(*meant), end + 2, buffer);
        }
    };
    let digits = behind.get(prefix..)?;
    let count = counted(digits, radix);
    let is_closed = digits.get(count) == Some(&b';');
    character(number(&digits[..count], radix)?, 1 + prefix + count + usize::from(is_closed), buffer)
}

fn character(number: u32, length: usize, buffer: &mut [u8; 4]) -> Option<(&[u8], usize)> {
    let text: &str = char::from_u32(number)?.encode_utf8(buffer);
    Some((text.as_bytes(), length))
}

/// The number of these digits; `None` where one is none.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digit = |digit: &u8| char::from(*digit).to_digit(radix);
    let all = digits.iter().try_fold(0_u32, |all, next| all.checked_mul(radix)?.checked_add(digit(next)?));
    all.filter(|_| !digits.is_empty())
}
