//! What the page reads: the newest revision of each incident and a line for each earlier one.
//!
//! In: alerts, in any order, each any number of times. Out: rows and details, in a fixed order.
//! Rule: an older revision never replaces a newer one; over the limit the oldest resolved incident
//! leaves first, and is counted.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use schemars::JsonSchema;
use serde::Serialize;

use crate::alert::{Alert, DataState, PersonAction, Place, Series, Title, UtcTime};
use crate::post::TopicKey;
use crate::triage::{Character, Level, Reason, Status};
use crate::window::Scale;

/// Most earlier revisions that are kept of one incident.
const HISTORY_LIMIT: usize = 100;

/// Incidents by their id: many readers, one writer.
#[derive(Debug)]
pub struct ReadModel {
    incidents: DashMap<String, Incident>,
    limit: usize,
    dropped: AtomicU64,
}

#[derive(Debug)]
struct Incident {
    alert: Arc<Alert>,
    history: VecDeque<HistoryEntry>,
}

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
    pub exercise: bool,
}

impl ReadModel {
    /// Holds at most `limit` incidents.
    pub fn new(limit: usize) -> Self {
        Self {
            incidents: DashMap::new(),
            limit: limit.max(1),
            dropped: AtomicU64::new(0),
        }
    }

    /// Takes in one alert; `None` when nothing is new in it.
    pub fn apply(&self, alert: Alert) -> Option<Row> {
        let row = Row::of(&alert);
        match self.incidents.entry(alert.incident.clone()) {
            Entry::Occupied(mut known) => {
                if known.get().alert.revision >= alert.revision {
                    return None;
                }
                known.get_mut().replace(alert);
            }
            Entry::Vacant(place) => {
                // Its lock ends here: the limit looks at every incident.
                drop(place.insert(Incident::new(alert)));
            }
        }
        self.keep_limit();
        Some(row)
    }

    /// Every incident: open before resolved, higher level first, newest first.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self
            .incidents
            .iter()
            .map(|incident| Row::of(&incident.alert))
            .collect();
        rows.sort_by(|left, right| left.rank().cmp(&right.rank()));
        rows
    }

    /// One incident in full.
    pub fn detail(&self, incident: &str) -> Option<IncidentDetail> {
        let incident = self.incidents.get(incident)?;
        Some(IncidentDetail {
            alert: Arc::clone(&incident.alert),
            history: incident.history.iter().cloned().collect(),
        })
    }

    /// Incidents that left because of the limit.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn keep_limit(&self) {
        while self.incidents.len() > self.limit {
            let oldest = self
                .incidents
                .iter()
                .map(|incident| {
                    let open = incident.alert.status != Status::Resolved;
                    (open, incident.alert.updated_at, incident.key().clone())
                })
                .min();
            if let Some((_, _, id)) = oldest {
                self.incidents.remove(&id);
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Incident {
    fn new(alert: Alert) -> Self {
        Self {
            history: VecDeque::from([HistoryEntry::of(&alert)]),
            alert: Arc::new(alert),
        }
    }

    fn replace(&mut self, alert: Alert) {
        if self.history.len() >= HISTORY_LIMIT {
            self.history.pop_front();
        }
        self.history.push_back(HistoryEntry::of(&alert));
        self.alert = Arc::new(alert);
    }
}

impl HistoryEntry {
    fn of(alert: &Alert) -> Self {
        Self {
            revision: alert.revision,
            status: alert.status,
            reason: alert.reason,
            level: alert.level,
            at: alert.updated_at,
            observed: alert.observed,
            expected: alert.expected,
        }
    }
}

impl Row {
    fn of(alert: &Alert) -> Self {
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
            exercise: alert.exercise,
        }
    }

    fn rank(&self) -> impl Ord + use<'_> {
        let resolved = self.status == Status::Resolved;
        (
            resolved,
            Reverse((self.level, self.updated_at)),
            self.incident.as_str(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::tests::alert;

    fn made(incident: &str, revision: u32, status: Status, level: Level) -> Alert {
        Alert {
            incident: incident.to_owned(),
            revision,
            status,
            level,
            ..alert()
        }
    }

    fn ids(model: &ReadModel) -> Vec<String> {
        model.rows().into_iter().map(|row| row.incident).collect()
    }

    #[test]
    fn an_older_revision_never_replaces_a_newer_one() {
        let model = ReadModel::new(10);
        assert!(
            model
                .apply(made("a", 1, Status::Opened, Level::Siaga))
                .is_some()
        );
        assert!(
            model
                .apply(made("a", 2, Status::Escalated, Level::Awas))
                .is_some()
        );
        assert!(
            model
                .apply(made("a", 2, Status::Escalated, Level::Awas))
                .is_none()
        );
        assert!(
            model
                .apply(made("a", 1, Status::Opened, Level::Siaga))
                .is_none()
        );
        let detail = model.detail("a").unwrap();
        assert_eq!(detail.alert.level, Level::Awas);
        let revisions: Vec<u32> = detail.history.iter().map(|entry| entry.revision).collect();
        assert_eq!(revisions, [1, 2]);
        assert!(model.detail("b").is_none());
    }

    #[test]
    fn open_incidents_of_the_highest_level_come_first() {
        let model = ReadModel::new(10);
        model.apply(made("over", 2, Status::Resolved, Level::Awas));
        model.apply(made("low", 1, Status::Opened, Level::Waspada));
        model.apply(made("high", 1, Status::Opened, Level::Awas));
        model.apply(made("also high", 1, Status::Opened, Level::Awas));
        assert_eq!(ids(&model), ["also high", "high", "low", "over"]);
    }

    #[test]
    fn over_the_limit_the_oldest_resolved_incident_leaves_first() {
        let model = ReadModel::new(2);
        model.apply(made("open", 1, Status::Opened, Level::Waspada));
        model.apply(made("over", 2, Status::Resolved, Level::Awas));
        model.apply(made("new", 1, Status::Opened, Level::Siaga));
        assert_eq!(ids(&model), ["new", "open"]);
        assert_eq!(model.dropped(), 1);
    }

    #[test]
    fn history_is_bounded() {
        let model = ReadModel::new(2);
        for revision in 1..=150 {
            model.apply(made("a", revision, Status::Updated, Level::Siaga));
        }
        let history = model.detail("a").unwrap().history;
        assert_eq!(history.len(), HISTORY_LIMIT);
        assert_eq!(history.last().unwrap().revision, 150);
    }
}
