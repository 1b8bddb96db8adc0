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

/// A spike grows when its last hour holds so many times the posts, or the accounts, that were last reported.
const GROWTH: u32 = 2;
/// Accounts are counted again when the posts are more by this share: counting joins an hour's sketches.
const RECOUNT_SHARE: u32 = 8;

/// A slow rise may pause for so many hours.
const HOURS_WITHOUT_POSTS: i64 = 6;

/// What an hour holds of a topic.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Size {
    pub posts: u32,
    pub accounts: u32,
}

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
    reported: Size,
    /// The hour when its accounts were last counted; fewer posts since then.
    counted: Size,
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
        hour: Size,
    ) -> Self {
        Self {
            id,
            onset_at,
            opened_at,
            last_hot: hot_until(pane, &evidence),
            first_seen: vec![(evidence.kind, onset_at)],
            strongest: evidence,
            heard,
            reported: hour,
            counted: hour,
            feeds: FeedSet::default(),
            blind: 0,
        }
    }

    /// It has posts from `set`, just now.
    pub(super) fn hear(&mut self, set: FeedSet, feeds: &Feeds) {
        self.feeds = self.feeds.with(set);
        self.blind = feeds.blind(self.feeds);
    }

    /// The hour holds `posts`: notes how many accounts, where enough has come since they were last counted.
    pub(super) fn count(&mut self, posts: u32, accounts: impl FnOnce() -> u32) {
        self.counted.posts = self.counted.posts.min(posts);
        if posts > self.counted.posts + self.counted.posts / RECOUNT_SHARE {
            let accounts = accounts();
            self.counted = Size { posts, accounts };
        }
    }

    /// Whether the hour of `posts` is so much larger than what was reported that it is worth a signal. Posts and
    /// accounts grow each by their own measure: more accounts do not put off what more posts have to tell.
    pub(super) fn has_grown(&mut self, posts: u32) -> bool {
        let by_posts = grow(&mut self.reported.posts, posts);
        let by_accounts = grow(&mut self.reported.accounts, self.counted.accounts);
        by_posts || by_accounts
    }

    /// Notes one more window above the base.
    pub(super) fn stay_hot(
        &mut self,
        pane: Pane,
        evidence: WindowEvidence,
        onset: Option<EventTime>,
    ) {
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

/// Whether `now` is so many times what was reported; then it is what was reported.
fn grow(reported: &mut u32, now: u32) -> bool {
    let has_grown = now >= reported.saturating_mul(GROWTH).max(1);
    if has_grown {
        *reported = now;
    }
    has_grown
}
