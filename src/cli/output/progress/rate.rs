//! How far work is, in words: `1.2 GiB of 4.0 GiB, 30 %, 95 MiB/s, 30 s left`, or `… 30 %, stalled 12 s`.
//!
//! Knows no clock and no terminal; whoever asks says how much time has passed.

use std::time::Duration;

/// What work is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes of a transfer.
    Bytes,
    /// Elements of a list.
    Items,
}

/// The shortest time that says something about the speed.
const SPAN: Duration = Duration::from_secs(1);

/// How much the newest span counts in the speed that is told.
const NEWEST: f64 = 0.3;

/// How long nothing of a transfer moves before that is told.
const STALLED: Duration = Duration::from_secs(3);

/// Work under way: what it is measured in, and how fast it goes.
pub(in crate::cli) struct Course {
    unit: Unit,
    /// When the speed was last looked at, and how much was done then.
    seen: (Duration, u64),
    per_second: Option<f64>,
    /// When it last moved, and to where.
    moved: (Duration, u64),
}

impl Course {
    /// Work that begins now.
    pub(in crate::cli) fn new(unit: Unit) -> Course {
        Course { unit, seen: (Duration::ZERO, 0), per_second: None, moved: (Duration::ZERO, 0) }
    }

    /// Where the work is after that time: so much is `done`, of so much where that is known.
    pub(in crate::cli) fn words(&mut self, elapsed: Duration, done: u64, total: Option<u64>) -> String {
        self.look(elapsed, done);
        if done != self.moved.1 {
            self.moved = (elapsed, done);
        }
        let mut words = Vec::new();
        match total {
            None if done == 0 => return time(elapsed),
            None => words.push(self.amount(done)),
            Some(total) => {
                words.push(format!("{} of {}", self.amount(done), self.amount(total)));
                let percent = u128::from(done.min(total)) * 100 / u128::from(total.max(1));
                words.push(format!("{percent} %"));
            }
        }
        let still = elapsed.saturating_sub(self.moved.0);
        if self.unit == Unit::Bytes && still >= STALLED {
            // What is all there is still to be stored, or to be brought to a disk.
            let what = if total == Some(done) { "finishing" } else { "stalled" };
            words.push(format!("{what} {}", time(still)));
        } else if let Some(speed) = self.per_second {
            if self.unit == Unit::Bytes {
                words.push(format!("{}/s", bytes(speed)));
            }
            let left = total.unwrap_or_default().saturating_sub(done);
            if left > 0
                && let Ok(left) = Duration::try_from_secs_f64(real(left) / speed)
            {
                words.push(format!("{} left", time(left)));
            }
        }
        words.join(", ")
    }

    /// Measures the speed, once enough time has passed since it was measured before.
    fn look(&mut self, elapsed: Duration, done: u64) {
        let (then, before) = self.seen;
        let span = elapsed.saturating_sub(then);
        if span < SPAN {
            return;
        }
        // Less than before is another attempt, which began anew.
        let now = real(done.checked_sub(before).unwrap_or(done)) / span.as_secs_f64();
        self.per_second = Some(self.per_second.map_or(now, |speed| speed * (1.0 - NEWEST) + now * NEWEST));
        self.seen = (elapsed, done);
    }

    fn amount(&self, amount: u64) -> String {
        match self.unit {
            Unit::Bytes => bytes(real(amount)),
            Unit::Items => amount.to_string(),
        }
    }
}

/// Two digits at least: `9.5 MiB`, `95 MiB`.
fn bytes(bytes: f64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    // What would be rounded to 1024 is the next unit's.
    let steps = units.iter().scan(bytes, |rest, unit| {
        *rest /= 1024.0;
        Some((*rest, unit))
    });
    let fit = |(amount, _): &(f64, &&str)| *amount < 1023.5;
    match steps.clone().find(fit).or_else(|| steps.last()) {
        Some((amount, unit)) if bytes >= 1023.5 => {
            let digits = usize::from(amount < 9.95);
            format!("{amount:.digits$} {unit}")
        }
        _ => format!("{bytes:.0} B"),
    }
}

