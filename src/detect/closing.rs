//! Panes close, in order.
//!
//! In: a watermark. Out: closed panes, signals of spikes that only the close could see.
//! Rule: what a pane is judged by is complete before it is judged; memory is swept once an hour.

use super::day;
use super::excess::{GROUPS, PHRASES, group_of};
use super::judge::Finding;
use super::topics::TopicId;
use super::{ClosedPane, Detector, Judged, SignalRecord};
use crate::post::FeedKind;
use crate::window::{Pane, Scale};

/// Hours before the last sweep that are kept: a window of a day reaches them, and the next sweep learns them.
const KEPT_HOURS: i64 = day::HOURS + 1;

impl Detector {
    /// Closes every pane of `kind` before `first_open`.
    pub(super) fn advance(
        &mut self,
        kind: FeedKind,
        first_open: Pane,
        closed: &mut dyn FnMut(ClosedPane<'_>),
        signals: &mut Vec<SignalRecord>,
    ) {
        let before = self.kinds.get(kind).first_open;
        if before.is_some_and(|before| before >= first_open) {
            return;
        }
        let hold = self.settings.hold;
        while let Some(pane) = self
            .kinds
            .get(kind)
            .next_pane(first_open, &self.topics, hold)
        {
            self.close(kind, pane, closed, signals);
        }
        self.open_from(kind, first_open, signals);
        let guard = self.settings.guard;
        let state = self.kinds.get_mut(kind);
        let swept = state.swept.unwrap_or(first_open.hour());
        state
            .volume
            .forget_before(first_open, guard, swept - KEPT_HOURS);
        let ready = before.map_or(first_open, |before| before.plus(guard).max(first_open));
        self.test_touched(kind, ready, first_open.plus(guard), signals);
    }

    fn open_from(&mut self, kind: FeedKind, pane: Pane, signals: &mut Vec<SignalRecord>) {
        self.kinds
            .get_mut(kind)
            .open_from(pane, &mut self.topics, &self.settings);
        self.test_days(kind, signals);
    }

    fn close(
        &mut self,
        kind: FeedKind,
        pane: Pane,
        closed: &mut dyn FnMut(ClosedPane<'_>),
        signals: &mut Vec<SignalRecord>,
    ) {
        self.open_from(kind, pane, signals);
        let swept = self.kinds.get_mut(kind).swept.replace(pane.hour());
        if swept != Some(pane.hour()) {
            self.sweep(kind, pane);
        }
        self.close_phrases(kind, pane, signals);
        let state = self.kinds.get_mut(kind);
        let touched = state.touched.remove(&pane).unwrap_or_default();
        let learned = state.learned;
        let mut tests = [0; GROUPS];
        for id in touched {
            let topic = self.topics.get_mut(id);
            let group = topic.as_ref().map_or(0, |topic| group_of(topic.class));
            if let Some(track) = topic.and_then(|topic| topic.track_mut(kind).as_mut()) {
                track.begin(learned);
            }
            let finding = self.test(id, kind, pane, signals);
            let tested = self
                .standard(id, kind, pane)
                .map_or(0, |(standard, track)| standard.tests(track));
            if let Some(tests) = tests.get_mut(group) {
                *tests += tested;
            }
            self.note_closed(id, kind, pane, finding, closed);
        }
        self.kinds
            .get_mut(kind)
            .volume
            .close(pane, tests, &self.settings);
    }

    fn note_closed(
        &mut self,
        id: TopicId,
        kind: FeedKind,
        pane: Pane,
        finding: Option<Finding>,
        closed: &mut dyn FnMut(ClosedPane<'_>),
    ) {
        let Some(topic) = self.topics.get_mut(id) else {
            return;
        };
        topic.close(kind, pane);
        let key = topic.key.clone();
        let Some(track) = topic.track_mut(kind).as_mut() else {
            return;
        };
        closed(ClosedPane {
            topic: &key,
            kind,
            pane,
            posts: track.posts_in_pane(pane),
            windows: Scale::ALL.map(|scale| track.posts(scale, pane)),
            is_spike: finding.is_some_and(|finding| finding.is_spike()),
            judged: finding.map(|finding| Judged {
                scale: finding.scale,
                surprise: finding.surprise,
                threshold: finding.threshold,
            }),
        });
        track.compact(pane, &self.settings);
        if let Some(finding) = finding {
            track.rise(pane, finding.surprise);
            self.kinds.get_mut(kind).follow(&key, id);
        }
    }

    /// Before the first pane with posts of an hour closes: drops what no window reaches and forgets
    /// faint topics. Only closed panes decide, so that it does not matter what has come already of
    /// the open ones.
    fn sweep(&mut self, kind: FeedKind, first_open: Pane) {
        let settings = &self.settings;
        let state = self.kinds.get_mut(kind);
        let learned = state.learned;
        let is_crowded = state.discovery.is_crowded(settings);
        for (id, topic) in self.topics.iter_mut() {
            let is_phrase = topic.class == PHRASES;
            let track = topic.track_mut(kind);
            if let Some(track) = track.as_mut() {
                track.compact(first_open, settings);
                let blocks = state.volume.blocks();
                track.day.pass(first_open, blocks, settings);
            }
            let faint = track.take_if(|track| {
                track.is_faint(first_open, learned, settings)
                    || (is_phrase && is_crowded && track.is_over(first_open))
            });
            let Some(faint) = faint else {
                continue;
            };
            if is_phrase {
                // What its open panes hold waits until they close, like the first posts of any phrase.
                for (pane, tally) in faint.into_open_panes() {
                    let lost = state
                        .discovery
                        .hold(topic.key.clone(), pane, tally, settings);
                    self.left_out.unremembered += u64::from(lost);
                }
                state.discovery.release();
                state.untouch(id);
            } else {
                *track = faint.forget(learned);
            }
        }
        self.topics.sweep(|topic| {
            topic.episode.is_none() && topic.social.is_none() && topic.news.is_none()
        });
    }
}
