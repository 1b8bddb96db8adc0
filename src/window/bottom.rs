//! The smallest hashes seen (a sketch of which posts these are) and the sample posts behind them.
//!
//! Rule: only the set of hashes decides what stays, so parts merge in any order to the same bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::post::{EventTime, FeedKind, Language, PostIdentity};

/// The sixteen smallest identities: two sets of posts are as alike as their smallest hashes
/// (Broder, 1997).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bottom(SmallVec<[u64; 2]>);

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

    /// The largest hash below which nothing is missing.
    fn complete_up_to(&self) -> u64 {
        let largest = self
            .0
            .last()
            .copied()
            .filter(|_| self.0.len() >= Self::LIMIT);
        largest.unwrap_or(u64::MAX)
    }
}

/// Which posts a window holds: the smallest identities of its panes, as far as none is missing.
/// Two windows of very different size can be compared as long as a few of the smaller one's posts
/// fall below the border of the larger one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostSketch {
    /// Ascending.
    smallest: Vec<u64>,
    /// The largest hash below which nothing is missing.
    complete_up_to: u64,
}

impl PostSketch {
    /// Most identities that are kept.
    pub const LIMIT: usize = 128;

    /// The posts of several panes.
    pub fn of<'a>(panes: impl Iterator<Item = &'a Bottom>) -> Self {
        let mut smallest = Vec::new();
        let mut complete_up_to = u64::MAX;
        for pane in panes {
            smallest.extend_from_slice(&pane.0);
            complete_up_to = complete_up_to.min(pane.complete_up_to());
        }
        smallest.sort_unstable();
        smallest.dedup();
        if let Some(&border) = smallest.get(Self::LIMIT - 1) {
            complete_up_to = complete_up_to.min(border);
        }
        smallest.truncate(smallest.partition_point(|&hash| hash <= complete_up_to));
        Self {
            smallest,
            complete_up_to,
        }
    }

    /// Common posts among those that both would have kept, and how many of these the smaller
    /// one has: (common, possible).
    pub fn overlap(&self, other: &Self) -> (usize, usize) {
        let border = self.complete_up_to.min(other.complete_up_to);
        let below = |sketch: &Self| sketch.smallest.partition_point(|&hash| hash <= border);
        let (one, two) = (below(self), below(other));
        let (small, large, possible) = if one <= two {
            (self, other, one)
        } else {
            (other, self, two)
        };
        let kept = small.smallest.iter().take(possible);
        let common = kept.filter(|hash| large.smallest.binary_search(hash).is_ok());
        (common.count(), possible)
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
    /// The language, if it is known.
    #[serde(default)]
    pub language: Option<Language>,
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
pub struct Samples(SmallVec<[Arc<Sample>; Samples::LIMIT]>);

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
            if self.0.len() == Self::LIMIT {
                self.0.pop();
            }
            self.0.insert(place, sample);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn panes(posts: &BTreeSet<u64>, pane: usize) -> Vec<Bottom> {
        let posts: Vec<u64> = posts.iter().copied().collect();
        // Not in order of size: a pane holds whatever came in its time.
        let mut panes = vec![Bottom::default(); posts.len() / pane + 1];
        for (place, &post) in posts.iter().enumerate() {
            let turn = place % panes.len();
            panes[turn].insert(PostIdentity(post.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        }
        panes
    }

    proptest! {
        /// Below the border a sketch is exact: the counts are those of the posts themselves.
        #[test]
        fn an_overlap_is_exact_below_the_border(
            one in proptest::collection::btree_set(0_u64..600, 0..400),
            two in proptest::collection::btree_set(0_u64..600, 0..40),
            pane in 1_usize..60,
        ) {
            let sketch = |posts| PostSketch::of(panes(posts, pane).iter());
            let (large, small) = (sketch(&one), sketch(&two));
            let border = large.complete_up_to.min(small.complete_up_to);
            let below = |posts: &BTreeSet<u64>| -> BTreeSet<u64> {
                let hashes = posts.iter().map(|post| post.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                hashes.filter(|&hash| hash <= border).collect()
            };
            let (one, two) = (below(&one), below(&two));
            let exact = (one.intersection(&two).count(), one.len().min(two.len()));
            prop_assert_eq!(large.overlap(&small), exact);
            prop_assert_eq!(small.overlap(&large), exact);
        }
    }
}
