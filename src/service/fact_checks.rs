//! Fact-checks for triage: a file at start, a Kafka topic from its start on and as it goes.
//!
//! In: the configured file and Kafka topic. Out: fact-checks in a [`FactChecks`], dead letters.
//! Rule: every process reads the whole Kafka topic, to its end before the first signal is folded; each
//! record that is no fact-check is kept as a dead letter once, by whichever process owns its partition.
//! Not here: from when on a fact-check counts (`triage`), what a record says (`claims`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::claims_file;
use super::dead_letters::dead_letter;
use super::run::POLL;
use super::stage::Stage;
use crate::claims::{ClaimRecord, Refused};
use crate::config::{self, Config};
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Event, Log, LogError, Outgoing, Partition, Position, Record};
use crate::post::EventTime;
use crate::triage::FactChecks;

/// Polls until the Kafka topic must have been read to its end.
const POLLS_MAX: u32 = 600;

/// Why the fact-checks are not those that a refold would use.
const BEHIND: &str = "reading the fact-checks";

/// Why the fact-checks could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum FactChecksError {
    /// The file.
    #[error("reading the fact-checks of {path}: is claims.file right?")]
    File {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// The fact-checks of the configured file; `None` where nothing is compared.
pub fn load(config: &Config) -> Result<Option<FactChecks>, FactChecksError> {
    let config = &config.claims;
    if !config.is_in_use() {
        return Ok(None);
    }
    let mut checks = FactChecks::new(config);
    if !config.file.is_empty() {
        let path = Path::new(&config.file);
        let failed = |source| FactChecksError::File {
            path: path.to_owned(),
            source,
        };
        let lines = claims_file::open(path).map_err(failed)?;
        let read = claims_file::read(lines, config.max_claim_bytes, checks.claims_mut());
        read.map_err(failed)?.warn(path);
        tracing::info!(claims = checks.len(), "fact-checks were loaded");
    }
    Ok(Some(checks))
}

/// Reads one record; a tombstone withdraws the claim that its key names.
fn decode(record: &Record<'_>, longest: u32) -> Result<ClaimRecord, Refused> {
    match (record.value, record.key) {
        (None, Some(key)) => Ok(ClaimRecord::Withdrawn {
            id: String::from_utf8_lossy(key).into(),
            modified_at: record.arrived_at,
        }),
        (value, _) => ClaimRecord::decode(value.unwrap_or_default(), longest as usize),
    }
}

/// Hands one record of the Kafka topic to the fact-checks. What is none is counted and kept by the stage below.
pub fn take(record: &Record<'_>, longest: u32, checks: &mut FactChecks) {
    if let Ok(read) = decode(record, longest) {
        let place = (record.partition.number, record.offset);
        checks.arrive(record.arrived_at, place, read);
    }
}

/// Hands every record of the Kafka topic to triage. Its group is this process's own and commits nothing.
pub(super) struct FactCheckReader {
    log: KafkaLog,
    longest: u32,
    owned: BTreeSet<u32>,
    at_end: BTreeSet<u32>,
}

impl FactCheckReader {
    /// Reads the Kafka topic to its end into `checks`; `None` where none is configured.
    pub(super) fn open(
        settings: &KafkaSettings,
        config: &config::Claims,
        checks: &mut FactChecks,
    ) -> Result<Option<Self>, LogError> {
        if config.feed.is_empty() {
            return Ok(None);
        }
        let subscription = Subscription {
            stage: format!("fact-checks-{}", std::process::id()).into(),
            names: vec![config.feed.as_str().into()],
        };
        let mut reader = Self {
            log: KafkaLog::connect(settings, &subscription)?,
            longest: config.max_claim_bytes,
            owned: BTreeSet::new(),
            at_end: BTreeSet::new(),
        };
        reader.catch_up(POLL, checks)?;
        Ok(Some(reader))
    }

    /// Hands on what has come, until the Kafka topic was read to its end: a signal that is folded next then
    /// meets every fact-check that arrived a while before it. The first look waits for `wait`.
    pub(super) fn catch_up(
        &mut self,
        wait: Duration,
        checks: &mut FactChecks,
    ) -> Result<(), LogError> {
        self.poll(wait, checks)?;
        for _ in 0..POLLS_MAX {
            if !self.owned.is_empty() && self.owned == self.at_end {
                return Ok(());
            }
            self.poll(POLL, checks)?;
        }
        Err(LogError::Fatal {
            operation: BEHIND,
            detail: "the Kafka topic of claims.feed was not read to its end: does it exist?".into(),
        })
    }

    fn poll(&mut self, wait: Duration, checks: &mut FactChecks) -> Result<(), LogError> {
        let Self {
            log,
            longest,
            owned,
            at_end,
        } = self;
        log.poll(wait, &mut |event| match event {
            Event::Assigned { partition, .. } => {
                owned.insert(partition.number);
            }
            Event::AtEnd { partition, .. } => {
                at_end.insert(partition.number);
            }
            Event::Record(record) => {
                at_end.remove(&record.partition.number);
                take(&record, *longest, checks);
            }
            Event::Revoked { partition } | Event::Lost { partition } => {
                owned.remove(&partition.number);
                at_end.remove(&partition.number);
            }
        })
    }
}

/// Keeps what is no fact-check as a dead letter. Processes share the partitions.
pub struct FactCheckStage {
    name: Arc<str>,
    longest: u32,
    next: BTreeMap<u32, u64>,
    progressed: bool,
    leaving: Vec<u32>,
    /// By the partition that they come from.
    dead_letters: Vec<(u32, Outgoing)>,
    refused: u64,
}

impl FactCheckStage {
    /// A stage that owns nothing yet.
    pub fn new(config: &config::Claims) -> Self {
        Self {
            name: config.feed.as_str().into(),
            longest: config.max_claim_bytes,
            next: BTreeMap::new(),
            progressed: false,
            leaving: Vec::new(),
            dead_letters: Vec::new(),
            refused: 0,
        }
    }

    /// Records that were refused since the last call.
    pub fn take_refused(&mut self) -> u64 {
        std::mem::take(&mut self.refused)
    }

    fn check(&mut self, record: &Record<'_>) {
        self.progressed = true;
        self.next.insert(record.partition.number, record.offset + 1);
        if let Err(refused) = decode(record, self.longest) {
            self.refused += 1;
            let reason = refused.reason.as_str();
            let letter = dead_letter(record, reason, &refused.detail);
            self.dead_letters.push((record.partition.number, letter));
        }
    }
}

impl Stage for FactCheckStage {
    fn name(&self) -> &'static str {
        "factcheck"
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => {
                self.next.insert(partition.number, next);
            }
            Event::Record(record) => self.check(&record),
            Event::AtEnd { .. } => {}
            Event::Revoked { partition } => self.leaving.push(partition.number),
            // The next owner reads them again.
            Event::Lost { partition } => {
                self.next.remove(&partition.number);
                self.leaving.retain(|&number| number != partition.number);
                self.dead_letters
                    .retain(|(from, _)| *from != partition.number);
                self.progressed &= !self.next.is_empty();
            }
        }
    }

    fn is_due(&self, _now: EventTime) -> bool {
        self.progressed || !self.leaving.is_empty()
    }

    fn outputs(&mut self, _now: EventTime) -> Vec<Outgoing> {
        let letters = self.dead_letters.iter();
        letters.map(|(_, letter)| letter.clone()).collect()
    }

    fn done(&self) -> Vec<Position> {
        let position = |(&number, &next): (&u32, &u64)| Position {
            partition: Partition {
                name: Arc::clone(&self.name),
                number,
            },
            next,
        };
        self.next.iter().map(position).collect()
    }

    fn committed(&mut self) {
        self.progressed = false;
        self.dead_letters.clear();
        for partition in self.leaving.drain(..) {
            self.next.remove(&partition);
        }
    }
}
