//! What a run learns of the servers it talks to: how fast they want to be asked, and for how long they have
//! failed.
//!
//! All doors of a run share it, and each server, known by scheme, host and port, is judged by itself: one
//! cloud does not suffer for another. A server that does one thing may fail at another, so failures are
//! counted for each method. Where a third of all requests needs another attempt, as with one broken
//! controller of three, a good answer between them is what tells such a server from a dead one; a quota of
//! attempts would not. No clock: whoever asks says what time it is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use reqwest::{Method, Url};
use tokio::time::Instant;

/// How long failures may lie apart and still be one spell.
const SPELL_GAP: Duration = Duration::from_mins(5);

/// A century: the wait that a sum too large for the clock becomes.
const CENTURY: Duration = Duration::from_hours(24 * 365 * 100);

/// The time after that wait; a wait that the clock cannot count is a century.
pub(super) fn add_wait(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait).or_else(|| now.checked_add(CENTURY)).unwrap_or(now)
}

/// What is known of servers. Cheap to clone; clones share what they know.
#[derive(Clone, Debug, Default)]
pub struct Servers(Rc<RefCell<HashMap<url::Origin, Server>>>);

#[derive(Debug)]
struct Server {
    /// Nothing leaves before; the server asked for that.
    rest: Instant,
    /// When the next request may leave.
    next: Instant,
    /// How far requests are apart; nothing where the server has never minded.
    gap: Duration,
    spells: HashMap<Method, Failing>,
}

#[derive(Debug)]
struct Failing {
    began: Instant,
    spell: Spell,
}

/// Failures in a row, with no good answer between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spell {
    /// How many.
    pub(super) count: u32,
    /// From the first to the newest.
    pub(super) lasted: Duration,
}

impl Servers {
    /// How long a request to that server has to wait; to be asked again after the wait, until there is none.
    ///
    /// `reserved` says that a request has waited its turn already, so that only a new wish of the server
    /// stops it.
    pub(super) fn wait(&self, url: &Url, reserved: bool, now: Instant) -> Duration {
        self.with(url, |server| {
            if reserved && server.rest <= now {
                return Duration::ZERO;
            }
            let turn = server.next.max(now);
            server.next = add_wait(turn, server.gap);
            turn.saturating_duration_since(now)
        })
    }

    /// The server asks everybody to wait that long; afterwards its requests leave one by one, at least `gap`
    /// apart.
    ///
    /// They are further apart with each time that it asks again, and closer with each good answer. Returns
    /// whether this is a wait of its own, and not the same that another request was told of.
    pub(super) fn rest(&self, url: &Url, wait: Duration, gap: Duration, now: Instant) -> bool {
        let mut known = self.0.borrow_mut();
        let server = known.entry(url.origin()).or_insert_with(|| Server::new(now));
        let is_new = server.rest <= now;
        if is_new {
            server.gap = server.gap.saturating_mul(2).max(gap).min(wait.max(gap.saturating_mul(8)));
        }
        server.rest = server.rest.max(add_wait(now, wait));
        server.next = server.next.max(server.rest);
        is_new
    }

    /// A request failed; returns the spell that this makes.
    pub(super) fn note_failure(&self, url: &Url, method: &Method, now: Instant) -> Spell {
        let mut known = self.0.borrow_mut();
        let server = known.entry(url.origin()).or_insert_with(|| Server::new(now));
        let fresh = || Failing { began: now, spell: Spell::default() };
        let failing = server.spells.entry(method.clone()).or_insert_with(fresh);
        let lasted = now.saturating_duration_since(failing.began);
        if lasted > failing.spell.lasted.saturating_add(SPELL_GAP) {
            *failing = fresh();
        }
        let lasted = now.saturating_duration_since(failing.began);
        failing.spell = Spell { count: failing.spell.count.saturating_add(1), lasted };
        failing.spell
    }

    /// A request was answered well, which ends a spell.
    pub(super) fn note_answer(&self, url: &Url, method: &Method) {
        self.with(url, |server| {
            server.spells.remove(method);
            server.gap = server.gap.mul_f64(0.9);
            if server.gap < Duration::from_millis(1) {
                server.gap = Duration::ZERO;
            }
        });
    }

