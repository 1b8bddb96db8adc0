//! An incident as the list shows it, a revision in one line, and an incident in full.
//!
//! In: alerts. Out: plain data for JSON.
//! Not here: which revisions are kept (`read_model`).

use std::cmp::Reverse;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::alert::{Alert, DataState, PersonAction, Place, Series, Title, UtcTime};
use crate::post::TopicKey;
use crate::triage::{Character, Level, Reason, Status};
use crate::window::Scale;

/// One revision, in short.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HistoryEntry {
    /// Its number.
    pub revision: u32,
    /// What it said.
    pub status: Status,
    /// Why.
    pub reason: Reason,
    /// The level.
    pub level: Level,
    /// Event time.
    pub at: UtcTime,
    /// Posts in its window.
    pub observed: u32,
    /// Posts that were expected.
    pub expected: f64,
    /// Who had taken the incident over by then.
    pub owner: Option<String>,
}

/// One incident in full.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct IncidentDetail {
    /// The newest revision.
    pub alert: Arc<Alert>,
    /// Every revision that is still kept, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// One incident in the list: what a line of the page needs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "each member means what it means in the alert")]
pub struct Row {
    pub incident: String,
    pub revision: u32,
    pub status: Status,
    pub level: Level,
    pub level_number: u8,
    pub title: Title,
    pub topic: TopicKey,
    /// The place that most posts name.
    pub place: Option<Place>,
    pub onset_at: UtcTime,
    pub opened_at: UtcTime,
    pub updated_at: UtcTime,
    pub resolved_at: Option<UtcTime>,
    pub window: Scale,
    pub observed: u32,
    pub expected: f64,
    pub character: Character,
    pub series: Series,
    pub data_state: DataState,
    pub acknowledged: Option<PersonAction>,
    pub snoozed: Option<PersonAction>,
    pub false_alarm: Option<PersonAction>,
    pub exercise: bool,
}

impl HistoryEntry {
    pub(super) fn of(alert: &Alert) -> Self {
        Self {
            revision: alert.revision,
            status: alert.status,
            reason: alert.reason,
            level: alert.level,
            at: alert.updated_at,
            observed: alert.observed,
            expected: alert.expected,
            owner: alert.acknowledged.as_ref().map(|action| action.by.clone()),
        }
    }
}

impl Row {
    pub(super) fn of(alert: &Alert) -> Self {
        Self {
            incident: alert.incident.clone(),
            revision: alert.revision,
            status: alert.status,
            level: alert.level,
            level_number: alert.level_number,
            title: alert.title.clone(),
            topic: alert.topic.clone(),
            place: alert.places.first().cloned(),
            onset_at: alert.onset_at,
            opened_at: alert.opened_at,
            updated_at: alert.updated_at,
            resolved_at: alert.resolved_at,
            window: alert.window,
            observed: alert.observed,
            expected: alert.expected,
            character: alert.character,
            series: alert.series.clone(),
            data_state: alert.data_state,
            acknowledged: alert.acknowledged.clone(),
            snoozed: alert.snoozed.clone(),
            false_alarm: alert.false_alarm.clone(),
            exercise: alert.exercise,
        }
    }

    pub(super) fn rank(&self) -> impl Ord + use<'_> {
        let resolved = self.status == Status::Resolved;
        (
            resolved,
            Reverse((self.level, self.updated_at)),
            self.incident.as_str(),
        )
    }
}
