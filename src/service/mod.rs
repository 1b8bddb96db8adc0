//! Wiring, supervision, order of stopping: the only place that spawns and reads the clock.
//!
//! In: a checked configuration. Out: running stages.
//! Rule: stages are folds that know neither threads nor clocks; both are given to them here.

pub mod clock;
pub mod demo;
pub mod detect_stage;
pub mod ingest_stage;
pub mod interrupt;
pub mod lists;
mod observe;
pub mod replay;
pub mod run;
pub mod stage;
pub mod triage_stage;

use crate::alert::{BareCodes, Rendering, Words, WordsError};
use crate::config::{Config, SecretError};
use crate::feed::AccountKey;

/// What every alert of this process shares.
pub fn rendering(config: &Config) -> Result<Rendering, WordsError> {
    Ok(Rendering {
        source: config.alert.source.clone(),
        url: config.alert.url.clone(),
        config_digest: config.digest(),
        program: Rendering::PROGRAM.to_owned(),
        evidence: config.privacy.evidence,
        words: Words::built_in()?,
        names: Box::new(BareCodes),
    })
}

/// The key of the account hashes: the configured one, or one drawn for this life of the process.
pub fn account_key(config: &Config) -> Result<AccountKey, SecretError> {
    if let Some(secret) = config.privacy.account_secret()? {
        return Ok(AccountKey::new(secret.bytes()));
    }
    tracing::warn!(
        "no account key is configured: one was drawn, good for one process only; set privacy.account_key_file"
    );
    Ok(AccountKey::new(drawn()))
}

/// Bytes that nobody can guess: the standard library seeds each map's hasher from the system.
fn drawn() -> [u8; 16] {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0_u8);
    (u128::from(half()) << 64 | u128::from(half())).to_le_bytes()
}
