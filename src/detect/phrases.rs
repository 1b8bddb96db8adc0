//! Phrases become topics, and topics no longer.
//!
//! In: entries of phrases. Out: topics that rise.
//! Rule: counts only grow, and what is usual is fixed by closed panes, so a phrase that is admitted early would be
//! at the close of the pane. It begins with what was usual for it, so that a word of every day is no news.
//! Not here: what waits (`discovery`), whether a topic is a spike (`judge`).

use super::excess::PHRASES;
use super::judge::{Standard, surprise};
use super::topics::TopicId;
use super::track::Track;
use super::{Detector, SignalRecord};
use crate::ingest::Entry;
use crate::post::{FeedKind, TopicKey};
use crate::window::{Pane, Scale, Tally};

impl Detector {
    /// An entry of a phrase: it waits, rises, or is a topic already.
    pub(super) fn add_phrase(&mut self, entry: Entry, signals: &mut Vec<SignalRecord>) {
        let posts = entry.tally.posts;
        let (kind, pane) = (entry.kind, entry.pane);
        let lost = self
            .discovery
            .note(&entry.topic, kind, pane, posts, &self.settings);
        self.left_out.unremembered += u64::from(lost);
        if self.topics.knows(&entry.topic) {
            self.add_to_topic(entry, signals);
            return;
        }
        let Entry { topic, tally, .. } = entry;
        let gone = self
            .discovery
            .wait(&topic, kind, pane, *tally, &self.settings);
        self.left_out.unremembered += u64::from(gone);
        if self.rises(&topic, kind, pane) {
            self.promote(&topic, signals);
        }
    }

    /// Whether the last hour of a phrase that waits is more than chance.
    fn rises(&self, key: &TopicKey, kind: FeedKind, pane: Pane) -> bool {
        let state = self.kinds.get(kind);
        if !state.can_judge(pane, self.settings.guard) {
            return false;
        }
        let posts = self.discovery.hour_of(key, kind, pane);
        let (settings, volume) = (&self.settings, &state.volume);
        let standard = Standard::new(settings, volume, PHRASES, state.learned, pane);
        let Some(standard) = standard.filter(|it| it.is_warm() && posts >= it.least_posts()) else {
            return false;
        };
        let level = self.discovery.level(key, kind, state.learned);
        let expectation = standard.expect_of(level, Scale::OneHour.millis(pane));
        surprise(posts, expectation) >= settings.constants.base_surprise
    }

    /// The phrase is a topic from now on, with what was counted of it in the last hour.
    fn promote(&mut self, key: &TopicKey, signals: &mut Vec<SignalRecord>) -> Option<()> {
        let parts = self.discovery.take(key);
        let has_room = self.topics.phrases() < self.settings.max_phrases;
        let id = if has_room {
            self.topics.admit(key)
        } else {
            None
        };
        let Some(id) = id else {
            let posts = parts.iter().map(|(.., tally)| u64::from(tally.posts));
            self.left_out.untracked += posts.sum::<u64>();
            return None;
        };
        for (kind, pane, tally) in parts {
            self.fill(id, key, kind, pane, tally);
        }
        for kind in FeedKind::ALL {
            let touched = &self.kinds.get(kind).touched;
            let open: Vec<Pane> = touched
                .iter()
                .filter(|(_, ids)| ids.contains(&id))
                .map(|(&pane, _)| pane)
                .collect();
            for pane in open {
                if self.kinds.get(kind).can_judge(pane, self.settings.guard) {
                    self.test(id, kind, pane, signals);
                }
            }
        }
        Some(())
    }

    /// Adds one tally that waited, of an open pane or a closed one.
    fn fill(
        &mut self,
        id: TopicId,
        key: &TopicKey,
        kind: FeedKind,
        pane: Pane,
        tally: Tally,
    ) -> Option<()> {
        let learned = self.kinds.get(kind).learned;
        let level = self.discovery.level(key, kind, learned);
        let topic = self.topics.get_mut(id)?;
        let track = topic
            .track_mut(kind)
            .get_or_insert_with(|| Box::new(Track::known(level, learned)));
        track.add(pane, tally);
        let state = self.kinds.get_mut(kind);
        if state.is_closed(pane) {
            state.touch_hour(pane, id);
        } else {
            state.touch(pane, id);
        }
        Some(())
    }
}
