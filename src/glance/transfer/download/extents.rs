//! Which bytes of a file are there, when they come in several stretches at once.

use std::ops::Range;

/// The bytes that are there: all up to a front, and stretches behind it.
pub(super) struct Filled {
    front: u64,
    /// In order, not touching one another nor the front.
    beyond: Vec<Range<u64>>,
}

impl Filled {
    /// All up to `front`.
    pub(super) fn up_to(front: u64) -> Filled {
        Filled { front, beyond: Vec::new() }
    }

    /// The first byte that is missing.
    pub(super) fn front(&self) -> u64 {
        self.front
    }

    /// That stretch is there as well.
    pub(super) fn add(&mut self, mut added: Range<u64>) {
        self.beyond.retain(|other| {
            let touches = other.start <= added.end && added.start <= other.end;
            if touches {
                added = added.start.min(other.start)..added.end.max(other.end);
            }
            !touches
        });
        if added.start <= self.front {
            self.front = self.front.max(added.end);
            return;
        }
        let place = self.beyond.partition_point(|other| other.start < added.start);
        self.beyond.insert(place, added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_moves_on_when_a_gap_before_it_closes() {
        let mut filled = Filled::up_to(10);
        for (added, front) in [
            (10..20, 20),
            (40..50, 20),
            (60..70, 20),
            (50..55, 20),
            (30..40, 20),
            (20..30, 55),
            (5..8, 55),
            (55..60, 70),
        ] {
            filled.add(added.clone());
            assert_eq!(filled.front(), front, "after {added:?}");
        }
    }
}
