//! Transactions: records and input positions become visible together, or not at all.
//!
//! In: records, positions. Out: how each transaction has ended.
//! Rule: a commit whose answer got lost is resolved before anything else happens. The producer is
//! thrown away; the next one, of the same transactional id, makes the brokers end what is open; then
//! the committed positions say which end it was, because each carries the token of its transaction.
//! Not here: what to do with dropped outputs (the stages).

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::thread;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer;
use tracing::warn;

use super::reader::Reader;
use super::settings::{KafkaSettings, STEP_DEADLINE};
use super::trouble::{is_fenced, is_forbidden, log_error};
use super::writer::Writer;
use crate::log::{Ending, LogError, Outgoing, Position};

/// Times in a row that another producer may take this one's id. A coordinator that was away for
/// longer than a transaction may last takes it too, but not again and again.
const FENCED_MAX: u32 = 5;

/// The transactions of one stage of one process.
pub(super) struct Transactions {
    settings: KafkaSettings,
    stage: Arc<str>,
    /// `None` before the first transaction, and after trouble.
    writer: Option<Writer>,
    state: State,
    /// Drawn for this life of the process: a life before used the same numbers.
    life: u64,
    number: u64,
    /// How often the id was taken, and whether it was since the last commit.
    fenced: u32,
    is_fenced: bool,
}

enum State {
    Idle,
    Open,
    /// Committed, but the answer got lost.
    Unknown(Vec<Position>),
}

impl Transactions {
    /// Does not wait for the brokers.
    pub(super) fn new(settings: &KafkaSettings, stage: &Arc<str>) -> Self {
        Self {
            settings: settings.clone(),
            stage: Arc::clone(stage),
            writer: None,
            state: State::Idle,
            life: RandomState::new().hash_one(0_u8),
            number: 0,
            fenced: 0,
            is_fenced: false,
        }
    }

