//! The worst-case cost of a pattern: decides whether Lua's own matcher, which nothing can interrupt, may run
//! it.
//!
//! Knows nothing of Lua's values. A pattern that Lua's matcher would refuse has no cost: the matcher of
//! `pattern.rs` reports the error, with the position of the script.

use super::pattern::{CAPTURES, class_end, is_in_class};

/// The most work of one call of Lua's own matcher: some tenths of a second in a debug build.
const MOST: f64 = 5e7;

/// The longest pattern that is analysed.
const LONGEST_PATTERN: usize = 200;

/// The most parts of a pattern; Lua's matcher refuses to recurse deeper than 200 levels.
const MOST_PARTS: usize = 150;

/// What one pattern may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    /// The length of the longest subject that takes little time in any case.
    pub(super) longest: i64,
    /// How many captures a match has.
    pub(super) captures: usize,
}

/// A part of a pattern that consumes bytes of the subject or rejects a position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One byte, a frontier, or the `$` at the end.
    Fixed,
    /// `?`
    Optional,
    /// `*` or `-`, with the place of the class.
    Any(usize, usize),
    /// `+`, with the place of the class.
    Some(usize, usize),
    /// `%b`
    Balanced,
}

/// A pattern, analysed.
struct Analysis {
    parts: Vec<Part>,
    captures: usize,
    /// The work of one way to match it.
    work: f64,
}

impl Cost {
    /// The cost of a pattern. `None` if it is malformed, long, or refers back to a capture.
    ///
    /// The work is the number of ways in which start and repetitions can divide a subject of `n` bytes, `n^k
    /// / k!`, twice that for each `?`, times the work for one way.
    pub(super) fn of(pattern: &[u8]) -> Option<Cost> {
        let is_anchored = pattern.first() == Some(&b'^');
        let parts = Analysis::of(pattern, usize::from(is_anchored))?;
        let mut repeated = usize::from(!is_anchored);
        let mut most = MOST / parts.work;
        for part in parts.retried_parts() {
            match part {
                Part::Balanced | Part::Any(..) | Part::Some(..) => repeated += 1,
                Part::Optional => most /= 2.0,
                Part::Fixed => {}
            }
        }
        let mut exponent = 0.0;
        for _ in 0..repeated {
            exponent += 1.0;
            most *= exponent;
        }
        if most < 1.0 {
            return None;
        }
        let longest = if repeated == 0 { MOST } else { most.powf(1.0 / exponent) - exponent };
        #[allow(clippy::cast_possible_truncation, reason = "at most MOST")]
        Some(Cost { longest: longest as i64, captures: parts.captures })
    }
}

/// How many captures a match has, if all matches of the pattern in that subject together take little time: no
/// run of bytes that a repetition may take is long.
pub(super) fn fits(subject: &[u8], pattern: &[u8]) -> Option<usize> {
    let is_anchored = pattern.first() == Some(&b'^');
    let parts = Analysis::of(pattern, usize::from(is_anchored))?;
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let as_float = |number: usize| number as f64;
    let mut most = MOST / parts.work / as_float(subject.len() + 1);
    for part in parts.retried_parts() {
        match part {
            Part::Balanced => return None,
            Part::Any(p, end) | Part::Some(p, end) => {
                most /= as_float(longest_run(subject, pattern, p, end) + 1);
            }
            Part::Optional => most /= 2.0,
            Part::Fixed => {}
        }
        if most < 1.0 {
            return None;
        }
    }
    (most >= 1.0).then_some(parts.captures)
}

/// The length of the longest run of bytes that are in a class of the pattern.
fn longest_run(subject: &[u8], pattern: &[u8], p: usize, end: usize) -> usize {
    let mut is_member = [false; 256];
    for (byte, is_member) in (0..=u8::MAX).zip(&mut is_member) {
        *is_member = is_in_class(pattern, byte, p, end);
    }
    subject.split(|byte| !is_member[usize::from(*byte)]).map(<[u8]>::len).max().unwrap_or_default()
}

impl Analysis {
    /// The parts that may be tried in more than one way, and the fixed ones.
    ///
    /// Parts at the end that cannot fail are left out: the first attempt succeeds, and no byte is looked at
    /// twice.
    fn retried_parts(&self) -> impl Iterator<Item = Part> {
        let can_fail = |part: &Part| matches!(part, Part::Fixed | Part::Some(..) | Part::Balanced);
        let last = self.parts.iter().rposition(can_fail).unwrap_or_default();
        let end = match self.parts.get(last) {
            Some(Part::Fixed | Part::Balanced) => last + 1,
            _ => last,
        };
        self.parts[..end].iter().copied()
    }
}

