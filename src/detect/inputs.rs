//! What every input partition has stated: ledger, chain of ranges, watermark.
//!
//! In: statements of batches. Out: the watermark of each kind, the ledger.
//! Rule: the watermark of a kind is the minimum over ALL partitions of its feeds; a partition that
//! has stated nothing holds it back, up to a limit that is counted. Only a stated end of the
//! partition lets wall time (as data) move it.

use std::collections::BTreeMap;

use crate::ingest::{FeedShape, Outcomes, Statement};
use crate::post::{EventTime, FeedKind};
use crate::window::FeedIndex;

/// The ledger of one input partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

#[derive(Debug, Clone, Default)]
struct Input {
    ledger: Ledger,
    watermark: Option<EventTime>,
    sent_at: EventTime,
    begun: bool,
}

/// All input partitions, as one partition of `counts` sees them.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    feeds: Vec<FeedShape>,
    states: BTreeMap<(FeedIndex, u32), Input>,
    first_sent_at: Option<EventTime>,
    newest_sent_at: EventTime,
    lateness_ms: i64,
    silent_partition_ms: i64,
    given_up: u64,
}

impl Inputs {
    pub(super) fn new(lateness_ms: i64, silent_partition_ms: i64) -> Self {
        Self {
            feeds: Vec::new(),
            states: BTreeMap::new(),
            first_sent_at: None,
            newest_sent_at: EventTime::MIN,
            lateness_ms,
            silent_partition_ms,
            given_up: 0,
        }
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
mod tests {
    use super::*;

    fn statement(partition: u32, from: u64, to: u64, watermark: i64, at_end: bool) -> Statement {
        Statement {
            feed: 0,
            partition,
            from,
            to,
            watermark: EventTime::from_millis(watermark),
            at_end,
            outcomes: Outcomes {
                counted: to - from,
                ..Outcomes::default()
            },
            volumes: Vec::new(),
        }
    }

    fn two_partitions() -> Inputs {
        let mut inputs = Inputs::new(1_000, 60_000);
        let feed = FeedShape {
            name: "feed".into(),
            kind: FeedKind::Social,
            partitions: 2,
        };
        inputs.begin_batch(EventTime::from_millis(100_000), &[feed]);
        inputs
    }

    #[test]
    fn the_slowest_partition_sets_the_watermark_and_a_missing_one_freezes_it() {
        let mut inputs = two_partitions();
        let sent_at = EventTime::from_millis(100_000);
        inputs.apply(&statement(0, 0, 5, 90_000, false), sent_at);
        assert_eq!(inputs.watermark(FeedKind::Social), None);
        inputs.apply(&statement(1, 0, 5, 70_000, false), sent_at);
        assert_eq!(
            inputs.watermark(FeedKind::Social),
            Some(EventTime::from_millis(70_000))
        );
        assert_eq!(inputs.watermark(FeedKind::News), None);
    }

    #[test]
    fn a_partition_at_its_end_follows_the_wall_clock_of_the_batch() {
        let mut inputs = two_partitions();
        let sent_at = EventTime::from_millis(100_000);
        inputs.apply(&statement(0, 0, 5, 98_000, false), sent_at);
        inputs.apply(&statement(1, 0, 0, i64::MIN, true), sent_at);
        assert_eq!(
            inputs.watermark(FeedKind::Social),
            Some(EventTime::from_millis(98_000))
        );
        inputs.apply(&statement(1, 0, 0, i64::MIN, false), sent_at);
        assert_eq!(
            inputs.watermark(FeedKind::Social),
            Some(EventTime::from_millis(98_000))
        );
    }

    #[test]
    fn patience_with_a_silent_partition_ends_and_is_counted() {
        let mut inputs = two_partitions();
        inputs.apply(
            &statement(0, 0, 5, 90_000, false),
            EventTime::from_millis(100_000),
        );
        let feeds = inputs.feeds.clone();
        inputs.begin_batch(EventTime::from_millis(161_000), &feeds);
        inputs.apply(
            &statement(0, 5, 6, 95_000, false),
            EventTime::from_millis(161_000),
        );
        assert_eq!(
            inputs.watermark(FeedKind::Social),
            Some(EventTime::from_millis(95_000))
        );
        assert_eq!(inputs.given_up(), 1);
    }

    #[test]
    fn gaps_and_repeats_are_told_apart() {
        let mut inputs = two_partitions();
        let sent_at = EventTime::from_millis(100_000);
        inputs.apply(&statement(0, 10, 15, 0, false), sent_at);
        inputs.apply(&statement(0, 15, 20, 0, false), sent_at);
        assert!(inputs.knows(&[statement(0, 10, 15, 0, false)]));
        inputs.apply(&statement(0, 10, 15, 0, false), sent_at);
        inputs.apply(&statement(0, 22, 25, 0, false), sent_at);
        let (_, _, ledger) = inputs.ledgers().next().unwrap();
        assert_eq!(
            (ledger.gaps, ledger.repeats, ledger.outcomes.counted),
            (1, 1, 13)
        );
    }
}
