//! Wiring, supervision, order of stopping: the only place that spawns and reads the clock.
//!
//! In: a checked configuration. Out: running stages.
//! Rule: stages are folds that know neither threads nor clocks; both are given to them here.

pub mod clock;
pub mod detect_stage;
pub mod ingest_stage;
pub mod replay;
pub mod stage;
pub mod triage_stage;

use crate::alert::{BareCodes, Rendering, Words, WordsError};
use crate::config::Config;

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
