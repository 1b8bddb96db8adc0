//! Are two topics about one event?
//!
//! In: what triage remembers of two topics that are talked about now. Out: why they are one, or not.
//! Rule: symmetric, and a matter of these two alone: a third topic never makes two others one. Shared
//! posts are the best witness; a shared hazard and place the next; a place alone counts only for
//! talk that began together.
//! Not here: what becomes of two that are one (`case`).

use serde::{Deserialize, Serialize};

use crate::detect::Signal;
use crate::post::{EventTime, TopicKey};
use crate::relevance::PlaceCode;
use crate::window::PostSketch;

/// Fewest posts that must be seen in both: one alone may be chance.
const LEAST_COMMON: usize = 2;
/// Smallest share of the smaller topic's posts that the larger one holds too, in tenths.
const LEAST_TENTHS: usize = 4;
/// Talk about one place that began within this time of each other is about one event.
const TOGETHER_MS: i64 = 30 * 60_000;
/// Places that a facet remembers.
const MOST_PLACES: usize = 4;

/// Why two topics are one event; the later, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// One place, begun together.
    Place,
    /// One hazard, no contradiction of places.
    Hazard,
    /// The same posts.
    Posts,
    /// The same topic, once more.
    Topic,
}

/// What triage remembers of one topic's episode.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Facet {
    pub(super) topic: TopicKey,
    onset_at: EventTime,
    /// Posts of its last hour.
    pub(super) posts: u32,
    places: Vec<(PlaceCode, u32)>,
    identities: PostSketch,
}

impl Facet {
    /// What `signal` says that can be compared.
    pub(super) fn new(signal: &Signal) -> Self {
        Self {
            topic: signal.topic.clone(),
            onset_at: signal.onset_at,
            posts: signal.counts.posts.observed,
            places: signal.places.iter().take(MOST_PLACES).copied().collect(),
            identities: signal.identities.clone(),
        }
    }

    /// The strongest reason to take the two for one event.
    pub(super) fn bond(&self, other: &Self) -> Option<Bond> {
        if self.topic == other.topic {
            return Some(Bond::Topic);
        }
        if self.shares_posts(other) {
            return Some(Bond::Posts);
        }
        match (self.hazard(), other.hazard()) {
            (Some(one), Some(two)) if one == two => {
                let agree = self.place().is_none() || other.place().is_none();
                (agree || self.same_place(other)).then_some(Bond::Hazard)
            }
            (Some(_), Some(_)) => None,
            (None, _) | (_, None) => {
                (self.begins_with(other) && self.one_place(other)).then_some(Bond::Place)
            }
        }
    }

    /// The rank of its class among leading topics, best first: the order in which a post's topics
    /// are taken, a hazard without a place after one with a place.
    pub(super) fn rank(&self) -> u8 {
        match self.split() {
            ("watch", _) => 0,
            ("hazard", Some(_)) => 1,
            ("hazard", None) => 2,
            ("place", _) => 3,
            ("tag", _) => 4,
            ("link", _) => 5,
            ("phrase", _) => 6,
            _ => 7,
        }
    }

    fn shares_posts(&self, other: &Self) -> bool {
        let (common, possible) = self.identities.overlap(&other.identities);
        common >= LEAST_COMMON && common * 10 >= LEAST_TENTHS * possible
    }

    fn begins_with(&self, other: &Self) -> bool {
        self.onset_at.millis_since(other.onset_at).abs() <= TOGETHER_MS
    }

    /// One place: named in both keys, or in one key and by most posts of the other, which then must
    /// have a post in common.
    fn one_place(&self, other: &Self) -> bool {
        let named = self.place().is_some() && other.place().is_some();
        let touching = || self.identities.overlap(&other.identities).0 > 0;
        self.same_place(other) && (named || touching())
    }

    fn same_place(&self, other: &Self) -> bool {
        let at = |facet: &Self, place: Option<&str>| {
            place.is_some_and(|place| facet.place() == Some(place) || facet.is_mostly_at(place))
        };
        at(other, self.place()) || at(self, other.place())
    }

