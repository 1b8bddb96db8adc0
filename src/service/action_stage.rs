//! Puts actions of people among the signals: there they have one order, which every fold repeats.
//!
//! In: records of `actions`. Out: the same records in `signals`, each with its place in a header; dead letters.
//! Rule: byte for byte. What is no action never gets among the signals. Its time is that of the record in
//! `signals`, which this process writes: an officer's clock decides nothing.
//! Not here: what an action changes (`triage`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dead_letters::dead_letter;
use super::stage::Stage;
use crate::config::Config;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;
use crate::triage::{Action, ActionRefusal, RefusedAction};

/// The header that makes a record of `signals` an action: partition and offset in `actions`.
const PLACE: &str = "x-kentongan-action";

/// Where the action `record` of `signals` stands in `actions`; `None`: it is a signal.
pub fn action_place(record: &Record<'_>) -> Option<(u32, u64)> {
    let place = record.headers.iter().find(|(name, _)| name == PLACE);
    let (partition, offset) = std::str::from_utf8(&place?.1).ok()?.split_once('@')?;
    Some((partition.parse().ok()?, offset.parse().ok()?))
}

/// The dead letter of an action that triage refused, as if it had stood in `actions`.
pub(super) fn refused_action(
    actions: &Arc<str>,
    record: &Record<'_>,
    refused: &RefusedAction,
) -> Option<Outgoing> {
    let (number, offset) = action_place(record)?;
    let partition = Partition {
        name: Arc::clone(actions),
        number,
    };
    let own = record.headers.iter().filter(|(name, _)| name != PLACE);
    let headers: Vec<_> = own.cloned().collect();
    let record = Record {
        partition: &partition,
        offset,
        headers: &headers,
        ..*record
    };
    Some(dead_letter(
        &record,
        refused.reason.as_str(),
        &refused.detail,
    ))
}

/// The stage. Processes share the partitions of `actions`.
pub struct ActionStage {
    actions: Arc<str>,
    signals: Arc<str>,
    next: BTreeMap<u32, u64>,
    progressed: bool,
    leaving: Vec<u32>,
    pending: Vec<Outgoing>,
    refused: Vec<ActionRefusal>,
}

impl ActionStage {
    /// A stage that owns nothing yet.
    pub fn new(config: &Config) -> Self {
        Self {
            actions: config.kafka.actions.as_str().into(),
            signals: config.kafka.signals.as_str().into(),
            next: BTreeMap::new(),
            progressed: false,
            leaving: Vec::new(),
            pending: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Records that were refused since the last call.
    pub fn take_refused(&mut self) -> Vec<ActionRefusal> {
        std::mem::take(&mut self.refused)
    }

    fn take(&mut self, record: &Record<'_>) {
        self.progressed = true;
        let number = record.partition.number;
        self.next.insert(number, record.offset.saturating_add(1));
        let value = record.value.unwrap_or_default();
        self.pending.push(match Action::decode(value) {
            Ok(_) => Outgoing {
                name: Arc::clone(&self.signals),
                partition: Some(0),
                key: record.key.map(<[u8]>::to_vec),
                value: Some(value.to_vec()),
                headers: vec![(
                    PLACE.to_owned(),
                    format!("{number}@{}", record.offset).into_bytes(),
                )],
                timestamp: None,
            },
            Err(refused) => {
                self.refused.push(refused.reason);
                dead_letter(record, refused.reason.as_str(), &refused.detail)
            }
        });
    }

    fn forget(&mut self) {
        self.next.clear();
        self.leaving.clear();
        self.pending.clear();
        self.progressed = false;
    }
}

impl Stage for ActionStage {
    fn name(&self) -> &'static str {
        "actions"
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => {
                self.next.insert(partition.number, next);
            }
            Event::Record(record) => self.take(&record),
            Event::AtEnd { .. } => {}
            Event::Revoked { partition } => self.leaving.push(partition.number),
            // The next owner reads them again.
            Event::Lost { .. } => self.forget(),
        }
    }

    fn is_due(&self, _now: EventTime) -> bool {
        self.progressed || !self.leaving.is_empty()
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        let mut outputs = self.pending.clone();
        for output in &mut outputs {
            if output.name == self.signals {
                output.timestamp = Some(now);
            }
        }
        outputs
    }

    fn done(&self) -> Vec<Position> {
        let position = |(&number, &next): (&u32, &u64)| Position {
            partition: Partition {
                name: Arc::clone(&self.actions),
                number,
            },
            next,
        };
        self.next.iter().map(position).collect()
    }

    fn committed(&mut self) {
        self.progressed = false;
        self.pending.clear();
        for partition in self.leaving.drain(..) {
            self.next.remove(&partition);
        }
    }
}
