//! Whether a request is sent again, and after what pause. Pure: no clock and no network.
//!
//! A request whose answer was lost may have been carried out, so only a `repeatable` one is sent again. Two
//! answers say that nothing was carried out and let any request be repeated: 429, and 503 with a
//! `Retry-After`. Neither 500 nor 501 passes with time. Silence is not tried again: the server has had its
//! whole time already.
//!
//! Two limits hold for all requests together. A server that has failed for long gets no second attempts, so
//! that a thousand requests to a dying cloud fail soon; and one that asks for patience gets as much as any
//! answer may take (`--timeout`), for whoever would wait longer can say so.

use std::fmt;
use std::time::Duration;

use super::options::Options;
use super::server_health::Spell;

/// The longest pause of our own choosing.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How often a server has failed in a row that gets no second attempts any more; one request alone does not
/// fail that often, so it has all its attempts.
const SPELL_COUNT: u32 = 8;

/// For how long it has failed, in first pauses: 30 s.
const SPELL_PACES: u32 = 60;

/// Why an attempt did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// No connection, so nothing was sent.
    Unreached,
    /// Sent, and the connection broke before the answer.
    Lost,
    /// This answer, asking to wait that long.
    Status(u16, Option<Duration>),
    /// Sent, and nothing came in time.
    Silent,
    /// What no other attempt will change: a bad certificate, a local file.
    Final,
}

impl Setback {
    /// Whether the server or the way to it is in trouble, whatever was asked.
    pub(super) fn is_trouble(self) -> bool {
        match self {
            Setback::Unreached | Setback::Lost | Setback::Silent => true,
            Setback::Status(status, _) => matches!(status, 429 | 502 | 503 | 504),
            Setback::Final => false,
        }
    }

    /// Whether what was asked may have been done: a proxy that says 502 or 504 does not know either.
    pub(super) fn is_unsure(self) -> bool {
        matches!(self, Setback::Lost | Setback::Silent | Setback::Status(502 | 504, _))
    }

    /// Whether a creation may have been carried out: a server may fail after it has done the work.
    pub(super) fn may_be_done(self) -> bool {
        self.is_unsure() || matches!(self, Setback::Status(500.., _))
    }
}

/// What comes after a setback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Another attempt after that pause.
    Again(Duration),
    /// Another attempt after that pause, which the server asks of everybody.
    Rest(Duration),
    /// No other attempt would help, or there were enough.
    Stop,
    /// There would be another attempt, had the server not failed for so long.
    Spent,
}

/// How often and how fast attempts follow one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    connect_attempts: u32,
    status_attempts: u32,
    asked_attempts: u32,
    /// How long a server that asks to wait is waited for.
    patience: Duration,
    /// The first pause; each further one is twice as long.
    pace: Duration,
}

impl Retry {
    /// As the options say.
    pub(super) fn new(options: &Options, pace: Duration) -> Retry {
        Retry {
            connect_attempts: options.connect_attempts,
            status_attempts: options.status_attempts,
            asked_attempts: options.asked_attempts,
            patience: options.read_timeout,
            pace,
        }
    }

    /// What comes after `attempt` (1 for the first) ended so, in such a spell of failures.
    pub(super) fn next(&self, setback: Setback, repeatable: bool, attempt: u32, spell: Spell) -> Next {
        let (limit, wait) = match setback {
            Setback::Unreached => (self.connect_attempts, None),
            Setback::Lost | Setback::Status(502 | 504, _) | Setback::Status(503, None) if repeatable => {
                (self.status_attempts, None)
            }
            Setback::Status(429, wait) => {
                (self.asked_attempts, Some(wait.unwrap_or_else(|| self.backoff(attempt))))
            }
            Setback::Status(503, Some(wait)) => (self.asked_attempts, Some(wait)),
            _ => return Next::Stop,
        };
        match wait {
            _ if attempt >= limit => Next::Stop,
            Some(wait) if spell.lasted.saturating_add(wait) > self.patience => Next::Spent,
            Some(wait) => Next::Rest(wait),
            None if spell.count >= SPELL_COUNT && spell.lasted >= self.pace.saturating_mul(SPELL_PACES) => {
                Next::Spent
            }
            None => Next::Again(self.backoff(attempt)),
        }
    }

    /// The shortest wait that a person is told of: 5 s.
    pub(super) fn worth_telling(&self) -> Duration {
        self.pace.saturating_mul(10)
    }

    /// How far requests are apart, at first, after a server has asked to wait.
    pub(super) fn gap(&self) -> Duration {
        self.pace / 4
    }

