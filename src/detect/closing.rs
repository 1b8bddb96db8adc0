//! Panes close, in order.
//!
//! In: a watermark. Out: closed panes, signals of spikes that only the close could see.
//! Rule: what a pane is judged by is complete before it is judged; memory is swept once an hour.

use super::judge::Finding;
use super::topics::TopicId;
use super::track::Track;
use super::{ClosedPane, Detector, SignalRecord};
use crate::post::FeedKind;
use crate::window::{Pane, Scale};

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
        self.open_from(kind, first_open);
        let guard = self.settings.guard;
        self.kinds
            .get_mut(kind)
            .volume
            .forget_before(first_open, guard);
        if before.is_none_or(|before| before.hour() < first_open.hour()) {
            self.sweep();
        }
        let ready = before.map_or(first_open, |before| before.plus(guard).max(first_open));
        self.test_touched(kind, ready, first_open.plus(guard), signals);
    }

    fn open_from(&mut self, kind: FeedKind, pane: Pane) {
        self.kinds
            .get_mut(kind)
            .open_from(pane, &mut self.topics, &self.settings);
    }

    fn close(
        &mut self,
        kind: FeedKind,
        pane: Pane,
        closed: &mut dyn FnMut(ClosedPane<'_>),
        signals: &mut Vec<SignalRecord>,
    ) {
        self.open_from(kind, pane);
        let touched = self
            .kinds
            .get_mut(kind)
            .touched
            .remove(&pane)
            .unwrap_or_default();
        let mut tests = 0;
        for id in touched {
            let finding = self.test(id, kind, pane, signals);
            tests += self
                .standard(id, kind, pane)
                .map_or(0, |(standard, track)| standard.tests(track));
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
        let key = topic.key.clone();
        let Some(track) = topic.track_mut(kind).as_mut() else {
            return;
        };
        closed(ClosedPane {
            topic: &key,
            kind,
            pane,
            windows: Scale::ALL.map(|scale| track.posts(scale, pane)),
            is_spike: finding.is_some_and(|finding| finding.is_spike()),
        });
        track.compact(pane, &self.settings);
        if let Some(finding) = finding {
            track.rise(pane, finding.surprise);
            self.kinds.get_mut(kind).follow(&key, id);
        }
    }

    /// Once an hour of event time: drops what no window reaches and forgets faint topics.
    fn sweep(&mut self) {
        let Self {
            topics,
            kinds,
            settings,
            ..
        } = self;
        for topic in topics.iter_mut() {
            for kind in FeedKind::ALL {
                let first_open = kinds.get(kind).first_open;
                if let (Some(track), Some(pane)) = (topic.track_mut(kind).as_mut(), first_open) {
                    track.compact(pane, settings);
                }
            }
        }
        topics.sweep(|topic| {
            topic.episode.is_none()
                && FeedKind::ALL.into_iter().all(|kind| {
                    let learned = kinds.get(kind).learned;
                    let is_faint = |track: &Track| track.is_faint(learned, settings);
                    topic.track(kind).is_none_or(is_faint)
                })
        });
    }
}
