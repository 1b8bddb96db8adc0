//! Takes actions of people to their Kafka topic: for the page and the command line.
//!
//! In: actions, from any thread. Out: records of `actions`, or why one is not there.
//! Rule: well only when the brokers have acknowledged it; few wait at a time, the next is told to come again.
//! Not here: what becomes of an action (`triage`); the answer is the alert that names its id.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Config;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing};
use crate::triage::{Action, ActionSink, Unsent};

/// Actions that wait for the brokers at a time.
const WAITING_MAX: usize = 16;

/// Writes actions. The client is started by the first of them.
pub struct ActionWriter {
    settings: KafkaSettings,
    replication_factor: u16,
    name: Arc<str>,
    log: Mutex<Option<KafkaLog>>,
    waiting: AtomicUsize,
}

impl ActionWriter {
    /// A writer to the Kafka topic of `config`.
    pub fn new(config: &Config) -> Self {
        Self {
            settings: KafkaSettings::new(&config.kafka),
            replication_factor: config.kafka.replication_factor,
            name: config.kafka.actions.as_str().into(),
            log: Mutex::new(None),
            waiting: AtomicUsize::new(0),
        }
    }

    fn connect(&self) -> Result<KafkaLog, LogError> {
        let catalogue = Catalogue::connect(&self.settings, self.replication_factor)?;
        let name = &self.name;
        if catalogue.partition_counts(&[name])?.first() == Some(&None) {
            return Err(LogError::Fatal {
                operation: "looking for the Kafka topic of actions",
                detail: format!(
                    "{name} does not exist, or this client's user may not see it: create it with `kentongan topics \
                     --create`, or give the user the right to write it (docs/security.md)"
                ),
            });
        }
        let subscription = Subscription {
            stage: "act".into(),
            names: Vec::new(),
        };
        KafkaLog::connect(&self.settings, &subscription)
    }

    fn write(&self, record: Outgoing) -> Result<(), LogError> {
        let mut held = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let log = match &mut *held {
            Some(log) => log,
            empty => empty.insert(self.connect()?),
        };
        log.begin()?;
        let written = log.append(record).and_then(|()| log.commit(&[]));
        if written.is_err() {
            log.abort()?;
        }
        written
    }
}

impl ActionSink for ActionWriter {
    fn send(&self, action: &Action) -> Result<(), Unsent> {
        let unsent = |detail: String| Unsent { detail };
        let record = action
            .encode()
            .map_err(|refused| unsent(refused.to_string()))?;
        let waiting = self.waiting.fetch_add(1, Ordering::AcqRel);
        let written = if waiting < WAITING_MAX {
            self.write(Outgoing {
                name: Arc::clone(&self.name),
                partition: None,
                key: Some(action.incident.clone().into_bytes()),
                value: Some(record),
                headers: Vec::new(),
                timestamp: None,
            })
            .map_err(|error| {
                let id = &action.id;
                unsent(format!(
                    "{error}. Try again with the same id ({id}): an action that arrived after all counts once"
                ))
            })
        } else {
            Err(unsent(format!(
                "{WAITING_MAX} actions wait for the brokers already: try again when Kafka answers"
            )))
        };
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        written
    }
}
