//! What is counted of one topic in one stretch of time, for one kind of feed.

use serde::{Deserialize, Serialize};

use super::{Bottom, Capped, Distinct, Earliest, Samples};
use crate::post::{EventTime, Language};
use crate::relevance::{HazardCode, PlaceCode};

/// A feed by its place in the list that every batch carries.
pub type FeedIndex = u8;

/// Counts and sketches that merge in any order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Posts, reposts among them.
    pub posts: u32,
    /// Posts that are not reposts.
    pub originals: u32,
    /// Event time of the earliest and of the newest post; `None` without posts.
    pub span: Option<(EventTime, EventTime)>,
    /// Different accounts, among posts whose author is known.
    pub accounts: Distinct,
    /// Posts whose author is unknown.
    pub unsigned: u32,
    /// Different texts among the originals, near-copies joined.
    pub texts: Distinct,
    /// Different domains linked to.
    pub domains: Distinct,
    /// Different sets of two or more hashtags among the originals.
    pub tag_sets: Distinct,
    /// Originals with fewer than two hashtags: their sets are alike by chance.
    pub untagged: u32,
    /// Posts by feed.
    pub feeds: Capped<FeedIndex, 8>,
    /// Posts by language.
    pub languages: Capped<Language, 16>,
    /// By language the earliest time that a post placed by its arrival claims for itself, as far as it is
    /// believed; `None`: posts whose language is not known.
    pub claimed: Capped<Option<Language>, 16, Earliest>,
    /// Posts by place named.
    pub places: Capped<PlaceCode, 16>,
    /// Posts by hazard named.
    pub hazards: Capped<HazardCode, 8>,
    /// Which posts these are.
    pub identities: Bottom,
    /// A few of them.
    pub samples: Samples,
}

impl Tally {
    /// Different sets of hashtags; a post with fewer than two counts as one of its own.
    pub fn different_tags(&self) -> u32 {
        self.tag_sets.count().saturating_add(self.untagged)
    }

    /// Widens the span so that it holds `earliest` and `newest`.
    pub fn widen(&mut self, earliest: EventTime, newest: EventTime) {
        let (old_earliest, old_newest) = self.span.unwrap_or((earliest, newest));
        self.span = Some((old_earliest.min(earliest), old_newest.max(newest)));
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.posts = self.posts.saturating_add(other.posts);
        self.originals = self.originals.saturating_add(other.originals);
        if let Some((earliest, newest)) = other.span {
            self.widen(earliest, newest);
        }
        self.accounts.merge(&other.accounts);
        self.unsigned = self.unsigned.saturating_add(other.unsigned);
        self.texts.merge(&other.texts);
        self.domains.merge(&other.domains);
        self.tag_sets.merge(&other.tag_sets);
        self.untagged = self.untagged.saturating_add(other.untagged);
        self.feeds.merge(&other.feeds);
        self.languages.merge(&other.languages);
        self.claimed.merge(&other.claimed);
        self.places.merge(&other.places);
        self.hazards.merge(&other.hazards);
        self.identities.merge(&other.identities);
        self.samples.merge(&other.samples);
    }
}
