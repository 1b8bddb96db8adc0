//! One stage beside one log: the loop body that replay, tests and the service share.
//!
//! In: events of a [`Log`]. Out: outputs and positions, committed together.
//! Rule: what a stage has folded is committed before it gives a partition away; when a commit does not
//! hold, the stage gives the same outputs again, or goes back to where the last one left it.
//! Not here: threads and the clock (`run`), what a stage does (its own file).

use std::time::Duration;

use crate::log::{Ending, Event, Log, LogError, Outgoing, Partition, Position};
use crate::post::EventTime;

/// A fold with its place in the log.
pub trait Stage {
    /// The word for it in metrics, logs and consumer groups.
    fn name(&self) -> &'static str;

    /// Folds one event, which was read in a turn that began at `now`.
    fn visit(&mut self, event: Event<'_>, now: EventTime);

    /// Where to begin reading a partition that was assigned at `next`: earlier, if the stage must see
    /// again what it has to remember. Asked after it was told of the assignment.
    fn reads_from(&self, _partition: &Partition, next: u64) -> u64 {
        next
    }

    /// Whether there is something to commit at `now`.
    fn is_due(&self, now: EventTime) -> bool;

    /// Everything to append since the last commit that holds.
    fn outputs(&mut self, now: EventTime) -> Vec<Outgoing>;

    /// How far each owned partition has been folded.
    fn done(&self) -> Vec<Position>;

    /// The commit holds: what was given as outputs is done.
    fn committed(&mut self);

    /// It is `now`, and a commit has just ended: what is due at intervals counts them from here, so that
    /// slow brokers leave time to read.
    fn rests_from(&mut self, _now: EventTime) {}

    /// Nothing of the commit holds. A stage that does not go back gives the same outputs again.
    fn dropped(&mut self) {}

    /// Where reading has to go back to; forgets what was folded from there on. Asked again until
    /// [`Stage::went_back`]; until then the stage has nothing to commit.
    fn goes_back_to(&mut self) -> Vec<Position> {
        Vec::new()
    }

    /// Reading goes on at the positions of [`Stage::goes_back_to`].
    fn went_back(&mut self) {}
}

/// What came of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Events that were folded.
    pub events: u64,
    /// Records that were committed.
    pub appended: u64,
}

impl Turn {
    /// Whether anything happened at all.
    pub fn is_idle(self) -> bool {
        self == Self::default()
    }
}

/// Polls once, folds, and commits if the stage has something to commit. After an error that is
/// transient the next turn goes on where this one stopped.
pub fn turn(
    stage: &mut dyn Stage,
    log: &mut dyn Log,
    now: EventTime,
    wait: Duration,
) -> Result<Turn, LogError> {
    if log.is_open() {
        end(stage, log)?;
    }
    let places = stage.goes_back_to();
    match places.iter().try_for_each(|place| log.seek(place)) {
        Ok(()) => stage.went_back(),
        // What is read meanwhile is forgotten when it is tried again.
        Err(error) if error.is_transient() => {
            tracing::warn!(%error, stage = stage.name(), "going back later");
        }
        Err(error) => return Err(error),
    }
    let mut events = 0;
    let mut assigned = Vec::new();
    log.poll(wait, &mut |event| {
        events += 1;
        stage.visit(event, now);
        if let Event::Assigned { partition, next } = event {
            assigned.push(Position {
                partition: partition.clone(),
                next: stage.reads_from(partition, next),
            });
        }
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

/// Commits what the stage has, due or not; how many records that were. None when nothing of the
/// commit holds: it comes again with a later turn. An error that is transient says that how it
/// ended is not known yet.
pub fn commit(stage: &mut dyn Stage, log: &mut dyn Log, now: EventTime) -> Result<u64, LogError> {
    let outputs = stage.outputs(now);
    let done = stage.done();
    let appended = outputs.len() as u64;
    match write(log, outputs, &done) {
        Ok(()) => {
            stage.committed();
            Ok(appended)
        }
        Err(error) if error.is_transient() => {
            tracing::warn!(%error, stage = stage.name(), "a commit did not go through");
            Ok(match end(stage, log)? {
                Ending::Committed => appended,
                Ending::Dropped => 0,
            })
        }
        Err(error) => Err(error),
    }
}

/// Finds out how the last transaction ended, and tells the stage.
fn end(stage: &mut dyn Stage, log: &mut dyn Log) -> Result<Ending, LogError> {
    let ending = log.abort()?;
    match ending {
        Ending::Committed => stage.committed(),
        Ending::Dropped => stage.dropped(),
    }
    Ok(ending)
}

fn write(log: &mut dyn Log, outputs: Vec<Outgoing>, done: &[Position]) -> Result<(), LogError> {
    log.begin()?;
    for output in outputs {
        match log.append(output) {
            // One record that is too long must not stop all others for ever.
            Err(error @ LogError::TooLarge { .. }) => {
                tracing::error!(%error, "a record was left out");
            }
            appended => appended?,
        }
    }
    log.commit(done)
}
