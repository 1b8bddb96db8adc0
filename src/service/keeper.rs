//! Keeps the states of a stage: writes a snapshot of each now and then, and finds the newest one again.
//!
//! In: states, wall time. Out: records of snapshots; a state and the offset to go on from.
//! Rule: a snapshot goes out in the transaction that commits the offset that it names, so it never
//! includes more than what is committed. At most one a commit.
//! Not here: records and generations (`snapshots`), the bytes (`detect`, `triage`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::snapshots::{self, Shelf, Snapshot};
use crate::config::Config;
use crate::detect::SnapshotError;
use crate::log::kafka::KafkaSettings;
use crate::log::kafka::history::History;
use crate::log::{Outgoing, Partition};
use crate::post::EventTime;

/// The words for the stages in the keys of snapshots.
pub(super) const DETECT: &str = "detect";
pub(super) const TRIAGE: &str = "triage";

/// The snapshots of `stage` in the Kafka topic of `config`.
fn kafka_shelf(config: &Config, stage: &'static str) -> Shelf {
    let settings = KafkaSettings::new(&config.kafka);
    let name = Arc::<str>::from(config.kafka.snapshots.as_str());
    let mut history = None;
    Box::new(move |number, show| {
        let reader = match history.take() {
            Some(reader) => reader,
            // The group of the stage: the client asks who coordinates it, and the stage has that right.
            None => History::connect(&settings, stage)?,
        };
        let name = Arc::clone(&name);
        reader.read(&Partition { name, number }, 0, &mut |record| {
            if let (Some(key), Some(value)) = (record.key, record.value) {
                show(key, value);
            }
        })?;
        history = Some(reader);
        Ok(())
    })
}

/// One partition's turn.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    /// `None` until the first commit.
    due_at: Option<EventTime>,
    generation: u8,
}

/// The keeper of a stage's states.
pub struct Keeper {
    stage: &'static str,
    name: Arc<str>,
    interval_ms: i64,
    shelf: Shelf,
    turns: BTreeMap<u32, Turn>,
    writing: Option<(u32, EventTime)>,
}

impl Keeper {
    /// Of detectors, found on `shelf`.
    pub fn of_detect(config: &Config, shelf: Shelf) -> Self {
        Self::new(config, DETECT, config.detect.snapshot_interval_ms, shelf)
    }

    /// Of triage, found on `shelf`.
    pub fn of_triage(config: &Config, shelf: Shelf) -> Self {
        Self::new(config, TRIAGE, config.triage.snapshot_interval_ms, shelf)
    }

    /// Of detectors, found on Kafka.
    pub(super) fn of_detect_on_kafka(config: &Config) -> Self {
        Self::of_detect(config, kafka_shelf(config, DETECT))
    }

    /// Of triage, found on Kafka.
    pub(super) fn of_triage_on_kafka(config: &Config) -> Self {
        Self::of_triage(config, kafka_shelf(config, TRIAGE))
    }

    fn new(config: &Config, stage: &'static str, interval_ms: u32, shelf: Shelf) -> Self {
        Self {
            stage,
            name: config.kafka.snapshots.as_str().into(),
            interval_ms: i64::from(interval_ms),
            shelf,
            turns: BTreeMap::new(),
            writing: None,
        }
    }

    /// The newest state of partition `number` that includes nothing from `next` on, as `restore` reads it, and
    /// the offset to go on from. `None`: the log has to tell it all.
    pub(super) fn load<S>(
        &mut self,
        number: u32,
        next: u64,
        mut restore: impl FnMut(&[u8]) -> Result<S, SnapshotError>,
    ) -> Option<(S, u64)> {
        self.turns.remove(&number);
        let stage = self.stage;
        let found = match snapshots::find(&mut self.shelf, stage, number, next) {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, stage, number, "no snapshot can be read, the log tells it all");
                return None;
            }
        };
        for snapshot in found {
            let (next, bytes) = (snapshot.next, snapshot.bytes.len());
            match restore(&snapshot.bytes) {
                Ok(state) => {
                    let turn = self.turns.entry(number).or_default();
                    turn.generation = 1 - snapshot.generation;
                    tracing::info!(stage, number, next, bytes, "restored a snapshot");
                    return Some((state, next));
                }
                Err(error) => {
                    tracing::warn!(%error, stage, number, next, "a snapshot is passed over");
                }
            }
        }
        None
    }

    /// The records of one snapshot, if one of `states` (number, state, next offset) of the `partitions` that
    /// there are is due.
    pub(super) fn write<S>(
        &mut self,
        states: impl Iterator<Item = (u32, S, u64)>,
        partitions: u16,
        now: EventTime,
        bytes: impl FnOnce(S) -> Result<Vec<u8>, SnapshotError>,
    ) -> Vec<Outgoing> {
        self.writing = None;
        if self.interval_ms == 0 {
            return Vec::new();
        }
        let mut longest_due: Option<(EventTime, u32, S, u64)> = None;
        for (number, state, next) in states {
            let turn = self.turns.entry(number).or_default();
            // Partitions take turns over the interval.
            let share = i64::from(number % u32::from(partitions)) + 1;
            let first = now.plus_millis(self.interval_ms * share / i64::from(partitions));
            let due_at = *turn.due_at.get_or_insert(first);
            let is_longer = longest_due.as_ref().is_none_or(|(at, ..)| due_at < *at);
            if due_at <= now && is_longer {
                longest_due = Some((due_at, number, state, next));
            }
        }
        let Some((_, number, state, next)) = longest_due else {
            return Vec::new();
        };
        self.writing = Some((number, now));
        match bytes(state) {
            Ok(bytes) => self.records(number, next, bytes, now),
            Err(error) => {
                tracing::error!(%error, stage = self.stage, number, "a snapshot was not written");
                Vec::new()
            }
        }
    }

    fn records(&self, number: u32, next: u64, bytes: Vec<u8>, now: EventTime) -> Vec<Outgoing> {
        let turn = self.turns.get(&number).copied().unwrap_or_default();
        let snapshot = Snapshot {
            generation: turn.generation,
            next,
            bytes,
        };
        snapshots::records(&self.name, self.stage, number, &snapshot, now)
    }

    /// The commit holds: the other generation is the next to be overwritten.
    pub(super) fn committed(&mut self) {
        if let Some((number, now)) = self.writing.take() {
            let turn = self.turns.entry(number).or_default();
            turn.generation = 1 - turn.generation;
            turn.due_at = Some(now.plus_millis(self.interval_ms));
        }
    }
}
