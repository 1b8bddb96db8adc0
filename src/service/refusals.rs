//! Notices that a feed brings more records that are no posts than it used to.
//!
//! In: how many records came, how many of them were refused as a mistake. Out: their share of late, and
//! whether it has risen.
//! Rule: a rising share is told, and stops nothing: the rest of the feed goes on.
//! Not here: the dead letters themselves (`dead_letters`).

use crate::post::EventTime;

/// Records that the share of late looks back on, and those that the usual one does.
const OF_LATE: f64 = 1_000.0;
const USUALLY: f64 = 100_000.0;
/// Records, all of them good, that each feed is trusted with at the start.
const TRUST: f64 = 1_000.0;
/// Fewer records of late say nothing.
const RECORDS_MIN: f64 = 100.0;
/// A share below this is nobody's worry.
const SHARE_MIN: f64 = 0.02;
/// So many times the usual share has risen.
const RISE: f64 = 3.0;
/// From one word about a feed to the next, milliseconds.
const AGAIN_MS: i64 = 600_000;

/// A count that forgets.
#[derive(Debug, Clone, Copy)]
struct Fading {
    memory: f64,
    records: f64,
    refused: f64,
}

impl Fading {
    fn add(&mut self, records: f64, refused: f64) {
        let kept = (-records / self.memory).exp();
        self.records = self.records.mul_add(kept, records);
        self.refused = self.refused.mul_add(kept, refused);
    }

    fn share(&self) -> f64 {
        self.refused / self.records.max(1.0)
    }
}

/// The refusals of one feed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusals {
    of_late: Fading,
    usually: Fading,
    told_at: Option<EventTime>,
}

impl Default for Refusals {
    fn default() -> Self {
        let fading = |memory, records| Fading {
            memory,
            records,
            refused: 0.0,
        };
        Self {
            of_late: fading(OF_LATE, 0.0),
            usually: fading(USUALLY, TRUST),
            told_at: None,
        }
    }
}

impl Refusals {
    /// Adds what came; true when it is time to say that the share has risen.
    pub(super) fn add(&mut self, records: u64, refused: u64, now: EventTime) -> bool {
        let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        self.of_late.add(number(records), number(refused));
        self.usually.add(number(records), number(refused));
        let share = self.of_late.share();
        let has_risen = self.of_late.records >= RECORDS_MIN
            && share > SHARE_MIN
            && share > RISE * self.usually.share();
        let may_tell = self
            .told_at
            .is_none_or(|told| now.millis_since(told) >= AGAIN_MS);
        if has_risen && may_tell {
            self.told_at = Some(now);
        }
        has_risen && may_tell
    }

    /// The share of late, 0 to 1.
    pub(super) fn share(&self) -> f64 {
        self.of_late.share()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds batches of 100 records, so many of them refused; how often it was told.
    fn told(refusals: &mut Refusals, batches: u32, refused: u64) -> usize {
        let at = |batch: u32| EventTime::from_millis(i64::from(batch) * 1_000);
        let batches = 0..batches;
        batches
            .filter(|&batch| refusals.add(100, refused, at(batch)))
            .count()
    }

    #[test]
    fn a_share_that_rises_is_told_once_and_a_usual_one_never() {
        let mut refusals = Refusals::default();
        assert_eq!(told(&mut refusals, 3_000, 1), 0);
        assert_eq!(told(&mut refusals, 30, 20), 1);
        assert!(refusals.share() > 0.15);
        let mut clean = Refusals::default();
        assert_eq!(told(&mut clean, 100, 0), 0);
        assert!(clean.share().abs() < f64::EPSILON);
    }

    #[test]
    fn a_feed_that_begins_with_refusals_is_told_at_once() {
        assert_eq!(told(&mut Refusals::default(), 1, 50), 1);
    }
}
