//! Detect beside the log: one detector for each owned partition of `counts`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calibration::Calibration;
use super::keeper::Keeper;
use super::stage::Stage;
use crate::config::Config;
use crate::detect::{Change, Constants, Detector, LeftOut, SignalRecord};
use crate::ingest::Batch;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;

struct Owned {
    detector: Detector,
    /// Up to here everything was folded, and what came of it written, by this owner or one before.
    next: u64,
    /// Everything before this offset is in the detector, in silence or not.
    folded: u64,
    /// Whether everything before `next` is in the detector.
    is_current: bool,
    /// What has to be written for what was folded since the last commit.
    pending: Vec<SignalRecord>,
}

/// The second stage.
pub struct DetectStage {
    config: Arc<Config>,
    counts: Arc<str>,
    signals: Arc<str>,
    counts_partitions: u16,
    constants: Constants,
    owned: BTreeMap<u32, Owned>,
    keeper: Option<Keeper>,
    progressed: bool,
    leaves: bool,
    unreadable: u64,
    mixed_keys: u64,
    told_of_mixed_keys: bool,
    sent: Sent,
    left_out: LeftOut,
    calibration: Calibration,
}

/// Signals that were sent, by what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Episodes that began.
    pub opened: u64,
    /// Episodes that grew.
    pub grew: u64,
    /// Episodes that are over.
    pub calmed: u64,
}

impl DetectStage {
    /// A stage that owns nothing yet.
    pub fn new(config: Arc<Config>, counts_partitions: u16) -> Self {
        Self {
            counts: config.kafka.counts.as_str().into(),
            signals: config.kafka.signals.as_str().into(),
            config,
            counts_partitions,
            constants: Constants::default(),
            owned: BTreeMap::new(),
            keeper: None,
            progressed: false,
            leaves: false,
            unreadable: 0,
            mixed_keys: 0,
            told_of_mixed_keys: false,
            sent: Sent::default(),
            left_out: LeftOut::default(),
            calibration: Calibration::default(),
        }
    }

    /// With snapshots.
    #[must_use]
    pub fn with_keeper(mut self, keeper: Keeper) -> Self {
        self.keeper = Some(keeper);
        self
    }

    /// The stage with other constants of detection, for an evaluation.
    #[must_use]
    pub fn with_constants(self, constants: Constants) -> Self {
        Self { constants, ..self }
    }

    /// The detectors, by partition of `counts`.
    pub fn detectors(&self) -> impl Iterator<Item = &Detector> {
        self.owned.values().map(|owned| &owned.detector)
    }

    /// Those of them that have folded everything up to the committed position.
    pub fn current_detectors(&self) -> impl Iterator<Item = &Detector> {
        let current = self.owned.values().filter(|owned| owned.is_current);
        current.map(|owned| &owned.detector)
    }

    /// What was sent since the last call.
    pub fn take_sent(&mut self) -> Sent {
        std::mem::take(&mut self.sent)
    }

    /// How surprising the windows were that closed since the last call.
    pub(super) fn take_calibration(&mut self) -> Calibration {
        std::mem::take(&mut self.calibration)
    }

    /// What was left out since the last call. A partition that left takes its part along.
    pub fn take_left_out(&mut self) -> LeftOut {
        let mut now = LeftOut::default();
        for detector in self.owned.values().map(|owned| &owned.detector) {
            let own = detector.left_out();
            now.behind += own.behind;
            now.untracked += own.untracked;
            now.unremembered += own.unremembered;
            now.repeated_batches += own.repeated_batches;
            now.silent_partitions += own.silent_partitions;
        }
        let before = std::mem::replace(&mut self.left_out, now);
        LeftOut {
            behind: now.behind.saturating_sub(before.behind),
            untracked: now.untracked.saturating_sub(before.untracked),
            unremembered: now.unremembered.saturating_sub(before.unremembered),
            repeated_batches: now.repeated_batches.saturating_sub(before.repeated_batches),
            silent_partitions: now
                .silent_partitions
                .saturating_sub(before.silent_partitions),
        }
    }

    fn note(&mut self) {
        for record in self.owned.values().flat_map(|owned| &owned.pending) {
            let SignalRecord::Signal(signal) = record else {
                continue;
            };
            match signal.change {
                Change::Opened => self.sent.opened += 1,
                Change::Grew => self.sent.grew += 1,
                Change::Calmed => self.sent.calmed += 1,
            }
        }
    }

    /// Records of `counts` that were no batch.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Batches since the last call whose accounts were hashed with another key than those around them.
    pub fn take_mixed_keys(&mut self) -> u64 {
        std::mem::take(&mut self.mixed_keys)
    }

