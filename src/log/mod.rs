//! The log between the stages: one small trait, in memory and on Kafka.
//!
//! In: records that stages append. Out: events: records, ends of partitions, assignments.
//! Rule: shaped for transactions. Between `begin` and `commit` a stage appends its outputs; `commit`
//! makes them visible together with the positions up to which its input is done.
//! Not here: what the records mean (the folds), when to flush (`service`).

pub mod memory;

use std::time::Duration;

use crate::post::EventTime;

/// One partition of a Kafka topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The Kafka topic's name.
    pub name: std::sync::Arc<str>,
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
    /// Its offset.
    pub offset: u64,
    /// The record's own time: when it arrived in the log.
    pub arrived_at: EventTime,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
}

/// What polling brings. A closed set: a stage matches it without a default arm.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// This stage now owns `partition` and reads it from `next` on.
    Assigned { partition: &'a Partition, next: u64 },
    /// A record of an owned partition, in offset order.
    Record(Record<'a>),
    /// Everything of the partition was read, up to `next`. Comes again after new records.
    AtEnd { partition: &'a Partition, next: u64 },
    /// Ownership ends with the next call of `poll`: the last chance to commit.
    Revoked { partition: &'a Partition },
    /// Ownership has ended: nothing may be committed for the partition any more.
    Lost { partition: &'a Partition },
}

/// One record to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The Kafka topic.
    pub name: std::sync::Arc<str>,
    /// The partition; `None`: by hash of the key.
    pub partition: Option<u32>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The record's own time; `None`: now.
    pub timestamp: Option<EventTime>,
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
}

impl LogError {
    /// Whether trying again can help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }
}

/// A stage's view of the log: one consumer and one producer.
pub trait Log {
    /// Waits at most `wait` for something to read, then hands what there is to `visit`,
    /// at most a bounded number of events a call.
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError>;

    /// Opens a transaction.
    fn begin(&mut self) -> Result<(), LogError>;

    /// Adds a record to the open transaction.
    fn append(&mut self, record: Outgoing) -> Result<(), LogError>;

    /// Makes the appended records and the input positions `done` visible together. Under
    /// at-least-once delivery: waits for the records, then commits the positions.
    fn commit(&mut self, done: &[Position]) -> Result<(), LogError>;

    /// Drops the open transaction.
    fn abort(&mut self) -> Result<(), LogError>;
}
