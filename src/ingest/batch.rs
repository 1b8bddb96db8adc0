//! What ingest tells detect: sums and statements, never posts (but for a few samples).
//!
//! Rule: a batch says for each input partition which offsets it covers and what became of them;
//! ranges chain (`from` is the previous `to`), because transaction markers take offsets too.

use serde::{Deserialize, Serialize};

use super::Rules;
use crate::feed::Refusal;
use crate::post::{EventTime, FeedKind, TopicKey};
use crate::window::{FeedIndex, Pane, Tally};

/// One batch for one partition of `counts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Wall time of the flush, as data: it drives idle partitions and latency metrics.
    pub sent_at: EventTime,
    /// Which key the account hashes were made with.
    pub account_key: u32,
    /// What the process that sends it would have decided by; not in every batch.
    pub rules: Option<Box<Rules>>,
    /// Every configured feed, in the order that [`FeedIndex`] counts.
    pub feeds: Vec<FeedShape>,
    /// This part's number, from 1. Statements stand in the last part, so that they come after
    /// every entry that they cover.
    pub part: u16,
    /// How many parts the flush has for this partition.
    pub parts: u16,
    /// What each input partition of this process brought.
    pub statements: Vec<Statement>,
    /// Sums of the topics of this partition.
    pub entries: Vec<Entry>,
}

/// One feed, as detect needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedShape {
    /// The Kafka topic.
    pub name: Box<str>,
    /// Its kind.
    pub kind: FeedKind,
    /// How many partitions it has: detect waits for a statement of each.
    pub partitions: u32,
}

/// What one input partition brought between two offsets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The feed.
    pub feed: FeedIndex,
    /// Its partition.
    pub partition: u32,
    /// First offset that this statement covers.
    pub from: u64,
    /// First offset that it does not cover.
    pub to: u64,
    /// No post older than this is counted any more (those are late).
    pub watermark: EventTime,
    /// Everything that the partition holds was read.
    pub at_end: bool,
    /// What became of the posts.
    pub outcomes: Outcomes,
    /// Posts by pane, all of them and the relevant ones; the volume of the feed.
    pub volumes: Vec<Volume>,
}

/// What became of posts: every received post is in exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcomes {
    /// Added to at least one topic.
    pub counted: u64,
    /// Does not touch Indonesia.
    pub irrelevant: u64,
    /// Relevant, but about none of the topics that are told apart.
    pub untopical: u64,
    /// Seen before.
    pub duplicate: u64,
    /// Too far behind the newest of its partition.
    pub late: u64,
    /// Not a post, by reason.
    pub refused: Vec<(Refusal, u64)>,
}

/// Posts of one pane in one input partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The pane.
    pub pane: Pane,
    /// Posts that were in time and no duplicates.
    pub received: u32,
    /// Those that touch Indonesia.
    pub relevant: u32,
}

/// Sums of one topic in one pane of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The topic.
    pub topic: TopicKey,
    /// The pane.
    pub pane: Pane,
    /// The kind of the feeds.
    pub kind: FeedKind,
    /// The sums; apart, because entries are sorted and passed on.
    pub tally: Box<Tally>,
}

/// The first byte of every batch: the version of its layout.
const VERSION: u8 = 4;
/// What an entry usually takes, bytes.
const ENTRY_BYTES: usize = 512;

/// Why bytes are not a batch.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Written by another version of the program.
    #[error("a batch of layout {found}, this program reads {VERSION}: upgrade detect first")]
    Version {
        /// The first byte.
        found: u8,
    },
    /// Damaged.
    #[error("a damaged batch")]
    Damaged(#[from] postcard::Error),
    /// No bytes.
    #[error("an empty batch")]
    Empty,
}

impl Batch {
    /// The bytes for the log.
    pub fn encode(&self) -> Result<Vec<u8>, BatchError> {
        let mut bytes = Vec::with_capacity(256 + ENTRY_BYTES * self.entries.len());
        bytes.push(VERSION);
        Ok(postcard::to_extend(self, bytes)?)
    }

    /// Reads bytes of the log.
    pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => Ok(postcard::from_bytes(rest)?),
            Some((&found, _)) => Err(BatchError::Version { found }),
            None => Err(BatchError::Empty),
        }
    }
}

impl Outcomes {
    /// All posts that became something.
    pub fn received(&self) -> u64 {
        self.counted
            + self.irrelevant
            + self.untopical
            + self.duplicate
            + self.late
            + self.refused_total()
    }

    /// All refused posts.
    pub fn refused_total(&self) -> u64 {
        self.refused.iter().map(|(_, count)| count).sum()
    }

    /// Counts one refusal.
    pub fn refuse(&mut self, reason: Refusal) {
        self.add_refused(reason, 1);
    }

    /// Adds another range's outcomes.
    pub fn merge(&mut self, other: &Self) {
        self.counted += other.counted;
        self.irrelevant += other.irrelevant;
        self.untopical += other.untopical;
        self.duplicate += other.duplicate;
        self.late += other.late;
        other
            .refused
            .iter()
            .for_each(|&(reason, count)| self.add_refused(reason, count));
    }

    fn add_refused(&mut self, reason: Refusal, count: u64) {
        match self
            .refused
            .binary_search_by_key(&reason, |&(reason, _)| reason)
        {
            Ok(place) => {
                if let Some((_, old)) = self.refused.get_mut(place) {
                    *old += count;
                }
            }
            Err(place) => self.refused.insert(place, (reason, count)),
        }
    }
}
