//! What every input partition has stated: ledger, chain of ranges, watermark.
//!
//! In: statements of batches. Out: the watermark of each kind, the ledger.
//! Rule: the watermark of a kind is the minimum over ALL partitions of its feeds; a partition that
//! has stated nothing holds it back, up to a limit that is counted. Only a stated end of the
//! partition lets wall time (as data) move it.

mod flow;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ingest::{FeedShape, Outcomes, Statement};
use crate::post::{EventTime, FeedKind};
use crate::window::FeedIndex;
pub use flow::FeedState;
use flow::{Flow, PAUSE_MS, STALLED_AFTER_MS};

/// The ledger of one input partition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// What became of its posts.
    pub outcomes: Outcomes,
    /// The offset up to which statements have come.
    pub next: u64,
    /// Statements whose range did not begin where the one before ended.
    pub gaps: u64,
    /// Statements that only repeated what was stated.
    pub repeats: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Input {
    ledger: Ledger,
    watermark: Option<EventTime>,
    sent_at: EventTime,
    /// Wall time of the last statement that it got on, or was at its end.
    moved_at: EventTime,
    at_end: bool,
    begun: bool,
}

/// All input partitions, as one partition of `counts` sees them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Inputs {
    feeds: Vec<FeedShape>,
    states: BTreeMap<(FeedIndex, u32), Input>,
    flows: BTreeMap<FeedIndex, Flow>,
    first_sent_at: Option<EventTime>,
    newest_sent_at: EventTime,
    lateness_ms: i64,
    silent_partition_ms: i64,
    silent_expected: f64,
    given_up: u64,
}

impl Inputs {
    pub(super) fn new(lateness_ms: i64, silent_partition_ms: i64, silent_expected: f64) -> Self {
        Self {
            feeds: Vec::new(),
            states: BTreeMap::new(),
            flows: BTreeMap::new(),
            silent_expected,
            first_sent_at: None,
            newest_sent_at: EventTime::MIN,
            lateness_ms,
            silent_partition_ms,
            given_up: 0,
        }
    }

    /// Goes on under other limits.
    pub(super) fn keep_to(&mut self, lateness_ms: i64, silent_partition_ms: i64) {
        self.lateness_ms = lateness_ms;
        self.silent_partition_ms = silent_partition_ms;
    }

    /// Goes on from what `other` knew, under its own limits.
    pub(super) fn take_over(&mut self, other: Self) {
        *self = Self {
            lateness_ms: self.lateness_ms,
            silent_partition_ms: self.silent_partition_ms,
            silent_expected: self.silent_expected,
            ..other
        };
    }

    /// Notes the wall time and the feeds of a batch.
    pub(super) fn begin_batch(&mut self, sent_at: EventTime, feeds: &[FeedShape]) {
        self.first_sent_at.get_or_insert(sent_at);
        self.newest_sent_at = self.newest_sent_at.max(sent_at);
        if self.feeds != feeds {
            self.feeds = feeds.to_vec();
        }
    }

    /// Whether every range of `statements` was stated before: the batch is a repeat.
    pub(super) fn knows(&self, statements: &[Statement]) -> bool {
        let repeated = |statement: &Statement| {
            let input = self.states.get(&(statement.feed, statement.partition));
            input.is_some_and(|input| input.ledger.next >= statement.to)
        };
        !statements.is_empty()
            && statements
                .iter()
                .any(|statement| statement.from < statement.to)
            && statements.iter().all(repeated)
    }

