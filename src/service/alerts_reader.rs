//! Reads every alert that the log holds, and what is rising, for the page and for whoever wants to be told.
//!
//! In: the Kafka topics of the alerts and of the pulse. Out: the desk's read model.
//! Rule: the group is this process's own and commits nothing: the page of every replica shows the same.
//! The process is not ready before all alerts that were there at the start are read.
//! Not here: what the page shows (`desk`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};

use super::RenderingError;
use super::names::Names;
use super::observe;
use super::run::{CLOSE, OnAlert, PAUSE, POLL, ServiceError, Shared, spawn};
use super::situation::Situation;
use crate::alert::{Alert, Words, topic_title};
use crate::desk::{Desk, Latch, Rising};
use crate::detect::Pulse;
use crate::log::kafka::{KafkaLog, Subscription};
use crate::log::{Event, Log, LogError, Record};
use crate::post::EventTime;

/// From one statement of the situation in metrics to the next, milliseconds.
const SITUATION_MS: i64 = 5_000;

/// Starts the thread.
pub(super) fn spawn_reader(
    shared: &Arc<Shared>,
    desk: &Arc<Desk>,
    on_alert: OnAlert,
    has_pulse: bool,
) -> Result<JoinHandle<()>, ServiceError> {
    let latch = shared.health.latch();
    let words = Words::built_in().map_err(RenderingError::from)?;
    let names = Names::built_in(&words).map_err(RenderingError::from)?;
    let mut reader = Reader {
        desk: Arc::clone(desk),
        on_alert,
        pulse: has_pulse.then(|| shared.config.kafka.pulse.clone()),
        words,
        names,
    };
    let shared = Arc::clone(shared);
    spawn("alerts", move || {
        if let Err(error) = read(&shared, &mut reader, latch) {
            shared.end(Err(error.into()));
        }
    })
}

/// What is made of a record.
struct Reader {
    desk: Arc<Desk>,
    on_alert: OnAlert,
    /// The Kafka topic of the pulse, if there is one.
    pulse: Option<String>,
    words: Words,
    names: Names,
}

impl Reader {
    fn take(&mut self, record: &Record<'_>) {
        let value = record.value.unwrap_or_default();
        if self.pulse.as_deref() == Some(&*record.partition.name) {
            if let Ok(pulse) = serde_json::from_slice::<Pulse>(value) {
                self.rise(pulse);
            }
        } else if let Some(alert) = Alert::decode(value) {
            (self.on_alert)(&alert);
            self.desk.apply(alert);
        }
    }

    fn rise(&self, pulse: Pulse) {
        let at = EventTime::from_millis(pulse.at_ms);
        let topics = pulse.topics.into_iter().map(|one| Rising {
            title: topic_title(&one.topic, &self.words, &self.names),
            topic: one.topic,
            kind: one.kind,
            window: one.window,
            observed: one.observed,
            expected: one.expected,
            critical: one.critical,
            open: one.open,
        });
        self.desk.rise(pulse.partition, at, topics.collect());
    }
}

fn read(shared: &Shared, reader: &mut Reader, latch: Latch) -> Result<(), LogError> {
    let mut names = vec![shared.config.kafka.alerts.as_str().into()];
    names.extend(reader.pulse.as_deref().map(Arc::from));
    let stage = format!("desk-{}", shared.settings.member).into();
    let mut log = KafkaLog::connect(&shared.settings, &Subscription { stage, names })?;
    let mut latch = Some(latch);
    let mut at_end = BTreeMap::new();
    let mut told = None;
    let situation = Situation::new();
    let mut shown = None;
    while !shared.is_stopping() {
        let now = (shared.clock)();
        let polled = log.poll(POLL, &mut |event| match event {
            Event::Assigned { partition, .. } => {
                at_end.insert(partition.clone(), false);
            }
            Event::AtEnd { partition, .. } => {
                at_end.insert(partition.clone(), true);
            }
            Event::Record(record) => reader.take(&record),
            Event::Revoked { .. } | Event::Lost { .. } => {}
        });
        match polled {
            Ok(()) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the reader of alerts tries again");
                thread::park_timeout(PAUSE);
            }
            Err(error) => return Err(error),
        }
        if !at_end.is_empty() && at_end.values().all(|&at_end| at_end) {
            latch.take();
        }
        if told.is_none_or(|told| now.millis_since(told) >= 1_000) {
            told = Some(now);
            let feeds = shared.feeds.read().unwrap_or_else(PoisonError::into_inner);
            reader.desk.tick(
                now,
                observe::feed_health(&shared.config, &feeds, &shared.metrics, now),
            );
        }
        // Scrapes are further apart than ticks, and copying the rows is not for nothing.
        if shown.is_none_or(|shown| now.millis_since(shown) >= SITUATION_MS) {
            shown = Some(now);
            situation.show(&reader.desk, &shared.metrics);
        }
    }
    reader.desk.close();
    if let Err(error) = log.close(CLOSE) {
        tracing::warn!(%error, "the reader of alerts did not close");
    }
    Ok(())
}
