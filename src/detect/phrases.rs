//! Phrases become topics, and topics no longer.
//!
//! In: entries of phrases; panes that close. Out: topics that rise.
//! Rule: a phrase becomes a topic of one kind of feed when a pane of that kind closes, by closed panes alone, so that
//! it does not matter which batch brought what. It begins with what was usual for it: a word of every day is no news.
//! Not here: what waits (`discovery`), whether a topic is a spike (`judge`).

use super::excess::PHRASES;
use super::judge::{Standard, surprise};
use super::track::Track;
use super::{Detector, SignalRecord};
use crate::ingest::Entry;
use crate::post::{FeedKind, TopicKey};
use crate::window::{Pane, Scale};

impl Detector {
    /// An entry of a phrase: it is a topic of its kind already, or is held until its pane closes.
    pub(super) fn add_phrase(&mut self, entry: Entry, signals: &mut Vec<SignalRecord>) {
        if self.topics.has_track(&entry.topic, entry.kind) {
            self.add_to_topic(entry, signals);
            return;
        }
        let discovery = &mut self.kinds.get_mut(entry.kind).discovery;
        let lost = discovery.hold(entry.topic, entry.pane, *entry.tally, &self.settings);
        self.left_out.unremembered += u64::from(lost);
    }

    /// A pane closes: its phrases wait, and those that rise are topics from now on.
    pub(super) fn close_phrases(
        &mut self,
        kind: FeedKind,
        pane: Pane,
        signals: &mut Vec<SignalRecord>,
    ) {
        let of_topics = self.posts_of_phrases(kind, pane);
        let discovery = &mut self.kinds.get_mut(kind).discovery;
        let (used, lost) = discovery.close(pane, &of_topics, &self.settings);
        self.left_out.unremembered += u64::from(lost);
        for key in used {
            if self.rises(&key, kind, pane) {
                self.promote(&key, kind, pane, signals);
            }
        }
    }

    /// What the pane holds of phrases that are topics.
    fn posts_of_phrases(&self, kind: FeedKind, pane: Pane) -> Vec<(TopicKey, u32)> {
        let touched = self.kinds.get(kind).touched.get(&pane);
        let topics = touched.into_iter().flatten();
        let topics = topics.filter_map(|&id| self.topics.get(id));
        let phrases = topics.filter(|topic| topic.class == PHRASES);
        phrases
            .filter_map(|topic| Some((topic.key.clone(), topic.track(kind)?.posts_in_pane(pane))))
            .collect()
    }

    /// Whether the last hour of a phrase that waits is more than chance.
    fn rises(&self, key: &TopicKey, kind: FeedKind, pane: Pane) -> bool {
        let state = self.kinds.get(kind);
        let (settings, volume) = (&self.settings, &state.volume);
        if settings.constants.phrase_share <= 0.0 {
            return false;
        }
        let posts = state.discovery.hour_of(key, pane);
        let standard = Standard::new(settings, volume, PHRASES, state.learned, pane);
        let Some(standard) = standard.filter(|it| it.is_warm() && posts >= it.least_posts()) else {
            return false;
        };
        let level = state.discovery.level(key, state.learned);
        let expectation = standard.expect_of(level, Scale::OneHour.millis(pane));
        surprise(posts, expectation) >= settings.constants.base_surprise
    }

    /// The phrase is a topic from now on, with what was counted of it in the last hour. Its open panes are tested;
    /// the one that closes is so by and by.
    fn promote(
        &mut self,
        key: &TopicKey,
        kind: FeedKind,
        closing: Pane,
        signals: &mut Vec<SignalRecord>,
    ) {
        let state = self.kinds.get_mut(kind);
        let parts = state.discovery.take(key);
        let has_room = state.discovery.admit(&self.settings);
        let id = has_room.then(|| self.topics.admit(key)).flatten();
        let Some((id, topic)) = id.and_then(|id| Some((id, self.topics.get_mut(id)?))) else {
            let posts = parts.iter().map(|(_, tally)| u64::from(tally.posts));
            self.left_out.untracked += posts.sum::<u64>();
            return;
        };
        let level = state.discovery.level(key, state.learned);
        let track = topic
            .track_mut(kind)
            .insert(Box::new(Track::known(level, state.learned)));
        let mut open = Vec::new();
        for (pane, tally) in parts {
            track.add(pane, tally);
            if pane < closing {
                state.touch_hour(pane, id);
            } else {
                state.touch(pane, id);
                open.push(pane);
            }
        }
        for pane in open {
            if pane > closing && self.kinds.get(kind).can_judge(pane, self.settings.guard) {
                self.test(id, kind, pane, signals);
            }
        }
    }
}
