//! The writing half: records wait here until the commit, then go out together.
//!
//! In: records to append. Out: nothing, or why not all of them are in the log.
//! Rule: `flush` returns well only when the brokers acknowledged every record.
//! Not here: the input positions (`reader`), transactions around them (`transactions`).

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext, PurgeConfig};

use super::credentials;
use super::settings::REQUEST_DEADLINE;
use super::trouble::{Quiet, log_error};
use crate::config::Security;
use crate::log::{LogError, Outgoing, RECORD_LIMIT_BYTES};
use crate::post::EventTime;

/// Bytes that may wait for the commit. Beyond, records go out early: they can no longer be
/// dropped, which at-least-once delivery allows.
const WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Time between two looks for acknowledgements. The client's own waiting is not used: of each wait it
/// spends the last millisecond asking the clock, which was a quarter of all that a post costs.
const LOOK: Duration = Duration::from_millis(1);
/// Looks before it is given up. The client itself gives up each record earlier.
const LOOKS_MAX: u128 = 2 * REQUEST_DEADLINE.as_millis() / LOOK.as_millis();

/// An idempotent producer and the records that wait for the commit.
pub(super) struct Writer {
    producer: BaseProducer<Deliveries>,
    waiting: Vec<Outgoing>,
    waiting_bytes: usize,
    /// Whether the client threw records away at the last flush.
    was_purged: bool,
}

impl Writer {
    /// Starts the producer. Does not wait for the brokers.
    pub(super) fn start(config: &ClientConfig, security: &Security) -> Result<Self, LogError> {
        let producer = BaseProducer::from_config_and_context(config, Deliveries::default())
            .map_err(|error| log_error("starting the Kafka producer", &error))?;
        credentials::introduce(security, producer.client())?;
        Ok(Self {
            producer,
            waiting: Vec::new(),
            waiting_bytes: 0,
            was_purged: false,
        })
    }

    /// Adds a record; refuses one over the limit.
    pub(super) fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        let bytes = record.size_bytes();
        if bytes > RECORD_LIMIT_BYTES {
            return Err(LogError::TooLarge {
                name: record.name,
                bytes,
            });
        }
        self.waiting_bytes += bytes;
        self.waiting.push(record);
        if self.waiting_bytes > WAITING_BYTES_MAX {
            return self.send();
        }
        Ok(())
    }

    /// Drops the records that still wait.
    pub(super) fn drop_waiting(&mut self) {
        self.waiting.clear();
        self.waiting_bytes = 0;
    }

    /// Sends what waits and waits until the brokers have acknowledged all of it.
    pub(super) fn flush(&mut self) -> Result<(), LogError> {
        let sent = self.send();
        let looked = self.wait_until_empty();
        let failures = self.producer.context().take();
        self.was_purged = failures.first.as_ref().is_some_and(|(_, error)| {
            error.rdkafka_error_code() == Some(RDKafkaErrorCode::PurgeQueue)
        });
        sent.and(looked)?;
        if let Some((code, text)) = self.producer.client().fatal_error() {
            return Err(log_error("writing", &KafkaError::Global(code)).with_detail(&text));
        }
        match failures.first {
            None => Ok(()),
            Some((name, error)) => Err(log_error("writing", &error)
                .with_detail(&format!("{} records, the first for {name}", failures.count))),
        }
    }

    /// Gives the client the secret as its file has it now.
    pub(super) fn show(&self, security: &Security) -> Result<(), LogError> {
        credentials::show(security, self.producer.client())
    }

    /// Whether the client itself threw records away at the last flush: their transaction had broken before.
    pub(super) fn take_purged(&mut self) -> bool {
        std::mem::take(&mut self.was_purged)
    }

    /// The producer, for what stands around its records.
    pub(super) fn producer(&self) -> &impl Producer<Deliveries> {
        &self.producer
    }

    /// Takes back what was not sent, and waits until the brokers have answered for the rest.
    pub(super) fn take_back(&mut self) -> Result<(), LogError> {
        self.drop_waiting();
        self.producer.purge(PurgeConfig::default().queue());
        let looked = self.wait_until_empty();
        self.producer.context().take();
        looked
    }

    /// Serves the producer's events, so that they do not pile up between commits.
    pub(super) fn serve(&self) {
        self.producer.poll(Duration::ZERO);
    }

    fn send(&mut self) -> Result<(), LogError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        waiting.iter().try_for_each(|record| self.send_one(record))
    }

    /// Hands one record to the client. A full queue is emptied first, once.
    fn send_one(&self, record: &Outgoing) -> Result<(), LogError> {
        match self.producer.send(native_record(record)) {
            Ok(()) => Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), again)) => {
                self.wait_until_empty()?;
                self.producer
                    .send(again)
                    .map_err(|(error, _)| log_error("writing", &error))
            }
            Err((error, _)) => Err(log_error("writing", &error)),
        }
    }

    fn wait_until_empty(&self) -> Result<(), LogError> {
        let mut left = self.producer.in_flight_count();
        let mut looks = 0;
        while left > 0 && looks < LOOKS_MAX {
            self.producer.poll(Duration::ZERO);
            let now = self.producer.in_flight_count();
            // One look brings one answer, of one batch: there may be more.
            if now == left {
                thread::park_timeout(LOOK);
                looks += 1;
            }
            left = now;
        }
        if left == 0 {
            return Ok(());
        }
        Err(LogError::Transient {
            operation: "writing",
            detail: "the brokers did not acknowledge in time".to_owned(),
        })
    }
}

fn native_record(record: &Outgoing) -> BaseRecord<'_, [u8], [u8]> {
    let mut native = BaseRecord::to(&record.name);
    native.key = record.key.as_deref();
    native.payload = record.value.as_deref();
    native.partition = record
        .partition
        .map(|number| i32::try_from(number).unwrap_or(i32::MAX));
    native.timestamp = record.timestamp.map(EventTime::millis);
    native.headers = (!record.headers.is_empty()).then(|| native_headers(&record.headers));
    native
}

fn native_headers(headers: &[(String, Vec<u8>)]) -> OwnedHeaders {
    let empty = OwnedHeaders::new_with_capacity(headers.len());
    headers.iter().fold(empty, |native, (key, value)| {
        native.insert(Header {
            key,
            value: Some(value),
        })
    })
}

/// What the brokers said about records since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Deliveries(Mutex<Failures>);

#[derive(Debug, Default)]
struct Failures {
    count: u64,
    first: Option<(String, KafkaError)>,
}

impl Deliveries {
    fn take(&self) -> Failures {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        Quiet.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Quiet.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, message)) = result {
            let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            failures.count += 1;
            failures
                .first
                .get_or_insert_with(|| (message.topic().to_owned(), error.clone()));
        }
    }
}