impl Analysis {
    /// The parts of a pattern from `p` on.
    fn of(pattern: &[u8], mut p: usize) -> Option<Analysis> {
        if pattern.len() > LONGEST_PATTERN {
            return None;
        }
        let (mut parts, mut captures, mut open, mut work) = (Vec::new(), 0, 0_usize, 1);
        let mut recursions = 0;
        while let Some(byte) = pattern.get(p) {
            match (byte, pattern.get(p + 1)) {
                (b'(', next) => {
                    let is_position = next == Some(&b')');
                    (captures, recursions) = (captures + 1, recursions + 1);
                    open += usize::from(!is_position);
                    p += if is_position { 2 } else { 1 };
                }
                (b')', _) => {
                    open = open.checked_sub(1)?;
                    (p, recursions) = (p + 1, recursions + 1);
                }
                (b'$', None) => {
                    parts.push(Part::Fixed);
                    p += 1;
                }
                (b'%', Some(b'b')) => {
                    pattern.get(p + 3)?;
                    parts.push(Part::Balanced);
                    p += 4;
                }
                (b'%', Some(b'f')) => {
                    let set = p + 2;
                    if pattern.get(set) != Some(&b'[') {
                        return None;
                    }
                    p = class_end(pattern, set).ok()?;
                    work += p - set;
                    parts.push(Part::Fixed);
                }
                (b'%', Some(b'0'..=b'9')) => return None,
                _ => {
                    let end = class_end(pattern, p).ok()?;
                    work += if *byte == b'[' { (end - p).div_ceil(2) } else { 1 };
                    let (part, next) = match pattern.get(end) {
                        Some(b'?') => (Part::Optional, end + 1),
                        Some(b'*' | b'-') => (Part::Any(p, end), end + 1),
                        Some(b'+') => (Part::Some(p, end), end + 1),
                        _ => (Part::Fixed, end),
                    };
                    parts.push(part);
                    p = next;
                }
            }
        }
        let is_good = open == 0 && captures <= CAPTURES && parts.len() + recursions <= MOST_PARTS;
        #[allow(clippy::cast_precision_loss, reason = "a pattern is short")]
        is_good.then_some(Analysis { parts, captures, work: (work + recursions) as f64 })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::{Duration, Instant};

    use mlua::Lua;

    use super::*;

    fn longest(pattern: &str) -> i64 {
        Cost::of(pattern.as_bytes()).map_or(-1, |cost| cost.longest)
    }

    #[test]
    fn usual_patterns_take_little_time_on_usual_subjects() {
        for (pattern, least) in [
            ("=", 8_000_000),
            ("[,\r\n]", 8_000_000),
            ("%s+", 8_000_000),
            ("(%w+)", 8_000_000),
            ("^%s*(%w+)", 8_000_000),
            ("^\r?\n", 8_000_000),
            ("([^\n]*)\n", 3_000),
            ("(%w+)=(%w+)", 2_000),
            ("^(%w+)%s*=%s*(%w+)$", 100),
            ("^%s*(.-)%s*$", 200),
            ("%f[%w]%w+", 8_000_000),
        ] {
            assert!(longest(pattern) >= least, "{pattern}: {}", longest(pattern));
        }
    }

    #[test]
    fn patterns_that_take_long_fit_short_subjects_only() {
        for (pattern, most) in [
            ("a*a*b", 1_000),
            ("a*a*a*a*b", 100),
            ("%b()", 20_000),
            (".-.-x", 1_000),
            (&"a*".repeat(30), 100_000_000),
            (&format!("{}b", "a*".repeat(30)), 0),
            (&format!("{}{}b", "a?".repeat(30), "a".repeat(30)), 0),
            ("(a*)%1b", -1),
            ("(a", -1),
            ("a)", -1),
            ("[a", -1),
            ("%", -1),
            ("%fa", -1),
            ("%b(", -1),
            (&"()".repeat(33), -1),
            (&"a".repeat(201), -1),
        ] {
            assert!(longest(pattern) <= most, "{pattern}: {}", longest(pattern));
        }
    }

    #[test]
    fn no_pattern_takes_long_on_the_longest_subject_that_it_may_have() {
        let lua = Lua::new();
        let optional = format!("{}b", "a?".repeat(20));
        for (pattern, piece) in [
            ("a*b", "a"),
            ("a-b", "a"),
            ("^a*a*b", "a"),
            ("a*a*b", "a"),
            ("(a*)(a*)(a*)b", "a"),
            ("a*a*a*a*a*b", "a"),
            (".-.-.-x", "a"),
            ("%b()", "("),
            ("a*%b()", "a("),
            ("[^bcdefghi]*[^bcdefghi]*b", "a"),
            ("%f[a]a*%f[b]", "a"),
            ("aaaaaaaaaaaaaaaab", "a"),
            (&optional, "a"),
            ("%a+", "a"),
            ("[b-df-hx]", "a"),
        ] {
            let length = usize::try_from(longest(pattern).max(0)).unwrap();
            let subject = lua.create_string(piece.repeat(length / piece.len())).unwrap();
            for name in ["find", "gsub"] {
                let began = Instant::now();
                let call = lua.load("local f, by, text, pattern = ... string[f](text, pattern, by)");
                let by = (name == "gsub").then_some("");
                call.call::<()>((name, by, &subject, pattern)).unwrap();
                let took = began.elapsed();
                assert!(took < Duration::from_secs(5), "{name} {pattern} on {length} bytes: {took:?}");
            }
        }
    }

    #[test]
    fn a_long_subject_of_short_runs_takes_little_time() {
        let text = "key=value; ".repeat(20_000);
        assert_eq!(fits(text.as_bytes(), b"(%w+)=(%w+)"), Some(2));
        assert_eq!(fits("a".repeat(200_000).as_bytes(), b"(%w+)=(%w+)"), None);
        assert_eq!(fits(text.as_bytes(), b"(.-)="), None);
        assert_eq!(fits(text.as_bytes(), b"%b()"), None);
        assert_eq!(fits(text.as_bytes(), b"([^;]+)="), Some(1));
    }
}