    /// Opens a transaction.
    pub(super) fn begin(&mut self) -> Result<(), LogError> {
        let begun = self
            .ready()?
            .producer()
            .begin_transaction()
            .map_err(|error| log_error("beginning a transaction", &error));
        match begun {
            Ok(()) => {
                self.number += 1;
                self.state = State::Open;
                Ok(())
            }
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// Adds a record to the open transaction.
    pub(super) fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        self.writer("writing")?.append(record)
    }

    /// Commits the open transaction with the positions `done` of `reader`.
    pub(super) fn commit(
        &mut self,
        reader: &mut Reader,
        done: &[Position],
    ) -> Result<(), LogError> {
        reader.check_owned(done)?;
        let token = self.token();
        let writer = self.writer("committing")?;
        if let Err(error) = writer.flush() {
            let fatal = writer.producer().client().fatal_error();
            let was_purged = writer.take_purged();
            return Err(match fatal {
                Some((code, _)) => self.failed("writing", &KafkaError::Global(code)),
                None if was_purged => self.why_purged(reader, done, error),
                None => error,
            });
        }
        let added = match done {
            [] => Ok(()),
            done => reader.add_to_transaction(writer.producer(), done, &token),
        };
        added.map_err(|error| self.failed("adding positions to a transaction", &error))?;
        let writer = self.writer("committing")?;
        match writer.producer().commit_transaction(STEP_DEADLINE) {
            Ok(()) => {
                self.state = State::Idle;
                // Two who share an id both get a commit through between their losses.
                if !std::mem::take(&mut self.is_fenced) {
                    self.fenced = 0;
                }
                Ok(())
            }
            Err(error) => {
                if !must_abort(&error) {
                    self.state = State::Unknown(done.to_vec());
                    self.discard();
                }
                Err(self.failed("committing a transaction", &error))
            }
        }
    }

    /// Whether a transaction was begun and its end is not known.
    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// Ends the open transaction, or finds out how it has ended.
    pub(super) fn abort(&mut self, reader: &Reader) -> Result<Ending, LogError> {
        let ending = match &self.state {
            State::Idle => Ending::Dropped,
            State::Open => {
                self.drop_open();
                Ending::Dropped
            }
            State::Unknown(done) => {
                let (done, token) = (done.clone(), self.token());
                self.resolve(reader, &done, &token)?
            }
        };
        self.state = State::Idle;
        Ok(ending)
    }

    /// Serves the producer's events between transactions.
    pub(super) fn serve(&self) {
        if let Some(writer) = &self.writer {
            writer.serve();
        }
    }

    /// Nothing of it was committed. What cannot be taken back is left to the next producer.
    fn drop_open(&mut self) {
        let Some(writer) = &mut self.writer else {
            return;
        };
        let taken_back = writer.take_back().and_then(|()| {
            let aborted = writer.producer().abort_transaction(STEP_DEADLINE);
            aborted.map_err(|error| log_error("aborting a transaction", &error))
        });
        if let Err(error) = taken_back {
            warn!(%error, "the producer is replaced");
            self.discard();
        }
    }

    /// Gives the client, if there is one, the secret as its file has it now.
    pub(super) fn show(&self) -> Result<(), LogError> {
        let security = &self.settings.security;
        self.writer
            .as_ref()
            .map_or(Ok(()), |writer| writer.show(security))
    }

    fn resolve(
        &mut self,
        reader: &Reader,
        done: &[Position],
        token: &str,
    ) -> Result<Ending, LogError> {
        self.ready()?;
        let committed = reader
            .is_committed(done, token)
            .map_err(|error| log_error("asking what was committed", &error))?;
        warn!(
            committed,
            "found out how a transaction without an answer has ended"
        );
        Ok(if committed {
            Ending::Committed
        } else {
            Ending::Dropped
        })
    }

    /// The producer, started and known to the brokers: they end what its id left open.
    fn ready(&mut self) -> Result<&mut Writer, LogError> {
        if self.writer.is_none() {
            let config = self.settings.transactional_producer(&self.stage)?;
            let writer = Writer::start(&config, &self.settings.security)?;
            let writer = self.writer.insert(writer);
            let known = writer.producer().init_transactions(STEP_DEADLINE);
            if let Err(error) = known {
                self.discard();
                return Err(self.failed("taking up a transactional id", &error));
            }
        }
        self.writer("beginning")
    }

    fn writer(&mut self, operation: &'static str) -> Result<&mut Writer, LogError> {
        self.writer.as_mut().ok_or_else(|| LogError::Transient {
            operation,
            detail: "there is no producer: begin a transaction first".to_owned(),
        })
    }

    /// The client can hang when it ends: it ends elsewhere.
    fn discard(&mut self) {
        if let Some(writer) = self.writer.take() {
            thread::spawn(move || drop(writer));
        }
    }

    fn token(&self) -> String {
        format!("{:016x}-{}", self.life, self.number)
    }

    /// What has broken the open transaction, so that the client threw its records away. It says so at the next step
    /// only; that step cannot commit anything, and whoever gets the error aborts.
    fn why_purged(&mut self, reader: &Reader, done: &[Position], purged: LogError) -> LogError {
        let token = self.token();
        let Some(writer) = &self.writer else {
            return purged;
        };
        match reader.add_to_transaction(writer.producer(), done, &token) {
            Ok(()) => purged,
            Err(error) => self.failed("writing", &error),
        }
    }

    /// The error of one step. A producer whose id was taken is of no more use; when that happens
    /// again and again, two processes share one name.
    fn failed(&mut self, operation: &'static str, error: &KafkaError) -> LogError {
        if let KafkaError::Transaction(inner) = error
            && is_forbidden(inner.code())
        {
            let detail = error.to_string();
            return log_error(operation, &KafkaError::Global(inner.code())).with_detail(&detail);
        }
        let fatal = matches!(error, KafkaError::Transaction(error) if error.is_fatal());
        if !fatal && !error.rdkafka_error_code().is_some_and(is_fenced) {
            return log_error(operation, error);
        }
        self.discard();
        self.fenced += 1;
        self.is_fenced = true;
        let detail = error.to_string();
        if self.fenced > FENCED_MAX {
            let fenced = KafkaError::Global(RDKafkaErrorCode::Fenced);
            return log_error(operation, &fenced).with_detail(&detail);
        }
        LogError::Transient { operation, detail }
    }
}

/// Whether the client says for sure that nothing was committed.
fn must_abort(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(error) if error.txn_requires_abort())
}
