//! Phrases that nobody listed: which of them become topics.
//!
//! In: tallies of phrases that are no topics. Out: those that rise, with what was counted of them in the last hour.
//! Rule: fixed memory, and a function of the log. A phrase becomes a topic when the posts of its last hour are more
//! than chance, by what was usual for it before; until then it waits, and of too many that wait the oldest that is
//! used once goes, and is counted.
//! Not here: what a phrase is (`topic`), whether a topic is a spike (`judge`).

mod usual;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::level::{Block, Level};
use super::settings::Settings;
use crate::post::{FeedKind, TopicKey};
use crate::window::{Pane, Tally};
use usual::Usual;

/// What is counted of a waiting phrase is kept for so many panes: an hour.
const WAITING_PANES: i64 = 360;

/// A phrase that waits.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Candidate {
    /// Ascending by kind and pane.
    parts: Vec<(FeedKind, Pane, Tally)>,
    /// It was used again since it was last looked at.
    is_fresh: bool,
}

/// What was counted of a phrase that becomes a topic.
pub(super) type Parts = Vec<(FeedKind, Pane, Tally)>;

/// The phrases of one partition of `counts` that are no topics.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Discovery {
    waiting: BTreeMap<TopicKey, Candidate>,
    /// Each that waits once, in the order in which they are looked at when there is no room.
    queue: VecDeque<TopicKey>,
    social: Usual,
    news: Usual,
}

impl Discovery {
    /// Notes posts of a phrase, topic or not. Gives those for which there was no room.
    pub(super) fn note(
        &mut self,
        key: &TopicKey,
        kind: FeedKind,
        pane: Pane,
        posts: u32,
        settings: &Settings,
    ) -> u32 {
        let most = settings.max_phrases;
        self.usual_mut(kind)
            .add(pane.hour(), hash(key), posts, most)
    }

    /// Adds a tally of a phrase that is no topic: it waits. Gives the posts of another that had to go for it.
    pub(super) fn wait(
        &mut self,
        key: &TopicKey,
        kind: FeedKind,
        pane: Pane,
        tally: Tally,
        settings: &Settings,
    ) -> u32 {
        if let Some(candidate) = self.waiting.get_mut(key) {
            candidate.is_fresh = true;
            candidate.add(kind, pane, tally);
            return 0;
        }
        let gone = if self.waiting.len() >= settings.max_candidates {
            self.make_room()
        } else {
            0
        };
        let mut candidate = Candidate::default();
        candidate.add(kind, pane, tally);
        self.waiting.insert(key.clone(), candidate);
        self.queue.push_back(key.clone());
        gone
    }

    /// Posts of a phrase that waits, in the hour up to `pane`.
    pub(super) fn hour_of(&self, key: &TopicKey, kind: FeedKind, pane: Pane) -> u32 {
        let first = pane.plus(1 - WAITING_PANES);
        let parts = self.waiting.get(key).into_iter().flat_map(|it| &it.parts);
        let parts = parts.filter(|(of, at, _)| *of == kind && (first..=pane).contains(at));
        parts.map(|(.., tally)| tally.posts).sum()
    }

    /// Takes out a phrase that becomes a topic.
    pub(super) fn take(&mut self, key: &TopicKey) -> Parts {
        let parts = self.waiting.remove(key).map(|candidate| candidate.parts);
        self.queue.retain(|waiting| waiting != key);
        parts.unwrap_or_default()
    }

    /// What is usual for a phrase after `ordinal` blocks.
    pub(super) fn level(&self, key: &TopicKey, kind: FeedKind, ordinal: u32) -> Level {
        let usual = match kind {
            FeedKind::Social => &self.social,
            FeedKind::News => &self.news,
        };
        Level::taught(usual.of(hash(key)), ordinal)
    }

    /// An hour of `kind` is learned.
    pub(super) fn learn(&mut self, kind: FeedKind, block: &Block, settings: &Settings) {
        self.usual_mut(kind).learn(block, settings);
    }

    /// How many phrases wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn usual_mut(&mut self, kind: FeedKind) -> &mut Usual {
        match kind {
            FeedKind::Social => &mut self.social,
            FeedKind::News => &mut self.news,
        }
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
            if candidate.is_fresh {
                candidate.is_fresh = false;
                self.queue.push_back(key);
            } else {
                let posts = candidate.parts.iter().map(|(.., tally)| tally.posts).sum();
                self.waiting.remove(&key);
                return posts;
            }
        }
        0
    }
}

impl Candidate {
    /// Adds a tally, and forgets those of more than an hour before.
    fn add(&mut self, kind: FeedKind, pane: Pane, tally: Tally) {
        let oldest = pane.plus(1 - WAITING_PANES);
        self.parts.retain(|&(of, at, _)| of != kind || at >= oldest);
        let place = self
            .parts
            .binary_search_by_key(&(kind, pane), |&(kind, pane, _)| (kind, pane));
        match place {
            Ok(place) => {
                if let Some((.., held)) = self.parts.get_mut(place) {
                    held.merge(&tally);
                }
            }
            Err(place) => self.parts.insert(place, (kind, pane, tally)),
        }
    }
}

fn hash(key: &TopicKey) -> u64 {
    xxh3_64(key.as_str().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(max_candidates: usize) -> Settings {
        let settings = Settings::built_in();
        Settings {
            max_candidates,
            ..settings
        }
    }

    fn posts(posts: u32) -> Tally {
        Tally {
            posts,
            ..Tally::default()
        }
    }

    fn phrase(number: usize) -> TopicKey {
        TopicKey::new(format!("phrase:{number}"))
    }

    #[test]
    fn of_too_many_the_oldest_that_is_used_once_goes() {
        let settings = settings(3);
        let mut discovery = Discovery::default();
        let mut wait = |number, pane| {
            let kind = FeedKind::Social;
            discovery.wait(&phrase(number), kind, Pane(pane), posts(2), &settings)
        };
        let gone: Vec<u32> = [0, 1, 2, 0, 3, 4].map(|number| wait(number, 5)).to_vec();
        assert_eq!(gone, [0, 0, 0, 0, 2, 2]);
        let held: Vec<&str> = discovery.waiting.keys().map(TopicKey::as_str).collect();
        assert_eq!(held, ["phrase:0", "phrase:3", "phrase:4"]);
        assert_eq!(discovery.queue.len(), discovery.len());
    }

    #[test]
    fn an_hour_of_one_kind_is_what_counts() {
        let settings = settings(3);
        let mut discovery = Discovery::default();
        for (kind, pane) in [
            (FeedKind::Social, 0),
            (FeedKind::Social, 350),
            (FeedKind::News, 351),
            (FeedKind::Social, 365),
        ] {
            discovery.wait(&phrase(0), kind, Pane(pane), posts(1), &settings);
        }
        assert_eq!(
            discovery.hour_of(&phrase(0), FeedKind::Social, Pane(365)),
            2
        );
        let taken = discovery.take(&phrase(0));
        assert_eq!(taken.len(), 3, "the first is more than an hour old");
        assert_eq!(discovery.len(), 0);
    }
}
