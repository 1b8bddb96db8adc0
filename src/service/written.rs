//! What metrics and traces keep of a revision that went out.
//!
//! In: a revision of triage. Out: a [`Written`]: small, so that a commit's worth of them waits for the metrics.

use super::traces::Way;
use crate::alert::{Alert, TraceIds};
use crate::post::EventTime;
use crate::triage::{Character, Level, Revision, Status};

/// One revision that went out, as metrics count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its level.
    pub level: Level,
    /// Its character.
    pub character: Character,
    /// What it says.
    pub status: Status,
    /// Whether its posts resemble a fact-checked claim.
    pub has_claims: bool,
    /// From the estimated onset to the opening, event time, milliseconds.
    pub detection_ms: i64,
    /// Wall time of the batch that brought the deciding posts; `None`: a person made it.
    pub sent_at: Option<EventTime>,
}

impl Written {
    pub(super) fn of(revision: &Revision) -> Self {
        Self {
            level: revision.level,
            character: revision.character,
            status: revision.status,
            has_claims: !revision.claims.is_empty(),
            detection_ms: revision.opened_at.millis_since(revision.signal.onset_at),
            sent_at: (!revision.reason.is_by_people()).then_some(revision.signal.sent_at),
        }
    }
}
