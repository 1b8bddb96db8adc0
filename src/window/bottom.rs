//! The smallest hashes seen (a sketch of which posts these are) and the sample posts behind them.
//!
//! Rule: only the set of hashes decides what stays, so parts merge in any order to the same bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::post::{EventTime, FeedKind, PostIdentity};

/// The sixteen smallest identities: two sets of posts are as alike as their smallest hashes
/// (Broder, 1997).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bottom(Vec<u64>);

impl Bottom {
    const LIMIT: usize = 16;

    /// Adds a post.
    pub fn insert(&mut self, identity: PostIdentity) {
        let Err(place) = self.0.binary_search(&identity.0) else {
            return;
        };
        if place < Self::LIMIT {
            self.0.insert(place, identity.0);
            self.0.truncate(Self::LIMIT);
        }
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        other
            .0
            .iter()
            .for_each(|&identity| self.insert(PostIdentity(identity)));
    }

    /// Estimated share of posts in common, 0 to 1: Jaccard similarity over the smallest hashes of
    /// the union.
    #[expect(clippy::cast_precision_loss, reason = "at most sixteen")]
    pub fn similarity(&self, other: &Self) -> f64 {
        let mut union = self.clone();
        union.merge(other);
        if union.0.is_empty() {
            return 0.0;
        }
        let holds = |set: &Self, hash: &u64| set.0.binary_search(hash).is_ok();
        let common = union
            .0
            .iter()
            .filter(|hash| holds(self, hash) && holds(other, hash))
            .count();
        common as f64 / union.0.len() as f64
    }
}

/// One post as evidence, already under the privacy mode. Never an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sample {
    /// Orders and identifies samples.
    pub identity: PostIdentity,
    /// The source's id.
    pub id: Box<str>,
    /// Kind of the feed.
    pub kind: FeedKind,
    /// Platform or outlet.
    pub platform: Box<str>,
    /// The time that the source claims.
    pub created_at: EventTime,
    /// Title and text, shortened, masked where the mode says so.
    pub text: Box<str>,
    /// Where a person can read it.
    pub url: Option<Box<str>>,
}

/// The sample posts of one tally: those with the smallest identities.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Samples(Vec<Arc<Sample>>);

impl Samples {
    /// Most samples of one tally.
    pub const LIMIT: usize = 2;

    /// Whether a post with this identity would be kept: ask before making a sample.
    pub fn wants(&self, identity: PostIdentity) -> bool {
        let found = self.0.iter().any(|sample| sample.identity == identity);
        let larger = self
            .0
            .last()
            .is_none_or(|largest| identity < largest.identity);
        !found && (self.0.len() < Self::LIMIT || larger)
    }

    /// Adds a sample.
    pub fn insert(&mut self, sample: Arc<Sample>) {
        if self.wants(sample.identity) {
            let place = self
                .0
                .partition_point(|other| other.identity < sample.identity);
            self.0.insert(place, sample);
            self.0.truncate(Self::LIMIT);
        }
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        other
            .0
            .iter()
            .for_each(|sample| self.insert(Arc::clone(sample)));
    }

    /// The samples, smallest identity first.
    pub fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.0.iter().map(AsRef::as_ref)
    }
}
