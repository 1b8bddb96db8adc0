//! Phrases that nobody listed, of one kind of feed: which of them become topics.
//!
//! In: tallies of phrases that are no topics; panes that close. Out: those that rise, with what was counted of them
//! in the last hour.
//! Rule: fixed memory, and a function of what closed panes hold: entries of an open pane are held until it closes,
//! so that it does not matter which batch brought them. A phrase becomes a topic when the posts of its last hour
//! are more than chance, by what was usual for it before; until then it waits, and of too many that wait the oldest
//! that is used once goes, and is counted.
//! Not here: what a phrase is (`topic`), whether a topic is a spike (`judge`).

mod candidate;
mod usual;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::level::{Block, Level};
use super::settings::Settings;
use crate::post::TopicKey;
use crate::window::{Pane, Tally};
use candidate::Candidate;
use usual::Usual;

/// What an open pane holds of phrases, in the order of their hashes.
type OpenPane = BTreeMap<(u64, TopicKey), Tally>;

/// The phrases of one kind of feed in one partition of `counts`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Discovery {
    open: BTreeMap<Pane, OpenPane>,
    waiting: BTreeMap<TopicKey, Candidate>,
    /// Each that waits once, in the order in which they are looked at when there is no room.
    queue: VecDeque<TopicKey>,
    usual: Usual,
    /// How many phrases are topics.
    topics: usize,
}

impl Discovery {
    /// Holds a tally of an open pane, of a phrase that is no topic. Gives the posts for which there was no room: of
    /// too many phrases those with the smallest hashes stay, in whatever order they come.
    pub(super) fn hold(
        &mut self,
        key: TopicKey,
        pane: Pane,
        tally: Tally,
        settings: &Settings,
    ) -> u32 {
        let open = self.open.entry(pane).or_default();
        let place = (hash(&key), key);
        if let Some(held) = open.get_mut(&place) {
            held.merge(&tally);
            return 0;
        }
        open.insert(place, tally);
        if open.len() <= settings.max_candidates {
            return 0;
        }
        open.pop_last().map_or(0, |(_, tally)| tally.posts)
    }

    /// The first open pane that holds something.
    pub(super) fn first_open(&self) -> Option<Pane> {
        self.open.first_key_value().map(|(&pane, _)| pane)
    }

    /// What the pane holds waits from now on, and is noted beside the posts of phrases that are topics. Gives the
    /// phrases that were used in it, and the posts for which there was no room.
    pub(super) fn close(
        &mut self,
        pane: Pane,
        of_topics: &[(TopicKey, u32)],
        settings: &Settings,
    ) -> (Vec<TopicKey>, u32) {
        let open = self.open.remove(&pane).unwrap_or_default();
        let of_topics = of_topics.iter().map(|(key, posts)| (hash(key), *posts));
        let held = open.iter().map(|((hash, _), tally)| (*hash, tally.posts));
        let mut used: Vec<(u64, u32)> = of_topics.chain(held).collect();
        used.sort_unstable();
        let mut lost = 0;
        for (hash, posts) in used {
            let most = settings.max_phrases;
            lost += self.usual.add(pane.hour(), hash, posts, most);
        }
        let mut phrases = Vec::with_capacity(open.len());
        for ((_, key), tally) in open {
            lost += self.wait(&key, pane, tally, settings);
            phrases.push(key);
        }
        (phrases, lost)
    }

    /// Posts of a phrase that waits, in the hour up to `pane`.
    pub(super) fn hour_of(&self, key: &TopicKey, pane: Pane) -> u32 {
        let candidate = self.waiting.get(key);
        candidate.map_or(0, |candidate| candidate.hour_up_to(pane))
    }

    /// Takes out a phrase that becomes a topic: what closed panes of the last hour and open ones hold of it,
    /// ascending.
    pub(super) fn take(&mut self, key: &TopicKey) -> Vec<(Pane, Tally)> {
        let waiting = self.waiting.remove(key);
        self.queue.retain(|waiting| waiting != key);
        let mut parts = waiting.map_or_else(Vec::new, Candidate::into_parts);
        let place = (hash(key), key.clone());
        let open = self.open.iter_mut();
        parts.extend(open.filter_map(|(&pane, held)| Some((pane, held.remove(&place)?))));
        self.open.retain(|_, held| !held.is_empty());
        parts
    }

    /// What is usual for a phrase after `ordinal` blocks.
    pub(super) fn level(&self, key: &TopicKey, ordinal: u32) -> Level {
        Level::taught(self.usual.of(hash(key)), ordinal)
    }

    /// An hour is learned.
    pub(super) fn learn(&mut self, block: &Block, settings: &Settings) {
        self.usual.learn(block, settings);
    }

    /// How many phrases wait, those of open panes left out.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether one more phrase may be a topic; it is one from now on.
    pub(super) fn admit(&mut self, settings: &Settings) -> bool {
        let has_room = self.topics < settings.max_phrases;
        self.topics += usize::from(has_room);
        has_room
    }

    /// A phrase is a topic no longer.
    pub(super) fn release(&mut self) {
        self.topics = self.topics.saturating_sub(1);
    }

    /// Whether phrases that are topics should make room for others, before there is none.
    pub(super) fn is_crowded(&self, settings: &Settings) -> bool {
        self.topics > settings.max_phrases / 4 * 3
    }

    /// Gives the posts of another phrase that had to go.
    fn wait(&mut self, key: &TopicKey, pane: Pane, tally: Tally, settings: &Settings) -> u32 {
        if let Some(candidate) = self.waiting.get_mut(key) {
            candidate.add(pane, tally);
            return 0;
        }
        let has_room = self.waiting.len() < settings.max_candidates;
        let gone = if has_room { 0 } else { self.make_room() };
        self.waiting
            .insert(key.clone(), Candidate::new(pane, tally));
        self.queue.push_back(key.clone());
        gone
    }

    /// The oldest goes that was not used again since it was last looked at (the clock of page tables).
    fn make_room(&mut self) -> u32 {
        for _ in 0..=self.queue.len() {
            let Some(key) = self.queue.pop_front() else {
                break;
            };
            let Some(candidate) = self.waiting.get_mut(&key) else {
                continue;
            };
            if candidate.was_used_again() {
                self.queue.push_back(key);
            } else {
                return self.waiting.remove(&key).map_or(0, |it| it.posts());
            }
        }
        0
    }
}

fn hash(key: &TopicKey) -> u64 {
    xxh3_64(key.as_str().as_bytes())
}

#[cfg(test)]
mod tests;
