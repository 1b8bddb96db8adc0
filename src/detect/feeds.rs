//! What the state of the feeds means for episodes: nothing ends because data are missing.
//!
//! In: the state of each feed, panes that close. Out: whether an episode may end, and after which pane.
//! Rule: the hold of an episode counts only panes that closed while all feeds that it has posts from were
//! flowing or quiet; while one of them is not, it does not end.
//! Not here: how a feed is (`inputs::flow`).

use serde::{Deserialize, Serialize};

use super::Detector;
use super::inputs::FeedState;
use crate::post::FeedKind;
use crate::window::{FeedIndex, Pane, Tally};

/// The feeds as episodes see them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Feeds {
    /// As of the last batch, in the order of the feeds.
    pub(super) states: Vec<FeedState>,
    /// As of the last tick.
    pub(super) told: Vec<FeedState>,
    /// Panes that closed while the feed was silent or stalled, from the beginning.
    blind: Vec<i64>,
}

/// Some of the feeds, one bit for each: at most 64 are configured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FeedSet(u64);

impl FeedSet {
    /// The feeds that `tally` has posts from.
    pub(super) fn of(tally: &Tally) -> Self {
        let bits = tally.feeds.iter().map(|(feed, _)| bit(feed));
        Self(bits.fold(0, |all, one| all | one))
    }

    /// Those of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, feed: FeedIndex) -> bool {
        self.0 & bit(feed) != 0
    }
}

fn bit(feed: FeedIndex) -> u64 {
    1_u64.checked_shl(u32::from(feed)).unwrap_or(0)
}

impl Feeds {
    /// Whether none of `set` is silent or stalled.
    pub(super) fn can_resolve(&self, set: FeedSet) -> bool {
        let states = (0_u8..).zip(&self.states);
        let mut own = states.filter(|&(feed, _)| set.has(feed));
        own.all(|(_, state)| state.can_resolve())
    }

    /// Panes that closed blindly for one of `set`, from the beginning. Panes that were blind for two of
    /// them count twice: a hold is rather too long than too short.
    pub(super) fn blind(&self, set: FeedSet) -> i64 {
        let blind = (0_u8..).zip(&self.blind);
        let own = blind.filter(|&(feed, _)| set.has(feed));
        own.map(|(_, &panes)| panes).sum()
    }

    fn add_blind(&mut self, feed: usize, panes: i64) {
        if self.blind.len() <= feed {
            self.blind.resize(feed + 1, 0);
        }
        if let Some(blind) = self.blind.get_mut(feed) {
            *blind = blind.saturating_add(panes);
        }
    }
}

impl Detector {
    /// Panes of `kind` up to `first_open` are about to close: notes whose feeds say nothing of them.
    pub(super) fn close_blind(&mut self, kind: FeedKind, first_open: Pane) {
        let Some(before) = self.kinds.get(kind).first_open else {
            return;
        };
        let closing = first_open.0.saturating_sub(before.0);
        if closing <= 0 {
            return;
        }
        let states = self.feeds.states.clone();
        for (feed, (state, (_, of))) in states.iter().zip(self.inputs.feeds()).enumerate() {
            if of == kind && !state.can_resolve() {
                self.feeds.add_blind(feed, closing);
            }
        }
    }
}
