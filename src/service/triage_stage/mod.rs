//! Triage beside the log: signals in, alerts out.
//!
//! In: records of `signals`. Out: alerts, their CAP documents, dead letters of actions, snapshots.
//! Rule: what an owner before has answered is folded in silence.
//! Not here: what is told (`triage`), how it is written (`alert`).

mod beats;
mod kept;
mod pending;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::alert::{
    Alert, CloudEvent, Delivery, Rendering, TraceIds, UtcTime, cloud_event, heartbeat_event,
};
use crate::config::{Config, EventMode};
use crate::detect::SignalRecord;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;
use crate::service::action_stage::{action_place, refused_action};
use crate::service::cap_chain::CapChain;
use crate::service::keeper::Keeper;
use crate::service::stage::Stage;
use crate::service::written::Written;
use crate::triage::{Acted, Action, ActionRefusal, FactChecks, Revision, Status, Triage};
use beats::Beats;
pub(in crate::service) use kept::Beside;
use pending::Pending;

/// The third stage. It owns the one partition of `signals`, or nothing.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states of one thing"
)]
pub struct TriageStage {
    config: Arc<Config>,
    rendering: Rendering,
    signals: Arc<str>,
    actions: Arc<str>,
    alerts: Arc<str>,
    triage: Triage,
    /// Whether fact-checks are compared with at all.
    compares: bool,
    /// Whether a signal was folded since it owns the partition.
    folded: bool,
    /// Up to here everything was answered, by this owner or one before.
    next: Option<u64>,
    /// Where it has to begin to read.
    begins: u64,
    /// Whether everything before `next` was folded.
    is_current: bool,
    keeper: Option<Keeper>,
    pending: Vec<Pending>,
    dead_letters: Vec<Outgoing>,
    acted: Vec<Result<Acted, ActionRefusal>>,
    progressed: bool,
    leaves: bool,
    beats: Option<Beats>,
    documents: Option<CapChain>,
    tally: Tally,
    sent: Vec<Written>,
    turned_away: u64,
}

/// What triage has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Signals, ticks not among them.
    pub signals: u64,
    /// Incidents that were opened.
    pub incidents: u64,
}

impl TriageStage {
    /// A stage that owns nothing yet.
    pub fn new(config: Arc<Config>, rendering: Rendering) -> Self {
        Self {
            rendering,
            signals: config.kafka.signals.as_str().into(),
            actions: config.kafka.actions.as_str().into(),
            alerts: config.kafka.alerts.as_str().into(),
            triage: Triage::new(&config),
            config,
            compares: false,
            folded: false,
            next: None,
            begins: 0,
            is_current: false,
            keeper: None,
            pending: Vec::new(),
            dead_letters: Vec::new(),
            acted: Vec::new(),
            progressed: false,
            leaves: false,
            beats: None,
            documents: None,
            tally: Tally::default(),
            sent: Vec::new(),
            turned_away: 0,
        }
    }

    /// Writes each revision as a CAP document too, where one is asked for.
    #[must_use]
    pub fn with_cap_documents(mut self) -> Self {
        self.documents = CapChain::new(&self.config.alert.cap_topic);
        self
    }

    /// Writes a heartbeat a minute among the alerts, as long as it owns the signals.
    #[must_use]
    pub fn with_heartbeat(mut self) -> Self {
        self.beats = Some(Beats::default());
        self
    }

    /// With snapshots.
    #[must_use]
    pub fn with_keeper(mut self, keeper: Keeper) -> Self {
        self.keeper = Some(keeper);
        self
    }

    /// Compares the posts of incidents with `checks` from now on.
    pub fn use_fact_checks(&mut self, checks: Option<FactChecks>) {
        self.compares = checks.is_some();
        self.triage.use_fact_checks(checks);
    }

    /// Whether it needs fact-checks anew: it begins to fold from the first signal again, and the ones that it
    /// had have gone on with the signals since.
    pub fn needs_fact_checks(&mut self) -> bool {
        self.compares && self.triage.fact_checks().is_none()
    }

    /// The fact-checks, if any are compared with.
    pub fn fact_checks(&mut self) -> Option<&mut FactChecks> {
        self.triage.fact_checks()
    }

