//! Lua's pattern matching, in a form that can be stopped: C's own may take for ever in a single instruction.
//!
//! Follows lstrlib.c of Lua 5.4 function by function, with its messages and its limits; knows nothing of
//! Lua's values. One matcher, whose functions call one another: that is why the file is long.
//! Source: lua-5.4/src/lstrlib.c, `match` and what it calls.

/// The most captures of a pattern.
pub(super) const CAPTURES: usize = 32;

/// The deepest recursion.
const DEEPEST: u32 = 200;

/// How many steps pass between two reports to the caller.
const REPORT: u64 = 4096;

const ESCAPE: u8 = b'%';

/// One capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Unfinished,
    Position,
    Of(usize),
}

/// A capture as the caller gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Capture {
    /// That part of the subject.
    Text(usize, usize),
    /// An empty capture `()`: the position, counted from 1.
    Position(usize),
}

/// The end of an attempt that is no result.
#[derive(Debug, PartialEq)]
pub(in crate::host) enum Halt<E> {
    /// The pattern is malformed, for that reason.
    Malformed(String),
    /// The caller wants no more steps.
    Stopped(E),
}

/// A subject and a pattern.
pub(in crate::host) struct Matcher<'a, E> {
    subject: &'a [u8],
    pattern: &'a [u8],
    captures: Vec<(usize, Length)>,
    depth: u32,
    steps: u64,
    /// Counts steps, or says that it must end.
    count: &'a dyn Fn(u64) -> Result<(), E>,
}

type Found<E> = Result<Option<usize>, Halt<E>>;

