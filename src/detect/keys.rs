//! Whether the account hashes of all batches were made with one key.
//!
//! In: the key's id and the time of each batch. Out: whether another key is in use beside it.
//! Rule: two keys are in use at once when one comes back after the other; after a rotation or a
//! restart the old one stays away.
//! Not here: the keys themselves (`feed`), telling people (`service`).

use crate::post::EventTime;

/// Most keys that are remembered: more processes than that still repeat some.
const KEYS_MAX: usize = 8;
/// A key that was away for longer was in use at another time.
const MEMORY_MS: i64 = 600_000;

/// The keys of late, the one of the newest batch last.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    recent: Vec<(u32, EventTime)>,
}

impl Keys {
    /// Notes a batch; whether its key came back after another one.
    pub(super) fn came_back(&mut self, key: u32, at: EventTime) -> bool {
        let place = self.recent.iter().position(|&(known, _)| known == key);
        let is_newest = place.is_some_and(|place| place + 1 == self.recent.len());
        let seen_at = place.map(|place| self.recent.remove(place).1);
        if self.recent.len() == KEYS_MAX {
            self.recent.remove(0);
        }
        self.recent.push((key, at));
        seen_at.is_some_and(|seen_at| !is_newest && at.millis_since(seen_at) <= MEMORY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the batches, a key and a second each, have a key that came back.
    fn check(batches: &[(u32, i64)], expected: usize) {
        let mut keys = Keys::default();
        let came_back = |&&(key, second): &&(u32, i64)| {
            keys.came_back(key, EventTime::from_millis(second * 1_000))
        };
        assert_eq!(batches.iter().filter(came_back).count(), expected);
    }

    #[test]
    fn one_key_after_another_is_a_rotation() {
        check(&[(1, 0), (1, 1), (2, 2), (2, 3), (3, 4)], 0);
        check(&[(1, 0), (2, 1), (1, 3_600)], 0);
    }

    #[test]
    fn keys_that_take_turns_are_in_use_at_once() {
        check(&[(1, 0), (2, 0), (1, 1), (2, 1)], 2);
        check(&[(1, 0), (2, 0), (3, 0), (1, 1), (2, 1), (3, 1)], 3);
    }

    #[test]
    fn more_keys_than_are_remembered_stay_bounded() {
        let mut keys = Keys::default();
        for key in 0..100 {
            keys.came_back(key, EventTime::from_millis(0));
        }
        assert_eq!(keys.recent.len(), KEYS_MAX);
    }
}
