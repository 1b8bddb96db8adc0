//! What actions of people change.
//!
//! In: actions in the order of signals, with the time at which each got there. Out: one revision each, or why none.
//! Rule: an action counts once. An incident that people ended goes on being watched in silence until its talk
//! calms: what belongs to it opens no other, and only a level above the one that it ended at, or a person, brings
//! it back. What ended lately is known by name; a remark on it repeats `resolved`, so that nobody takes it for open.
//! Not here: the record (`action`), what holds of it (`people`).

use super::action::{Action, ActionRefusal, Deed, RefusedAction, refused};
use super::case::Case;
use super::people::Done;
use super::{CaseNumber, Reason, Revision, Status, Triage};
use crate::post::EventTime;

/// Longest time that an acknowledgement or a snooze may hold.
const LONGEST_MS: i64 = 7 * 86_400_000;
/// Ids of actions that are remembered.
const IDS_MAX: usize = 10_000;
/// Incidents that are remembered after their end.
const ENDED_MAX: usize = 200;

/// What became of an action that is not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// It gave a revision.
    Accepted,
    /// It has come before.
    Repeated,
}

/// Where an incident is found.
enum Found {
    Case(CaseNumber),
    Ended(usize),
}

impl Triage {
    /// Takes one action, which got into the order of signals at `at`; the revision goes to `revisions`.
    pub fn act(
        &mut self,
        action: Action,
        at: EventTime,
        revisions: &mut Vec<Revision>,
    ) -> Result<Acted, RefusedAction> {
        let before = revisions.len();
        let acted = self.take_action(action, at, revisions);
        self.sign(revisions.iter_mut().skip(before));
        acted
    }

    fn take_action(
        &mut self,
        action: Action,
        at: EventTime,
        revisions: &mut Vec<Revision>,
    ) -> Result<Acted, RefusedAction> {
        self.state.heard = self.state.heard.max(at);
        if !self.state.acted.insert(action.id.clone(), IDS_MAX) {
            return Ok(Acted::Repeated);
        }
        let found = self.find(&action.incident)?;
        check_until(&action, self.state.heard)?;
        let done = Done::of(action, self.state.heard);
        let number = match found {
            Found::Case(number) => number,
            Found::Ended(place) => return self.act_on_ended(place, done, revisions),
        };
        let passed = self.state.passed;
        let Some(case) = self.state.cases.get_mut(&number) else {
            return unknown(done.id.as_str());
        };
        let deed = done.deed;
        revisions.push(case.act(done, passed)?);
        let id = case.id().to_owned();
        let is_done = case.is_over() && case.members.is_empty();
        self.mark(deed, &id);
        if is_done {
            self.retire(number);
        }
        Ok(Acted::Accepted)
    }

    /// Incidents that people called false alarms, a day over the last seven days.
    pub fn false_alarms_per_day(&self) -> f64 {
        self.state.false_alarms.per_day(self.state.heard)
    }

    /// What people asked for may be over: told with the next tick.
    pub(super) fn lapse(&mut self, revisions: &mut Vec<Revision>) {
        let (heard, passed) = (self.state.heard, self.state.passed);
        let open = self.state.cases.values_mut();
        revisions.extend(open.filter_map(|case| case.lapse(heard, passed)));
    }

    /// Remembers an incident that has ended.
    pub(super) fn retire(&mut self, number: CaseNumber) {
        if let Some(case) = self.state.cases.remove(&number) {
            self.remember(case);
        }
    }

    pub(super) fn remember(&mut self, case: Case) {
        self.state.ended.push_back(case);
        while self.state.ended.len() > ENDED_MAX {
            self.state.ended.pop_front();
        }
    }

    fn act_on_ended(
        &mut self,
        place: usize,
        done: Done,
        revisions: &mut Vec<Revision>,
    ) -> Result<Acted, RefusedAction> {
        let (deed, passed) = (done.deed, self.state.passed);
        if deed == Deed::Reopen && self.state.cases.len() >= self.max_open {
            let detail =
                "too many incidents are open: close one, or raise triage.max_open_incidents";
            return refused(ActionRefusal::NoRoom, detail);
        }
        let Some(case) = self.state.ended.get_mut(place) else {
            return unknown(&done.id);
        };
        revisions.push(case.act(done, passed)?);
        let id = case.id().to_owned();
        self.mark(deed, &id);
        if deed == Deed::Reopen
            && let Some(case) = self.state.ended.remove(place)
        {
            self.state.cases.insert(case.number, case);
        }
        Ok(Acted::Accepted)
    }

