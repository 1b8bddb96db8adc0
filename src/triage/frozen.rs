//! Incidents whose feeds have stopped: they are frozen, and end only once the feeds are back.
//!
//! In: ticks, signals that a topic has calmed. Out: which incidents are frozen, which calms wait.
//! Rule: an incident resolves only while every feed that it has posts from is flowing or quiet.
//! Not here: how a feed is (`detect`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{EpisodeId, Revision, Triage};
use crate::detect::{Signal, Tick};
use crate::post::EventTime;

/// How the feeds are, by the newest tick.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct FeedStates {
    heard_at: EventTime,
    /// Feeds that are silent or stalled.
    missing: BTreeSet<String>,
}

impl FeedStates {
    fn hear(&mut self, tick: &Tick) {
        if tick.sent_at < self.heard_at {
            return;
        }
        self.heard_at = tick.sent_at;
        let missing = tick.feeds.iter().filter(|(_, state)| !state.can_resolve());
        self.missing = missing.map(|(name, _)| name.clone()).collect();
    }

    /// Whether one of `feeds` is missing.
    pub(super) fn misses_any(&self, feeds: &BTreeSet<String>) -> bool {
        !self.missing.is_disjoint(feeds)
    }
}

/// Topics that have calmed in incidents that are frozen: at most as many as there are open episodes.
pub(super) type Held = BTreeMap<EpisodeId, Signal>;

impl Triage {
    /// Notes how the feeds are: incidents freeze and thaw, and what waited for that resolves.
    pub(super) fn freeze(&mut self, tick: &Tick, revisions: &mut Vec<Revision>) {
        let state = &mut self.state;
        state.feeds.hear(tick);
        for case in state.cases.values_mut() {
            case.freeze(&state.feeds);
        }
        for (episode, signal) in std::mem::take(&mut state.held) {
            if let Some(&number) = self.state.episodes.get(&episode) {
                self.calm(number, &episode, signal, revisions);
            }
        }
    }

    /// Whether the end of an episode of incident `number` has to wait; then it is held.
    pub(super) fn holds(&mut self, number: u64, episode: &EpisodeId, signal: &Signal) -> bool {
        let state = &mut self.state;
        let Some(case) = state.cases.get_mut(&number).filter(|case| !case.is_over()) else {
            return false;
        };
        // It may have opened, or heard another feed, since the last tick.
        case.freeze(&state.feeds);
        if case.is_frozen() {
            state.held.insert(episode.clone(), signal.clone());
        }
        case.is_frozen()
    }
}