    fn note_mixed_keys(&mut self, batches: u64) {
        self.mixed_keys += batches;
        if batches > 0 && !std::mem::replace(&mut self.told_of_mixed_keys, true) {
            tracing::warn!(
                "ingest processes hash accounts with different keys, so that one account counts as \
                 several: give all of them the same privacy.account_key_file"
            );
        }
    }

    /// Begins to own a partition, with what the newest snapshot knows of it.
    fn take(&mut self, number: u32, next: u64) {
        let (config, partitions) = (&self.config, self.counts_partitions);
        let keeper = self.keeper.as_mut();
        let restore = |bytes: &[u8]| Detector::restore(config, number, partitions, bytes);
        let loaded = keeper.and_then(|keeper| keeper.load(number, next, restore));
        let (detector, folded) = loaded.unwrap_or_else(|| {
            let new = Detector::with_constants(config, number, partitions, self.constants);
            (new, 0)
        });
        let owned = Owned {
            detector,
            next,
            folded,
            is_current: folded == next,
            pending: Vec::new(),
        };
        self.owned.insert(number, owned);
    }

    fn fold(&mut self, record: &Record<'_>) {
        let Some(owned) = self.owned.get_mut(&record.partition.number) else {
            return;
        };
        // What an owner before has answered is folded for the memory of it, in silence.
        let is_new = record.offset >= owned.next;
        if record.offset < owned.folded {
            return;
        }
        owned.folded = record.offset.saturating_add(1);
        owned.is_current |= owned.folded >= owned.next;
        owned.next = owned.next.max(record.offset.saturating_add(1));
        self.progressed |= is_new;
        match Batch::decode(record.value.unwrap_or_default()) {
            Ok(batch) => {
                let before = owned.detector.mixed_keys();
                let calibration = &mut self.calibration;
                let signals = owned.detector.apply(batch, &mut |pane| {
                    if is_new {
                        calibration.note(&pane);
                    }
                });
                owned.pending.extend(signals.into_iter().filter(|_| is_new));
                let mixed = owned.detector.mixed_keys() - before;
                self.note_mixed_keys(if is_new { mixed } else { 0 });
            }
            Err(error) => {
                self.unreadable += 1;
                let (partition, offset) = (record.partition.number, record.offset);
                tracing::error!(%error, partition, offset, "a record of counts was skipped");
            }
        }
    }
}

impl Stage for DetectStage {
    fn name(&self) -> &'static str {
        "detect"
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => self.take(partition.number, next),
            Event::Record(record) => self.fold(&record),
            Event::AtEnd { partition, next } => {
                if let Some(owned) = self.owned.get_mut(&partition.number) {
                    owned.next = owned.next.max(next);
                    owned.is_current = true;
                }
            }
            Event::Revoked { .. } => self.leaves = true,
            Event::Lost { partition } => {
                self.owned.remove(&partition.number);
                self.leaves = false;
            }
        }
    }

    /// Windows live in memory: a new owner folds everything after the snapshot, without one everything
    /// that the log still holds.
    fn reads_from(&self, partition: &Partition, _next: u64) -> u64 {
        let owned = self.owned.get(&partition.number);
        owned.map_or(0, |owned| owned.folded)
    }

    fn is_due(&self, _now: EventTime) -> bool {
        self.progressed || self.leaves
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        let name = &self.signals;
        let write = |record: &SignalRecord| match serde_json::to_vec(record) {
            Ok(value) => Some(Outgoing {
                name: Arc::clone(name),
                partition: Some(0),
                key: None,
                value: Some(value),
                headers: Vec::new(),
                timestamp: Some(now),
            }),
            Err(error) => {
                tracing::error!(%error, "a signal could not be written");
                None
            }
        };
        let pending = self.owned.values().flat_map(|owned| &owned.pending);
        let mut outputs: Vec<Outgoing> = pending.filter_map(write).collect();
        if let Some(keeper) = &mut self.keeper {
            let current = self.owned.iter().filter(|(_, owned)| owned.is_current);
            let detectors = current.map(|(&number, owned)| (number, &owned.detector, owned.next));
            let partitions = self.counts_partitions;
            let bytes = |detector: &Detector| detector.snapshot(partitions);
            outputs.extend(keeper.write(detectors, partitions, now, bytes));
        }
        outputs
    }

    fn done(&self) -> Vec<Position> {
        let position = |(&number, owned): (&u32, &Owned)| Position {
            partition: Partition {
                name: Arc::clone(&self.counts),
                number,
            },
            next: owned.next,
        };
        self.owned.iter().map(position).collect()
    }

    fn dropped(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            keeper.dropped();
        }
    }

    fn committed(&mut self) {
        self.progressed = false;
        self.leaves = false;
        self.note();
        for owned in self.owned.values_mut() {
            owned.pending.clear();
        }
        if let Some(keeper) = &mut self.keeper {
            keeper.committed();
        }
    }
}
