//! Ingest beside the log: feeds in, batches and dead letters out.
//!
//! Rule: the clock decides one thing alone, whether a record's own time of arrival can be true.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dead_letters::dead_letter;
use super::lists::Loaded;
use super::stage::Stage;
use crate::config::Config;
use crate::feed::Refusal;
use crate::ingest::{Batch, Ingest, InputId, InputRecord, Outcome, Outcomes};
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;

/// A record that says that it arrived more than this ahead of the clock has a false time; brokers allow as much unless
/// told otherwise (`message.timestamp.after.max.ms`). Believed, it would make every later post of its partition late,
/// and close years of panes.
const BELIEVED_AHEAD_MS: i64 = 3_600_000;

/// What was sent since it was last asked.
#[derive(Debug, Default)]
pub struct Sent {
    /// Batches, empty ones among them.
    pub batches: u64,
    /// What became of the posts, by feed.
    pub outcomes: BTreeMap<Arc<str>, Outcomes>,
    /// Flushes before their time, by what was full.
    pub early: EarlyFlushes,
}

/// Flushes that a limit made before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EarlyFlushes {
    /// The table.
    pub entries: u64,
    /// Posts without a commit.
    pub posts: u64,
    /// Bytes of dead letters.
    pub dead_letters: u64,
}

impl EarlyFlushes {
    fn is_any(self) -> bool {
        self != Self::default()
    }

    fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.posts += other.posts;
        self.dead_letters += other.dead_letters;
    }
}

/// Bytes of dead letters that may wait for a commit. One call of `poll` may bring a little more.
pub(super) const DEAD_LETTERS_BYTES_MAX: usize = 8 * 1024 * 1024;

/// The first stage.
pub struct IngestStage {
    ingest: Ingest,
    feeds: Vec<Arc<str>>,
    counts: Arc<str>,
    counts_partitions: u16,
    flush_interval_ms: i64,
    flushed_at: Option<EventTime>,
    dead_letters: Vec<Outgoing>,
    dead_letter_bytes: usize,
    leaves: bool,
    goes_back: bool,
    sending: Sent,
    sent: Sent,
}

impl IngestStage {
    /// A stage around `ingest`.
    pub fn new(config: &Config, ingest: Ingest, counts_partitions: u16) -> Self {
        Self {
            ingest,
            feeds: config
                .feeds
                .iter()
                .map(|feed| feed.name.as_str().into())
                .collect(),
            counts: config.kafka.counts.as_str().into(),
            counts_partitions,
            flush_interval_ms: i64::from(config.ingest.flush_interval_ms),
            flushed_at: None,
            dead_letters: Vec::new(),
            dead_letter_bytes: 0,
            leaves: false,
            goes_back: false,
            sending: Sent::default(),
            sent: Sent::default(),
        }
    }

    /// Judges by other lists from the next post on.
    pub fn use_lists(&mut self, lists: Loaded, config: &Config) {
        self.ingest.use_gate(lists.gate);
        self.ingest.use_watchlist(&config.topics, lists.watchlist);
    }

    /// What was sent since the last call.
    pub fn take_sent(&mut self) -> Sent {
        std::mem::take(&mut self.sent)
    }

    /// Every partition of `counts` gets the same statements: those of the first are counted.
    fn note(&mut self, partition: u32, batch: &Batch) {
        self.sending.batches += 1;
        for statement in batch.statements.iter().filter(|_| partition == 0) {
            if let Some(feed) = self.feeds.get(usize::from(statement.feed)) {
                let outcomes = self.sending.outcomes.entry(Arc::clone(feed)).or_default();
                outcomes.merge(&statement.outcomes);
            }
        }
    }

    fn input(&self, partition: &Partition) -> Option<InputId> {
        let feed = self.feeds.iter().position(|name| *name == partition.name)?;
        Some(InputId {
            feed: u8::try_from(feed).ok()?,
            partition: partition.number,
        })
    }

    fn fold(&mut self, input: InputId, record: &Record<'_>, now: EventTime) {
        let decoded = if record.arrived_at > now.plus_millis(BELIEVED_AHEAD_MS) {
            Err(Refusal::Future.into())
        } else {
            self.ingest.decode(input.feed, record.value)
        };
        let outcome = self.ingest.apply(InputRecord {
            input,
            offset: record.offset,
            arrived_at: record.arrived_at,
            decoded,
        });
        if let Some(Outcome::Refused(refused)) = outcome
            && refused.reason.is_a_mistake()
        {
            let reason = refused.reason.as_str();
            let letter = dead_letter(record, reason, &refused.detail);
            self.dead_letter_bytes += letter.size_bytes();
            self.dead_letters.push(letter);
        }
    }

