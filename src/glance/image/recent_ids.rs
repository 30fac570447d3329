//! The IDs that a listing gave last: what may come twice, and whom the next page may follow.
//!
//! Holds so many and no more, so that a listing takes the same memory however long it is. Knows nothing of
//! requests.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

/// The last IDs, the newest at the end.
pub(in crate::glance) struct Recent {
    order: VecDeque<Rc<str>>,
    known: HashSet<Rc<str>>,
    room: usize,
}

impl Recent {
    /// Room for that many.
    pub(in crate::glance) fn new(room: usize) -> Recent {
        Recent { order: VecDeque::new(), known: HashSet::new(), room: room.max(1) }
    }

    /// Remembers an ID, and forgets the oldest where there is no room; false where it is here already.
    pub(in crate::glance) fn add(&mut self, id: &str) -> bool {
        let id: Rc<str> = id.into();
        if !self.known.insert(id.clone()) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > self.room {
            let oldest = self.order.pop_front();
            oldest.map(|oldest| self.known.remove(&oldest));
        }
        true
    }

    /// Whether it remembers an ID.
    pub(in crate::glance) fn has(&self, id: &str) -> bool {
        self.known.contains(id)
    }

    /// The ID that is so many before the newest, which is 0.
    pub(in crate::glance) fn nth_back(&self, steps: usize) -> Option<&str> {
        let place = self.order.len().checked_sub(steps + 1)?;
        self.order.get(place).map(|id| &**id)
    }

    /// How many it holds.
    #[cfg(test)]
    pub(in crate::glance) fn len(&self) -> usize {
        self.order.len().max(self.known.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_while_it_is_remembered() {
        let mut recent = Recent::new(2);
        assert!(recent.add("a") && recent.add("b"));
        assert!(!recent.add("a") && !recent.add("b"));
        assert!(recent.add("c") && recent.add("a"), "a was forgotten for c");
        assert_eq!(
            (recent.nth_back(0), recent.nth_back(1), recent.nth_back(2)),
            (Some("a"), Some("c"), None)
        );
    }

    #[test]
    fn holds_no_more_than_it_has_room_for() {
        let mut recent = Recent::new(2000);
        for number in 0..100_000 {
            recent.add(&number.to_string());
            assert!(recent.len() <= 2000);
        }
        assert_eq!(recent.nth_back(1999), Some("98000"));
    }
}
