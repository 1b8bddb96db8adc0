//! What metrics and traces keep of a revision that went out.
//!
//! In: a revision of triage. Out: a [`Written`]: small, so that a commit's worth of them waits for the metrics.

use crate::alert::TraceIds;
use crate::post::EventTime;
use crate::traces::Way;
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
    /// When the newest deciding post was posted.
    pub posted_at: EventTime,
    /// Wall time at which detect wrote the signal.
    pub noticed_at: EventTime,
    /// The incident.
    pub incident: String,
    /// The ids of its trace.
    pub ids: TraceIds,
}

impl Written {
    pub(super) fn of(revision: &Revision, noticed_at: EventTime) -> Self {
        Self {
            level: revision.level,
            character: revision.character,
            status: revision.status,
            has_claims: !revision.claims.is_empty(),
            detection_ms: revision.opened_at.millis_since(revision.signal.onset_at),
            sent_at: (!revision.reason.is_by_people()).then_some(revision.signal.sent_at),
            posted_at: revision.signal.at,
            noticed_at,
            incident: revision.incident.clone(),
            ids: TraceIds::of(&revision.incident, &revision.id()),
        }
    }

    /// Its way, if posts brought it about; the commit that told it held at `told_at`.
    pub(super) fn way(self, told_at: EventTime) -> Option<Way> {
        let flushed_at = self.sent_at?;
        Some(Way {
            ids: self.ids,
            incident: self.incident,
            posted_at: self.posted_at,
            flushed_at,
            noticed_at: self.noticed_at,
            told_at,
        })
    }
}
