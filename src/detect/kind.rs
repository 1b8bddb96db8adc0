//! One kind of feed in one partition of `counts`: which panes are open, which topics touched them.
//!
//! Rule: panes close in order; what happens at a pane (an hour ends, an excursion ends, windows are
//! judged, the volume is added) happens in that order, whatever batch brought the watermark.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::crowd::{Crowd, FEWEST_POSTS};
use super::discovery::Discovery;
use super::excess::CLASSES;
use super::settings::Settings;
use super::topics::{TopicId, Topics};
use super::volume::Volume;
use crate::post::{FeedKind, TopicKey};
use crate::window::Pane;

/// The state of one kind.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kind {
    pub feeds: FeedKind,
    /// Every pane before this one is closed; `None` until a watermark came.
    pub first_open: Option<Pane>,
    pub volume: Volume,
    /// Blocks up to this number have been taught to the levels.
    pub learned: u32,
    /// Phrases that are no topics.
    pub discovery: Discovery,
    /// Who usually talks, by class.
    pub crowds: [Crowd; CLASSES],
    /// The hour of the last pane that began with a sweep of the topics.
    pub swept: Option<i64>,
    /// Open panes with posts, and whose.
    pub touched: BTreeMap<Pane, BTreeSet<TopicId>>,
    hours: BTreeMap<i64, BTreeSet<TopicId>>,
    /// Hours that have just been learned, and whose they are: for the slow test.
    #[serde(skip)]
    pub hours_over: Vec<(i64, TopicId)>,
    /// Topics with a running excursion, in key order.
    excursions: BTreeMap<TopicKey, TopicId>,
}

/// Both kinds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kinds {
    social: Kind,
    news: Kind,
}

impl Kinds {
    pub(super) fn new() -> Self {
        Self {
            social: Kind::new(FeedKind::Social),
            news: Kind::new(FeedKind::News),
        }
    }

    pub(super) fn get(&self, kind: FeedKind) -> &Kind {
        match kind {
            FeedKind::Social => &self.social,
            FeedKind::News => &self.news,
        }
    }

    pub(super) fn get_mut(&mut self, kind: FeedKind) -> &mut Kind {
        match kind {
            FeedKind::Social => &mut self.social,
            FeedKind::News => &mut self.news,
        }
    }
}

impl Kind {
    fn new(kind: FeedKind) -> Self {
        Self {
            feeds: kind,
            first_open: None,
            volume: Volume::new(),
            learned: 0,
            discovery: Discovery::default(),
            crowds: [Crowd::default(); CLASSES],
            swept: None,
            touched: BTreeMap::new(),
            hours: BTreeMap::new(),
            hours_over: Vec::new(),
            excursions: BTreeMap::new(),
        }
    }

    pub(super) fn is_closed(&self, pane: Pane) -> bool {
        self.first_open.is_some_and(|first_open| pane < first_open)
    }

    /// Whether everything that the expectation of `pane` may use is closed.
    pub(super) fn can_judge(&self, pane: Pane, guard: i64) -> bool {
        self.first_open
            .is_some_and(|first_open| pane.plus(-guard) < first_open)
    }

    /// Notes that a topic has posts in an open pane.
    pub(super) fn touch(&mut self, pane: Pane, id: TopicId) {
        self.touched.entry(pane).or_default().insert(id);
        self.hours.entry(pane.hour()).or_default().insert(id);
    }

    /// A topic of which nothing is counted any more.
    pub(super) fn untouch(&mut self, id: TopicId) {
        let panes = self.touched.values_mut();
        panes.chain(self.hours.values_mut()).for_each(|ids| {
            ids.remove(&id);
        });
    }

    /// Notes that a topic has posts in an hour, in a pane that has closed.
    pub(super) fn touch_hour(&mut self, pane: Pane, id: TopicId) {
        if pane.hour() > self.volume.learned_hour(self.learned) {
            self.hours.entry(pane.hour()).or_default().insert(id);
        }
    }

    /// The next pane before `end` at which something happens.
    pub(super) fn next_pane(&self, end: Pane, topics: &Topics, hold: i64) -> Option<Pane> {
        let touched = self.touched.first_key_value().map(|(&pane, _)| pane);
        let phrases = self.discovery.first_open();
        let volume = self.volume.first_open();
        let excursion = self
            .excursion_ends(topics, hold)
            .map(|(pane, _)| pane)
            .min();
        touched
            .into_iter()
            .chain(phrases)
            .chain(volume)
            .chain(excursion)
            .min()
            .filter(|&pane| pane < end)
    }

    /// Everything before `pane` is closed: hours end, levels learn, excursions end.
    pub(super) fn open_from(&mut self, pane: Pane, topics: &mut Topics, settings: &Settings) {
        self.first_open = Some(pane);
        self.volume.finish_hour(pane, settings);
        self.learn(pane, topics, settings);
        self.end_excursions(pane, topics, settings);
    }

    /// Teaches the levels the hours that the guard of `pane` allows.
    fn learn(&mut self, pane: Pane, topics: &mut Topics, settings: &Settings) {
        for block in self.volume.blocks_after(self.learned, pane, settings.guard) {
            self.learned = block.ordinal;
            self.discovery.learn(block, settings);
            self.crowds
                .iter_mut()
                .for_each(|crowd| crowd.pass(settings));
            while let Some(hour) = self
                .hours
                .first_entry()
                .filter(|hour| *hour.key() <= block.hour)
            {
                for id in hour.remove() {
                    let Some(topic) = topics.get_mut(id) else {
                        continue;
                    };
                    let crowd = self.crowds.get_mut(topic.class);
                    let Some(track) = topic.track_mut(self.feeds).as_mut() else {
                        continue;
                    };
                    let posts = track.learn(block, settings);
                    self.hours_over.push((block.hour, id));
                    if let (Some(crowd), None) = (crowd, track.excursion)
                        && posts >= FEWEST_POSTS
                    {
                        crowd.learn(&track.tally_of_hour(block.hour));
                    }
                }
            }
        }
    }

    /// Notes that a topic has a running excursion.
    pub(super) fn follow(&mut self, key: &TopicKey, id: TopicId) {
        if !self.excursions.contains_key(key) {
            self.excursions.insert(key.clone(), id);
        }
    }

    /// Ends the excursions that are over with `pane`, in the order of their ends.
    fn end_excursions(&mut self, pane: Pane, topics: &mut Topics, settings: &Settings) {
        let mut over: Vec<(Pane, TopicKey, TopicId)> = self
            .excursion_ends(topics, settings.hold)
            .filter(|&(ended, _)| ended <= pane)
            .map(|(ended, (key, &id))| (ended, key.clone(), id))
            .collect();
        over.sort_unstable();
        for (ended, key, id) in over {
            self.excursions.remove(&key);
            let Some(topic) = topics.get_mut(id) else {
                continue;
            };
            let class = topic.class;
            let Some(track) = topic.track_mut(self.feeds).as_mut() else {
                continue;
            };
            if let Some(excursion) = track.excursion {
                let excess = excursion.peak - settings.constants.base_surprise;
                track.end_excursion(ended, excess);
                self.volume.add_excess(class, excess, &settings.constants);
            }
        }
    }

    fn excursion_ends<'a>(
        &'a self,
        topics: &'a Topics,
        hold: i64,
    ) -> impl Iterator<Item = (Pane, (&'a TopicKey, &'a TopicId))> {
        self.excursions.iter().filter_map(move |entry| {
            let excursion = topics.get(*entry.1)?.track(self.feeds)?.excursion?;
            Some((excursion.last.plus(hold), entry))
        })
    }
}
