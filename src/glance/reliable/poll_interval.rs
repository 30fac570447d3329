//! How often one looks while one waits: often at first, and ever less so.
//!
//! Knows nothing of what is waited for.

use std::time::Duration;

use tokio::time::Instant;

/// The pause before the second look.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause while little time has gone by, and after that.
const LONGEST_PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(10)];
/// How long "little time" is.
const SOON: Duration = Duration::from_mins(1);

/// How long to wait, and how often to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// When to give up.
    pub timeout: Duration,
    /// The pause between two looks; `None` begins with a tenth of a second and grows.
    pub interval: Option<Duration>,
}

impl Patience {
    /// Its length, for messages.
    pub(in crate::glance) fn seconds(self) -> String {
        format!("{} s", self.timeout.as_secs_f64())
    }
}

/// Looks often at first, and ever less so.
pub(in crate::glance) struct Pace {
    began: Instant,
    patience: Patience,
    pause: Duration,
}

impl Pace {
    /// Begins now.
    pub(in crate::glance) fn new(patience: Patience) -> Pace {
        Pace { began: Instant::now(), patience, pause: patience.interval.unwrap_or(FIRST_PAUSE) }
    }

    /// Pauses before the next look; false where the time is over.
    pub(in crate::glance) async fn rest(&mut self) -> bool {
        let waited = self.began.elapsed();
        let left = self.patience.timeout.saturating_sub(waited);
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.pause.min(left)).await;
        if self.patience.interval.is_none() {
            self.pause = next_pause(self.pause, waited);
        }
        true
    }
}

/// The pause after one, when that much time has gone by.
fn next_pause(pause: Duration, waited: Duration) -> Duration {
    let [at_first, later] = LONGEST_PAUSES;
    pause.mul_f64(1.5).min(if waited < SOON { at_first } else { later })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_two_seconds_at_first_and_to_ten_later() {
        let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
        let mut looks = 0;
        while waited < Duration::from_mins(10) {
            waited += pause;
            pause = next_pause(pause, waited);
            assert!(pause <= if waited < SOON { LONGEST_PAUSES[0] } else { LONGEST_PAUSES[1] });
            looks += 1;
        }
        assert_eq!(pause, LONGEST_PAUSES[1]);
        assert!((80..120).contains(&looks), "{looks} looks in ten minutes");
    }

    #[tokio::test]
    async fn looks_a_last_time_when_the_time_is_over() {
        let interval = Some(Duration::from_mins(1));
        let mut pace = Pace::new(Patience { timeout: Duration::from_millis(5), interval });
        assert!(pace.rest().await, "a pause is no longer than the time that is left");
        assert!(!pace.rest().await);
        assert!(!Pace::new(Patience { timeout: Duration::ZERO, interval }).rest().await);
    }
}
