//! What bounds the memory and the records of this process, told as metrics beside the counter of hits.
//!
//! In: the configuration. Out: one value for each limit, with the key that sets it.
//! Rule: a key that bounds something and is not listed here fails a test. The words are those of the counter
//! of hits where a limit has one. Not here: what is done at a limit (its own room).

use super::{dead_letters, ingest_stage, pulse};
use crate::config::{CHANNELS_MAX, Config};
use crate::desk;
use crate::log::RECORD_LIMIT_BYTES;
use crate::log::kafka::{PRODUCER_QUEUE_KBYTES, PRODUCER_QUEUE_RECORDS};
use crate::metrics::{Limit, Metrics};

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    /// The word for it.
    limit: &'static str,
    /// The key that sets it; empty for one that is built in.
    key: &'static str,
    /// What it allows, in the unit of the key.
    allows: u64,
}

/// States every limit.
pub(super) fn state(config: &Config, metrics: &Metrics) {
    for bound in set(config).into_iter().chain(built_in()) {
        let value = i64::try_from(bound.allows).unwrap_or(i64::MAX);
        let labels = [bound.limit, bound.key];
        metrics.limit.with_label_values(&labels).set(value);
    }
}

/// Those that a key sets.
fn set(config: &Config) -> Vec<Bound> {
    let parts = [way_in(config), folds(config), outside(config)];
    let bound = |(limit, key, allows): (_, _, u32)| Bound {
        limit,
        key,
        allows: allows.into(),
    };
    parts.concat().into_iter().map(bound).collect()
}

/// The word, the key, the value.
type Row = (&'static str, &'static str, u32);

fn way_in(config: &Config) -> Vec<Row> {
    let (kafka, ingest, topics) = (&config.kafka, &config.ingest, &config.topics);
    vec![
        (
            "client_queue",
            "kafka.queued_max_kbytes",
            kafka.queued_max_kbytes,
        ),
        (
            Limit::FlushEntries.as_str(),
            "ingest.flush_entries",
            ingest.flush_entries,
        ),
        (
            Limit::FlushPosts.as_str(),
            "ingest.flush_posts",
            ingest.flush_posts,
        ),
        (
            "duplicate_window",
            "ingest.duplicate_window_posts",
            ingest.duplicate_window_posts,
        ),
        ("post", "ingest.max_post_bytes", ingest.max_post_bytes),
        (
            "topics_per_post",
            "topics.max_per_post",
            topics.max_per_post.into(),
        ),
        (
            "phrases_per_post",
            "topics.phrases_per_post",
            topics.phrases_per_post.into(),
        ),
    ]
}

fn folds(config: &Config) -> Vec<Row> {
    let (detect, triage) = (&config.detect, &config.triage);
    vec![
        (
            Limit::Topics.as_str(),
            "detect.max_topics",
            detect.max_topics,
        ),
        (
            Limit::Phrases.as_str(),
            "detect.max_phrases",
            detect.max_phrases,
        ),
        (
            "phrase_candidates",
            "detect.max_candidates",
            detect.max_candidates,
        ),
        (
            Limit::SilentPartition.as_str(),
            "detect.silent_partition_ms",
            detect.silent_partition_ms,
        ),
        (
            Limit::OpenIncidents.as_str(),
            "triage.max_open_incidents",
            triage.max_open_incidents,
        ),
    ]
}

fn outside(config: &Config) -> Vec<Row> {
    let (claims, notify) = (&config.claims, &config.notify);
    vec![
        ("claims", "claims.max_claims", claims.max_claims),
        ("claim", "claims.max_claim_bytes", claims.max_claim_bytes),
        (
            Limit::DeskRequests.as_str(),
            "http.requests_per_minute",
            config.http.requests_per_minute,
        ),
        (
            "notify_incidents",
            "notify.alertmanager.max_incidents",
            notify.alertmanager.max_incidents,
        ),
        (
            Limit::NotifyQueue.as_str(),
            "notify.webhook.queue_alerts",
            notify.webhook.queue_alerts,
        ),
    ]
}

/// Those that no key sets.
fn built_in() -> impl Iterator<Item = Bound> {
    let desk = desk::Limits::default();
    [
        ("producer_queue", PRODUCER_QUEUE_KBYTES as usize),
        ("producer_records", PRODUCER_QUEUE_RECORDS as usize),
        ("record", RECORD_LIMIT_BYTES),
        (
            Limit::DeadLetters.as_str(),
            ingest_stage::DEAD_LETTERS_BYTES_MAX,
        ),
        ("dead_letter", dead_letters::DEAD_LETTER_BYTES),
        (Limit::Pulse.as_str(), pulse::QUEUE),
        (Limit::DeskIncidents.as_str(), desk.incidents),
        ("desk_revisions", desk.revisions),
        ("desk_events", desk.events),
        (Limit::DeskClients.as_str(), desk.clients),
        ("notify_channels", CHANNELS_MAX),
    ]
    .into_iter()
    .map(|(limit, allows)| Bound {
        limit,
        key: "",
        allows: allows as u64,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every whole number of `value`, by its dotted key.
    fn numbers(path: &str, value: &serde_json::Value, found: &mut BTreeMap<String, u64>) {
        if let Some(number) = value.as_u64() {
            found.insert(path.to_owned(), number);
        }
        for (key, inner) in value.as_object().into_iter().flatten() {
            let dot = if path.is_empty() { "" } else { "." };
            numbers(&format!("{path}{dot}{key}"), inner, found);
        }
    }

    #[test]
    fn every_key_that_bounds_something_is_told_with_its_value() {
        let config = Config::built_in().unwrap();
        let mut keys = BTreeMap::new();
        numbers("", &serde_json::to_value(&config).unwrap(), &mut keys);
        for Bound { limit, key, allows } in set(&config) {
            assert_eq!(keys.remove(key), Some(allows), "{limit}");
        }
        let bounds = ["max_", "flush_", "queue", "_per_post", "requests_per"];
        let untold = |key: &&String| bounds.iter().any(|word| key.contains(word));
        // A time, not an amount.
        keys.remove("ingest.flush_interval_ms");
        assert_eq!(
            keys.keys().find(untold),
            None,
            "a limit that no metric tells"
        );
    }

    #[test]
    fn every_limit_that_is_counted_is_told_and_every_limit_is_documented() {
        let config = Config::built_in().unwrap();
        let bounds: Vec<Bound> = set(&config).into_iter().chain(built_in()).collect();
        let words: BTreeSet<&str> = bounds.iter().map(|bound| bound.limit).collect();
        assert_eq!(words.len(), bounds.len(), "one word, one limit");
        for limit in Limit::ALL {
            assert!(words.contains(limit.as_str()), "{}", limit.as_str());
        }
        let text = include_str!("../../docs/metrics.md");
        for Bound { limit, key, .. } in bounds {
            let key = if key.is_empty() {
                "built in".to_owned()
            } else {
                format!("`{key}`")
            };
            let row = format!("|`{limit}` | {key} |");
            assert!(text.lines().any(|line| line.starts_with(&row)), "{row}");
        }
    }
}
