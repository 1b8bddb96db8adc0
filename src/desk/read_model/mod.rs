//! What the page reads: the revisions of each incident, in full as far back as there is room.
//!
//! In: alerts, in any order, each any number of times. Out: rows and details as they are now or as they
//! were, in a fixed order.
//! Rule: an older revision never replaces a newer one. Over a limit the oldest leaves first (a resolved
//! incident before an open one), and is counted; before [`ReadModel::kept_from`] nothing is told, rather
//! than something that lacks what has left.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use super::row::{HistoryEntry, IncidentDetail, Row};
use crate::alert::{Alert, UtcTime};
use crate::post::EventTime;
use crate::triage::Status;

/// Most revisions that are kept of one incident.
const HISTORY_LIMIT: usize = 100;
/// Nothing has left yet.
const EVER: i64 = i64::MIN;

/// Incidents by their id: many readers, one writer.
#[derive(Debug)]
pub struct ReadModel {
    incidents: DashMap<String, Incident>,
    limit: usize,
    dropped: AtomicU64,
    /// Revisions that are kept in full, in the order in which they came.
    whole: Mutex<VecDeque<(String, u32)>>,
    whole_limit: usize,
    kept_from: AtomicI64,
}

#[derive(Debug)]
struct Incident {
    alert: Arc<Alert>,
    history: VecDeque<Revision>,
}

/// A line for each revision; in full as long as there is room. The newest is in full beside them.
#[derive(Debug)]
struct Revision {
    entry: HistoryEntry,
    whole: Option<Arc<Alert>>,
}

/// What an incident was like at two times, and between.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    /// As it is now.
    pub now: Row,
    /// Its last revision before.
    pub before: Option<HistoryEntry>,
    /// Its revisions since.
    pub since: Vec<HistoryEntry>,
}

impl ReadModel {
    /// Holds at most `limit` incidents, and at most `revisions` of their revisions in full.
    pub fn new(limit: usize, revisions: usize) -> Self {
        Self {
            incidents: DashMap::new(),
            limit: limit.max(1),
            dropped: AtomicU64::new(0),
            whole: Mutex::default(),
            whole_limit: revisions.max(1),
            kept_from: AtomicI64::new(EVER),
        }
    }

    /// Takes in one alert; `None` when nothing is new in it.
    pub fn apply(&self, alert: Alert) -> Option<Row> {
        let row = Row::of(&alert);
        let id = (alert.incident.clone(), alert.revision);
        match self.incidents.entry(alert.incident.clone()) {
            Entry::Occupied(mut known) => {
                if known.get().alert.revision >= alert.revision {
                    return None;
                }
                if let Some(left) = known.get_mut().replace(alert) {
                    self.forget_before(left);
                }
            }
            Entry::Vacant(place) => {
                // Its lock ends here: the limits look at every incident.
                drop(place.insert(Incident::new(alert)));
            }
        }
        self.keep_whole(id);
        self.keep_limit();
        Some(row)
    }

    /// Every incident: open before resolved, higher level first, newest first.
    pub fn rows(&self) -> Vec<Row> {
        let incidents = self.incidents.iter();
        in_order(incidents.map(|incident| Row::of(&incident.alert)))
    }

    /// The same as it was at `at`; `None` before [`ReadModel::kept_from`].
    pub fn rows_at(&self, at: EventTime) -> Option<Vec<Row>> {
        let incidents = self.incidents.iter();
        let then = incidents.filter_map(|incident| Some(Row::of(incident.at(at)?)));
        let rows = in_order(then);
        self.reaches(at).then_some(rows)
    }

    /// One incident in full.
    pub fn detail(&self, incident: &str) -> Option<IncidentDetail> {
        let incident = self.incidents.get(incident)?;
        Some(incident.detail(&incident.alert))
    }

    /// The same as it was at `at`.
    pub fn detail_at(&self, incident: &str, at: EventTime) -> Option<IncidentDetail> {
        let incident = self.incidents.get(incident)?;
        Some(incident.detail(incident.at(at)?))
    }

