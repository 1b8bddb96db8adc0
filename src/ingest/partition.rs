//! What one input partition has brought: duplicates, watermark, outcomes, volume.
//!
//! Rule: a decision depends only on the last records of this partition up to now. All since the last
//! commit is provisional: it can be dropped, and read again.

use std::collections::BTreeMap;

use super::recent::RecentPosts;
use super::{InputId, Outcome, Outcomes, Statement, Volume};
use crate::feed::Refused;
use crate::post::{EventTime, PostIdentity};
use crate::window::Pane;

/// The state of one owned input partition.
#[derive(Debug)]
pub(super) struct InputPartition {
    /// Up to here the last commit holds.
    settled: u64,
    stated: u64,
    next: u64,
    /// Up to here it was read, in silence or not.
    read: u64,
    at_end: bool,
    stated_at_end: bool,
    outcomes: Outcomes,
    volumes: BTreeMap<Pane, Volume>,
    recent: RecentPosts,
}

/// What a post is among those of its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Fresh,
    Duplicate,
    Late,
}

impl InputPartition {
    pub(super) fn new(next: u64, duplicate_offsets: u64) -> Self {
        Self {
            settled: next,
            stated: next,
            next,
            read: next.saturating_sub(RecentPosts::reach(duplicate_offsets)),
            at_end: false,
            stated_at_end: false,
            outcomes: Outcomes::default(),
            volumes: BTreeMap::new(),
            recent: RecentPosts::new(duplicate_offsets),
        }
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Goes on to the record at `offset`; false when an owner before has stated it already.
    pub(super) fn advance(&mut self, offset: u64) -> bool {
        self.read = offset.saturating_add(1);
        if offset < self.next {
            return false;
        }
        self.next = offset.saturating_add(1);
        self.at_end = false;
        true
    }

    pub(super) fn reached_end(&mut self, next: u64) {
        self.next = self.next.max(next);
        self.read = self.next;
        self.at_end = true;
    }

    pub(super) fn has_news(&self) -> bool {
        self.next != self.stated || self.at_end != self.stated_at_end
    }

    /// Whether something was folded that no commit holds.
    pub(super) fn is_provisional(&self) -> bool {
        self.ahead() > 0
    }

    /// Offsets that were folded and that no commit holds.
    pub(super) fn ahead(&self) -> u64 {
        self.next.saturating_sub(self.settled)
    }

    /// A commit holds everything that was stated.
    pub(super) fn settle(&mut self) {
        self.settled = self.stated;
        self.recent.settle(self.settled);
    }

    /// Forgets everything that no commit holds; where reading goes on.
    pub(super) fn go_back(&mut self) -> u64 {
        self.recent.go_back(self.settled);
        self.stated = self.settled;
        self.next = self.settled;
        self.at_end = false;
        self.stated_at_end = false;
        self.outcomes = Outcomes::default();
        self.volumes.clear();
        self.read = self.read.min(self.settled);
        self.read
    }

    /// Notes a post, and says what it is among the last ones.
    pub(super) fn note(
        &mut self,
        offset: u64,
        identity: PostIdentity,
        time: EventTime,
        lateness_ms: i64,
    ) -> Standing {
        if self.recent.note(offset, identity, time) {
            Standing::Duplicate
        } else if time < self.recent.newest().plus_millis(-lateness_ms) {
            Standing::Late
        } else {
            Standing::Fresh
        }
    }

    pub(super) fn add_volume(&mut self, pane: Pane, relevant: bool) {
        let volume = self.volumes.entry(pane).or_insert(Volume {
            pane,
            received: 0,
            relevant: 0,
        });
        volume.received = volume.received.saturating_add(1);
        volume.relevant = volume.relevant.saturating_add(u32::from(relevant));
    }

    pub(super) fn refuse(&mut self, refused: Refused) -> Outcome {
        self.outcomes.refuse(refused.reason);
        Outcome::Refused(refused)
    }

    pub(super) fn count(&mut self, outcome: Outcome) -> Outcome {
        match &outcome {
            Outcome::Counted => self.outcomes.counted += 1,
            Outcome::Irrelevant => self.outcomes.irrelevant += 1,
            Outcome::Untopical => self.outcomes.untopical += 1,
            Outcome::Duplicate => self.outcomes.duplicate += 1,
            Outcome::Late => self.outcomes.late += 1,
            Outcome::Refused(refused) => self.outcomes.refuse(refused.reason),
        }
        outcome
    }

    /// The statement on everything since the last one.
    pub(super) fn state(&mut self, input: InputId, lateness_ms: i64) -> Statement {
        let from = std::mem::replace(&mut self.stated, self.next);
        self.stated_at_end = self.at_end;
        Statement {
            feed: input.feed,
            partition: input.partition,
            from,
            to: self.next,
            watermark: self.recent.newest().plus_millis(-lateness_ms),
            at_end: self.at_end,
            outcomes: std::mem::take(&mut self.outcomes),
            volumes: std::mem::take(&mut self.volumes).into_values().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_measured_from_the_newest_post() {
        let mut partition = InputPartition::new(0, 10);
        let mut note = |offset, millis| {
            let time = EventTime::from_millis(millis);
            partition.note(offset, PostIdentity(offset), time, 5_000)
        };
        assert_eq!(note(0, 100_000), Standing::Fresh);
        assert_eq!(note(1, 95_000), Standing::Fresh);
        assert_eq!(note(2, 94_999), Standing::Late);
    }

    #[test]
    fn what_no_commit_holds_is_stated_again() {
        let mut partition = InputPartition::new(7, 10);
        let input = InputId {
            feed: 0,
            partition: 0,
        };
        let fold = |partition: &mut InputPartition| {
            assert!(partition.advance(7));
            let time = EventTime::from_millis(1);
            let standing = partition.note(7, PostIdentity(1), time, 5_000);
            assert_eq!(standing, Standing::Fresh);
            partition.count(Outcome::Counted);
            partition.state(input, 5_000)
        };
        let first = fold(&mut partition);
        assert!(partition.is_provisional());
        assert_eq!(partition.go_back(), 7);
        assert_eq!(fold(&mut partition), first);
        partition.settle();
        assert!(!partition.is_provisional());
        assert_eq!(partition.go_back(), 8);
    }
}
