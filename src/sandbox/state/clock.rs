//! What time it is in the cloud, and how each service writes a time.

use jiff::{Timestamp, tz::TimeZone};

/// The cloud's clock. Everything asks it, so that it can one day be moved.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock;

impl Clock {
    /// The present.
    #[allow(clippy::unused_self, reason = "a clock that can be moved has something to look at")]
    pub(crate) fn now(self) -> Timestamp {
        Timestamp::now()
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
