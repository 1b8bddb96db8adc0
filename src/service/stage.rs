//! One stage beside one log: the loop body that replay, tests and the service share.
//!
//! In: events of a [`Log`]. Out: outputs and positions, committed together.
//! Rule: what a stage has folded is committed before it gives a partition away.
//! Not here: threads and the clock (`run`), what a stage does (its own file).

use std::time::Duration;

use crate::log::{Event, Log, LogError, Outgoing, Position};
use crate::post::EventTime;

/// A fold with its place in the log.
pub trait Stage {
    /// The word for it in metrics, logs and consumer groups.
    fn name(&self) -> &'static str;

    /// Folds one event.
    fn visit(&mut self, event: Event<'_>);

    /// Where to begin reading a partition that was assigned at `next`: earlier, if the stage must see
    /// again what it has to remember.
    fn reads_from(&self, next: u64) -> u64 {
        next
    }

    /// Whether there is something to commit at `now`.
    fn is_due(&self, now: EventTime) -> bool;

    /// Everything to append since the last commit. Called once for each commit.
    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing>;

    /// How far each owned partition has been folded.
    fn done(&self) -> Vec<Position>;

    /// The commit holds: partitions that were revoked may be forgotten.
    fn committed(&mut self);
}

/// What came of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Events that were folded.
    pub events: u64,
    /// Records that were appended.
    pub appended: u64,
}

impl Turn {
    /// Whether anything happened at all.
    pub fn is_idle(self) -> bool {
        self == Self::default()
    }
}

/// Polls once, folds, and commits if the stage has something to commit.
pub fn turn(
    stage: &mut dyn Stage,
    log: &mut dyn Log,
    now: EventTime,
    wait: Duration,
) -> Result<Turn, LogError> {
    let mut events = 0;
    let mut assigned = Vec::new();
    log.poll(wait, &mut |event| {
        events += 1;
        if let Event::Assigned { partition, next } = event {
            assigned.push(Position {
                partition: partition.clone(),
                next: stage.reads_from(next),
            });
        }
        stage.visit(event);
    })?;
    for position in &assigned {
        log.seek(position)?;
    }
    // A partition that was just assigned is owned from the next poll on: nothing can be committed.
    let appended = if stage.is_due(now) && assigned.is_empty() {
        commit(stage, log, now)?
    } else {
        0
    };
    Ok(Turn { events, appended })
}

/// How often the same outputs are tried while the log is away; each try has its own deadline.
const COMMIT_TRIES: u32 = 3;

/// Commits what the stage has, due or not; how many records that were. The same outputs are tried
/// again while the log is away, because the stage gives them only once.
pub fn commit(stage: &mut dyn Stage, log: &mut dyn Log, now: EventTime) -> Result<u64, LogError> {
    let outputs = stage.outputs(now);
    let done = stage.done();
    write_until_taken(log, &outputs, &done, stage.name())?;
    stage.committed();
    Ok(outputs.len() as u64)
}

/// Writes `outputs` and commits `done`, again while the log is away; how often it took.
pub(super) fn write_until_taken(
    log: &mut dyn Log,
    outputs: &[Outgoing],
    done: &[Position],
    stage: &str,
) -> Result<u32, LogError> {
    let mut tries = 1;
    while let Err(error) = write(log, outputs, done) {
        if !error.is_transient() || tries == COMMIT_TRIES {
            return Err(error);
        }
        tracing::warn!(%error, tries, stage, "committing again");
        log.abort()?;
        tries += 1;
    }
    Ok(tries)
}

fn write(log: &mut dyn Log, outputs: &[Outgoing], done: &[Position]) -> Result<(), LogError> {
    log.begin()?;
    for output in outputs {
        log.append(output.clone())?;
    }
    log.commit(done)
}
