//! The topics of one partition of `counts`, by number and by key.
//!
//! Rule: bounded. A topic beyond the limit is not tracked, and that is counted; a topic whose memory
//! has faded is forgotten.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::episode::Episode;
use super::excess;
use super::track::Track;
use crate::post::{FeedKind, TopicKey};
use crate::window::Pane;

/// A topic's number in this partition.
pub(super) type TopicId = u32;

/// One topic.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Topic {
    pub key: TopicKey,
    pub class: usize,
    pub social: Option<Box<Track>>,
    pub news: Option<Box<Track>>,
    pub episode: Option<Box<Episode>>,
}

impl Topic {
    pub(super) fn track(&self, kind: FeedKind) -> Option<&Track> {
        match kind {
            FeedKind::Social => self.social.as_deref(),
            FeedKind::News => self.news.as_deref(),
        }
    }

    pub(super) fn track_mut(&mut self, kind: FeedKind) -> &mut Option<Box<Track>> {
        match kind {
            FeedKind::Social => &mut self.social,
            FeedKind::News => &mut self.news,
        }
    }

    /// Its open episode remembers a pane that has closed.
    pub(super) fn close(&mut self, kind: FeedKind, pane: Pane) {
        let Self {
            episode,
            social,
            news,
            ..
        } = self;
        if let Some(episode) = episode {
            let track = match kind {
                FeedKind::Social => social,
                FeedKind::News => news,
            };
            let tally = track.as_ref().and_then(|track| track.tally_of_pane(pane));
            episode.heard.close(kind, pane, tally);
        }
    }

    /// Its open episode has turned out to begin as early as any kind in which it was a spike.
    pub(super) fn reach_back(&mut self) {
        let Self {
            episode,
            social,
            news,
            ..
        } = self;
        if let Some(episode) = episode {
            let tracks = |kind| match kind {
                FeedKind::Social => social.as_deref(),
                FeedKind::News => news.as_deref(),
            };
            let begin = episode.begin();
            episode.heard.reach_back(tracks, begin);
        }
    }
}

/// All topics of one partition.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Topics {
    #[serde(skip)]
    by_key: HashMap<TopicKey, TopicId, FixedState>,
    slots: Vec<Option<Topic>>,
    free: Vec<TopicId>,
    limit: usize,
}

impl Topics {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Goes on with the topics of `other`, under its own limit.
    pub(super) fn take_over(&mut self, other: Self) {
        let limit = self.limit;
        *self = Self { limit, ..other };
        let ids = (0..).zip(&self.slots);
        let named = ids.filter_map(|(id, slot)| Some((slot.as_ref()?.key.clone(), id)));
        self.by_key = named.collect();
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether `key` is a topic of which something of `kind` is counted.
    pub(super) fn has_track(&self, key: &TopicKey, kind: FeedKind) -> bool {
        let topic = self.by_key.get(key).and_then(|&id| self.get(id));
        topic.is_some_and(|topic| topic.track(kind).is_some())
    }

    /// The number of `key`, which is given one if there is room.
    pub(super) fn admit(&mut self, key: &TopicKey) -> Option<TopicId> {
        if let Some(&id) = self.by_key.get(key) {
            return Some(id);
        }
        if self.by_key.len() >= self.limit {
            return None;
        }
        let class = excess::class_of(key.as_str());
        let topic = Topic {
            key: key.clone(),
            class,
            social: None,
            news: None,
            episode: None,
        };
        let id = self
            .free
            .pop()
            .or_else(|| TopicId::try_from(self.slots.len()).ok())?;
        match self.slots.get_mut(id as usize) {
            Some(slot) => *slot = Some(topic),
            None => self.slots.push(Some(topic)),
        }
        self.by_key.insert(key.clone(), id);
        Some(id)
    }

    pub(super) fn get(&self, id: TopicId) -> Option<&Topic> {
        self.slots.get(id as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: TopicId) -> Option<&mut Topic> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    /// Forgets every topic for which `is_faint` holds.
    pub(super) fn sweep(&mut self, is_faint: impl Fn(&Topic) -> bool) {
        for (id, slot) in (0..).zip(&mut self.slots) {
            if let Some(topic) = slot.take_if(|topic| is_faint(topic)) {
                self.by_key.remove(&topic.key);
                self.free.push(id);
            }
        }
    }

    /// Every topic, by number.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (TopicId, &mut Topic)> {
        let slots = (0..).zip(&mut self.slots);
        slots.filter_map(|(id, slot)| Some((id, slot.as_mut()?)))
    }
}
