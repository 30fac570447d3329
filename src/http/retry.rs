//! Whether a request is sent again, and after what pause. Pure: no clock and no network.
//!
//! A request whose answer was lost may have been carried out, so only a `repeatable` one is sent again. Two answers say
//! that nothing was carried out and let any request be repeated: 429, and 503 with a `Retry-After`. Neither 500 nor 501
//! passes with time. Silence is not tried again: the server has had its whole time already.

use std::fmt;
use std::time::Duration;

use super::options::Options;

/// The longest pause a server's `Retry-After` can ask for; a longer one ends the attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The longest pause of our own choosing.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

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

/// How often and how fast attempts follow one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    connect_attempts: u32,
    status_attempts: u32,
    /// The first pause; each further one is twice as long.
    pace: Duration,
}

impl Retry {
    /// As the options say.
    pub(super) fn new(options: &Options, pace: Duration) -> Retry {
        Retry { connect_attempts: options.connect_attempts, status_attempts: options.status_attempts, pace }
    }

    /// The pause before the next attempt, after `attempt` (1 for the first) ended so; `None` gives up.
    pub(super) fn pause(&self, setback: Setback, repeatable: bool, attempt: u32) -> Option<Duration> {
        let (limit, wait) = match setback {
            Setback::Unreached => (self.connect_attempts, None),
            Setback::Lost | Setback::Status(502 | 504, _) if repeatable => (self.status_attempts, None),
            Setback::Status(429, wait) => (self.status_attempts, wait),
            Setback::Status(503, wait) if repeatable || wait.is_some() => (self.status_attempts, wait),
            _ => return None,
        };
        if attempt >= limit || wait.is_some_and(|wait| wait > LONGEST_WAIT) {
            return None;
        }
        Some(wait.unwrap_or_else(|| self.backoff(attempt)))
    }

    /// Half to all of a pause that doubles, so that many clients do not come back at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.pace.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// Reads a `Retry-After`: seconds, or a date to compare with `now`.
pub(super) fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// What was tried, as the end of a message: ` (3 attempts in 1.2 s)`, or nothing for a single attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// How many attempts there were.
    pub(super) attempts: u32,
    /// How long they took together, pauses included.
    pub(super) elapsed: Duration,
}

impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " ({attempts} attempts in {:.1} s)", self.elapsed.as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RETRY: Retry = Retry { connect_attempts: 3, status_attempts: 4, pace: Duration::from_millis(250) };

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
        for (setback, repeatable, other) in table {
            assert_eq!(RETRY.pause(setback, true, 1).is_some(), repeatable, "{setback:?}, repeatable");
            assert_eq!(RETRY.pause(setback, false, 1).is_some(), other, "{setback:?}");
        }
    }

    #[test]
    fn gives_up_after_the_last_attempt() {
        assert!(RETRY.pause(Setback::Unreached, true, 2).is_some());
        assert!(RETRY.pause(Setback::Unreached, true, 3).is_none());
        assert!(RETRY.pause(Setback::Lost, true, 3).is_some());
        assert!(RETRY.pause(Setback::Lost, true, 4).is_none());
    }

    #[test]
    fn waits_as_long_as_the_server_asks_but_not_for_ever() {
        let pause = |seconds| RETRY.pause(Setback::Status(503, Some(Duration::from_secs(seconds))), true, 1);
        assert_eq!(pause(0), Some(Duration::ZERO));
        assert_eq!(pause(60), Some(LONGEST_WAIT));
        assert_eq!(pause(61), None);
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_are_never_alike() {
        for (attempt, full_ms) in [(1, 250), (2, 500), (3, 1000), (6, 8000), (40, 8000)] {
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
            ("soon", None),
        ];
        for (value, seconds) in table {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
