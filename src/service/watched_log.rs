//! A log on Kafka whose failures, lag and standing partitions are metrics.
//!
//! In: what a stage asks of its log. Out: the same, counted.
//! Rule: nothing is changed on the way; an error is counted once, where it comes out.
//! Not here: what to do about an error (`stage`, `run`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::watchdog::Watchdog;
use crate::config::Kafka;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Ending, Event, Log, LogError, Outgoing, Partition, Position};
use crate::metrics::{ErrorClass, Metrics, Operation};
use crate::post::EventTime;

/// The log of one stage.
pub(super) struct WatchedLog {
    stage: Arc<str>,
    log: KafkaLog,
    metrics: Metrics,
    /// Partitions whose lag is stated.
    stated: BTreeSet<Partition>,
    watchdog: Watchdog,
    troubles: u64,
}

impl WatchedLog {
    /// Joins the group and starts the producer.
    pub(super) fn connect(
        config: &Kafka,
        settings: &KafkaSettings,
        subscription: &Subscription,
        metrics: &Metrics,
    ) -> Result<Self, LogError> {
        let log = KafkaLog::connect(settings, subscription);
        Ok(Self {
            stage: Arc::clone(&subscription.stage),
            log: counted(metrics, Operation::Connect, log)?,
            metrics: metrics.clone(),
            stated: BTreeSet::new(),
            watchdog: Watchdog::new(config.standing_after_ms),
            troubles: 0,
        })
    }

    /// Whether the group has ever said which partitions are this member's.
    pub(super) fn has_joined(&self) -> bool {
        self.log.has_joined()
    }

    /// States the lag of what is owned, and counts what the client mended by itself.
    /// Whether a partition stands.
    pub(super) fn observe(&mut self, now: EventTime) -> bool {
        let lag = self.log.lag();
        for (at, records) in &lag {
            let Partition { name, number } = &at.partition;
            self.metrics.set_lag(&self.stage, name, *number, *records);
        }
        let standing = self.watchdog.look(&lag, now);
        self.metrics.set_standing(&self.stage, standing.len());
        for at in standing.iter().filter(|at| at.is_news) {
            let (name, partition) = (&at.partition.name, at.partition.number);
            let (next, waiting, stood_ms) = (at.next, at.waiting, at.stood_ms);
            tracing::error!(
                stage = &*self.stage,
                %name,
                partition,
                next,
                waiting,
                stood_ms,
                "records wait and none is read"
            );
        }
        let owned: BTreeSet<Partition> = lag.into_iter().map(|(at, _)| at.partition).collect();
        for gone in self.stated.difference(&owned) {
            self.metrics
                .forget_lag(&self.stage, &gone.name, gone.number);
        }
        self.stated = owned;
        let troubles = self.log.troubles();
        self.metrics.count_log_errors(
            Operation::Poll,
            ErrorClass::Transient,
            troubles - self.troubles,
        );
        self.troubles = troubles;
        !standing.is_empty()
    }

    /// Leaves the group within `deadline`.
    pub(super) fn close(self, deadline: Duration) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Close, self.log.close(deadline))
    }
}

impl Log for WatchedLog {
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Poll, self.log.poll(wait, visit))
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Seek, self.log.seek(position))
    }

    fn begin(&mut self) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Commit, self.log.begin())
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Append, self.log.append(record))
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        counted(&self.metrics, Operation::Commit, self.log.commit(done))
    }

    fn is_open(&self) -> bool {
        self.log.is_open()
    }

    fn abort(&mut self) -> Result<Ending, LogError> {
        counted(&self.metrics, Operation::Commit, self.log.abort())
    }
}

fn counted<T>(
    metrics: &Metrics,
    operation: Operation,
    result: Result<T, LogError>,
) -> Result<T, LogError> {
    if let Err(error) = &result {
        let class = if error.is_transient() {
            ErrorClass::Transient
        } else {
            ErrorClass::Fatal
        };
        metrics.count_log_errors(operation, class, 1);
    }
    result
}
