//! A detector as bytes: what a new owner begins with, instead of the whole log.
//!
//! In: a detector, or bytes that one wrote. Out: the other.
//! Rule: a detector that is read back does what the one that was written would do, bit for bit. Bytes of
//! another layout, or with another checksum than they say, are refused: the log tells it all again.
//! Layout: one byte, the version; eight bytes, the checksum of the rest (xxh3, little endian); postcard.
//! Not here: where the bytes are kept (`service/snapshots`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::discovery::Discovery;
use super::feeds::Feeds;
use super::inputs::Inputs;
use super::keys::Keys;
use super::kind::Kinds;
use super::topics::{TopicId, Topics};
use super::{Detector, LeftOut};
use crate::config;
use crate::post::{EventTime, TopicKey};

/// The first byte: the version of the layout. Any change of what follows needs a new number.
const VERSION: u8 = 10;
const CHECKSUM_BYTES: usize = 8;

/// Why bytes are no detector.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Written by another version of the program.
    #[error("a snapshot of layout {found}, this program reads {VERSION}")]
    Version {
        /// The first byte.
        found: u8,
    },
    /// Of another partition of `counts`, or of another number of them.
    #[error("a snapshot of partition {partition} of {partitions}")]
    Elsewhere {
        /// The partition that it is of.
        partition: u32,
        /// How many partitions there were.
        partitions: u16,
    },
    /// The checksum is another.
    #[error("a damaged snapshot")]
    Damaged,
    /// What is whole cannot be read, or a state not be written.
    #[error("a snapshot that is no detector")]
    Unreadable(#[from] postcard::Error),
}

/// Everything that batches made of a detector, in the order of the bytes.
#[derive(Serialize)]
struct Written<'d> {
    partition: u32,
    partitions: u16,
    inputs: &'d Inputs,
    feeds: &'d Feeds,
    topics: &'d Topics,
    discovery: &'d Discovery,
    kinds: &'d Kinds,
    episodes: &'d BTreeMap<TopicKey, TopicId>,
    left_out: LeftOut,
    opened: u32,
    keys: &'d Keys,
    mixed_keys: u64,
    sent_at: EventTime,
    ticked: Option<EventTime>,
}

/// The same, owned.
#[derive(Deserialize)]
struct Read {
    partition: u32,
    partitions: u16,
    inputs: Inputs,
    feeds: Feeds,
    topics: Topics,
    discovery: Discovery,
    kinds: Kinds,
    episodes: BTreeMap<TopicKey, TopicId>,
    left_out: LeftOut,
    opened: u32,
    keys: Keys,
    mixed_keys: u64,
    sent_at: EventTime,
    ticked: Option<EventTime>,
}

impl Detector {
    /// The state as bytes.
    pub fn snapshot(&self, counts_partitions: u16) -> Result<Vec<u8>, SnapshotError> {
        let written = Written {
            partition: self.partition,
            partitions: counts_partitions,
            inputs: &self.inputs,
            feeds: &self.feeds,
            topics: &self.topics,
            discovery: &self.discovery,
            kinds: &self.kinds,
            episodes: &self.episodes,
            left_out: self.left_out,
            opened: self.opened,
            keys: &self.keys,
            mixed_keys: self.mixed_keys,
            sent_at: self.sent_at,
            ticked: self.ticked,
        };
        let head = vec![0; 1 + CHECKSUM_BYTES];
        let mut bytes = postcard::to_extend(&written, head)?;
        let (head, state) = bytes.split_at_mut(1 + CHECKSUM_BYTES);
        let checksum = xxh3_64(state).to_le_bytes();
        for (place, byte) in head.iter_mut().zip([VERSION].into_iter().chain(checksum)) {
            *place = byte;
        }
        Ok(bytes)
    }

    /// The detector that wrote `bytes`, under the configuration as it is now.
    pub fn restore(
        config: &config::Config,
        partition: u32,
        counts_partitions: u16,
        bytes: &[u8],
    ) -> Result<Self, SnapshotError> {
        let read: Read = postcard::from_bytes(whole(bytes)?)?;
        if (read.partition, read.partitions) != (partition, counts_partitions) {
            return Err(SnapshotError::Elsewhere {
                partition: read.partition,
                partitions: read.partitions,
            });
        }
        let mut detector = Self::new(config, partition, counts_partitions);
        detector.inputs.take_over(read.inputs);
        detector.feeds = read.feeds;
        detector.topics.take_over(read.topics);
        detector.discovery = read.discovery;
        detector.kinds = read.kinds;
        detector.episodes = read.episodes;
        detector.left_out = read.left_out;
        detector.opened = read.opened;
        detector.keys = read.keys;
        detector.mixed_keys = read.mixed_keys;
        detector.sent_at = read.sent_at;
        detector.ticked = read.ticked;
        Ok(detector)
    }
}

/// The state in `bytes`, if it is of this layout and as it was written.
fn whole(bytes: &[u8]) -> Result<&[u8], SnapshotError> {
    let (&version, rest) = bytes.split_first().ok_or(SnapshotError::Damaged)?;
    if version != VERSION {
        return Err(SnapshotError::Version { found: version });
    }
    let (checksum, state) = rest
        .split_first_chunk::<CHECKSUM_BYTES>()
        .ok_or(SnapshotError::Damaged)?;
    if xxh3_64(state).to_le_bytes() == *checksum {
        Ok(state)
    } else {
        Err(SnapshotError::Damaged)
    }
}
