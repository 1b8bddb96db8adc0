//! The third fold: signals become incidents.
//!
//! In: signals of every partition of `counts` and actions of people, in the order of the one partition of
//! `signals`, which holds both.
//! Out: revisions of incidents.
//! Rule: topics that are one event are one incident, under the name of the oldest. An incident opens
//! once and ends once in each life, when its last topic has calmed or a person ends it; revisions count
//! without gaps. A repeated signal or action changes nothing; a signal of an episode that was never seen to open opens it.
//! Not here: how a revision is written (`alert`), whom it reaches (`notify`).

mod action;
mod assess;
mod case;
mod deeds;
mod frozen;
mod incident;
mod kinship;
mod people;
mod recent;
mod resembled;
mod snapshot;
#[cfg(test)]
pub(crate) mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

pub use action::{
    ACTION_SCHEMA, Action, ActionRefusal, ActionSink, Deed, RefusedAction, Unsent, action_schema,
};
pub use deeds::Acted;
pub use incident::{Character, Level, Reason, Revision, Status};
pub use people::{Done, People};
pub use resembled::{FactChecks, Resembled};

use serde::{Deserialize, Serialize};

use crate::config;
use crate::detect::{Change, Signal, SignalRecord};
use crate::post::EventTime;
use case::Case;
use frozen::{FeedStates, Held};
use kinship::{Bond, Facet};
use people::FalseAlarms;
use recent::Recent;

/// An episode of one partition of `counts`.
type EpisodeId = (u32, String);
/// Incidents are numbered in the order in which they opened.
type CaseNumber = u64;

/// Open episodes for each open incident that is allowed.
const EPISODES_PER_INCIDENT: usize = 4;

/// The fold. There is one for the whole service.
#[derive(Debug)]
pub struct Triage {
    update_interval_ms: i64,
    max_open: usize,
    levels: config::Levels,
    state: State,
    turned_away: u64,
    checks: Option<FactChecks>,
}

/// Everything that the log has told, the fact-checks left out.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// Those that are open, and those that people ended and whose talk goes on.
    cases: BTreeMap<CaseNumber, Case>,
    /// Those that ended lately, oldest first.
    ended: VecDeque<Case>,
    episodes: BTreeMap<EpisodeId, CaseNumber>,
    next_number: CaseNumber,
    /// Episodes that are over: when a stage says again what it said before a crash, they do not begin anew.
    over: Recent<EpisodeId>,
    /// Ids of actions.
    acted: Recent<String>,
    false_alarms: FalseAlarms,
    feeds: FeedStates,
    /// Ends of episodes that wait for a feed.
    held: Held,
    /// The newest wall time in the log.
    heard: EventTime,
    /// The newest wall time that a signal or a tick has told: which fact-checks count.
    told: EventTime,
    /// The newest event time in the log.
    passed: EventTime,
}

impl Triage {
    /// A fold without incidents.
    pub fn new(config: &config::Config) -> Self {
        Self {
            update_interval_ms: i64::from(config.triage.update_interval_ms),
            max_open: config.triage.max_open_incidents as usize,
            levels: config.levels.clone(),
            state: State::default(),
            turned_away: 0,
            checks: None,
        }
    }

    /// Compares the posts of incidents with fact-checks from now on.
    pub fn use_fact_checks(&mut self, checks: Option<FactChecks>) {
        self.checks = checks;
        if let Some(checks) = &mut self.checks {
            checks.pass(self.state.told);
        }
    }

    /// The fact-checks, if any are compared with.
    pub fn fact_checks(&mut self) -> Option<&mut FactChecks> {
        self.checks.as_mut()
    }

    /// Gives the fact-checks away, for a fold that begins anew with the same.
    pub fn take_fact_checks(&mut self) -> Option<FactChecks> {
        self.checks.take()
    }

    /// Folds one record of `signals`; what there is to tell goes to `revisions`.
    pub fn apply(&mut self, record: SignalRecord, revisions: &mut Vec<Revision>) {
        match record {
            SignalRecord::Signal(signal) => {
                self.hear(signal.sent_at, signal.at);
                self.fold(*signal, revisions);
            }
            SignalRecord::Tick(tick) => {
                self.hear(tick.sent_at, tick.watermark);
                self.freeze(&tick, revisions);
                self.lapse(revisions);
                self.pass(tick.watermark, revisions);
            }
        }
    }

    /// The newest event time that the log has told.
    pub fn passed(&self) -> EventTime {
        self.state.passed
    }

    /// How many incidents are open.
    pub fn open_incidents(&self) -> usize {
        self.open().count()
    }

    /// How many incidents of `level` are open.
    pub fn open_at(&self, level: Level) -> usize {
        self.open().filter(|case| case.level() == level).count()
    }

    /// Signals that could not open an incident, because too many are open.
    pub fn turned_away(&self) -> u64 {
        self.turned_away
    }

    fn open(&self) -> impl Iterator<Item = &Case> {
        self.state.cases.values().filter(|case| !case.is_over())
    }

    fn hear(&mut self, sent_at: EventTime, at: EventTime) {
        let state = &mut self.state;
        state.heard = state.heard.max(sent_at);
        state.told = state.told.max(sent_at);
        state.passed = state.passed.max(at);
        state.false_alarms.pass(state.heard);
        if let Some(checks) = &mut self.checks {
            checks.pass(sent_at);
        }
    }

