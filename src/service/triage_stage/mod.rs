//! Triage beside the log: signals in, alerts out.

use std::sync::Arc;

use super::action_stage::{action_place, refused_action};
use super::cap_chain::CapChain;
use super::stage::Stage;
use super::written::Written;
use crate::alert::{Alert, CloudEvent, Delivery, Rendering, UtcTime, cloud_event, heartbeat_event};
use crate::config::{Config, EventMode};
use crate::detect::SignalRecord;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;
use crate::triage::{Acted, Action, ActionRefusal, FactChecks, Revision, Status, Triage};

/// From one heartbeat to the next, wall time.
const HEARTBEAT_MS: i64 = 60_000;

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
    next: Option<u64>,
    pending: Vec<Revision>,
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

/// When heartbeats went out: the last that holds, the last that was given.
#[derive(Debug, Clone, Copy, Default)]
struct Beats {
    held: Option<EventTime>,
    given: Option<EventTime>,
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
        self.pending.clear();
        self.dead_letters.clear();
        self.progressed = false;
        self.leaves = false;
    }

    fn fold(&mut self, record: &Record<'_>) {
        // What an owner before has answered is folded for the memory of it, in silence.
        let is_new = self.next.is_none_or(|next| record.offset >= next);
        self.next = self.next.max(Some(record.offset.saturating_add(1)));
        self.folded = true;
        self.progressed |= is_new;
        let before = self.pending.len();
        if action_place(record).is_some() {
            self.act(record, is_new);
        } else {
            self.take(record, is_new);
        }
        if let Some(documents) = &mut self.documents {
            let told = self.pending.iter().skip(before);
            told.for_each(|revision| documents.hear(revision));
        }
        if !is_new {
            self.pending.truncate(before);
        }
    }

    fn take(&mut self, record: &Record<'_>, is_new: bool) {
        match serde_json::from_slice::<SignalRecord>(record.value.unwrap_or_default()) {
            Ok(signal) => {
                self.tally.signals += u64::from(matches!(signal, SignalRecord::Signal(_)));
                let before = self.pending.len();
                self.triage.apply(signal, &mut self.pending);
                let told = self.pending.iter().skip(before);
                let opened = told.filter(|told| is_new && told.status == Status::Opened);
                self.tally.incidents += opened.count() as u64;
            }
            Err(error) => {
                let offset = record.offset;
                tracing::error!(%error, offset, "a record of signals was skipped");
            }
        }
    }

    fn act(&mut self, record: &Record<'_>, is_new: bool) {
        let action = Action::decode(record.value.unwrap_or_default());
        let acted = action.and_then(|action| {
            let at = record.arrived_at;
            self.triage.act(action, at, &mut self.pending)
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
        let rested = |beats: &Beats| {
            let last = beats.held;
            last.is_none_or(|last| now.millis_since(last) >= HEARTBEAT_MS)
        };
        self.next.is_some() && !self.leaves && self.beats.as_ref().is_some_and(rested)
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

    fn write(&self, revision: &Revision, now: EventTime) -> Vec<Outgoing> {
        let alert = Alert::render(revision, &self.rendering);
        let delay_ms = now.millis_since(revision.signal.sent_at);
        let delivery = Delivery {
            delay_ms: (!revision.reason.is_by_people()).then_some(delay_ms),
            traceparent: None,
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

    fn visit(&mut self, event: Event<'_>) {
        match event {
            Event::Assigned { next, .. } => {
                self.forget();
                self.next = Some(next);
            }
            Event::Record(record) => self.fold(&record),
            Event::AtEnd { next, .. } => self.next = self.next.map(|old| old.max(next)),
            Event::Revoked { .. } => self.leaves = true,
            Event::Lost { .. } => self.forget(),
        }
    }

    /// Open incidents live in memory, so a new owner folds every signal that the log still holds.
    fn reads_from(&self, _partition: &Partition, _next: u64) -> u64 {
        0
    }

    fn is_due(&self, now: EventTime) -> bool {
        self.progressed || self.leaves || self.beats_at(now)
    }

    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing> {
        let alerts = self.pending.iter();
        let mut outputs: Vec<Outgoing> = alerts
            .flat_map(|revision| self.write(revision, now))
            .chain(self.dead_letters.iter().cloned())
            .collect();
        if self.beats_at(now) {
            let event = self.heartbeat(now);
            outputs.extend(event.and_then(|event| self.outgoing(event, now)).ok());
            self.beats = self.beats.map(|beats| Beats {
                given: Some(now),
                ..beats
            });
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

    fn committed(&mut self) {
        self.sent
            .extend(self.pending.drain(..).map(|told| Written::of(&told)));
        self.dead_letters.clear();
        self.beats = self.beats.map(|beats| Beats {
            held: beats.given.or(beats.held),
            ..beats
        });
        self.progressed = false;
        self.leaves = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// A fold that begins anew must not meet what arrived since: a process that has just started does not.
    #[test]
    fn fact_checks_that_were_used_do_not_outlive_the_tenure() {
        let config = Arc::new(Config::built_in().unwrap());
        let rendering = crate::alert::tests::rendering(config.privacy.evidence);
        let checks = || Some(FactChecks::new(&config.claims));
        let mut stage = TriageStage::new(Arc::clone(&config), rendering);
        assert!(!stage.needs_fact_checks(), "nothing is compared");
        let partition = Partition {
            name: Arc::clone(&stage.signals),
            number: 0,
        };
        let assigned = Event::Assigned {
            partition: &partition,
            next: 0,
        };
        stage.use_fact_checks(checks());
        stage.visit(assigned);
        assert!(!stage.needs_fact_checks(), "those of the start are fresh");
        stage.visit(Event::Record(Record {
            partition: &partition,
            offset: 0,
            arrived_at: EventTime::from_millis(0),
            key: None,
            value: Some(b"{}"),
            headers: &[],
        }));
        stage.visit(Event::Lost {
            partition: &partition,
        });
        assert!(stage.needs_fact_checks());
        stage.use_fact_checks(checks());
        assert!(!stage.needs_fact_checks());
    }
}
