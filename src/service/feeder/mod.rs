//! Posts into the configured feeds: for the demo, drills and load.
//!
//! In: made or recorded posts. Out: records of the first feed of each kind, and how many went where.
//! Rule: posts of one author (of news: of one outlet) keep their order, because they share a key and
//! the key picks the partition. A feed that is placed by arrival gets the post's time as the record's,
//! so that it stands where the post says; else the record's time is when it was written.
//! Not here: making posts (`simulate`), when they are due (`cli`), how records are written (`log`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::stage::write_until_taken;
use crate::config::{Config, Feed, Format, PlacedBy};
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing, RECORD_LIMIT_BYTES};
use crate::post::FeedKind;
use crate::simulate::MadePost;

/// Posts, and bytes of them, that wait before they are written: the queue's limit.
const WAITING_POSTS_MAX: usize = 2_000;
const WAITING_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest wait for the client to end.
const CLOSE: Duration = Duration::from_secs(5);

/// Why a post did not get into a feed.
#[derive(Debug, thiserror::Error)]
pub enum FeederError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Posts for which the configuration has no place.
    #[error(
        "no feed of the kind {kind}, but there are such posts: add one to [[feeds]], or leave them out",
        kind = kind.as_str()
    )]
    NoFeed {
        /// Their kind.
        kind: FeedKind,
    },
    /// A feed that takes another format than the posts have.
    #[error(
        "the feed {name} takes {format}, but made posts are plain: let the first feed of its kind be a \
         plain one",
        format = format.as_str()
    )]
    Format {
        /// The feed.
        name: String,
        /// What it takes.
        format: Format,
    },
    /// A feed's Kafka topic is missing.
    #[error("the Kafka topic {name} does not exist: create it with `kentongan topics --create`")]
    Missing {
        /// The Kafka topic.
        name: String,
    },
}

/// Which time the records of feeds that are placed by the posts' own time get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordTime {
    /// When they are written: as real feeds do, and no old recording runs into the retention.
    Written,
    /// The post's time, for a clock that runs faster than the broker's.
    Posted,
}

/// What became of the posts so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fed {
    /// Posts that the brokers have acknowledged, by feed.
    pub written: BTreeMap<Arc<str>, u64>,
    /// Lines over the limit of a record: left out.
    pub too_large: u64,
    /// Posts that were sent again because the brokers did not acknowledge them: some of them may
    /// stand in the feed twice.
    pub sent_again: u64,
}

/// Writes posts into feeds, many at a time.
pub struct Feeder<L> {
    log: L,
    feeds: Vec<Feed>,
    record_time: RecordTime,
    waiting: Vec<Outgoing>,
    waiting_bytes: usize,
    fed: Fed,
}

impl Feeder<KafkaLog> {
    /// A feeder of the configured cluster. The feeds must exist.
    pub fn connect(config: &Config, record_time: RecordTime) -> Result<Self, FeederError> {
        let settings = KafkaSettings::new(&config.kafka);
        let subscription = Subscription {
            stage: "simulate".into(),
            names: Vec::new(),
        };
        let log = KafkaLog::connect(&settings, &subscription)?;
        let feeder = Self::new(log, &config.feeds, record_time);
        let names: Vec<&str> = feeder.feeds.iter().map(|feed| feed.name.as_str()).collect();
        let catalogue = Catalogue::connect(&settings, config.kafka.replication_factor)?;
        let found = catalogue.partition_counts(&names)?;
        match names.iter().zip(found).find(|(_, found)| found.is_none()) {
            None => Ok(feeder),
            Some((&name, _)) => Err(FeederError::Missing {
                name: name.to_owned(),
            }),
        }
    }

    /// Ends the client. Flush before.
    pub fn close(self) -> Result<(), LogError> {
        self.log.close(CLOSE)
    }
}

impl<L: Log> Feeder<L> {
    /// A feeder of the first feed of each kind.
    pub fn new(log: L, feeds: &[Feed], record_time: RecordTime) -> Self {
        let first = |kind| feeds.iter().find(|feed| feed.kind == kind);
        Self {
            log,
            feeds: FeedKind::ALL
                .into_iter()
                .filter_map(first)
                .cloned()
                .collect(),
            record_time,
            waiting: Vec::new(),
            waiting_bytes: 0,
            fed: Fed::default(),
        }
    }

    /// What became of the posts so far.
    pub fn fed(&self) -> &Fed {
        &self.fed
    }

    /// Adds a post; writes what waits when there is enough of it.
    pub fn add(&mut self, post: MadePost) -> Result<(), FeederError> {
        let record = self.record(post)?;
        let bytes = record.size_bytes();
        if bytes > RECORD_LIMIT_BYTES {
            self.fed.too_large += 1;
            return Ok(());
        }
        self.waiting_bytes += bytes;
        self.waiting.push(record);
        if self.waiting.len() >= WAITING_POSTS_MAX || self.waiting_bytes >= WAITING_BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits, and waits until the brokers have acknowledged it.
    pub fn flush(&mut self) -> Result<(), FeederError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let tries = write_until_taken(&mut self.log, &self.waiting, &[], "simulate")?;
        if tries > 1 {
            self.fed.sent_again += self.waiting.len() as u64;
        }
        for record in self.waiting.drain(..) {
            *self.fed.written.entry(record.name).or_default() += 1;
        }
        self.waiting_bytes = 0;
        Ok(())
    }

    fn record(&self, post: MadePost) -> Result<Outgoing, FeederError> {
        let kind = post.kind;
        let feed = self.feeds.iter().find(|feed| feed.kind == kind);
        let feed = feed.ok_or(FeederError::NoFeed { kind })?;
        if feed.format != Format::Plain {
            return Err(FeederError::Format {
                name: feed.name.clone(),
                format: feed.format,
            });
        }
        let by_broker = feed.time == PlacedBy::Posted && self.record_time == RecordTime::Written;
        Ok(Outgoing {
            name: feed.name.as_str().into(),
            partition: None,
            key: post.source().map(|source| source.as_bytes().to_vec()),
            timestamp: (!by_broker).then_some(post.at),
            value: Some(post.line.into_bytes()),
            headers: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