    /// Tells an incident which claims the posts of a signal resemble.
    fn compare(&mut self, number: CaseNumber, found: Vec<Resembled>) {
        if let Some(case) = self.state.cases.get_mut(&number) {
            case.resemble(found, &self.levels);
        }
    }

    fn look(&mut self, signal: &Signal) -> Vec<Resembled> {
        let checks = self.checks.as_mut();
        checks.map_or_else(Vec::new, |checks| checks.look(signal))
    }

    fn fold(&mut self, signal: Signal, revisions: &mut Vec<Revision>) {
        let episode = (signal.partition, signal.episode.clone());
        if self.state.over.contains(&episode) {
            return;
        }
        let known = self.state.episodes.get(&episode).copied();
        match (signal.change, known) {
            (Change::Opened | Change::Grew, None) => self.place(episode, signal, revisions),
            (Change::Grew, Some(number)) => self.update(number, episode, signal, revisions),
            (Change::Calmed, Some(number)) => self.calm(number, &episode, signal, revisions),
            (Change::Opened, Some(_)) | (Change::Calmed, None) => {}
        }
    }

    fn max_episodes(&self) -> usize {
        self.max_open.saturating_mul(EPISODES_PER_INCIDENT)
    }

    /// Finds the incident that a new episode belongs to, or opens one.
    fn place(&mut self, episode: EpisodeId, signal: Signal, revisions: &mut Vec<Revision>) {
        if self.state.episodes.len() >= self.max_episodes() {
            self.turned_away += 1;
            return;
        }
        if let Some(number) = self.nearest(&Facet::new(&signal)) {
            self.state.episodes.insert(episode.clone(), number);
            return self.update(number, episode, signal, revisions);
        }
        if self.state.cases.len() >= self.max_open {
            self.turned_away += 1;
            return;
        }
        let number = self.state.next_number;
        self.state.next_number += 1;
        let found = self.look(&signal);
        let case = Case::open(number, episode.clone(), signal, &self.levels);
        self.state.episodes.insert(episode, number);
        self.state.cases.insert(number, case);
        self.compare(number, found);
        revisions.extend(self.state.cases.get_mut(&number).map(Case::opened));
    }

    /// The open incident with the strongest bond; the oldest of several.
    fn nearest(&self, facet: &Facet) -> Option<CaseNumber> {
        let bonds = self.state.cases.iter();
        let bonds = bonds.filter_map(|(&number, case)| Some((case.bond(facet)?, Reverse(number))));
        let strongest: Option<(Bond, Reverse<CaseNumber>)> = bonds.max();
        strongest.map(|(_, Reverse(number))| number)
    }

    fn update(
        &mut self,
        number: CaseNumber,
        episode: EpisodeId,
        signal: Signal,
        revisions: &mut Vec<Revision>,
    ) {
        let now = signal.at;
        let found = self.look(&signal);
        if let Some(case) = self.state.cases.get_mut(&number) {
            case.take(episode, signal, &self.levels);
        }
        self.compare(number, found);
        let number = self.merge(number, now, revisions);
        let interval = self.update_interval_ms;
        let case = self.state.cases.get_mut(&number);
        revisions.extend(case.and_then(|case| case.news(now, interval)));
    }

    /// Joins the incident with each other one that has turned out to be the same event. The oldest
    /// keeps its name.
    fn merge(
        &mut self,
        number: CaseNumber,
        now: EventTime,
        revisions: &mut Vec<Revision>,
    ) -> CaseNumber {
        let Some(case) = self.state.cases.get(&number).filter(|case| !case.is_over()) else {
            return number;
        };
        let same = self.state.cases.iter();
        let same = same.filter(|(other, known)| {
            **other != number && !known.is_over() && case.is_one_with(known)
        });
        let mut numbers: Vec<CaseNumber> = same.map(|(&other, _)| other).collect();
        numbers.push(number);
        numbers.sort_unstable();
        let mut numbers = numbers.into_iter();
        let oldest = numbers.next().unwrap_or(number);
        for younger in numbers {
            self.absorb(oldest, younger, now, revisions);
        }
        oldest
    }

    fn absorb(
        &mut self,
        older: CaseNumber,
        younger: CaseNumber,
        now: EventTime,
        revisions: &mut Vec<Revision>,
    ) -> Option<()> {
        let mut gone = self.state.cases.remove(&younger)?;
        let case = self.state.cases.get_mut(&older)?;
        for episode in gone.members.keys() {
            self.state.episodes.insert(episode.clone(), older);
        }
        case.absorb(gone.clone());
        revisions.push(gone.merged(case.id(), now));
        gone.members.clear();
        self.remember(gone);
        Some(())
    }

    fn calm(
        &mut self,
        number: CaseNumber,
        episode: &EpisodeId,
        signal: Signal,
        revisions: &mut Vec<Revision>,
    ) {
        if self.holds(number, episode, &signal) {
            return;
        }
        self.state.episodes.remove(episode);
        let limit = self.max_episodes();
        self.state.over.insert(episode.clone(), limit);
        let case = self.state.cases.get_mut(&number);
        let Some(case) = case else { return };
        if case.calm(episode, signal) {
            if !case.is_over() {
                revisions.push(case.resolved());
            }
            self.retire(number);
        }
    }

    /// Event time has passed: what waited for the interval is told.
    fn pass(&mut self, now: EventTime, revisions: &mut Vec<Revision>) {
        let interval = self.update_interval_ms;
        let cases = self.state.cases.values_mut();
        revisions.extend(cases.filter_map(|case| case.news(now, interval)));
    }
}
