//! The log between the stages: one small trait, in memory and on Kafka.
//!
//! In: records that stages append. Out: events: records, ends of partitions, assignments.
//! Rule: shaped for transactions. Between `begin` and `commit` a stage appends its outputs; `commit`
//! makes them visible together with the positions up to which its input is done.
//! Not here: what the records mean (the folds), when to flush (`service`).

pub mod kafka;
pub mod memory;

use std::sync::Arc;
use std::time::Duration;

use crate::post::EventTime;

/// Longest record that a log takes: key, value and headers together, bytes. Kafka topics that
/// `topics --create` makes, and the Kafka client, allow a little more, for the record's own frame.
pub const RECORD_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// One partition of a Kafka topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The Kafka topic's name.
    pub name: Arc<str>,
    /// Its number, from 0.
    pub number: u32,
}

/// The place in a partition at which reading goes on: the offset of the next record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The partition.
    pub partition: Partition,
    /// The next offset to read.
    pub next: u64,
}

/// One record as it was read; borrowed from the client's buffer.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Where it stands.
    pub partition: &'a Partition,
    /// Its offset. Offsets of a partition grow, but not by one: transaction markers and
    /// compacted records leave gaps.
    pub offset: u64,
    /// The record's own time: when it arrived in the log, or what its writer stated.
    /// [`EventTime::MIN`] where the record carries none.
    pub arrived_at: EventTime,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// Its headers, in order; a header without a value has an empty one.
    pub headers: &'a [(String, Vec<u8>)],
}

/// What polling brings. A closed set: a stage matches it without a default arm.
///
/// The life of an owned partition is `Assigned`, then `Record` and `AtEnd` in any number, perhaps
/// `Revoked`, and always `Lost`. After `Revoked` the same call of `poll` brings no records.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// From the next call of `poll` on, this stage owns `partition` and reads it from `next` on:
    /// the committed position, or the oldest record where nothing was committed. [`Log::seek`]
    /// before that call makes it start elsewhere.
    Assigned { partition: &'a Partition, next: u64 },
    /// A record of an owned partition, in offset order.
    Record(Record<'a>),
    /// Everything of the partition was read, up to `next`; the offsets between the last record
    /// and `next` hold no records. Comes again after new records.
    AtEnd { partition: &'a Partition, next: u64 },
    /// Ownership ends with the next call of `poll`: the last chance to commit.
    Revoked { partition: &'a Partition },
    /// Ownership has ended, after a revocation or without one: nothing can be committed for the
    /// partition any more.
    Lost { partition: &'a Partition },
}

/// One record to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The Kafka topic.
    pub name: Arc<str>,
    /// The partition; `None`: by hash of the key.
    pub partition: Option<u32>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Its headers, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The record's own time; `None`: when it is written.
    pub timestamp: Option<EventTime>,
}

impl Outgoing {
    /// Bytes of key, value and headers: what [`RECORD_LIMIT_BYTES`] bounds.
    pub fn size_bytes(&self) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>();
        headers + self.key.as_ref().map_or(0, Vec::len) + self.value.as_ref().map_or(0, Vec::len)
    }
}

/// Why the log did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The broker or the network: trying again can help.
    #[error("{operation} failed for now: {detail}")]
    Transient {
        /// What was tried.
        operation: &'static str,
        /// What the client says.
        detail: String,
    },
    /// Trying again cannot help: the process must end.
    #[error("{operation} failed for good: {detail}")]
    Fatal {
        /// What was tried.
        operation: &'static str,
        /// What the client says, and what to do.
        detail: String,
    },
    /// This record was not appended; the transaction is still open.
    #[error("a record of {bytes} bytes for {name} is over the limit of {RECORD_LIMIT_BYTES}")]
    TooLarge {
        /// The Kafka topic that it was for.
        name: Arc<str>,
        /// Bytes of its key, value and headers.
        bytes: usize,
    },
}

impl LogError {
    /// Whether doing the same again can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }

    /// Adds what is known besides the client's own words.
    fn with_detail(mut self, more: &str) -> Self {
        match &mut self {
            Self::Transient { detail, .. } | Self::Fatal { detail, .. } => {
                detail.push_str(": ");
                detail.push_str(more);
            }
            Self::TooLarge { .. } => {}
        }
        self
    }
}

/// A stage's view of the log: one consumer and one producer.
pub trait Log {
    /// Waits at most `wait` for something to read, then hands what there is to `visit`,
    /// at most a bounded number of events a call. A stage calls it again and again, also when it
    /// has nothing to read: that is how the group knows that it lives.
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError>;

    /// Goes on reading an owned or just assigned partition at `position`, before or after where it
    /// stands: to re-read what a fold must remember, or what an aborted transaction had covered.
    /// Before the call of `poll` that starts reading the partition it cannot fail.
    fn seek(&mut self, position: &Position) -> Result<(), LogError>;

    /// Opens a transaction.
    fn begin(&mut self) -> Result<(), LogError>;

    /// Adds a record to the open transaction.
    fn append(&mut self, record: Outgoing) -> Result<(), LogError>;

    /// Makes the appended records and the input positions `done` visible together. Under
    /// at-least-once delivery: waits for the records, then commits the positions. After an error
    /// `abort` says what became of it.
    fn commit(&mut self, done: &[Position]) -> Result<(), LogError>;

    /// Whether a transaction was begun and its end is not known.
    fn is_open(&self) -> bool;

    /// Ends the open transaction, or finds out how a commit without an answer has ended. After an
    /// error nothing is known: ask again, and neither poll nor begin before. Under at-least-once
    /// delivery some of the records may be in the log although it says that they were dropped.
    fn abort(&mut self) -> Result<Ending, LogError>;
}

/// How a transaction has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing of it holds: append the same again, or read the input again.
    Dropped,
    /// It holds, although the commit could not say so.
    Committed,
}