    fn mark(&mut self, deed: Deed, incident: &str) {
        let heard = self.state.heard;
        match deed {
            Deed::FalseAlarm => self.state.false_alarms.add(heard, incident),
            Deed::Reopen => self.state.false_alarms.withdraw(incident),
            Deed::Acknowledge | Deed::Snooze | Deed::Close | Deed::Note => {}
        }
    }

    fn find(&self, incident: &str) -> Result<Found, RefusedAction> {
        let mut cases = self.state.cases.iter();
        if let Some((&number, _)) = cases.find(|(_, case)| case.id() == incident) {
            return Ok(Found::Case(number));
        }
        let place = self
            .state
            .ended
            .iter()
            .rposition(|case| case.id() == incident);
        let Some(place) = place else {
            return unknown(incident);
        };
        match self.state.ended.get(place).and_then(Case::merged_into) {
            Some(older) => refused(
                ActionRefusal::Merged,
                format!("it has become part of {older}: act on that"),
            ),
            None => Ok(Found::Ended(place)),
        }
    }
}

impl Case {
    /// One action on it, which gives one revision at the event time `passed`.
    fn act(&mut self, done: Done, passed: EventTime) -> Result<Revision, RefusedAction> {
        let over = self.is_over();
        let (status, reason) = match (done.deed, over) {
            (Deed::Acknowledge, false) => (Status::Updated, Reason::Acknowledged),
            (Deed::Snooze, false) => (Status::Updated, Reason::Snoozed),
            (Deed::Close, false) => (Status::Resolved, Reason::Closed),
            (Deed::FalseAlarm, false) => (Status::Resolved, Reason::FalseAlarm),
            (Deed::FalseAlarm, true) if self.people.false_alarm.is_none() => {
                (Status::Resolved, Reason::FalseAlarm)
            }
            (Deed::Note, false) => (Status::Updated, Reason::Noted),
            (Deed::Note, true) => (Status::Resolved, Reason::Noted),
            (Deed::Reopen, true) => (Status::Updated, Reason::Reopened),
            (Deed::Reopen, false) => {
                return refused(ActionRefusal::Open, "it is open already: nothing to do");
            }
            (Deed::Acknowledge | Deed::Snooze | Deed::Close | Deed::FalseAlarm, true) => {
                let detail = "it is over: reopen it first if it is not";
                return refused(ActionRefusal::Over, detail);
            }
        };
        self.people.take(done);
        Ok(self.told_by_people(status, reason, passed))
    }

    /// The revision that says that what people asked for is over, if it is at `heard`.
    fn lapse(&mut self, heard: EventTime, passed: EventTime) -> Option<Revision> {
        let lapsed = !self.is_over() && self.people.lapse(heard);
        lapsed.then(|| self.told_by_people(Status::Updated, Reason::Expired, passed))
    }
}

fn unknown<T>(incident: &str) -> Result<T, RefusedAction> {
    let detail = format!("no incident {incident:.80} is open or ended lately: is its name right?");
    refused(ActionRefusal::UnknownIncident, detail)
}

fn check_until(action: &Action, now: EventTime) -> Result<(), RefusedAction> {
    let until = match (action.deed, action.until) {
        (Deed::Snooze, None) => {
            let detail = "a snooze needs until: nobody would ever hear of it again";
            return refused(ActionRefusal::NoUntil, detail);
        }
        (Deed::Acknowledge | Deed::Snooze, Some(until)) => until,
        _ => return Ok(()),
    };
    if until <= now {
        let detail = format!("until has passed already: it is {now}");
        return refused(ActionRefusal::UntilPassed, detail);
    }
    if until.millis_since(now) > LONGEST_MS {
        return refused(
            ActionRefusal::UntilTooFar,
            "until lies more than 7 days ahead",
        );
    }
    Ok(())
}
