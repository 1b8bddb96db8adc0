//! What people did with one incident, and how often they called one a false alarm.
//!
//! Rule: how it stands is what was done last; what was done is kept, the newest ten. Times are those at which
//! actions got into the order of signals: data, no clock.
//! Not here: whether an action makes sense (`deeds`).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::action::{Action, Deed};
use crate::post::EventTime;

/// Actions that one incident keeps.
const MOST_DONE: usize = 10;
const DAY_MS: i64 = 86_400_000;
/// Days over which the rate of false alarms is taken, and marks that are kept for it.
const RATE_DAYS: i64 = 7;
const MOST_MARKS: usize = 1_000;

/// An action that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The action.
    pub id: String,
    /// What.
    pub deed: Deed,
    /// By whom.
    pub who: String,
    /// When it got into the order of signals, wall time.
    pub at: EventTime,
    /// Until when it holds; `None`: until the end.
    pub until: Option<EventTime>,
    /// In their own words; may be empty.
    pub note: String,
}

impl Done {
    pub(super) fn of(action: Action, at: EventTime) -> Self {
        let holds = matches!(action.deed, Deed::Acknowledge | Deed::Snooze);
        Self {
            id: action.id,
            deed: action.deed,
            who: action.who,
            at,
            until: action.until.filter(|_| holds),
            note: action.note,
        }
    }
}

/// How an incident stands with people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Who has taken it over.
    pub acknowledged: Option<Done>,
    /// Who asked for silence.
    pub snoozed: Option<Done>,
    /// Who called it a false alarm.
    pub false_alarm: Option<Done>,
    /// What was done, oldest first.
    pub done: VecDeque<Done>,
}

impl People {
    /// Takes one action.
    pub(super) fn take(&mut self, done: Done) {
        match done.deed {
            Deed::Acknowledge => self.acknowledged = Some(done.clone()),
            Deed::Snooze => self.snoozed = Some(done.clone()),
            Deed::FalseAlarm => self.false_alarm = Some(done.clone()),
            Deed::Reopen => self.begin_anew(),
            Deed::Close | Deed::Note => {}
        }
        self.done.push_back(done);
        while self.done.len() > MOST_DONE {
            self.done.pop_front();
        }
    }

    /// What was done stays, nothing of it holds.
    pub(super) fn begin_anew(&mut self) {
        self.acknowledged = None;
        self.snoozed = None;
        self.false_alarm = None;
    }

    /// At `now` an acknowledgement or a snooze may be over; whether one is.
    pub(super) fn lapse(&mut self, now: EventTime) -> bool {
        let over = |done: &mut Done| done.until.is_some_and(|until| until <= now);
        let acknowledged = self.acknowledged.take_if(over).is_some();
        let snoozed = self.snoozed.take_if(over).is_some();
        acknowledged || snoozed
    }

    /// Another incident turned out to be this one: whoever took that over has this.
    pub(super) fn join(&mut self, other: Self) {
        self.acknowledged = self.acknowledged.take().or(other.acknowledged);
    }
}

/// How often people called an incident a false alarm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FalseAlarms {
    since: Option<EventTime>,
    marks: VecDeque<(EventTime, String)>,
}

impl FalseAlarms {
    /// The log has come to `now`.
    pub(super) fn pass(&mut self, now: EventTime) {
        self.since.get_or_insert(now);
        let first = now.plus_millis(-RATE_DAYS * DAY_MS);
        while self.marks.front().is_some_and(|(at, _)| *at < first) {
            self.marks.pop_front();
        }
    }

    pub(super) fn add(&mut self, at: EventTime, incident: &str) {
        self.withdraw(incident);
        self.marks.push_back((at, incident.to_owned()));
        while self.marks.len() > MOST_MARKS {
            self.marks.pop_front();
        }
    }

    pub(super) fn withdraw(&mut self, incident: &str) {
        self.marks.retain(|(_, marked)| marked != incident);
    }

    /// Marks a day over the last seven days, or over one at least since the log began.
    #[expect(
        clippy::cast_precision_loss,
        reason = "at most a thousand marks, a week"
    )]
    pub(super) fn per_day(&self, now: EventTime) -> f64 {
        let heard_ms = self.since.map_or(0, |since| now.millis_since(since));
        let days = heard_ms.clamp(DAY_MS, RATE_DAYS * DAY_MS) as f64 / DAY_MS as f64;
        self.marks.len() as f64 / days
    }
}
