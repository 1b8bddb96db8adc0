//! When heartbeats go out among the alerts.

use crate::post::EventTime;

/// From one heartbeat to the next, wall time.
const HEARTBEAT_MS: i64 = 60_000;

/// The last that holds, the last that was given.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beats {
    held: Option<EventTime>,
    given: Option<EventTime>,
}

impl Beats {
    pub(super) fn is_due(self, now: EventTime) -> bool {
        let last = self.held;
        last.is_none_or(|last| now.millis_since(last) >= HEARTBEAT_MS)
    }

    pub(super) fn give(&mut self, now: EventTime) {
        self.given = Some(now);
    }

    /// The commit holds.
    pub(super) fn hold(&mut self) {
        self.held = self.given.or(self.held);
    }
}