    /// Half to all of a pause that doubles, so that many clients do not come back at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.pace.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// Reads a `Retry-After`: seconds, or a date to compare with `now`. A number too large to count is the
/// longest pause.
///
/// A negative number and anything else that is neither gives `None`, as if the server had asked for no pause.
pub(super) fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    if let Ok(seconds) = value.parse::<f64>() {
        let counts = seconds >= 0.0;
        return counts.then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// What was tried, as the end of a message: ` (3 attempts in 1.2 s)`, or nothing for a single attempt.
///
/// With a spell, it says why there was no other: ` (not tried again: there has been nothing better for 42
/// s)`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// How many attempts there were.
    pub(super) attempts: u32,
    /// How long they took together, pauses included.
    pub(super) elapsed: Duration,
    /// The spell of failures that forbade another attempt, if one did.
    pub(super) spell: Option<Duration>,
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let spell = self.spell.map(|spell| spell.as_secs()).filter(|seconds| *seconds > 0);
        match (self.attempts, spell) {
            (0 | 1, None) => Ok(()),
            (0 | 1, Some(spell)) => {
                write!(f, " (not tried again: there has been nothing better for {spell} s)")
            }
            (attempts, None) => write!(f, " ({attempts} attempts in {seconds:.1} s)"),
            (attempts, Some(spell)) => {
                write!(f, " ({attempts} attempts in {seconds:.1} s; nothing better for {spell} s)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RETRY: Retry = Retry {
        connect_attempts: 3,
        status_attempts: 4,
        asked_attempts: 20,
        patience: Duration::from_mins(2),
        pace: Duration::from_millis(500),
    };

    const fn spell(count: u32, seconds: u64) -> Spell {
        Spell { count, lasted: Duration::from_secs(seconds) }
    }

    #[test]
    fn retries_what_may_help_and_cannot_harm() {
        let wait = Some(Duration::from_secs(1));
        let table = [
            // setback, a repeatable request is sent again, any other one is
            (Setback::Unreached, true, true),
            (Setback::Lost, true, false),
            (Setback::Status(429, None), true, true),
            (Setback::Status(429, wait), true, true),
            (Setback::Status(503, None), true, false),
            (Setback::Status(503, wait), true, true),
            (Setback::Status(502, None), true, false),
            (Setback::Status(504, wait), true, false),
            (Setback::Status(500, None), false, false),
            (Setback::Status(501, None), false, false),
            (Setback::Status(409, None), false, false),
            (Setback::Status(200, None), false, false),
            (Setback::Silent, false, false),
            (Setback::Final, false, false),
        ];
        let again = |setback, repeatable| RETRY.next(setback, repeatable, 1, spell(1, 0)) != Next::Stop;
        for (setback, repeatable, other) in table {
            assert_eq!(again(setback, true), repeatable, "{setback:?}, repeatable");
            assert_eq!(again(setback, false), other, "{setback:?}");
        }
    }

    #[test]
    fn gives_up_after_the_last_attempt() {
        let asked = Setback::Status(429, Some(Duration::ZERO));
        for (setback, limit) in [(Setback::Unreached, 3), (Setback::Lost, 4), (asked, 20)] {
            assert_ne!(RETRY.next(setback, true, limit - 1, spell(1, 0)), Next::Stop, "{setback:?}");
            assert_eq!(RETRY.next(setback, true, limit, spell(1, 0)), Next::Stop, "{setback:?}");
        }
    }

    #[test]
    fn waits_as_long_as_the_server_asks_but_not_longer_than_any_answer_may_take() {
        let next = |seconds, lasted| {
            let asked = Setback::Status(503, Some(Duration::from_secs(seconds)));
            RETRY.next(asked, false, 1, spell(100, lasted))
        };
        assert_eq!(next(0, 0), Next::Rest(Duration::ZERO));
        assert_eq!(next(120, 0), Next::Rest(Duration::from_mins(2)));
        assert_eq!(next(121, 0), Next::Spent);
        assert_eq!(next(60, 60), Next::Rest(Duration::from_mins(1)));
        assert_eq!(next(60, 61), Next::Spent);
        assert_eq!(next(u64::MAX, 60), Next::Spent);
    }

    #[test]
    fn a_server_that_has_failed_for_long_gets_no_second_attempts() {
        for setback in [Setback::Unreached, Setback::Lost, Setback::Status(503, None)] {
            assert_eq!(RETRY.next(setback, true, 1, spell(8, 30)), Next::Spent, "{setback:?}");
            // neither many failures at once nor one slow request are long
            for short in [spell(100, 29), spell(7, 300)] {
                assert!(matches!(RETRY.next(setback, true, 1, short), Next::Again(_)), "{setback:?}");
            }
        }
    }

    #[test]
    fn the_last_error_names_attempts_and_reason() {
        let told = |attempts, spell: Option<u64>| {
            let spell = spell.map(Duration::from_secs);
            Effort { attempts, elapsed: Duration::from_millis(1240), spell }.to_string()
        };
        assert_eq!(told(1, None), "");
        assert_eq!(told(1, Some(0)), "");
        assert_eq!(told(3, None), " (3 attempts in 1.2 s)");
        assert_eq!(told(1, Some(42)), " (not tried again: there has been nothing better for 42 s)");
        assert_eq!(told(3, Some(42)), " (3 attempts in 1.2 s; nothing better for 42 s)");
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_are_never_alike() {
        for (attempt, full_ms) in [(1, 500), (2, 1000), (3, 2000), (6, 8000), (40, 8000)] {
            let pause = RETRY.backoff(attempt).as_millis();
            assert!((full_ms / 2..=full_ms).contains(&pause), "{attempt}: {pause} ms");
        }
    }

    #[test]
    fn reads_seconds_and_dates() {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        let table = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Tue, 24 Nov 2026 10:00:30 GMT", Some(30)),
            ("Tue, 24 Nov 2026 09:00:00 GMT", Some(0)),
            ("Wed, 01 Dec 9999 00:00:00 GMT", Some(251_604_108_000)),
            // past the last time that can be counted
            ("Fri, 31 Dec 9999 23:59:59 GMT", None),
            ("18446744073709551615", Some(u64::MAX)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("1e308", Some(u64::MAX)),
            ("2.0", Some(2)),
            ("-5", None),
            ("NaN", None),
            ("soon", None),
            ("", None),
        ];
        for (value, seconds) in table {
            let pause = retry_after(value, now).map(|pause| pause.as_secs());
            assert_eq!(pause, seconds, "{value}");
        }
    }
}
