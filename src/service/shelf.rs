//! What the Kafka topic of snapshots holds, for people: listed, written out, taken away.
//!
//! In: the configuration. Out: every record of a partition; each snapshot with its size and age; tombstones.
//! Rule: reading changes nothing. What is taken away is only what was found, and the log tells it all again.
//! Not here: finding a snapshot to go on from (`snapshots`), writing one (`keeper`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::keeper;
use super::snapshots::Manifest;
use super::triage_stage::Beside;
use crate::config::Config;
use crate::detect::Detector;
use crate::log::kafka::history::History;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing, Partition};
use crate::post::EventTime;
use crate::triage::Triage;

/// The newest record of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// `STAGE/PARTITION/GENERATION` for a manifest, and `/CHUNK` behind it for a piece of the state.
    pub key: String,
    /// Its value.
    pub value: Vec<u8>,
    /// When it was written.
    pub written_at: EventTime,
}

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `detect`, or whoever else keeps a state there.
    pub stage: String,
    /// Partition of what the stage reads.
    pub partition: u32,
    /// 0 or 1: two take turns.
    pub generation: u8,
    /// The first offset that it does not include.
    pub next: u64,
    /// Size of the state.
    pub bytes: usize,
    /// Topics in it; `None` for another stage, or a state that this version does not read.
    pub topics: Option<usize>,
    /// Why it is of no use, if it is not.
    pub problem: Option<String>,
    /// When it was written.
    pub written_at: EventTime,
}

/// Every key of partition `number` that still has a value, in the order of keys.
pub fn held(history: &History, name: &Arc<str>, number: u32) -> Result<Vec<Held>, LogError> {
    let partition = Partition {
        name: Arc::clone(name),
        number,
    };
    let mut newest: BTreeMap<String, Option<(Vec<u8>, EventTime)>> = BTreeMap::new();
    history.read(&partition, 0, &mut |record| {
        let key = String::from_utf8_lossy(record.key.unwrap_or_default()).into_owned();
        let value = record
            .value
            .map(|value| (value.to_vec(), record.arrived_at));
        newest.insert(key, value);
    })?;
    let held = newest.into_iter().filter_map(|(key, value)| {
        let (value, written_at) = value?;
        Some(Held {
            key,
            value,
            written_at,
        })
    });
    Ok(held.collect())
}

/// The snapshots among `held`.
pub fn shown(config: &Config, held: &[Held]) -> Vec<Shown> {
    let snapshots = held.iter().filter_map(|record| one(config, record, held));
    snapshots.collect()
}

fn one(config: &Config, record: &Held, held: &[Held]) -> Option<Shown> {
    let mut parts = record.key.split('/');
    let (stage, partition, generation) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (partition, generation) = (partition.parse().ok()?, generation.parse().ok()?);
    let written_at = record.written_at;
    let mut shown = Shown {
        stage: stage.to_owned(),
        partition,
        generation,
        next: 0,
        bytes: 0,
        topics: None,
        problem: None,
        written_at,
    };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&record.value) else {
        shown.problem = Some("its manifest cannot be read".to_owned());
        return Some(shown);
    };
    (shown.next, shown.bytes) = (manifest.next, manifest.bytes);
    let chunk = |number: usize| {
        let key = format!("{}/{number}", record.key);
        held.iter().find(|held| held.key == key)
    };
    let chunks: Option<Vec<_>> = (0..manifest.chunks).map(chunk).collect();
    let state = chunks.map(|chunks| {
        let values = chunks.iter().map(|chunk| chunk.value.as_slice());
        values.collect::<Vec<_>>().concat()
    });
    match state {
        Some(state) if state.len() == manifest.bytes => {
            let error = match stage {
                keeper::DETECT => {
                    let partitions = config.kafka.counts_partitions;
                    let read = Detector::restore(config, partition, partitions, &state);
                    shown.topics = read.as_ref().ok().map(Detector::topics);
                    read.err()
                }
                keeper::TRIAGE => Triage::restore::<Beside>(config, &state).err(),
                _ => None,
            };
            shown.problem = error.map(|error| error.to_string());
        }
        Some(_) => shown.problem = Some("its size is not what its manifest says".to_owned()),
        None => shown.problem = Some("a piece of it is missing".to_owned()),
    }
    Some(shown)
}

/// Writes a tombstone for each of `held`, in one go.
pub fn take_away(config: &Config, number: u32, held: &[Held]) -> Result<(), LogError> {
    let subscription = Subscription {
        stage: "state-reset".into(),
        names: Vec::new(),
    };
    let name: Arc<str> = config.kafka.snapshots.as_str().into();
    let mut log = KafkaLog::connect(&KafkaSettings::new(&config.kafka), &subscription)?;
    log.begin()?;
    for record in held {
        log.append(Outgoing {
            name: Arc::clone(&name),
            partition: Some(number),
            key: Some(record.key.clone().into_bytes()),
            value: None,
            headers: Vec::new(),
            timestamp: None,
        })?;
    }
    log.commit(&[])?;
    log.close(super::run::CLOSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, value: &[u8]) -> Held {
        Held {
            key: key.to_owned(),
            value: value.to_vec(),
            written_at: EventTime::MIN,
        }
    }

    #[test]
    fn each_snapshot_is_shown_once_and_says_why_it_is_of_no_use() {
        let config = Config::built_in().unwrap();
        let state = Detector::new(&config, 3, 32).snapshot(32).unwrap();
        let triage = Triage::new(&config).snapshot(&Beside::None).unwrap();
        let manifest = |chunks: usize, bytes: usize| {
            format!(r#"{{"format":1,"next":40,"chunks":{chunks},"bytes":{bytes}}}"#).into_bytes()
        };
        let held = [
            record("detect/3/0", &manifest(1, state.len())),
            record("detect/3/0/0", &state),
            record("detect/3/1", &manifest(2, 9)),
            record("detect/3/1/0", b"half"),
            record("other/0/0", b"not json"),
            record("triage/0/0", &manifest(1, triage.len())),
            record("triage/0/0/0", &triage),
            record("triage/0/1", &manifest(1, 8)),
            record("triage/0/1/0", b"no state"),
        ];
        // The letter n is the number of that layout.
        let unread = Triage::restore::<Beside>(&config, b"no state").unwrap_err();
        let unread = unread.to_string();
        let shown = shown(&config, &held);
        let short: Vec<_> = shown
            .iter()
            .map(|one| {
                (
                    one.stage.as_str(),
                    one.generation,
                    one.topics,
                    one.problem.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            short,
            [
                ("detect", 0, Some(0), None),
                ("detect", 1, None, Some("a piece of it is missing")),
                ("other", 0, None, Some("its manifest cannot be read")),
                ("triage", 0, None, None),
                ("triage", 1, None, Some(&*unread)),
            ]
        );
    }
}
