//! A detector as bytes: what a new owner begins with, instead of the whole log.
//!
//! In: a detector, or bytes that one wrote. Out: the other.
//! Rule: a detector that is read back does what the one that was written would do, bit for bit. Bytes of
//! another layout, or with another checksum than they say, are refused: the log tells it all again.
//! Not here: how the bytes are laid out (`sealed`), where they are kept (`service/snapshots`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::feeds::Feeds;
use super::followed::Followed;
use super::inputs::Inputs;
use super::keys::Keys;
use super::kind::Kinds;
use super::sealed::{self, SnapshotError};
use super::topics::{TopicId, Topics};
use super::{Detector, LeftOut};
use crate::config;
use crate::post::{EventTime, TopicKey};

/// The first byte: the version of the layout. Any change of what follows needs a new number.
const VERSION: u8 = 12;

/// Everything that batches made of a detector, in the order of the bytes.
#[derive(Serialize)]
struct Written<'d> {
    partition: u32,
    partitions: u16,
    followed: &'d Followed,
    inputs: &'d Inputs,
    feeds: &'d Feeds,
    topics: &'d Topics,
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
    followed: Followed,
    inputs: Inputs,
    feeds: Feeds,
    topics: Topics,
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
            followed: &self.followed,
            inputs: &self.inputs,
            feeds: &self.feeds,
            topics: &self.topics,
            kinds: &self.kinds,
            episodes: &self.episodes,
            left_out: self.left_out,
            opened: self.opened,
            keys: &self.keys,
            mixed_keys: self.mixed_keys,
            sent_at: self.sent_at,
            ticked: self.ticked,
        };
        sealed::seal(VERSION, &written)
    }

    /// The detector that wrote `bytes`. Where no rules were stated in its log, it goes by those of `config`.
    pub fn restore(
        config: &config::Config,
        partition: u32,
        counts_partitions: u16,
        bytes: &[u8],
    ) -> Result<Self, SnapshotError> {
        let read: Read = sealed::open(VERSION, bytes)?;
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
        detector.kinds = read.kinds;
        detector.episodes = read.episodes;
        detector.left_out = read.left_out;
        detector.opened = read.opened;
        detector.keys = read.keys;
        detector.mixed_keys = read.mixed_keys;
        detector.sent_at = read.sent_at;
        detector.ticked = read.ticked;
        // What the log has stated holds, whatever the file says by now.
        if read.followed.rules.are_stated() {
            detector.followed = read.followed;
            detector.keep_to_rules();
        }
        Ok(detector)
    }
}
