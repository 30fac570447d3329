//! What time it is in the cloud, and how each service writes a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The cloud's clock. Everything asks it, and whoever holds the sandbox can move it. Copies move together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// How many nanoseconds it is ahead of the world's.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_nanos(self.ahead.load(Ordering::Relaxed));
        let now = Timestamp::now();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// The present as a `Date` header has it; `None` where it is the world's, which the server itself writes.
    pub(crate) fn date(&self) -> Option<String> {
        let is_moved = self.ahead.load(Ordering::Relaxed) != 0;
        is_moved.then(|| DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now()).ok()).flatten()
    }

    /// Moves it forward.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let _ = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| Some(ahead.saturating_add(by)));
    }

    /// Sets it; it goes on from there.
    pub(crate) fn set(&self, time: Timestamp) {
        let ahead = time.duration_since(Timestamp::now()).as_nanos();
        let limited = i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN } else { i64::MAX });
        self.ahead.store(limited, Ordering::Relaxed);
    }
}

/// A time as Glance writes it: whole seconds and a `Z`.
pub(crate) fn seconds(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time as Keystone writes it: it rounds to seconds, and writes microseconds all the same.
pub(crate) fn microseconds(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string()
}

/// A time as Glance writes that of an image's tasks: microseconds, and no zone.
pub(crate) fn exactly(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}
