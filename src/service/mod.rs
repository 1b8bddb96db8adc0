//! Wiring, supervision, order of stopping: the only place that spawns and reads the clock.
//!
//! In: a checked configuration. Out: running stages.
//! Rule: stages are folds that know neither threads nor clocks; both are given to them here.

pub mod action_stage;
pub mod action_writer;
mod alerts_reader;
mod calibration;
mod cap_chain;
pub mod claims_file;
pub mod clock;
pub mod dead_letters;
pub mod demo;
pub mod detect_stage;
mod drive;
pub mod fact_checks;
pub mod feeder;
mod found;
pub mod ingest_stage;
pub mod interrupt;
pub mod keeper;
mod limits;
pub mod lists;
mod memory;
mod names;
pub mod notify_addresses;
mod notify_stage;
pub mod notify_test;
mod observe;
mod port;
mod pulse;
pub mod refold;
mod refusals;
pub mod replay;
pub mod run;
mod service_error;
pub mod shelf;
mod situation;
pub mod snapshots;
pub mod stage;
pub mod triage_stage;
mod triage_threads;
mod trial;
mod watchdog;
mod watched_log;
mod written;

use crate::alert::{Rendering, Words, WordsError};
use crate::config::{Config, SecretError};
use crate::feed::AccountKey;
use crate::topic::WatchError;
use names::Names;

/// Why alerts cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderingError {
    /// The words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The watch list.
    #[error(transparent)]
    Watchlist(#[from] WatchError),
}

/// What every alert of this process shares.
pub fn rendering(config: &Config) -> Result<Rendering, RenderingError> {
    let words = Words::built_in()?;
    Ok(Rendering {
        source: config.alert.source.clone(),
        url: config.alert.url.clone(),
        config_digest: config.digest(),
        program: Rendering::PROGRAM.to_owned(),
        evidence: config.privacy.evidence,
        names: Box::new(Names::built_in(&words)?),
        words,
    })
}

/// The key of the account hashes: the configured one, or one drawn for this life of the process.
pub fn account_key(config: &Config) -> Result<AccountKey, SecretError> {
    let secret = config.privacy.account_secret()?;
    Ok(AccountKey::new(
        secret.map_or_else(drawn, |secret| secret.bytes()),
    ))
}

/// A name that nothing else has.
pub fn drawn_id() -> String {
    format!("{:032x}", u128::from_le_bytes(drawn()))
}

/// Bytes that nobody can guess: the standard library seeds each map's hasher from the system.
fn drawn() -> [u8; 16] {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0_u8);
    (u128::from(half()) << 64 | u128::from(half())).to_le_bytes()
}
