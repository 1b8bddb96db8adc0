//! Which Kafka topics the configuration needs, and whether what the cluster has will do.
//!
//! In: the configuration, what was found. Out: what is needed, and how the found ones stand.
//! Rule: pure. What would break the folds (another number of partitions where a hash or an order
//! depends on it, another cleanup policy) is drift, and drift is never repaired silently.
//! Not here: asking the cluster (`catalogue`).

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::settings::FRAME_BYTES;
use crate::config::Config;
use crate::log::RECORD_LIMIT_BYTES;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Posts are other people's words: kept only as long as a restart may need them.
const FEED_DAYS: u64 = 2;
/// Long enough to repair a feed over a holiday and replay what was refused.
const DEAD_LETTER_DAYS: u64 = 7;
/// A claim comes back after years, and its fact-check is still wanted then.
const FACT_CHECK_DAYS: u64 = 3_650;
const COUNTS_DAYS: u64 = 2;
const SIGNALS_DAYS: u64 = 30;
const ALERTS_DAYS: u64 = 30;
/// What is rising is of the moment.
const PULSE_MS: u64 = 60 * 60 * 1000;
/// As long as the signals, among which each is told again.
const ACTIONS_DAYS: u64 = SIGNALS_DAYS;
/// Partitions of a feed that `--create` makes; a feed of any other number will do.
const FEED_PARTITIONS: u32 = 8;

/// One Kafka topic that the configuration needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: String,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// How many partitions it gets when it is created.
    pub partitions: u32,
    /// Whether another number is drift.
    pub fixed: Fixed,
    /// Settings of the Kafka topic, in the order of their names.
    pub settings: BTreeMap<&'static str, String>,
}

/// Whether the number of partitions may differ from the needed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Any number will do.
    No,
    /// Another number is drift.
    Yes,
}

/// One Kafka topic that the cluster has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many partitions it has.
    pub partitions: u32,
    /// Its settings by name, as far as they were asked for.
    pub settings: BTreeMap<String, String>,
}

/// How a found Kafka topic stands against the needed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is not there: `--create` makes it.
    Missing,
    /// It will do. Each line names a setting that differs without breaking anything.
    Usable(Vec<String>),
    /// It must not be used: why, and what to do.
    Drifted(String),
}

/// Every Kafka topic that `config` needs, feeds first, in the order of the file.
pub fn needed(config: &Config) -> Vec<Needed> {
    let mut needed = feeds(config);
    needed.extend(fact_checks(config));
    needed.extend(own(config));
    needed.extend(cap_documents(config));
    needed
}

fn cap_documents(config: &Config) -> Option<Needed> {
    let name = &config.alert.cap_topic;
    (!name.is_empty()).then(|| Needed {
        name: name.clone(),
        purpose: "CAP documents",
        partitions: 1,
        fixed: Fixed::No,
        settings: settings(
            config.kafka.replication_factor,
            ALERTS_DAYS,
            RECORD_LIMIT_BYTES,
        ),
    })
}

fn feeds(config: &Config) -> Vec<Needed> {
    let copies = config.kafka.replication_factor;
    let largest_post = usize::try_from(config.ingest.max_post_bytes).unwrap_or(usize::MAX);
    let bytes = RECORD_LIMIT_BYTES.max(largest_post);
    let feeds = config.feeds.iter();
    let pair = feeds.flat_map(|feed| {
        let posts = Needed {
            name: feed.name.clone(),
            purpose: "posts",
            partitions: FEED_PARTITIONS,
            fixed: Fixed::No,
            settings: settings(copies, FEED_DAYS, bytes),
        };
        [posts, dead_letters(&feed.name, "refused posts", copies)]
    });
    pair.collect()
}

fn fact_checks(config: &Config) -> Vec<Needed> {
    let (name, copies) = (&config.claims.feed, config.kafka.replication_factor);
    if name.is_empty() {
        return Vec::new();
    }
    let mut settings = settings(copies, FACT_CHECK_DAYS, RECORD_LIMIT_BYTES);
    // When a fact-check counts hangs on its arrival: a writer's clock, or the date of the check, would let
    // it count in the past, and alerts would not be what a later refold gives.
    settings.insert("message.timestamp.type", "LogAppendTime".to_owned());
    let checks = Needed {
        name: name.clone(),
        purpose: "fact-checks",
        partitions: 1,
        fixed: Fixed::No,
        settings,
    };
    vec![checks, dead_letters(name, "refused fact-checks", copies)]
}

