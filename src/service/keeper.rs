//! Keeps detectors: writes a snapshot of each now and then, and finds the newest one again.
//!
//! In: detectors, wall time. Out: records of snapshots; a detector and the offset to go on from.
//! Rule: a snapshot goes out in the transaction that commits the offset that it names, so it never
//! includes more than what is committed. At most one a commit.
//! Not here: records and generations (`snapshots`), the bytes (`detect`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::snapshots::{self, Shelf, Snapshot};
use crate::config::Config;
use crate::detect::{Detector, SnapshotError};
use crate::log::kafka::KafkaSettings;
use crate::log::kafka::history::History;
use crate::log::{Outgoing, Partition};
use crate::post::EventTime;

/// The word for detect in the keys of snapshots.
const STAGE: &str = "detect";

/// The snapshots in the Kafka topic `name`.
pub(super) fn kafka_shelf(settings: &KafkaSettings, name: &str) -> Shelf {
    let (settings, name) = (settings.clone(), Arc::<str>::from(name));
    let mut history = None;
    Box::new(move |number, show| {
        let reader = match history.take() {
            Some(reader) => reader,
            // The group of the stage: the client asks who coordinates it, and the stage has that right.
            None => History::connect(&settings, STAGE)?,
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

/// The keeper of a stage's detectors.
pub struct Keeper {
    name: Arc<str>,
    interval_ms: i64,
    shelf: Shelf,
    turns: BTreeMap<u32, Turn>,
    writing: Option<(u32, EventTime)>,
}

impl Keeper {
    /// A keeper that finds snapshots on `shelf`.
    pub fn new(config: &Config, shelf: Shelf) -> Self {
        Self {
            name: config.kafka.snapshots.as_str().into(),
            interval_ms: i64::from(config.detect.snapshot_interval_ms),
            shelf,
            turns: BTreeMap::new(),
            writing: None,
        }
    }

    /// The newest detector of partition `number` that includes nothing from `next` on, and the
    /// offset to go on from. `None`: the log has to tell it all.
    pub(super) fn load(
        &mut self,
        config: &Config,
        number: u32,
        counts_partitions: u16,
        next: u64,
    ) -> Option<(Detector, u64)> {
        self.turns.remove(&number);
        let found = match snapshots::find(&mut self.shelf, STAGE, number, next) {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, number, "no snapshot can be read, the log tells it all");
                return None;
            }
        };
        for snapshot in found {
            let Snapshot {
                generation,
                next,
                bytes,
            } = snapshot;
            match Detector::restore(config, number, counts_partitions, &bytes) {
                Ok(detector) => {
                    let turn = self.turns.entry(number).or_default();
                    turn.generation = 1 - generation;
                    let (topics, bytes) = (detector.topics(), bytes.len());
                    tracing::info!(number, next, topics, bytes, "restored a snapshot");
                    return Some((detector, next));
                }
                Err(error) => tracing::warn!(%error, number, next, "a snapshot is passed over"),
            }
        }
        None
    }

    /// The records of one snapshot, if one of `detectors` (number, detector, next offset) is due.
    pub(super) fn write<'d>(
        &mut self,
        detectors: impl Iterator<Item = (u32, &'d Detector, u64)>,
        counts_partitions: u16,
        now: EventTime,
    ) -> Vec<Outgoing> {
        self.writing = None;
        if self.interval_ms == 0 {
            return Vec::new();
        }
        let mut longest_due: Option<(EventTime, u32, &Detector, u64)> = None;
        for (number, detector, next) in detectors {
            let turn = self.turns.entry(number).or_default();
            // Partitions take turns over the interval.
            let share = i64::from(number % u32::from(counts_partitions)) + 1;
            let first = now.plus_millis(self.interval_ms * share / i64::from(counts_partitions));
            let due_at = *turn.due_at.get_or_insert(first);
            if due_at <= now && longest_due.is_none_or(|(longest, ..)| due_at < longest) {
                longest_due = Some((due_at, number, detector, next));
            }
        }
        let Some((_, number, detector, next)) = longest_due else {
            return Vec::new();
        };
        self.writing = Some((number, now));
        match self.records(number, detector, next, counts_partitions, now) {
            Ok(records) => records,
            Err(error) => {
                tracing::error!(%error, number, "a snapshot was not written");
                Vec::new()
            }
        }
    }

    fn records(
        &self,
        number: u32,
        detector: &Detector,
        next: u64,
        counts_partitions: u16,
        now: EventTime,
    ) -> Result<Vec<Outgoing>, SnapshotError> {
        let turn = self.turns.get(&number).copied().unwrap_or_default();
        let snapshot = Snapshot {
            generation: turn.generation,
            next,
            bytes: detector.snapshot(counts_partitions)?,
        };
        Ok(snapshots::records(
            &self.name, STAGE, number, &snapshot, now,
        ))
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
