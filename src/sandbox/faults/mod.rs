//! Faults on request: how real clouds fail, struck where and as often as somebody asked for.
//!
//! * `operation.rs`: what may be struck, by name or by method and path.
//! * `describe.rs`: from `image-download status=503 count=2` to a [`Fault`].
//! * `strike.rs`: what happens to a request that is struck; `body.rs` what happens to its data.
//!
//! The services know nothing of it, but for an import: it finds an [`ImportFault`] among its request's
//! extensions.

mod bad_fault;
mod body;
mod describe;
mod operation;
mod strike;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

pub use bad_fault::BadFault;
use operation::Operation;
pub(crate) use strike::{Unanswered, strike};

/// A fault: which operation, when, and what happens then. Made by parsing its description.
///
/// A description is an operation and then words and `key=value`s, in any order:
///
/// * the operation: a name such as `image-download`, several by `image-*`, `any`, or a method and a path such
///   as `GET /v2/images/{image}/file`;
/// * when: `count=N` (at most so often), `after=N` (not the first N), `probability=P` with `seed=N`;
/// * what: `status=N` (a refusal in the service's own form), `retry-after=SECONDS`, `html` (a proxy's page
///   instead), `hang-up` (no answer at all), `late` (the operation is carried out first), `delay=SECONDS`,
///   `cut=BYTES` (the connection breaks after so much data), `slow=BYTES` (so much data a second),
///   `stall=BYTES` (nothing comes after so much data, and the connection stays), `wrong-hash`, `drop-next`,
///   `end-token` (the token ends before the request), `ignore-case` (a list of images compares texts as
///   `MySQL` does: without case and blanks at the end), `import=fail` and `import=hang`.
#[derive(Debug, Clone)]
pub struct Fault {
    operation: Operation,
    when: When,
    effects: Effects,
}

/// Which of the requests that match are struck.
#[derive(Debug, Clone)]
struct When {
    after: u64,
    count: Option<u64>,
    probability: f64,
    seed: u64,
}

/// What happens to a request. All that is set happens.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of the description")]
struct Effects {
    status: Option<StatusCode>,
    retry_after: Option<u64>,
    html: bool,
    hang_up: bool,
    late: bool,
    delay: Option<Duration>,
    cut: Option<u64>,
    slow: Option<u64>,
    stall: Option<u64>,
    wrong_hash: bool,
    drop_next: bool,
    end_token: bool,
    ignore_case: bool,
    import: Option<ImportFault>,
}

/// How an import goes wrong after it was accepted with 202.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportFault {
    /// Its task fails.
    Fail,
    /// Its task goes on for ever.
    Hang,
}

/// Marks a request for a list whose texts are compared without case and blanks at the end, as `MySQL` does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IgnoreCase;

impl Effects {
    /// Whether the service's own answer is not the one that is sent.
    fn replaces_the_answer(&self) -> bool {
        self.status.is_some() || self.html || self.hang_up
    }

    /// Both at once; where they disagree, the one that was asked for first counts.
    fn merge(self, other: &Self) -> Self {
        Self {
            status: self.status.or(other.status),
            retry_after: self.retry_after.or(other.retry_after),
            html: self.html || other.html,
            hang_up: self.hang_up || other.hang_up,
            late: self.late || other.late,
            delay: self.delay.or(other.delay),
            cut: self.cut.or(other.cut),
            slow: self.slow.or(other.slow),
            stall: self.stall.or(other.stall),
            wrong_hash: self.wrong_hash || other.wrong_hash,
            drop_next: self.drop_next || other.drop_next,
            end_token: self.end_token || other.end_token,
            ignore_case: self.ignore_case || other.ignore_case,
            import: self.import.or(other.import),
        }
    }
}

/// All faults that wait for their requests.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Armed>>);

/// A fault with its history.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u64,
    struck: u64,
    dice: fastrand::Rng,
}

impl Faults {
    /// Adds one, behind those that are there.
    pub(crate) fn add(&self, fault: Fault) {
        let dice = fastrand::Rng::with_seed(fault.when.seed);
        self.lock().push(Armed { fault, seen: 0, struck: 0, dice });
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// What happens to this request; counts it.
    fn take_effects(&self, method: &str, path: &str) -> Option<Effects> {
        let mut armed = self.lock();
        if armed.is_empty() {
            return None;
        }
        let path = operation::normal(path);
        let struck = armed.iter_mut().filter(|armed| armed.fault.operation.matches(method, &path));
        struck.filter_map(Armed::strike).reduce(|all, one| all.merge(&one))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn strike(&mut self) -> Option<Effects> {
        let when = &self.fault.when;
        self.seen += 1;
        if self.seen <= when.after || when.count.is_some_and(|count| self.struck >= count) {
            return None;
        }
        if self.dice.f64() >= when.probability {
            return None;
        }
        self.struck += 1;
        Some(self.fault.effects.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FILE: &str = "/image/v2/images/1bea/file";

    fn struck(description: &str, asked: usize) -> String {
        let faults = Faults::default();
        faults.add(description.parse().unwrap());
        (0..asked).map(|_| if faults.take_effects("GET", FILE).is_some() { 'x' } else { '.' }).collect()
    }

    #[test]
    fn strikes_as_often_as_it_was_asked_to() {
        for (description, pattern) in [
            ("image-download status=503", "xxxxxx"),
            ("image-download status=503 count=2", "xx...."),
            ("image-download status=503 after=2", "..xxxx"),
            ("image-download status=503 after=1 count=3", ".xxx.."),
            ("image-download status=503 probability=0", "......"),
            ("image-upload status=503", "......"),
        ] {
            assert_eq!(struck(description, 6), pattern, "{description}");
        }
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let one = struck("image-download status=503 probability=0.5 seed=7", 64);
        assert_eq!(one, struck("image-download status=503 probability=0.5 seed=7", 64));
        assert_ne!(one, struck("image-download status=503 probability=0.5 seed=8", 64));
        let hits = one.matches('x').count();
        assert!((20..45).contains(&hits), "{one}");
    }

    #[test]
    fn two_faults_strike_together() {
        let faults = Faults::default();
        faults.add("any delay=1".parse().unwrap());
        faults.add("image-download status=503".parse().unwrap());
        let effects = faults.take_effects("GET", FILE).unwrap();
        assert_eq!((effects.status, effects.delay.is_some()), (Some(StatusCode::SERVICE_UNAVAILABLE), true));
    }
}
