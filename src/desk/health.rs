//! Whether the program turns, and whether it may be asked.
//!
//! Rule: alive means that every stage's loop turned lately; the broker is not asked, because
//! restarting this process does not repair Kafka. Ready means that all that must happen once has
//! happened; it does not close again until the process stops.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::post::EventTime;

/// Beats of the stages' loops and latches of the start. Times are wall time, passed in.
#[derive(Debug)]
pub struct Health {
    patience_ms: i64,
    beats: Mutex<BTreeMap<&'static str, EventTime>>,
    latches: AtomicUsize,
    stopping: AtomicBool,
}

/// Something that must happen before the process is ready; dropped when it has.
#[derive(Debug)]
pub struct Latch(Arc<Health>);

impl Health {
    /// A stage that has not beaten for more than `patience_ms` makes the process dead.
    pub fn new(patience_ms: u32) -> Self {
        Self {
            patience_ms: i64::from(patience_ms),
            beats: Mutex::default(),
            latches: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// The loop of `stage` has turned. The first beat makes the stage known.
    pub fn beat(&self, stage: &'static str, now: EventTime) {
        self.beats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(stage, now);
    }

    /// `stage` has ended as it should: it is no longer waited for.
    pub fn leave(&self, stage: &'static str) {
        self.beats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(stage);
    }

    /// The stages that have not beaten lately. None: the process is alive.
    pub fn silent_stages(&self, now: EventTime) -> Vec<&'static str> {
        self.beats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter(|(_, beat)| now.millis_since(**beat) > self.patience_ms)
            .map(|(stage, _)| *stage)
            .collect()
    }

    /// Something that must happen before the process is ready.
    pub fn latch(self: &Arc<Self>) -> Latch {
        self.latches.fetch_add(1, Ordering::AcqRel);
        Latch(Arc::clone(self))
    }

    /// The process is about to stop: send no one here any more.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the API can answer.
    pub fn is_ready(&self) -> bool {
        self.latches.load(Ordering::Acquire) == 0 && !self.stopping.load(Ordering::Acquire)
    }
}

impl Drop for Latch {
    fn drop(&mut self) {
        self.0.latches.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> EventTime {
        EventTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_stage_whose_loop_stands_still_is_named() {
        let health = Health::new(10_000);
        assert!(health.silent_stages(at(1_000)).is_empty());
        health.beat("ingest", at(0));
        health.beat("detect", at(5));
        assert!(health.silent_stages(at(10)).is_empty());
        assert_eq!(health.silent_stages(at(11)), ["ingest"]);
        health.beat("ingest", at(11));
        assert!(health.silent_stages(at(12)).is_empty());
        health.leave("detect");
        assert!(health.silent_stages(at(20)).is_empty());
    }

    #[test]
    fn ready_opens_with_the_last_latch_and_closes_with_the_stop() {
        let health = Arc::new(Health::new(10_000));
        let (first, second) = (health.latch(), health.latch());
        drop(first);
        assert!(!health.is_ready());
        drop(second);
        assert!(health.is_ready());
        health.stop();
        assert!(!health.is_ready());
    }
}