    fn is_mostly_at(&self, place: &str) -> bool {
        let at = |(code, posts): &(PlaceCode, u32)| {
            code.as_str() == place && posts.saturating_mul(2) >= self.posts
        };
        self.places.iter().any(at)
    }

    /// The class of the key, and the place in it.
    fn split(&self) -> (&str, Option<&str>) {
        let (class, rest) = self.topic.as_str().split_once(':').unwrap_or_default();
        match class {
            "place" => (class, Some(rest)),
            "hazard" => (class, rest.split_once('@').map(|(_, place)| place)),
            _ => (class, None),
        }
    }

    fn place(&self) -> Option<&str> {
        self.split().1
    }

    fn hazard(&self) -> Option<&str> {
        let rest = self.topic.as_str().strip_prefix("hazard:")?;
        Some(rest.split_once('@').map_or(rest, |(hazard, _)| hazard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::PostIdentity;
    use crate::window::Bottom;

    /// A topic of `posts`, most of which are at `place`.
    fn facet(topic: &str, minute: i64, place: &str, posts: std::ops::Range<u64>) -> Facet {
        let mut identities = Bottom::default();
        // Spread like hashes: the smallest ones are a fair sample.
        let spread = posts
            .clone()
            .map(|post| post.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        spread.for_each(|hash| identities.insert(PostIdentity(hash)));
        let count = u32::try_from(posts.end - posts.start).unwrap_or(0);
        Facet {
            topic: TopicKey::new(topic),
            onset_at: EventTime::from_millis(minute * 60_000),
            posts: count,
            places: vec![(PlaceCode::new(place), count)],
            identities: PostSketch::of(std::iter::once(&identities)),
        }
    }

    #[test]
    fn shared_posts_or_a_shared_hazard_make_one_event() {
        let quake = facet("hazard:gempa@ID-NB", 0, "ID-NB", 0..200);
        let tag = facet("tag:gempa", 50, "ID-NB", 100..260);
        let bare = facet("hazard:gempa", 50, "ID-NB", 900..990);
        let wave = facet("hazard:tsunami@ID-NB", 2, "ID-NB", 0..90);
        assert_eq!(quake.bond(&tag), Some(Bond::Posts));
        assert_eq!(quake.bond(&bare), Some(Bond::Hazard));
        assert_eq!(quake.bond(&wave), Some(Bond::Posts));
    }

    #[test]
    fn a_place_counts_only_for_what_began_together() {
        let quake = facet("hazard:gempa@ID-NB", 0, "ID-NB", 0..200);
        let soon = facet("place:ID-NB", 20, "ID-NB", 500..700);
        let late = facet("place:ID-NB", 50, "ID-NB", 500..700);
        assert_eq!(quake.bond(&soon), Some(Bond::Place));
        assert_eq!(quake.bond(&late), None);
    }

    #[test]
    fn two_hazards_in_one_place_or_one_hazard_in_two_places_are_two_events() {
        let flood = facet("hazard:banjir@ID-JK", 0, "ID-JK", 0..200);
        let riot = facet("hazard:kerusuhan@ID-JK", 5, "ID-JK", 500..700);
        let elsewhere = facet("hazard:banjir@ID-KS", 5, "ID-KS", 900..999);
        assert_eq!(flood.bond(&riot), None);
        assert_eq!(flood.bond(&elsewhere), None);
        assert_eq!(elsewhere.bond(&flood), None);
    }

    #[test]
    fn a_regency_and_its_province_are_one_place() {
        let mut regency = facet("hazard:gempa@ID-5208", 0, "ID-5208", 0..40);
        regency.places.push((PlaceCode::new("ID-NB"), 38));
        let province = facet("hazard:gempa@ID-NB", 1, "ID-NB", 700..900);
        assert_eq!(regency.bond(&province), Some(Bond::Hazard));
    }
}