    /// What became of every incident that is open or has changed since `since`, in the order of the list.
    pub(super) fn courses(&self, since: EventTime) -> Vec<Course> {
        let incidents = self.incidents.iter();
        let mut courses: Vec<Course> = incidents
            .map(|incident| incident.course(since))
            .filter(|course| course.now.status != Status::Resolved || !course.since.is_empty())
            .collect();
        courses.sort_by(|left, right| left.now.rank().cmp(&right.now.rank()));
        courses
    }

    /// The time from which on everything is kept; `None` while nothing has left.
    pub fn kept_from(&self) -> Option<UtcTime> {
        let from = self.kept_from.load(Ordering::Acquire);
        (from != EVER).then(|| UtcTime::new(EventTime::from_millis(from)))
    }

    /// Whether nothing that held at `at` has left.
    pub fn reaches(&self, at: EventTime) -> bool {
        at.millis() >= self.kept_from.load(Ordering::Acquire)
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
            if let Some((_, updated_at, id)) = oldest {
                self.incidents.remove(&id);
                self.forget_before(updated_at);
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The newest so many revisions stay whole.
    fn keep_whole(&self, id: (String, u32)) {
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.push_back(id);
        while whole.len() > self.whole_limit {
            let Some((incident, revision)) = whole.pop_front() else {
                return;
            };
            let left = self.incidents.get_mut(&incident);
            if let Some(left) = left.and_then(|mut incident| incident.thin(revision)) {
                self.forget_before(left);
            }
        }
    }

    fn forget_before(&self, at: UtcTime) {
        self.kept_from.fetch_max(at.millis(), Ordering::AcqRel);
    }
}

fn in_order(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by(|left, right| left.rank().cmp(&right.rank()));
    rows
}

impl Incident {
    fn new(alert: Alert) -> Self {
        let alert = Arc::new(alert);
        Self {
            history: VecDeque::from([Revision::of(&alert)]),
            alert,
        }
    }

    /// Takes in a newer revision; the time until which one held that had to leave.
    fn replace(&mut self, alert: Alert) -> Option<UtcTime> {
        let alert = Arc::new(alert);
        let before = self.history.back().is_some_and(|one| one.whole.is_none());
        let mut left = before.then_some(alert.updated_at);
        self.history.push_back(Revision::of(&alert));
        self.alert = alert;
        if self.history.len() > HISTORY_LIMIT {
            self.history.pop_front();
            left = left.max(self.history.front().map(|oldest| oldest.entry.at));
        }
        left
    }

    /// Keeps of `revision` the line alone; the time until which it held, unless it still holds.
    fn thin(&mut self, revision: u32) -> Option<UtcTime> {
        let is_it = |one: &Revision| one.entry.revision == revision;
        let place = self.history.iter().position(is_it)?;
        self.history.get_mut(place)?.whole = None;
        Some(self.history.get(place + 1)?.entry.at)
    }

    /// The revision that held at `at`.
    fn at(&self, at: EventTime) -> Option<&Arc<Alert>> {
        let held = |one: &&Revision| one.entry.at.0 <= at;
        let found = self.history.iter().rev().find(held)?;
        if found.entry.revision == self.alert.revision {
            return Some(&self.alert);
        }
        found.whole.as_ref()
    }

    fn detail(&self, alert: &Arc<Alert>) -> IncidentDetail {
        let history = self.history.iter().map(|one| &one.entry);
        let until = history.take_while(|entry| entry.revision <= alert.revision);
        IncidentDetail {
            alert: Arc::clone(alert),
            history: until.cloned().collect(),
        }
    }

    fn course(&self, since: EventTime) -> Course {
        let entries = || self.history.iter().map(|one| &one.entry);
        Course {
            now: Row::of(&self.alert),
            before: entries().rfind(|entry| entry.at.0 < since).cloned(),
            since: entries()
                .filter(|entry| entry.at.0 >= since)
                .cloned()
                .collect(),
        }
    }
}

impl Revision {
    fn of(alert: &Arc<Alert>) -> Self {
        Self {
            entry: HistoryEntry::of(alert),
            whole: Some(Arc::clone(alert)),
        }
    }
}

#[cfg(test)]
mod tests;
