//! One topic's spike from open to calm.
//!
//! Rule: at most one episode of a topic is open; it ends only after the talk has stayed below the
//! base surprise for the whole hold time, in event time.

use serde::{Deserialize, Serialize};

use super::feeds::{FeedSet, Feeds};
use super::heard::Heard;
use super::signal::WindowEvidence;
use crate::post::{EventTime, FeedKind};
use crate::window::{Pane, Scale};

/// A spike grows when its last hour holds so many times the posts that were last reported.
const GROWTH: u32 = 2;

/// A slow rise may pause for so many hours.
const HOURS_WITHOUT_POSTS: i64 = 6;

/// An open episode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Episode {
    /// The same from open to calm.
    pub id: String,
    /// When the talk began, as estimated when it opened.
    pub onset_at: EventTime,
    /// Time of the post that opened it.
    pub opened_at: EventTime,
    /// The newest pane whose window was above the base surprise.
    pub last_hot: Pane,
    /// When the talk began in each kind in which it was a spike.
    pub first_seen: Vec<(FeedKind, EventTime)>,
    /// The strongest window so far.
    pub strongest: WindowEvidence,
    /// Who has spoken since the begin.
    pub heard: Heard,
    reported_posts: u32,
    /// The feeds that it has posts from ...
    feeds: FeedSet,
    /// ... and how many panes had closed without them at the last hot one.
    blind: i64,
}

impl Episode {
    pub(super) fn open(
        id: String,
        (onset_at, opened_at): (EventTime, EventTime),
        pane: Pane,
        evidence: WindowEvidence,
        heard: Heard,
        hour_posts: u32,
    ) -> Self {
        Self {
            id,
            onset_at,
            opened_at,
            last_hot: hot_until(pane, &evidence),
            first_seen: vec![(evidence.kind, onset_at)],
            strongest: evidence,
            heard,
            reported_posts: hour_posts,
            feeds: FeedSet::default(),
            blind: 0,
        }
    }

    /// It has posts from `set`, just now.
    pub(super) fn hear(&mut self, set: FeedSet, feeds: &Feeds) {
        self.feeds = self.feeds.with(set);
        self.blind = feeds.blind(self.feeds);
    }

    /// Notes one more window above the base; whether it is worth a signal.
    pub(super) fn stay_hot(
        &mut self,
        pane: Pane,
        evidence: WindowEvidence,
        onset: Option<EventTime>,
        hour_posts: u32,
    ) -> bool {
        let pane = hot_until(pane, &evidence);
        self.last_hot = self.last_hot.max(pane);
        let is_new =
            |seen: &[(FeedKind, EventTime)]| seen.iter().all(|&(kind, _)| kind != evidence.kind);
        if let Some(onset) = onset.filter(|_| is_new(&self.first_seen)) {
            self.first_seen.push((evidence.kind, onset));
            self.first_seen.sort_unstable();
        }
        if evidence.surprise > self.strongest.surprise {
            self.strongest = evidence;
        }
        let grew = hour_posts >= self.reported_posts.saturating_mul(GROWTH).max(1);
        if grew {
            self.reported_posts = hour_posts;
        }
        grew
    }

    /// When the talk began, in whatever kind.
    pub(super) fn begin(&self) -> EventTime {
        let seen = self.first_seen.iter().map(|&(_, at)| at);
        seen.fold(self.onset_at, EventTime::min)
    }

    /// Whether the talk was a spike in `kind`.
    pub(super) fn has_seen(&self, kind: FeedKind) -> bool {
        self.first_seen.iter().any(|&(seen, _)| seen == kind)
    }

    /// The pane with which it is over, if nothing more comes; `None` while a feed of its own is missing.
    pub(super) fn ends_with(&self, hold: i64, feeds: &Feeds) -> Option<Pane> {
        let blind = feeds.blind(self.feeds).saturating_sub(self.blind);
        let can_end = feeds.can_resolve(self.feeds);
        can_end.then(|| self.last_hot.plus(hold.saturating_add(blind)))
    }
}

/// The pane up to which a window keeps an episode going: a day is judged once an hour with posts.
fn hot_until(pane: Pane, evidence: &WindowEvidence) -> Pane {
    if evidence.scale == Scale::OneDay {
        pane.plus(HOURS_WITHOUT_POSTS * 60 * Pane::PER_MINUTE)
    } else {
        pane
    }
}