    /// What it has seen so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The revisions of the last commit, unless they were taken already.
    pub fn take_sent(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.sent)
    }

    /// The fold.
    pub fn triage(&self) -> &Triage {
        &self.triage
    }

    /// What became of actions since the last call.
    pub fn take_acted(&mut self) -> Vec<Result<Acted, ActionRefusal>> {
        std::mem::take(&mut self.acted)
    }

    /// Signals that found no room since the last call.
    pub fn take_turned_away(&mut self) -> u64 {
        let now = self.triage.turned_away();
        now.saturating_sub(std::mem::replace(&mut self.turned_away, now))
    }

    /// The Kafka topic of the alerts.
    pub fn alerts(&self) -> Arc<str> {
        Arc::clone(&self.alerts)
    }

    /// Owns nothing any more; fact-checks that were used do not stay.
    fn forget(&mut self) {
        let unused = self.triage.take_fact_checks().filter(|_| !self.folded);
        self.triage = Triage::new(&self.config);
        self.triage.use_fact_checks(unused);
        self.folded = false;
        self.documents.iter_mut().for_each(CapChain::forget);
        self.next = None;
        self.begins = 0;
        self.is_current = false;
        self.pending.clear();
        self.dead_letters.clear();
        self.progressed = false;
        self.leaves = false;
    }

    /// Begins to own the partition, with what the newest snapshot knows of it.
    fn own(&mut self, number: u32, next: u64) {
        self.forget();
        self.next = Some(next);
        let (config, documents) = (&self.config, self.documents.is_some());
        let restore = |bytes: &[u8]| kept::restore(config, documents, bytes);
        let keeper = self.keeper.as_mut();
        let loaded = keeper.and_then(|keeper| keeper.load(number, next, restore));
        if let Some(((mut triage, told), folded)) = loaded {
            triage.use_fact_checks(self.triage.take_fact_checks());
            self.triage = triage;
            if let (Some(documents), Some(told)) = (&mut self.documents, told) {
                documents.take_up(told);
            }
            self.begins = folded;
        }
        self.is_current = self.begins == next;
    }

    fn fold(&mut self, record: &Record<'_>) {
        // What an owner before has answered is folded for the memory of it, in silence.
        let is_new = self.next.is_none_or(|next| record.offset >= next);
        let after = record.offset.saturating_add(1);
        self.is_current |= self.next.is_none_or(|next| after >= next);
        self.next = self.next.max(Some(after));
        self.folded = true;
        self.progressed |= is_new;
        let mut told = Vec::new();
        if action_place(record).is_some() {
            self.act(record, is_new, &mut told);
        } else {
            self.take(record, &mut told);
        }
        if let Some(documents) = &mut self.documents {
            for revision in &told {
                documents.hear(revision);
            }
        }
        if is_new {
            let opened = told.iter().filter(|told| told.status == Status::Opened);
            self.tally.incidents += opened.count() as u64;
            let noticed_at = record.arrived_at;
            let pending = told.into_iter().map(|revision| Pending {
                revision,
                noticed_at,
            });
            self.pending.extend(pending);
        }
    }

    fn take(&mut self, record: &Record<'_>, told: &mut Vec<Revision>) {
        match serde_json::from_slice::<SignalRecord>(record.value.unwrap_or_default()) {
            Ok(signal) => {
                self.tally.signals += u64::from(matches!(signal, SignalRecord::Signal(_)));
                self.triage.apply(signal, told);
            }
            Err(error) => {
                let offset = record.offset;
                tracing::error!(%error, offset, "a record of signals was skipped");
            }
        }
    }

    fn act(&mut self, record: &Record<'_>, is_new: bool, told: &mut Vec<Revision>) {
        let action = Action::decode(record.value.unwrap_or_default());
        let acted = action.and_then(|action| {
            let at = record.arrived_at;
            self.triage.act(action, at, told)
        });
        if !is_new {
            return;
        }
        if let Err(refused) = &acted {
            let letter = refused_action(&self.actions, record, refused);
            self.dead_letters.extend(letter);
        }
        self.acted.push(acted.map_err(|refused| refused.reason));
    }

    fn beats_at(&self, now: EventTime) -> bool {
        let is_due = self.beats.is_some_and(|beats| beats.is_due(now));
        self.next.is_some() && !self.leaves && is_due
    }

    fn heartbeat(&self, now: EventTime) -> Result<CloudEvent, serde_json::Error> {
        let open = u32::try_from(self.triage.open_incidents()).unwrap_or(u32::MAX);
        let at = UtcTime::new(self.triage.passed());
        heartbeat_event(at, UtcTime::new(now), open, &self.rendering)
    }

    fn outgoing(&self, event: CloudEvent, now: EventTime) -> Result<Outgoing, serde_json::Error> {
        let event = match self.config.alert.cloudevents {
            EventMode::Binary => event,
            EventMode::Structured => event.structured()?,
        };
        Ok(Outgoing {
            name: Arc::clone(&self.alerts),
            partition: None,
            key: Some(event.key.clone().into_bytes()),
            headers: event.kafka_headers(),
            value: Some(event.body),
            timestamp: Some(now),
        })
    }

    /// Whether spans of what it writes are recorded.
    fn is_traced(&self) -> bool {
        !self.config.traces.endpoint.is_empty()
    }

    fn write(&self, revision: &Revision, now: EventTime) -> Vec<Outgoing> {
        let alert = Alert::render(revision, &self.rendering);
        let delay_ms = now.millis_since(revision.signal.sent_at);
        let delivery = Delivery {
            delay_ms: (!revision.reason.is_by_people()).then_some(delay_ms),
            traceparent: self.is_traced().then(|| {
                let ids = TraceIds::of(&alert.incident, &alert.id);
                ids.traceparent(true)
            }),
        };
        let event = cloud_event(&alert, &self.rendering.source, &delivery);
        let written = event.and_then(|event| self.outgoing(event, now));
        let written = written.inspect_err(|error| {
            tracing::error!(%error, incident = revision.incident, "an alert was not written");
        });
        let documents = self.documents.as_ref();
        let document = documents.map(|documents| documents.write(&alert, &self.rendering, now));
        written.into_iter().chain(document).collect()
    }
}

