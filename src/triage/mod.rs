//! The third fold: signals become incidents.
//!
//! In: signals of every partition of `counts`, in the order of the one partition of `signals`.
//! Out: revisions of incidents.
//! Rule: an incident opens once and resolves once; revisions count without gaps. A repeated signal
//! changes nothing; a signal of an episode that was never seen to open opens it.
//! Not here: how a revision is written (`alert`), whom it reaches (`notify`).

mod assess;
mod incident;

use std::collections::BTreeMap;

pub use incident::{Character, Level, Reason, Revision, Status};

use crate::config;
use crate::detect::{Change, Signal, SignalRecord};
use crate::post::EventTime;

/// An episode of one partition of `counts`.
type EpisodeId = (u32, String);

#[derive(Debug, Clone)]
struct Incident {
    id: String,
    revision: u32,
    level: Level,
    opened_at: EventTime,
    updated_at: EventTime,
}

/// The fold. There is one for the whole service.
#[derive(Debug)]
pub struct Triage {
    update_interval_ms: i64,
    max_open: usize,
    levels: config::Levels,
    open: BTreeMap<EpisodeId, Incident>,
    turned_away: u64,
}

impl Triage {
    /// A fold without incidents.
    pub fn new(config: &config::Config) -> Self {
        Self {
            update_interval_ms: i64::from(config.triage.update_interval_ms),
            max_open: config.triage.max_open_incidents as usize,
            levels: config.levels.clone(),
            open: BTreeMap::new(),
            turned_away: 0,
        }
    }

    /// Folds one record of `signals`.
    pub fn apply(&mut self, record: SignalRecord) -> Option<Revision> {
        match record {
            SignalRecord::Signal(signal) => self.fold(*signal),
            // Ticks will drive what only time can change: hold times, re-pages, expiry.
            SignalRecord::Tick(_) => None,
        }
    }

    /// How many incidents are open.
    pub fn open_incidents(&self) -> usize {
        self.open.len()
    }

    /// Signals that could not open an incident, because too many are open.
    pub fn turned_away(&self) -> u64 {
        self.turned_away
    }

    fn fold(&mut self, signal: Signal) -> Option<Revision> {
        let episode = (signal.partition, signal.episode.clone());
        let known = self.open.contains_key(&episode);
        match (signal.change, known) {
            (Change::Opened | Change::Grew, false) => self.open(episode, signal),
            (Change::Grew, true) => self.update(&episode, signal),
            (Change::Calmed, true) => self.resolve(&episode, signal),
            (Change::Opened, true) | (Change::Calmed, false) => None,
        }
    }

    fn open(&mut self, episode: EpisodeId, signal: Signal) -> Option<Revision> {
        if self.open.len() >= self.max_open {
            self.turned_away += 1;
            return None;
        }
        let (character, _) = assess::character(&signal.counts);
        let incident = Incident {
            id: incident_id(&signal),
            revision: 1,
            level: assess::level(&self.levels, &signal, character),
            opened_at: signal.opened_at,
            updated_at: signal.at,
        };
        let revision = revise(&incident, Status::Opened, Reason::Spike, signal);
        self.open.insert(episode, incident);
        Some(revision)
    }

    fn update(&mut self, episode: &EpisodeId, signal: Signal) -> Option<Revision> {
        let incident = self.open.get_mut(episode)?;
        let (character, _) = assess::character(&signal.counts);
        let level = assess::level(&self.levels, &signal, character).max(incident.level);
        let rises = level > incident.level;
        let since_update = signal.at.millis_since(incident.updated_at);
        if !rises && since_update < self.update_interval_ms {
            return None;
        }
        incident.level = level;
        incident.revision += 1;
        incident.updated_at = incident.updated_at.max(signal.at);
        let (status, reason) = if rises {
            (Status::Escalated, Reason::LevelRaised)
        } else {
            (Status::Updated, Reason::Growth)
        };
        Some(revise(incident, status, reason, signal))
    }

    fn resolve(&mut self, episode: &EpisodeId, signal: Signal) -> Option<Revision> {
        let mut incident = self.open.remove(episode)?;
        incident.revision += 1;
        incident.updated_at = incident.updated_at.max(signal.at);
        Some(revise(&incident, Status::Resolved, Reason::Calm, signal))
    }
}

/// Made from the data alone: the day of the onset and the episode.
fn incident_id(signal: &Signal) -> String {
    let day: String = signal
        .onset_at
        .to_string()
        .chars()
        .take(10)
        .filter(|c| *c != '-')
        .collect();
    format!("{day}-{}", signal.episode)
}

fn revise(incident: &Incident, status: Status, reason: Reason, signal: Signal) -> Revision {
    let (character, character_why) = assess::character(&signal.counts);
    Revision {
        incident: incident.id.clone(),
        revision: incident.revision,
        status,
        reason,
        level: incident.level,
        character,
        character_why,
        topics: vec![signal.topic.clone()],
        opened_at: incident.opened_at,
        updated_at: incident.updated_at,
        resolved_at: (status == Status::Resolved).then_some(incident.updated_at),
        signal,
    }
}