    /// Looks at a server that has ever failed; of others nothing is known, and nothing need be.
    fn with<T: Default>(&self, url: &Url, look: impl FnOnce(&mut Server) -> T) -> T {
        let mut known = self.0.borrow_mut();
        if known.is_empty() {
            return T::default();
        }
        known.get_mut(&url.origin()).map(look).unwrap_or_default()
    }
}

impl Server {
    fn new(now: Instant) -> Server {
        Server { rest: now, next: now, gap: Duration::ZERO, spells: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_server_that_wants_rest_gets_it_from_all_and_other_servers_do_not_mind() {
        let (servers, now) = (Servers::default(), Instant::now());
        let (one, other) = (url("http://cloud:1/v2/images"), url("http://cloud:2/"));
        assert_eq!(servers.wait(&one, false, now), Duration::ZERO);
        assert!(servers.rest(&one, seconds(10), seconds(1), now));
        assert_eq!(servers.wait(&url("http://cloud:1/v2/tasks"), false, now), seconds(10));
        assert_eq!(servers.wait(&one, false, now), seconds(11), "one by one");
        assert_eq!(servers.wait(&one, false, now + seconds(13)), Duration::ZERO);
        assert_eq!(servers.wait(&other, false, now), Duration::ZERO);
    }

    #[test]
    fn no_wait_is_too_long_for_the_clock() {
        let (servers, now) = (Servers::default(), Instant::now());
        let cloud = url("http://cloud/");
        for wait in [Duration::from_secs(u64::MAX), Duration::MAX] {
            servers.rest(&cloud, wait, Duration::MAX, now);
            assert!(servers.wait(&cloud, false, now) >= CENTURY);
            assert!(servers.wait(&cloud, false, now) >= CENTURY);
        }
    }

    #[test]
    fn a_request_that_waited_waits_again_only_for_a_new_pause() {
        let (servers, now) = (Servers::default(), Instant::now());
        let cloud = url("http://cloud/");
        servers.rest(&cloud, seconds(10), seconds(1), now);
        servers.wait(&cloud, false, now);
        servers.wait(&cloud, false, now);
        assert_eq!(servers.wait(&cloud, true, now + seconds(10)), Duration::ZERO);
        servers.rest(&cloud, seconds(5), seconds(1), now + seconds(10));
        assert_eq!(servers.wait(&cloud, true, now + seconds(11)), seconds(4));
    }

    #[test]
    fn the_pace_falls_with_each_new_refusal_and_rises_with_each_answer() {
        let (servers, now) = (Servers::default(), Instant::now());
        let cloud = url("http://cloud/");
        let gap = |servers: &Servers| servers.0.borrow()[&cloud.origin()].gap;
        servers.rest(&cloud, seconds(4), seconds(1), now);
        assert!(!servers.rest(&cloud, seconds(4), seconds(1), now), "the same wish");
        assert_eq!(gap(&servers), seconds(1));
        servers.rest(&cloud, seconds(4), seconds(1), now + seconds(5));
        assert_eq!(gap(&servers), seconds(2));
        for _ in 0..100 {
            servers.note_answer(&cloud, &Method::GET);
        }
        assert_eq!(gap(&servers), Duration::ZERO);
    }

    #[test]
    fn a_spell_is_one_methods_and_ends_with_a_good_answer_or_a_long_silence() {
        let (servers, now) = (Servers::default(), Instant::now());
        let cloud = url("http://cloud/");
        let fails = |method: Method, at: u64| {
            let spell = servers.note_failure(&cloud, &method, now + seconds(at));
            (spell.count, spell.lasted.as_secs())
        };
        assert_eq!(fails(Method::PATCH, 0), (1, 0));
        assert_eq!(fails(Method::PATCH, 40), (2, 40));
        assert_eq!(fails(Method::GET, 40), (1, 0));
        servers.note_answer(&cloud, &Method::GET);
        assert_eq!(fails(Method::PATCH, 50), (3, 50));
        assert_eq!(fails(Method::PATCH, 351), (1, 0));
        servers.note_answer(&cloud, &Method::PATCH);
        assert_eq!(fails(Method::PATCH, 352), (1, 0));
    }
}
