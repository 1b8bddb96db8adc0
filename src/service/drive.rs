//! The loop of one stage: turn after turn, until the service stops or the stage cannot go on.
//!
//! In: a stage and the Kafka topics that it reads. Out: a thread.
//! Rule: the process is not ready before the stage belongs to its group. Brokers that are away end nothing; an error that trying again cannot heal ends the service.
//! Not here: what a turn is (`stage`), which stages there are (`run`).

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::clock;
use super::observe;
use super::run::{CLOSE, PAUSE, POLL, ServiceError, Shared, spawn};
use super::stage::{Stage, commit, turn};
use super::watched_log::WatchedLog;
use crate::desk::Latch;
use crate::log::kafka::Subscription;

/// Starts the thread of `stage`, which reads `names`; `observe` shows what it does after each turn.
pub(super) fn spawn_stage<S: Stage + Send + 'static>(
    shared: &Arc<Shared>,
    mut stage: S,
    names: Vec<Arc<str>>,
    observe: impl FnMut(&Shared, &mut S) + Send + 'static,
) -> Result<JoinHandle<()>, ServiceError> {
    let shared = Arc::clone(shared);
    let name = stage.name();
    let latch = shared.health.latch();
    spawn(name, move || {
        let result = drive(&shared, &mut stage, names, latch, observe);
        shared.health.leave(name);
        if let Err(error) = result {
            shared.end(Err(error));
        }
    })
}

fn drive<S: Stage>(
    shared: &Shared,
    stage: &mut S,
    names: Vec<Arc<str>>,
    latch: Latch,
    mut observe: impl FnMut(&Shared, &mut S),
) -> Result<(), ServiceError> {
    let name = stage.name();
    let subscription = Subscription {
        stage: name.into(),
        names,
    };
    let mut log = WatchedLog::connect(
        &shared.config.kafka,
        &shared.settings,
        &subscription,
        &shared.metrics,
    )?;
    let mut latch = Some(latch);
    let mut trouble = false;
    while !shared.is_stopping() {
        let now = (shared.clock)();
        shared.health.beat(name, now);
        match turn(stage, &mut log, now, POLL) {
            Ok(done) => {
                trouble = false;
                if done.appended > 0 {
                    stage.rests_from((shared.clock)());
                }
            }
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, stage = name, "trying again");
                trouble = true;
                thread::park_timeout(PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
        observe(shared, stage);
        if log.has_joined() {
            latch.take();
        }
        observe::turned(shared, name);
        let stands = log.observe(clock::now());
        if stands && shared.config.kafka.exit_when_standing {
            return Err(ServiceError::Standing { stage: name });
        }
    }
    // What cannot be committed now is read again by the next owner.
    let stopped = if trouble || stage.done().is_empty() {
        Ok(0)
    } else {
        commit(stage, &mut log, (shared.clock)())
    };
    for error in [stopped.err(), log.close(CLOSE).err()]
        .into_iter()
        .flatten()
    {
        if !error.is_transient() {
            return Err(error.into());
        }
        tracing::warn!(%error, stage = name, "stopped without the broker");
    }
    Ok(())
}
