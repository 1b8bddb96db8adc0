//! Ingest beside the log: feeds in, batches and dead letters out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lists::Loaded;
use super::stage::Stage;
use crate::config::Config;
use crate::ingest::{Batch, Ingest, InputId, InputRecord, Outcome, Outcomes};
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;

/// Longest dead letter; the rest of an oversized record is cut and the cut is stated.
const DEAD_LETTER_BYTES: usize = 65_536;

/// What was sent since it was last asked.
#[derive(Debug, Default)]
pub struct Sent {
    /// Batches, empty ones among them.
    pub batches: u64,
    /// What became of the posts, by feed.
    pub outcomes: BTreeMap<Arc<str>, Outcomes>,
    /// Flushes that a full table made before their time.
    pub early_flushes: u64,
}

/// The first stage.
pub struct IngestStage {
    ingest: Ingest,
    feeds: Vec<Arc<str>>,
    counts: Arc<str>,
    counts_partitions: u16,
    flush_interval_ms: i64,
    flushed_at: Option<EventTime>,
    dead_letters: Vec<Outgoing>,
    leaving: Vec<InputId>,
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
            leaving: Vec::new(),
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
        self.sent.batches += 1;
        for statement in batch.statements.iter().filter(|_| partition == 0) {
            if let Some(feed) = self.feeds.get(usize::from(statement.feed)) {
                let outcomes = self.sent.outcomes.entry(Arc::clone(feed)).or_default();
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

    fn fold(&mut self, input: InputId, record: &Record<'_>) {
        let decoded = self.ingest.decode(input.feed, record.value);
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
            self.dead_letters
                .push(dead_letter(record, reason, &refused.detail));
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

    fn visit(&mut self, event: Event<'_>) {
        match event {
            Event::Assigned { partition, next } => {
                if let Some(input) = self.input(partition) {
                    self.ingest.assign(input, next);
                }
            }
            Event::Record(record) => {
                if let Some(input) = self.input(record.partition) {
                    self.fold(input, &record);
                }
            }
            Event::AtEnd { partition, next } => {
                if let Some(input) = self.input(partition) {
                    self.ingest.at_end(input, next);
                }
            }
            Event::Revoked { partition } => self.leaving.extend(self.input(partition)),
            Event::Lost { partition } => {
                if let Some(input) = self.input(partition) {
                    self.ingest.release(input);
                }
            }
        }
    }

    fn is_due(&self, now: EventTime) -> bool {
        let owns = self.ingest.positions().next().is_some();
        owns && (self.is_flush_due(now) || self.ingest.is_full() || !self.leaving.is_empty())
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        self.sent.early_flushes += u64::from(self.ingest.is_full());
        self.flushed_at = Some(now);
        let mut outputs = std::mem::take(&mut self.dead_letters);
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
        let named = self.ingest.positions().filter_map(|(input, next)| {
            let name = Arc::clone(self.feeds.get(usize::from(input.feed))?);
            Some(Position {
                partition: Partition {
                    name,
                    number: input.partition,
                },
                next,
            })
        });
        named.collect()
    }

    fn committed(&mut self) {
        for input in self.leaving.drain(..) {
            self.ingest.release(input);
        }
    }
}

/// The record as it came, with headers that say where it stood and why it was refused.
pub(super) fn dead_letter(record: &Record<'_>, reason: &str, detail: &str) -> Outgoing {
    let header = |name: &str, value: String| (name.to_owned(), value.into_bytes());
    let mut headers = record.headers.to_vec();
    headers.extend([
        header("__connect.errors.topic", record.partition.name.to_string()),
        header(
            "__connect.errors.partition",
            record.partition.number.to_string(),
        ),
        header("__connect.errors.offset", record.offset.to_string()),
        header("__connect.errors.stage", "VALUE_CONVERTER".to_owned()),
        header(
            "__connect.errors.exception.message",
            format!("{reason}: {detail}"),
        ),
        header("x-kentongan-reason", reason.to_owned()),
    ]);
    let value = record
        .value
        .map(|value| match value.get(..DEAD_LETTER_BYTES) {
            Some(start) if start.len() < value.len() => {
                headers.push(header(
                    "x-kentongan-cut-from-bytes",
                    value.len().to_string(),
                ));
                start.to_vec()
            }
            Some(_) | None => value.to_vec(),
        });
    Outgoing {
        name: format!("{}.dlq", record.partition.name).into(),
        partition: None,
        key: record.key.map(<[u8]>::to_vec),
        value,
        headers,
        timestamp: Some(record.arrived_at).filter(|&at| at != EventTime::MIN),
    }
}