impl<'a, E> Matcher<'a, E> {
    /// A matcher that reports its steps to `count`.
    pub(in crate::host) fn new(
        subject: &'a [u8],
        pattern: &'a [u8],
        count: &'a dyn Fn(u64) -> Result<(), E>,
    ) -> Matcher<'a, E> {
        Matcher { subject, pattern, captures: Vec::new(), depth: 0, steps: 0, count }
    }

    /// The first match that begins at `from` or, unless `is_anchored`, behind it, and does not end at `but`.
    pub(in crate::host) fn search(
        &mut self,
        from: usize,
        but: Option<usize>,
        is_anchored: bool,
    ) -> Result<Option<(usize, usize)>, Halt<E>> {
        for start in from..=self.subject.len() {
            self.captures.clear();
            self.depth = 0;
            match self.rest(start, 0)? {
                Some(end) if Some(end) != but => {
                    self.report()?;
                    return Ok(Some((start, end)));
                }
                _ if is_anchored => break,
                _ => {}
            }
        }
        self.report()?;
        Ok(None)
    }

    /// How many captures the latest match has.
    pub(in crate::host) fn capture_count(&self) -> usize {
        self.captures.len()
    }

    /// A capture of the latest match, which was from `start` to `end`; the first is all of it where there are
    /// none.
    pub(in crate::host) fn capture(
        &self,
        index: usize,
        start: usize,
        end: usize,
    ) -> Result<Capture, Halt<E>> {
        match self.captures.get(index) {
            None if index == 0 => Ok(Capture::Text(start, end)),
            None => malformed(format!("invalid capture index %{}", index + 1)),
            Some((_, Length::Unfinished)) => malformed("unfinished capture"),
            Some((at, Length::Position)) => Ok(Capture::Position(at + 1)),
            Some((at, Length::Of(length))) => Ok(Capture::Text(*at, at + length)),
        }
    }

    fn step(&mut self, steps: usize) -> Result<(), Halt<E>> {
        self.steps += steps as u64;
        if self.steps < REPORT { Ok(()) } else { self.report() }
    }

    fn report(&mut self) -> Result<(), Halt<E>> {
        (self.count)(std::mem::take(&mut self.steps)).map_err(Halt::Stopped)
    }

    /// A byte of the pattern; behind its end there is a zero, as in C.
    fn at(&self, p: usize) -> u8 {
        self.pattern.get(p).copied().unwrap_or_default()
    }

    /// Matches the pattern from `p` at `s`: the end of the match.
    fn rest(&mut self, s: usize, p: usize) -> Found<E> {
        if self.depth == DEEPEST {
            return malformed("pattern too complex");
        }
        self.depth += 1;
        let found = self.rest_within(s, p);
        self.depth -= 1;
        found
    }

    fn rest_within(&mut self, mut s: usize, mut p: usize) -> Found<E> {
        loop {
            self.step(1)?;
            if p >= self.pattern.len() {
                return Ok(Some(s));
            }
            match self.at(p) {
                b'(' if self.at(p + 1) == b')' => return self.open(s, p + 2, Length::Position),
                b'(' => return self.open(s, p + 1, Length::Unfinished),
                b')' => return self.close(s, p + 1),
                b'$' if p + 1 == self.pattern.len() => return Ok((s == self.subject.len()).then_some(s)),
                ESCAPE => match self.at(p + 1) {
                    b'b' => match self.balance(s, p + 2)? {
                        Some(end) => (s, p) = (end, p + 4),
                        None => return Ok(None),
                    },
                    b'f' => match self.frontier(s, p + 2)? {
                        Some(next) => p = next,
                        None => return Ok(None),
                    },
                    digit @ b'0'..=b'9' => match self.match_repeated(s, digit)? {
                        Some(end) => (s, p) = (end, p + 2),
                        None => return Ok(None),
                    },
                    _ => match self.single(s, p)? {
                        Next::Done(found) => return Ok(found),
                        Next::At(next_s, next_p) => (s, p) = (next_s, next_p),
                    },
                },
                _ => match self.single(s, p)? {
                    Next::Done(found) => return Ok(found),
                    Next::At(next_s, next_p) => (s, p) = (next_s, next_p),
                },
            }
        }
    }

    /// One class, with the suffix that it may have.
    fn single(&mut self, s: usize, p: usize) -> Result<Next, Halt<E>> {
        let end = self.class_end(p)?;
        let suffix = self.at(end);
        if !self.is_in(s, p, end)? {
            return Ok(match suffix {
                b'*' | b'?' | b'-' => Next::At(s, end + 1),
                _ => Next::Done(None),
            });
        }
        match suffix {
            b'?' => {
                let with = self.rest(s + 1, end + 1)?;
                Ok(if with.is_some() { Next::Done(with) } else { Next::At(s, end + 1) })
            }
            b'+' => self.most(s + 1, p, end).map(Next::Done),
            b'*' => self.most(s, p, end).map(Next::Done),
            b'-' => self.least(s, p, end).map(Next::Done),
            _ => Ok(Next::At(s + 1, end)),
        }
    }

    fn most(&mut self, s: usize, p: usize, end: usize) -> Found<E> {
        let mut last = s;
        while self.is_in(last, p, end)? {
            last += 1;
        }
        for from in (s..=last).rev() {
            let found = self.rest(from, end + 1)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn least(&mut self, mut s: usize, p: usize, end: usize) -> Found<E> {
        loop {
            let found = self.rest(s, end + 1)?;
            if found.is_some() {
                return Ok(found);
            }
            if !self.is_in(s, p, end)? {
                return Ok(None);
            }
            s += 1;
        }
    }

    fn open(&mut self, s: usize, p: usize, length: Length) -> Found<E> {
        if self.captures.len() == CAPTURES {
            return malformed("too many captures");
        }
        self.captures.push((s, length));
        let found = self.rest(s, p)?;
        if found.is_none() {
            self.captures.pop();
        }
        Ok(found)
    }

    fn close(&mut self, s: usize, p: usize) -> Found<E> {
        let open = self.captures.iter().rposition(|(_, length)| *length == Length::Unfinished);
        let Some(index) = open else { return malformed("invalid pattern capture") };
        self.captures[index].1 = Length::Of(s - self.captures[index].0);
        let found = self.rest(s, p)?;
        if found.is_none() {
            self.captures[index].1 = Length::Unfinished;
        }
        Ok(found)
    }

    fn balance(&mut self, s: usize, p: usize) -> Found<E> {
        if p + 1 >= self.pattern.len() {
            return malformed("malformed pattern (missing arguments to '%b')");
        }
        let (opens, closes) = (self.at(p), self.at(p + 1));
        if self.subject.get(s) != Some(&opens) {
            return Ok(None);
        }
        let mut depth = 1;
        for at in s + 1..self.subject.len() {
            self.step(1)?;
            let byte = self.subject[at];
            if byte == closes {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(at + 1));
                }
            } else if byte == opens {
                depth += 1;
            }
        }
        Ok(None)
    }

    fn frontier(&mut self, s: usize, p: usize) -> Found<E> {
        if self.at(p) != b'[' {
            return malformed("missing '[' after '%f' in pattern");
        }
        let end = self.class_end(p)?;
        self.step(end - p)?;
        let before = s.checked_sub(1).map_or(0, |before| self.subject[before]);
        let here = self.subject.get(s).copied().unwrap_or_default();
        let is_edge =
            !is_in_set(self.pattern, before, p, end - 1) && is_in_set(self.pattern, here, p, end - 1);
        Ok(is_edge.then_some(end))
    }

    fn match_repeated(&mut self, s: usize, digit: u8) -> Found<E> {
        let index = usize::from(digit).wrapping_sub(usize::from(b'1'));
        let (at, length) = match self.captures.get(index) {
            Some((at, Length::Of(length))) => (*at, *length),
            // C compares with the length of a position, which is none that fits.
            Some((_, Length::Position)) => return Ok(None),
            _ => return malformed(format!("invalid capture index %{}", index.wrapping_add(1))),
        };
        self.step(length / 16)?;
        let is_same = self.subject[s..].starts_with(&self.subject[at..at + length]);
        Ok(is_same.then_some(s + length))
    }

    /// Where the class that begins at `p` ends.
    fn class_end(&mut self, p: usize) -> Result<usize, Halt<E>> {
        let end = class_end(self.pattern, p).map_err(|why| Halt::Malformed(why.to_owned()))?;
        self.step(if self.at(p) == b'[' { end - p } else { 0 })?;
        Ok(end)
    }

    /// Whether the byte at `s` is in the class from `p` to `end`.
    fn is_in(&mut self, s: usize, p: usize, end: usize) -> Result<bool, Halt<E>> {
        let Some(byte) = self.subject.get(s).copied() else { return Ok(false) };
        self.step(if self.at(p) == b'[' { end - p } else { 1 })?;
        Ok(is_in_class(self.pattern, byte, p, end))
    }
}