fn dead_letters(feed: &str, purpose: &'static str, copies: u16) -> Needed {
    Needed {
        name: format!("{feed}.dlq"),
        purpose,
        partitions: 1,
        fixed: Fixed::No,
        settings: settings(copies, DEAD_LETTER_DAYS, RECORD_LIMIT_BYTES),
    }
}

fn own(config: &Config) -> [Needed; 7] {
    let kafka = &config.kafka;
    let (copies, bytes) = (kafka.replication_factor, RECORD_LIMIT_BYTES);
    let partitions = u32::from(kafka.counts_partitions);
    let one = |name: &str, purpose, fixed, days| Needed {
        name: name.to_owned(),
        purpose,
        partitions: 1,
        fixed,
        settings: settings(copies, days, bytes),
    };
    [
        Needed {
            partitions,
            ..one(&kafka.counts, "batches", Fixed::Yes, COUNTS_DAYS)
        },
        one(&kafka.signals, "signals", Fixed::Yes, SIGNALS_DAYS),
        one(&kafka.actions, "what people do", Fixed::No, ACTIONS_DAYS),
        dead_letters(&kafka.actions, "refused actions", copies),
        one(&kafka.alerts, "alerts", Fixed::No, ALERTS_DAYS),
        Needed {
            name: kafka.snapshots.clone(),
            purpose: "snapshots of states",
            partitions,
            fixed: Fixed::Yes,
            settings: compacted(copies, bytes),
        },
        Needed {
            name: kafka.pulse.clone(),
            purpose: "what is rising",
            partitions: 1,
            fixed: Fixed::No,
            settings: passing(copies, bytes),
        },
    ]
}

impl Needed {
    /// How `found` stands; `None`: the cluster does not have it.
    pub fn standing(&self, found: Option<&Found>) -> Standing {
        let Some(found) = found else {
            return Standing::Missing;
        };
        if self.fixed == Fixed::Yes && found.partitions != self.partitions {
            return Standing::Drifted(self.other_partitions(found.partitions));
        }
        let differs = |name: &str, value: &str| {
            let actual = found.settings.get(name)?;
            (actual != value).then(|| actual.clone())
        };
        let policy = self.settings.get("cleanup.policy");
        if let Some(policy) = policy
            && let Some(actual) = differs("cleanup.policy", policy)
        {
            return Standing::Drifted(format!(
                "{name} has cleanup.policy={actual}: records would vanish that are still needed. Set \
                 cleanup.policy={policy} on it, or configure another name",
                name = self.name
            ));
        }
        let notes = self.settings.iter().filter_map(|(name, value)| {
            let actual = differs(name, value)?;
            Some(format!(
                "{}: {name} is {actual}, {value} is recommended",
                self.name
            ))
        });
        Standing::Usable(notes.collect())
    }

    fn other_partitions(&self, found: u32) -> String {
        format!(
            "{name} has {found} partitions, the configuration says {needed}. Their number is fixed \
             at creation, since it decides which record belongs where: set it back in the \
             configuration, or configure a new name and start anew there",
            name = self.name,
            needed = self.partitions
        )
    }
}

/// Settings of a Kafka topic that keeps the newest record of each key.
fn compacted(copies: u16, bytes: usize) -> BTreeMap<&'static str, String> {
    let mut settings = settings(copies, 0, bytes);
    settings.remove("retention.ms");
    settings.insert("cleanup.policy", "compact".to_owned());
    // A new owner reads what is not compacted yet: not much more than two generations.
    settings.insert("max.compaction.lag.ms", (DAY_MS / 24).to_string());
    settings.insert("segment.ms", (DAY_MS / 24).to_string());
    settings
}

/// Settings of a Kafka topic that nobody needs an hour later: a segment is dropped as a whole, so it is short.
fn passing(copies: u16, bytes: usize) -> BTreeMap<&'static str, String> {
    let mut settings = settings(copies, 0, bytes);
    settings.insert("retention.ms", PULSE_MS.to_string());
    settings.insert("segment.ms", (PULSE_MS / 6).to_string());
    settings
}

fn settings(copies: u16, days: u64, bytes: usize) -> BTreeMap<&'static str, String> {
    // With two copies in sync a broker may fail without losing an acknowledged record; a cluster
    // of one or two copies could not take writes if it had to keep as many.
    let in_sync = NonZeroU32::new(u32::from(copies).saturating_sub(1)).map_or(1, NonZeroU32::get);
    BTreeMap::from([
        ("cleanup.policy", "delete".to_owned()),
        ("max.message.bytes", (bytes + FRAME_BYTES).to_string()),
        ("min.insync.replicas", in_sync.min(2).to_string()),
        ("retention.ms", (days * DAY_MS).to_string()),
    ])
}

#[cfg(test)]
mod tests;
