//! The threads of the role triage: triage itself, who puts actions among the signals, and who looks after the
//! fact-checks.
//!
//! In: what the threads share. Out: running threads.
//! Rule: the fact-checks are read to their end before the first signal is folded.
//! Not here: what a fact-check is (`fact_checks`), the loop of a stage (`run`).

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::action_stage::ActionStage;
use super::drive::spawn_stage;
use super::fact_checks::{self, FactCheckReader, FactCheckStage};
use super::keeper::Keeper;
use super::run::{ServiceError, Shared};
use super::triage_stage::TriageStage;
use super::{observe, rendering};
use crate::config::Delivery;
use crate::triage::FactChecks;

/// Starts triage, and beside it the stage that looks after the fact-checks, if there is a feed of them.
pub(super) fn spawn(shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>, ServiceError> {
    let config = &shared.config;
    let mut threads = Vec::new();
    let (checks, mut reader) = load(shared)?;
    if reader.is_some() {
        let names = vec![config.claims.feed.as_str().into()];
        let stage = FactCheckStage::new(&config.claims);
        threads.push(spawn_stage(shared, stage, names, observe::fact_checks)?);
    }
    let names = vec![config.kafka.actions.as_str().into()];
    let stage = ActionStage::new(config);
    threads.push(spawn_stage(shared, stage, names, observe::actions)?);
    let mut stage = TriageStage::new(Arc::clone(config), rendering(config)?)
        .with_heartbeat()
        .with_cap_documents();
    // Without transactions a snapshot could include more than what is committed: then there is none.
    if config.kafka.delivery == Delivery::ExactlyOnce {
        stage = stage.with_keeper(Keeper::of_triage_on_kafka(config));
    }
    stage.use_fact_checks(checks);
    let names = vec![config.kafka.signals.as_str().into()];
    threads.push(spawn_stage(shared, stage, names, move |shared, stage| {
        if let Err(error) = keep_up(shared, stage, &mut reader) {
            shared.end(Err(error));
        }
        observe::triage(shared, stage);
    })?);
    Ok(threads)
}

type Loaded = (Option<FactChecks>, Option<FactCheckReader>);

/// The fact-checks as a process has them that has just started.
fn load(shared: &Shared) -> Result<Loaded, ServiceError> {
    let config = &shared.config;
    let mut checks = fact_checks::load(config)?;
    let mut reader = None;
    if let Some(checks) = &mut checks {
        reader = FactCheckReader::open(&shared.settings, &config.claims, checks)?;
    }
    Ok((checks, reader))
}

/// Between two turns: takes in what has arrived, or all of it anew where triage folds all of its log anew.
fn keep_up(
    shared: &Shared,
    stage: &mut TriageStage,
    reader: &mut Option<FactCheckReader>,
) -> Result<(), ServiceError> {
    if stage.needs_fact_checks() {
        let (checks, anew) = load(shared)?;
        stage.use_fact_checks(checks);
        *reader = anew;
    } else if let (Some(reader), Some(checks)) = (reader, stage.fact_checks()) {
        reader.catch_up(Duration::ZERO, checks)?;
    }
    Ok(())
}