/// Whether a byte is in the class from `p` to `end`.
pub(super) fn is_in_class(pattern: &[u8], byte: u8, p: usize, end: usize) -> bool {
    match pattern[p] {
        b'.' => true,
        ESCAPE => is_of_class(byte, pattern[p + 1]),
        b'[' => is_in_set(pattern, byte, p, end - 1),
        other => other == byte,
    }
}

/// Whether a byte is in the set whose `[` is at `p`, and whose `]` is at `end`.
fn is_in_set(pattern: &[u8], byte: u8, p: usize, end: usize) -> bool {
    let is_negated = pattern[p + 1] == b'^';
    let mut p = if is_negated { p + 2 } else { p + 1 };
    while p < end {
        if pattern[p] == ESCAPE {
            p += 1;
            if is_of_class(byte, pattern[p]) {
                return !is_negated;
            }
        } else if pattern[p + 1] == b'-' && p + 2 < end {
            if (pattern[p]..=pattern[p + 2]).contains(&byte) {
                return !is_negated;
            }
            p += 2;
        } else if pattern[p] == byte {
            return !is_negated;
        }
        p += 1;
    }
    is_negated
}

/// What follows a class.
enum Next {
    /// The match goes on there, in the subject and in the pattern.
    At(usize, usize),
    /// The match is decided.
    Done(Option<usize>),
}

/// Where the class that begins at `p` ends. Errors: why the pattern is malformed.
pub(super) fn class_end(pattern: &[u8], p: usize) -> Result<usize, &'static str> {
    match pattern.get(p) {
        Some(&ESCAPE) if p + 1 >= pattern.len() => Err("malformed pattern (ends with '%')"),
        Some(&ESCAPE) => Ok(p + 2),
        Some(b'[') => {
            let mut next = if pattern.get(p + 1) == Some(&b'^') { p + 2 } else { p + 1 };
            loop {
                let Some(byte) = pattern.get(next) else { return Err("malformed pattern (missing ']')") };
                next += 1;
                if *byte == ESCAPE && next < pattern.len() {
                    next += 1;
                }
                if pattern.get(next) == Some(&b']') {
                    return Ok(next + 1);
                }
            }
        }
        _ => Ok(p + 1),
    }
}

fn is_of_class(byte: u8, class: u8) -> bool {
    let is_member = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => matches!(byte, b' ' | b'\t'..=b'\r'),
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    is_member == class.is_ascii_lowercase()
}

fn malformed<T, E>(why: impl Into<String>) -> Result<T, Halt<E>> {
    Err(Halt::Malformed(why.into()))
}
