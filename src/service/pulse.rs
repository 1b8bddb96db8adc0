//! What is rising, on its way from detect to the pages: a Kafka topic that is kept for an hour.
//!
//! In: detectors, every ten seconds. Out: a record for each partition of `counts`.
//! Rule: beside the transactions and in a thread of its own: a broker that is slow to take it, or has no
//! such Kafka topic, never holds detection up. What finds no place is dropped and counted.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use super::clock::Stopwatch;
use super::detect_stage::DetectStage;
use super::run::{CLOSE, POLL, ServiceError, Shared, spawn};
use crate::config::Delivery;
use crate::detect::Pulse;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing};
use crate::metrics::Limit;

/// From one statement to the next, seconds of wall time.
const INTERVAL_S: u64 = 10;
/// Statements that may wait: one for each partition of a process that owns many.
pub(super) const QUEUE: usize = 64;

/// Asks the detectors, now and then.
pub(super) struct PulseTeller {
    sender: SyncSender<Pulse>,
    told: Stopwatch,
}

/// Starts the thread that writes.
pub(super) fn spawn_writer(
    shared: &Arc<Shared>,
) -> Result<(PulseTeller, JoinHandle<()>), ServiceError> {
    let (sender, receiver) = sync_channel(QUEUE);
    let shared = Arc::clone(shared);
    let thread = spawn("pulse", move || {
        if let Err(error) = write(&shared, &receiver) {
            tracing::warn!(%error, "pages are no longer told what is rising");
        }
    })?;
    let told = Stopwatch::start();
    Ok((PulseTeller { sender, told }, thread))
}

impl PulseTeller {
    /// Tells what is rising, if it is time.
    pub(super) fn tell(&mut self, shared: &Shared, stage: &DetectStage) {
        if self.told.elapsed().as_secs() < INTERVAL_S {
            return;
        }
        self.told = Stopwatch::start();
        for detector in stage.current_detectors() {
            match self.sender.try_send(detector.pulse()) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
                Err(TrySendError::Full(_)) => shared.metrics.count_limit(Limit::Pulse, 1),
            }
        }
    }
}

fn write(shared: &Shared, pulses: &Receiver<Pulse>) -> Result<(), LogError> {
    let mut kafka = shared.config.kafka.clone();
    kafka.delivery = Delivery::AtLeastOnce;
    let subscription = Subscription {
        stage: "pulse".into(),
        names: Vec::new(),
    };
    let mut log = KafkaLog::connect(&KafkaSettings::new(&kafka), &subscription)?;
    let name: Arc<str> = kafka.pulse.as_str().into();
    while !shared.is_stopping() {
        let first = match pulses.recv_timeout(POLL) {
            Ok(pulse) => pulse,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        match append(
            shared,
            &mut log,
            &name,
            std::iter::once(first).chain(pulses.try_iter()),
        ) {
            Ok(()) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "a statement of what is rising was lost");
                log.abort()?;
            }
            Err(error) => return Err(error),
        }
    }
    log.close(CLOSE)
}

fn append(
    shared: &Shared,
    log: &mut KafkaLog,
    name: &Arc<str>,
    pulses: impl Iterator<Item = Pulse>,
) -> Result<(), LogError> {
    log.begin()?;
    for pulse in pulses.take(QUEUE) {
        // Plain data, which serde_json always writes.
        let value = serde_json::to_vec(&pulse).unwrap_or_default();
        log.append(Outgoing {
            name: Arc::clone(name),
            partition: Some(0),
            key: Some(pulse.partition.to_string().into_bytes()),
            value: Some(value),
            headers: Vec::new(),
            timestamp: Some((shared.clock)()),
        })?;
    }
    log.commit(&[])
}