/// `40 s`, `12 min`, `3 h 20 min`.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64().round();
    let minutes = (seconds / 60.0).round();
    if seconds < 90.0 {
        return format!("{seconds} s");
    }
    if minutes < 90.0 {
        return format!("{minutes} min");
    }
    format!("{} h {} min", (minutes / 60.0).floor(), minutes % 60.0)
}

#[allow(clippy::cast_precision_loss, reason = "two digits are shown")]
fn real(amount: u64) -> f64 {
    amount as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_transfer_tells_bytes_share_speed_and_the_time_left() {
        let mut course = Course::new(Unit::Bytes);
        assert_eq!(course.words(seconds(0.5), GIB / 8, Some(4 * GIB)), "128 MiB of 4.0 GiB, 3 %");
        let words = course.words(seconds(10.0), GIB, Some(4 * GIB));
        assert_eq!(words, "1.0 GiB of 4.0 GiB, 25 %, 102 MiB/s, 30 s left");
        let words = course.words(seconds(40.0), 4 * GIB, Some(4 * GIB));
        assert_eq!(words, "4.0 GiB of 4.0 GiB, 100 %, 102 MiB/s");
    }

    #[test]
    fn a_stalled_transfer_says_for_how_long() {
        let mut course = Course::new(Unit::Bytes);
        let mut words = |at, done| course.words(seconds(at), done, Some(4 * GIB));
        assert_eq!(words(10.0, GIB), "1.0 GiB of 4.0 GiB, 25 %, 102 MiB/s, 30 s left");
        assert_eq!(words(12.5, GIB), "1.0 GiB of 4.0 GiB, 25 %, 72 MiB/s, 43 s left");
        assert_eq!(words(22.0, GIB), "1.0 GiB of 4.0 GiB, 25 %, stalled 12 s");
        assert_eq!(words(130.0, GIB), "1.0 GiB of 4.0 GiB, 25 %, stalled 2 min");
        assert!(words(130.1, 2 * GIB).ends_with(" left"));
        assert_eq!(words(140.0, 4 * GIB), "4.0 GiB of 4.0 GiB, 100 %, 117 MiB/s");
        assert_eq!(words(150.0, 4 * GIB), "4.0 GiB of 4.0 GiB, 100 %, finishing 10 s");
        let mut silent = Course::new(Unit::Bytes);
        assert_eq!(silent.words(seconds(9.0), 0, Some(10)), "0 B of 10 B, 0 %, stalled 9 s");
        assert_eq!(silent.words(seconds(9.0), 0, None), "9 s", "a wait of which nothing is counted");
    }

    #[test]
    fn an_unknown_total_shows_no_percentage_and_no_time() {
        assert_eq!(Course::new(Unit::Bytes).words(seconds(2.0), 3000, None), "2.9 KiB, 1.5 KiB/s");
        assert_eq!(Course::new(Unit::Bytes).words(seconds(40.4), 0, None), "40 s");
    }

    #[test]
    fn a_list_tells_elements() {
        let words = Course::new(Unit::Items).words(seconds(60.0), 120, Some(1000));
        assert_eq!(words, "120 of 1000, 12 %, 7 min left");
        assert_eq!(Course::new(Unit::Items).words(seconds(9.0), 0, Some(0)), "0 of 0, 0 %");
    }

    #[test]
    fn the_speed_follows_what_goes_on_and_never_looks_back() {
        let mut course = Course::new(Unit::Bytes);
        course.words(seconds(1.0), 1000, None);
        assert_eq!(course.words(seconds(2.0), 1000, None), "1000 B, 700 B/s");
        assert_eq!(course.words(seconds(3.0), 500, None), "500 B, 640 B/s", "another attempt");
    }

    #[test]
    fn amounts_and_times_have_two_digits() {
        let table = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (10 * 1024 - 1, "10 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (95 << 20, "95 MiB"),
            (u64::MAX, "16777216 TiB"),
        ];
        for (amount, words) in table {
            assert_eq!(bytes(real(amount)), words, "{amount}");
        }
        for (count, words) in [(0.4, "0 s"), (89.0, "89 s"), (100.0, "2 min"), (12_000.0, "3 h 20 min")] {
            assert_eq!(time(seconds(count)), words);
        }
    }
}