impl Stage for TriageStage {
    fn name(&self) -> &'static str {
        "triage"
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => self.own(partition.number, next),
            Event::Record(record) => self.fold(&record),
            Event::AtEnd { next, .. } => {
                self.next = self.next.map(|old| old.max(next));
                self.is_current = true;
            }
            Event::Revoked { .. } => self.leaves = true,
            Event::Lost { .. } => self.forget(),
        }
    }

    /// Open incidents live in memory: a new owner folds everything after the snapshot, without one every
    /// signal that the log still holds.
    fn reads_from(&self, _partition: &Partition, _next: u64) -> u64 {
        self.begins
    }

    fn is_due(&self, now: EventTime) -> bool {
        self.progressed || self.leaves || self.beats_at(now)
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        let alerts = self.pending.iter();
        let mut outputs: Vec<Outgoing> = alerts
            .flat_map(|pending| self.write(&pending.revision, now))
            .chain(self.dead_letters.iter().cloned())
            .collect();
        if self.beats_at(now) {
            let event = self.heartbeat(now);
            outputs.extend(event.and_then(|event| self.outgoing(event, now)).ok());
            self.beats.iter_mut().for_each(|beats| beats.give(now));
        }
        if let (Some(keeper), Some(next)) = (&mut self.keeper, self.next) {
            let told = self.documents.as_ref().map(CapChain::messages);
            let state = self.is_current.then_some((0, &self.triage, next));
            let bytes = |triage: &Triage| triage.snapshot(&told);
            outputs.extend(keeper.write(state.into_iter(), 1, now, bytes));
        }
        outputs
    }

    fn done(&self) -> Vec<Position> {
        let partition = Partition {
            name: Arc::clone(&self.signals),
            number: 0,
        };
        self.next
            .map(|next| Position { partition, next })
            .into_iter()
            .collect()
    }

    fn dropped(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            keeper.dropped();
        }
    }

    fn committed(&mut self) {
        let pending = self.pending.drain(..);
        self.sent.extend(pending.map(Pending::written));
        self.dead_letters.clear();
        self.beats.iter_mut().for_each(Beats::hold);
        self.progressed = false;
        self.leaves = false;
        if let Some(keeper) = &mut self.keeper {
            keeper.committed();
        }
    }
}
