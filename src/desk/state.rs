//! What every handler shares.

use std::sync::{Arc, PoisonError, RwLock};

use prometheus::Registry;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::rising::{Rising, RisingTopics};
use super::row::Row;
use super::{CapDocuments, EventLog, FeedHealth, Feeds, Health, ReadModel, Trials};
use crate::alert::{Alert, UtcTime};
use crate::metrics::{Limit, Metrics};
use crate::post::EventTime;
use crate::triage::ActionSink;

/// Wall time, as the service reads it.
pub type Clock = Arc<dyn Fn() -> EventTime + Send + Sync>;

/// What bounds the desk's memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Incidents in the list.
    pub incidents: usize,
    /// Revisions of incidents that are kept in full, for looking back.
    pub revisions: usize,
    /// Events that a page may have missed.
    pub events: usize,
    /// Pages that are connected live.
    pub clients: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            incidents: 500,
            revisions: 5_000,
            events: 1_000,
            clients: 500,
        }
    }
}

/// The state behind the page.
pub struct Desk {
    pub(super) health: Arc<Health>,
    pub(super) incidents: ReadModel,
    pub(super) events: EventLog,
    pub(super) clients: Arc<Semaphore>,
    pub(super) metrics: Metrics,
    pub(super) registry: Registry,
    pub(super) clock: Clock,
    feeds: RwLock<Feeds>,
    pub(super) documents: Option<CapDocuments>,
    pub(super) rising: RisingTopics,
    pub(super) actions: Option<Arc<dyn ActionSink>>,
    pub(super) trials: Option<Arc<dyn Trials>>,
    pub(super) trial_place: Arc<Semaphore>,
}

#[derive(Serialize)]
struct Snapshot {
    at: UtcTime,
    incidents: Vec<Row>,
    feeds: Vec<FeedHealth>,
}

impl Desk {
    /// An empty desk. `registry` is the one that `metrics` was built on.
    pub fn new(
        limits: Limits,
        health: Arc<Health>,
        registry: Registry,
        metrics: Metrics,
        clock: Clock,
    ) -> Self {
        let began = clock();
        Self {
            health,
            incidents: ReadModel::new(limits.incidents, limits.revisions),
            events: EventLog::new(limits.events, began),
            clients: Arc::new(Semaphore::new(limits.clients)),
            metrics,
            registry,
            clock,
            feeds: RwLock::new(Feeds {
                at: UtcTime::new(began),
                feeds: Vec::new(),
            }),
            documents: None,
            rising: RisingTopics::default(),
            actions: None,
            trials: None,
            trial_place: Arc::new(Semaphore::new(1)),
        }
    }

    /// The same, with documents of the Common Alerting Protocol at `/cap`.
    #[must_use]
    pub fn with_documents(self, documents: CapDocuments) -> Self {
        Self {
            documents: Some(documents),
            ..self
        }
    }

    /// The same, where people can act: what they do goes to `sink`.
    #[must_use]
    pub fn with_actions(self, sink: Arc<dyn ActionSink>) -> Self {
        Self {
            actions: Some(sink),
            ..self
        }
    }

    /// The same, where watch topics can be tried.
    #[must_use]
    pub fn with_trials(self, trials: Arc<dyn Trials>) -> Self {
        Self {
            trials: Some(trials),
            ..self
        }
    }

    /// Takes in one alert and tells every page, if it brings something new.
    pub fn apply(&self, alert: Alert) {
        let dropped = self.incidents.dropped();
        let row = self.incidents.apply(alert);
        let now_dropped = self.incidents.dropped() - dropped;
        self.metrics.count_limit(Limit::DeskIncidents, now_dropped);
        if let Some(row) = row {
            self.events.publish("incident", json(&row));
        }
    }

    /// States the time and the feeds. The service calls this every two seconds: a page that hears
    /// nothing for five says that it is late.
    pub fn tick(&self, now: EventTime, feeds: Vec<FeedHealth>) {
        let at = UtcTime::new(now);
        self.rising.tick();
        let feeds = Feeds { at, feeds };
        self.events.mention("tick", json(&feeds));
        *self.feeds.write().unwrap_or_else(PoisonError::into_inner) = feeds;
    }

    /// Takes in what a partition states to be rising at `at`.
    pub fn rise(&self, partition: u32, at: EventTime, topics: Vec<Rising>) {
        self.rising.state(partition, UtcTime::new(at), topics);
    }

    /// Every incident that is shown, the most urgent first.
    pub fn rows(&self) -> Vec<Row> {
        self.incidents.rows()
    }

    /// What is rising, the nearest to its critical count first.
    pub fn nearest(&self) -> Vec<Rising> {
        self.rising.now().topics
    }

    /// Ends the live streams, so that the server can stop.
    pub fn close(&self) {
        self.events.close();
    }

    /// The feeds at the last tick.
    pub(super) fn feeds(&self) -> Feeds {
        self.feeds
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The whole state, as a page needs it to begin.
    pub(super) fn snapshot(&self) -> Arc<str> {
        json(&Snapshot {
            at: UtcTime::new((self.clock)()),
            incidents: self.incidents.rows(),
            feeds: self.feeds().feeds,
        })
    }
}

/// Every type here is plain data, which `serde_json` always writes.
fn json(value: &impl Serialize) -> Arc<str> {
    serde_json::to_string(value)
        .unwrap_or_else(|_| "null".to_owned())
        .into()
}
