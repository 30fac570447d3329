//! Inputs of the property tests, as an enemy would write them. Each layer has its tests in a file `fuzz.rs`.
//!
//! The number of cases is small, so that `cargo test` stays fast; `PROPTEST_CASES` raises it, and
//! `tests/fuzz` repeats all of them with new seeds. Failures are not written to files: the script prints the
//! seed that repeats one.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};
use serde_json::{Map, Value};

/// Cases of one property where `PROPTEST_CASES` does not say otherwise.
const CASES: u32 = 48;

/// Longest time that one case may take.
const SLOWEST: Duration = Duration::from_secs(5);

/// Fragments that parsers and terminals stumble over.
const FRAGMENTS: [&str; 64] = [
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[2J",
    "\u{1b}]0;x\u{7}",
    "\u{9b}31m",
    "\u{202e}",
    "\u{feff}",
    "ü",
    "日本語",
    "\u{1f4a9}",
    "e\u{301}",
    "\\",
    "\"",
    "'",
    "`",
    "<",
    "<a",
    "</title>",
    "<!--",
    "&amp;",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "[==[",
    "--",
    "---",
    "...",
    "..",
    "../",
    "/",
    "//",
    "%2e%2e",
    "%00",
    "%",
    "~",
    "~1",
    "*",
    "&a",
    "*a",
    "!!x",
    "|",
    ">",
    ":",
    ": ",
    ",",
    ";",
    "=",
    "#",
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "NaN",
    "null",
    "true",
    "\u{7f}",
    "a",
];

/// Seed of `cargo test`, which so tries the same cases each time. `tests/fuzz` draws others.
const SEED: u64 = 7;

/// Settings of every property: few cases, no files.
pub(crate) fn config() -> Config {
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { CASES };
    let failure_persistence = Some(Box::new(FileFailurePersistence::Off) as Box<_>);
    let drawn = std::env::var_os("PROPTEST_RNG_SEED").is_some();
    let rng_seed = if drawn { Config::default().rng_seed } else { RngSeed::Fixed(SEED) };
    Config { cases, failure_persistence, rng_seed, ..Config::default() }
}

/// The same for properties whose case costs a hundred times as much.
pub(crate) fn config_of_slow_cases() -> Config {
    let usual = config();
    Config { cases: usual.cases.div_ceil(8), ..usual }
}

/// Fails where a case takes far longer than it should: by this thread's own time, as the machine may be busy.
pub(crate) fn soon<T>(work: impl FnOnce() -> T) -> T {
    let (began, before) = (Instant::now(), own_time());
    let done = work();
    let took = own_time().zip(before).map_or(began.elapsed(), |(after, before)| after.saturating_sub(before));
    assert!(took < SLOWEST, "one case took {took:?}");
    done
}

/// Time that this thread has had a processor; `None` where the system does not tell.
fn own_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Any text: letters of every script, and what parsers stumble over.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => select(&FRAGMENTS[..]).prop_map(str::to_owned),
        2 => "[a-z0-9_ ]{0,8}",
        1 => any::<String>().prop_map(|text| text.chars().take(12).collect()),
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// A fragment again and again, up to so many bytes.
pub(crate) fn repeated(longest: usize) -> impl Strategy<Value = String> {
    (select(&FRAGMENTS[1..]), 1..=longest)
        .prop_map(|(fragment, bytes)| fragment.repeat((bytes / fragment.len()).max(1)))
}

/// Any bytes.
pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), text().prop_map(String::into_bytes)]
}

/// One of the samples, damaged in a few places or not at all.
pub(crate) fn near(samples: &'static [&'static str]) -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), any::<Index>(), 0_u8..4, text());
    (select(samples), select(samples), vec(edit, 0..5)).prop_map(|(sample, other, edits)| {
        let mut text: Vec<char> = sample.chars().collect();
        for (from, to, what, fragment) in edits {
            let (a, b) = (from.index(text.len() + 1), to.index(text.len() + 1));
            let (start, end) = (a.min(b), a.max(b).min(a.min(b) + 40));
            let new: Vec<char> = match what {
                0 => Vec::new(),
                1 => fragment.chars().collect(),
                2 => text[start..end].repeat(2),
                _ => other.chars().skip(a % other.len().max(1)).take(end - start).collect(),
            };
            text.splice(start..end, new);
        }
        text.into_iter().collect()
    })
}

/// Any JSON of moderate size.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        select(vec!["active", "1bea47ed-f6a9-463b-b423-14b9cca9ad27", "2026-01-31T12:00:00Z", "public"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text(), inner), 0..6)
                .prop_map(|fields| Value::from(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A JSON object with some of these keys, whatever their values are.
pub(crate) fn object(keys: &'static [&'static str]) -> impl Strategy<Value = Value> {
    vec((select(keys), json()), 0..keys.len().max(1)).prop_map(|fields| {
        Value::from(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
    })
}