    fn named(&self, places: impl Iterator<Item = (InputId, u64)>) -> Vec<Position> {
        let position = |(input, next): (InputId, u64)| {
            let name = Arc::clone(self.feeds.get(usize::from(input.feed))?);
            let number = input.partition;
            let partition = Partition { name, number };
            Some(Position { partition, next })
        };
        places.filter_map(position).collect()
    }

    /// Which limits ask for a flush.
    fn full(&self) -> EarlyFlushes {
        EarlyFlushes {
            entries: u64::from(self.ingest.is_full()),
            posts: u64::from(self.ingest.is_far_ahead()),
            dead_letters: u64::from(self.dead_letter_bytes >= DEAD_LETTERS_BYTES_MAX),
        }
    }

    fn is_flush_due(&self, now: EventTime) -> bool {
        self.flushed_at
            .is_none_or(|at| now.millis_since(at) >= self.flush_interval_ms)
    }
}

impl Stage for IngestStage {
    fn name(&self) -> &'static str {
        "ingest"
    }

    fn visit(&mut self, event: Event<'_>, now: EventTime) {
        match event {
            Event::Assigned { partition, next } => {
                if let Some(input) = self.input(partition) {
                    self.ingest.assign(input, next);
                }
            }
            Event::Record(record) => {
                if let Some(input) = self.input(record.partition) {
                    self.fold(input, &record, now);
                }
            }
            Event::AtEnd { partition, next } => {
                if let Some(input) = self.input(partition) {
                    self.ingest.at_end(input, next);
                }
            }
            Event::Revoked { .. } => self.leaves = true,
            Event::Lost { partition } => {
                self.leaves = false;
                if let Some(input) = self.input(partition) {
                    self.goes_back |= self.ingest.release(input);
                }
            }
        }
    }

    /// What decides whether a post is late or a duplicate is read again, in silence.
    fn reads_from(&self, _partition: &Partition, next: u64) -> u64 {
        next.saturating_sub(self.ingest.remembers_offsets())
    }

    fn is_due(&self, now: EventTime) -> bool {
        let owns = self.ingest.positions().next().is_some();
        owns && !self.goes_back && (self.is_flush_due(now) || self.full().is_any() || self.leaves)
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        self.flushed_at = Some(now);
        self.sending = Sent {
            early: self.full(),
            ..Sent::default()
        };
        let mut outputs = std::mem::take(&mut self.dead_letters);
        self.dead_letter_bytes = 0;
        let tables = self.ingest.flush(now, self.counts_partitions);
        for (partition, batches) in (0..).zip(tables) {
            for batch in batches {
                self.note(partition, &batch);
                match batch.encode() {
                    Ok(bytes) => outputs.push(Outgoing {
                        name: Arc::clone(&self.counts),
                        partition: Some(partition),
                        key: None,
                        value: Some(bytes),
                        headers: Vec::new(),
                        timestamp: Some(now),
                    }),
                    Err(error) => tracing::error!(%error, "a batch could not be written"),
                }
            }
        }
        outputs
    }

    fn done(&self) -> Vec<Position> {
        self.named(self.ingest.positions())
    }

    fn committed(&mut self) {
        self.leaves = false;
        self.ingest.settle();
        let Sent {
            batches,
            outcomes,
            early,
        } = std::mem::take(&mut self.sending);
        self.sent.batches += batches;
        self.sent.early.add(early);
        for (feed, outcomes) in outcomes {
            self.sent.outcomes.entry(feed).or_default().merge(&outcomes);
        }
    }

    fn rests_from(&mut self, now: EventTime) {
        self.flushed_at = Some(now);
    }

    /// The table is empty already, so the same batch cannot be given again: it is made anew.
    fn dropped(&mut self) {
        self.goes_back = true;
    }

    fn goes_back_to(&mut self) -> Vec<Position> {
        if !self.goes_back {
            return Vec::new();
        }
        self.dead_letters.clear();
        self.dead_letter_bytes = 0;
        let places = self.ingest.go_back();
        self.named(places.into_iter())
    }

    fn went_back(&mut self) {
        self.goes_back = false;
    }
}
