//! What one input partition has brought: duplicates, watermark, outcomes, volume.
//!
//! Rule: a decision depends only on the records of this partition up to now.

use std::collections::{BTreeMap, VecDeque};

use hashbrown::HashMap;

use super::{InputId, Outcome, Outcomes, Statement, Volume};
use crate::feed::Refused;
use crate::post::{EventTime, PostIdentity};
use crate::window::Pane;

/// The state of one owned input partition.
#[derive(Debug)]
pub(super) struct InputPartition {
    stated: u64,
    next: u64,
    newest: EventTime,
    at_end: bool,
    stated_at_end: bool,
    outcomes: Outcomes,
    volumes: BTreeMap<Pane, Volume>,
    seen: RecentIdentities,
}

impl InputPartition {
    pub(super) fn new(next: u64, remembered_offsets: u64) -> Self {
        Self {
            stated: next,
            next,
            newest: EventTime::MIN,
            at_end: false,
            stated_at_end: false,
            outcomes: Outcomes::default(),
            volumes: BTreeMap::new(),
            seen: RecentIdentities {
                remembered_offsets,
                ..RecentIdentities::default()
            },
        }
    }

    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn advance(&mut self, offset: u64) {
        self.next = offset.saturating_add(1);
        self.at_end = false;
    }

    pub(super) fn reached_end(&mut self, next: u64) {
        self.next = self.next.max(next);
        self.at_end = true;
    }

    pub(super) fn has_news(&self) -> bool {
        self.next != self.stated || self.at_end != self.stated_at_end
    }

    /// Notes the identity, and says whether it was noted before, within the remembered offsets.
    pub(super) fn is_duplicate(&mut self, offset: u64, identity: PostIdentity) -> bool {
        !self.seen.insert(offset, identity)
    }

    /// Notes the time, and says whether it is within `lateness_ms` of the newest.
    pub(super) fn is_in_time(&mut self, time: EventTime, lateness_ms: i64) -> bool {
        self.newest = self.newest.max(time);
        time >= self.newest.plus_millis(-lateness_ms)
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
            watermark: self.newest.plus_millis(-lateness_ms),
            at_end: self.at_end,
            outcomes: std::mem::take(&mut self.outcomes),
            volumes: std::mem::take(&mut self.volumes).into_values().collect(),
        }
    }
}

/// The identities of the posts at the last so many offsets.
#[derive(Debug, Default)]
struct RecentIdentities {
    remembered_offsets: u64,
    order: VecDeque<(u64, PostIdentity)>,
    /// The newest offset of each identity.
    newest: HashMap<PostIdentity, u64>,
}

impl RecentIdentities {
    /// Whether `identity` is new. One that comes again is remembered from its newest offset on, so
    /// that the last so many offsets decide, and nothing before them.
    fn insert(&mut self, offset: u64, identity: PostIdentity) -> bool {
        while let Some(&(oldest, forgotten)) = self.order.front() {
            if oldest.saturating_add(self.remembered_offsets) >= offset {
                break;
            }
            self.order.pop_front();
            if self.newest.get(&forgotten) == Some(&oldest) {
                self.newest.remove(&forgotten);
            }
        }
        self.order.push_back((offset, identity));
        self.newest.insert(identity, offset).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_forgotten_after_the_remembered_offsets() {
        let mut seen = RecentIdentities {
            remembered_offsets: 3,
            ..RecentIdentities::default()
        };
        assert!(seen.insert(10, PostIdentity(1)));
        assert!(!seen.insert(13, PostIdentity(1)));
        assert!(!seen.insert(16, PostIdentity(1)), "13 is near enough");
        assert!(seen.insert(20, PostIdentity(1)));
    }

    #[test]
    fn lateness_is_measured_from_the_newest_post() {
        let mut partition = InputPartition::new(0, 10);
        let at = EventTime::from_millis;
        assert!(partition.is_in_time(at(100_000), 5_000));
        assert!(partition.is_in_time(at(95_000), 5_000));
        assert!(!partition.is_in_time(at(94_999), 5_000));
    }
}
