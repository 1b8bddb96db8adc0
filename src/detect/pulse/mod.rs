//! What is rising: the topics of one partition that are nearest to their critical counts.
//!
//! In: the state of a [`Detector`]. Out: a [`Pulse`].
//! Rule: pure and in a fixed order: the same batches give the same pulse. It only looks, so that asking or
//! not asking changes no signal; what it costs is bounded by [`WEIGHED`], whatever is tracked.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::topics::TopicId;
use super::{Detector, tail};
use crate::post::{FeedKind, TopicKey};
use crate::window::{Pane, Scale};

/// Topics of one pulse.
pub const PULSE_TOPICS: usize = 50;
/// Windows whose critical count is worked out: those that are furthest above what is expected.
const WEIGHED: usize = 4 * PULSE_TOPICS;

/// What is rising in one partition of `counts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pulse {
    /// The partition.
    pub partition: u32,
    /// Event time up to which it looks, milliseconds since 1970.
    pub at_ms: i64,
    /// At most [`PULSE_TOPICS`], the nearest first.
    pub topics: Vec<RisingTopic>,
}

/// One topic beside the count at which it would be a spike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RisingTopic {
    /// The topic.
    pub topic: TopicKey,
    /// The kind in which it is nearest.
    pub kind: FeedKind,
    /// The window in which it is nearest.
    pub window: Scale,
    /// Posts in it.
    pub observed: u32,
    /// Posts that are expected in it.
    pub expected: f64,
    /// Posts from which on it is a spike.
    pub critical: u32,
    /// Whether an episode is open already.
    pub open: bool,
}

/// A window before its critical count is known.
struct Candidate {
    id: TopicId,
    kind: FeedKind,
    pane: Pane,
    scale: Scale,
    observed: u32,
    mean: f64,
    variance: f64,
    deviations: f64,
}

impl Detector {
    /// What is rising now: of the topics that were posted about since the last closed pane.
    pub fn pulse(&self) -> Pulse {
        let mut candidates = Vec::new();
        let mut at = None;
        for kind in FeedKind::ALL {
            let Some(pane) = self.newest_pane(kind) else {
                continue;
            };
            at = at.max(Some(pane));
            self.candidates(kind, pane, &mut candidates);
        }
        candidates.sort_by(|left, right| {
            let by_height = right.deviations.total_cmp(&left.deviations);
            by_height.then_with(|| self.name(left).cmp(&self.name(right)))
        });
        candidates.truncate(WEIGHED);
        let mut topics: Vec<RisingTopic> = candidates
            .iter()
            .filter_map(|candidate| self.weigh(candidate))
            .collect();
        topics.sort_by(|left, right| {
            let by_nearness = right.nearness().total_cmp(&left.nearness());
            let tie = |one: &RisingTopic| (Reverse(one.observed), one.kind, one.window);
            by_nearness
                .then_with(|| left.topic.cmp(&right.topic))
                .then_with(|| tie(left).cmp(&tie(right)))
        });
        let mut told = BTreeSet::new();
        topics.retain(|topic| told.insert(topic.topic.clone()));
        topics.truncate(PULSE_TOPICS);
        Pulse {
            partition: self.partition,
            at_ms: at.map_or(self.sent_at, Pane::end).millis(),
            topics,
        }
    }

    /// The newest pane with posts that is not ahead of the clock that batches state.
    fn newest_pane(&self, kind: FeedKind) -> Option<Pane> {
        let state = self.kinds.get(kind);
        let now = Pane::of(self.sent_at);
        let touched = state.touched.range(..=now).next_back();
        let pane = touched.map(|(&pane, _)| pane)?;
        state.can_judge(pane, self.settings.guard).then_some(pane)
    }

    fn candidates(&self, kind: FeedKind, pane: Pane, candidates: &mut Vec<Candidate>) {
        let touched = self.kinds.get(kind).touched.values().flatten();
        let ids: BTreeSet<TopicId> = touched.copied().collect();
        for id in ids {
            let Some((standard, track)) = self.standard(id, kind, pane) else {
                continue;
            };
            if !standard.is_warm() {
                continue;
            }
            for scale in Scale::ALL {
                let observed = track.posts(scale, pane);
                if observed < self.settings.minimum_posts {
                    continue;
                }
                let expectation = standard.expect(track, scale.millis(pane));
                let (mean, variance) = (expectation.mean, expectation.variance);
                candidates.push(Candidate {
                    id,
                    kind,
                    pane,
                    scale,
                    observed,
                    mean,
                    variance,
                    deviations: (f64::from(observed) - mean) / variance.sqrt(),
                });
            }
        }
    }

    fn name(&self, candidate: &Candidate) -> (Option<&TopicKey>, FeedKind, Scale) {
        let topic = self.topics.get(candidate.id);
        let key = topic.map(|topic| &topic.key);
        (key, candidate.kind, candidate.scale)
    }

    fn weigh(&self, candidate: &Candidate) -> Option<RisingTopic> {
        let topic = self.topics.get(candidate.id)?;
        let (standard, track) = self.standard(candidate.id, candidate.kind, candidate.pane)?;
        let threshold = standard.threshold(track);
        Some(RisingTopic {
            topic: topic.key.clone(),
            kind: candidate.kind,
            window: candidate.scale,
            observed: candidate.observed,
            expected: candidate.mean,
            critical: tail::critical_count(candidate.mean, candidate.variance, threshold),
            open: topic.episode.is_some(),
        })
    }
}

impl RisingTopic {
    /// Share of the critical count that is reached; over 1 it is a spike.
    pub fn nearness(&self) -> f64 {
        f64::from(self.observed) / f64::from(self.critical.max(1))
    }
}

#[cfg(test)]
mod tests;