    /// Folds one statement into the ledger and the watermark.
    pub(super) fn apply(&mut self, statement: &Statement, sent_at: EventTime) {
        let input = self
            .states
            .entry((statement.feed, statement.partition))
            .or_default();
        input.sent_at = input.sent_at.max(sent_at);
        input.at_end = statement.at_end;
        if statement.at_end || statement.from < statement.to {
            input.moved_at = input.moved_at.max(sent_at);
        }
        let mut watermark = statement.watermark;
        if statement.at_end {
            watermark = watermark.max(sent_at.plus_millis(-self.lateness_ms));
        }
        input.watermark = Some(input.watermark.map_or(watermark, |old| old.max(watermark)));
        let ledger = &mut input.ledger;
        if input.begun && statement.to < ledger.next {
            ledger.repeats += 1;
            return;
        }
        if input.begun && statement.from != ledger.next {
            ledger.gaps += 1;
        }
        input.begun = true;
        ledger.next = statement.to;
        ledger.outcomes.merge(&statement.outcomes);
        let flow = self.flows.entry(statement.feed).or_default();
        let until = (sent_at, statement.watermark);
        flow.add(statement.outcomes.received(), until, self.silent_expected);
    }

    /// How each feed is, in the order of the feeds.
    pub(super) fn feed_states(&self) -> Vec<FeedState> {
        let feeds = (0_u8..).zip(&self.feeds);
        feeds
            .map(|(index, feed)| self.feed_state(index, feed.partitions))
            .collect()
    }

    fn feed_state(&self, feed: FeedIndex, partitions: u32) -> FeedState {
        let now = self.newest_sent_at;
        let mut all_at_end = true;
        for partition in 0..partitions {
            let input = self.states.get(&(feed, partition));
            let begin = self.first_sent_at.unwrap_or(now);
            let moved_at = input.map_or(begin, |input| input.moved_at.max(begin));
            if now.millis_since(moved_at) > STALLED_AFTER_MS.min(self.silent_partition_ms) {
                return FeedState::Stalled;
            }
            all_at_end &= input.is_some_and(|input| input.at_end);
        }
        let Some(flow) = self.flows.get(&feed).filter(|_| all_at_end) else {
            return FeedState::Flowing;
        };
        if flow.is_silent(now, self.silent_expected) {
            FeedState::Silent
        } else if flow.pause_ms(now).is_none_or(|pause| pause > PAUSE_MS) {
            FeedState::Quiet
        } else {
            FeedState::Flowing
        }
    }

    /// Every feed's name and kind, in order.
    pub(super) fn feeds(&self) -> impl Iterator<Item = (&str, FeedKind)> {
        self.feeds.iter().map(|feed| (&*feed.name, feed.kind))
    }

    /// The time before which everything of `kind` has been stated; `None` while a partition is
    /// missing, or where no feed is of this kind.
    pub(super) fn watermark(&mut self, kind: FeedKind) -> Option<EventTime> {
        let mut lowest: Option<EventTime> = None;
        let mut silent = 0;
        for (index, feed) in (0_u8..).zip(&self.feeds) {
            if feed.kind != kind {
                continue;
            }
            for partition in 0..feed.partitions {
                let input = self.states.get(&(index, partition));
                let stated_at = input.map_or(self.first_sent_at, |input| Some(input.sent_at));
                let silence = self.newest_sent_at.millis_since(stated_at?);
                match input.and_then(|input| input.watermark) {
                    _ if silence > self.silent_partition_ms => silent += 1,
                    Some(watermark) => {
                        lowest = Some(lowest.map_or(watermark, |lowest| lowest.min(watermark)));
                    }
                    None => return None,
                }
            }
        }
        self.given_up = self.given_up.max(silent);
        lowest
    }

    /// The most partitions of one kind that closing once went on without.
    pub(super) fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Whether any feed is of this kind.
    pub(super) fn has_feeds(&self, kind: FeedKind) -> bool {
        self.feeds.iter().any(|feed| feed.kind == kind)
    }

    /// The name of a feed.
    pub(super) fn feed_name(&self, feed: FeedIndex) -> Option<&str> {
        self.feeds
            .get(usize::from(feed))
            .map(|feed| feed.name.as_ref())
    }

    /// The ledger of every input partition that has stated something, in order.
    pub(super) fn ledgers(&self) -> impl Iterator<Item = (&str, u32, &Ledger)> {
        self.states
            .iter()
            .filter_map(|(&(feed, partition), input)| {
                Some((self.feed_name(feed)?, partition, &input.ledger))
            })
    }
}

#[cfg(test)]
mod tests;
