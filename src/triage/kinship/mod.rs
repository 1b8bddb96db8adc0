//! Are two topics about one event?
//!
//! In: what triage remembers of two topics that are talked about now. Out: why they are one, or not.
//! Rule: symmetric, and a matter of these two alone: a third topic never makes two others one. Shared
//! posts are the best witness; a shared hazard and place, in the key or in most posts, the next; a place alone counts only for
//! talk that began together.
//! Not here: what becomes of two that are one (`case`).

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::detect::Signal;
use crate::post::{EventTime, TopicKey};
use crate::relevance::{HazardCode, PlaceCode};
use crate::window::PostSketch;

/// Fewest posts that must be seen in both: one alone may be chance.
const LEAST_COMMON: usize = 2;
/// Smallest share of the smaller topic's posts that the larger one holds too, in tenths.
const LEAST_TENTHS: usize = 4;
/// Talk about one place that began within this time of each other is about one event.
const TOGETHER_MS: i64 = 30 * 60_000;
/// The same hazard elsewhere is the same event if the talk began within this time: a shock is felt in
/// several provinces at once, a flood is not.
const AT_ONCE_MS: i64 = 5 * 60_000;
/// Fewest posts that must name a hazard for it to be that of the topic.
const LEAST_NAMED: u32 = 2;
/// Fewest telling words that must be in both, and smallest share of the smaller number of words, in tenths.
const LEAST_WORDS: usize = 3;
const LEAST_WORD_TENTHS: usize = 5;
/// Places that a facet remembers.
const MOST_PLACES: usize = 4;

/// Why two topics are one event; the later, the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// One place, begun together.
    Place,
    /// The same telling words, no contradiction of hazards or places.
    Words,
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
    /// The hazard of its key, or the one that most of its posts name.
    hazard: Option<HazardCode>,
    identities: PostSketch,
    /// Telling words, ascending; numbers say too little.
    words: Vec<String>,
}

impl Facet {
    /// What `signal` says that can be compared.
    pub(super) fn new(signal: &Signal) -> Self {
        Self {
            topic: signal.topic.clone(),
            onset_at: signal.onset_at,
            posts: signal.counts.posts.observed,
            places: signal.places.iter().take(MOST_PLACES).copied().collect(),
            hazard: hazard(signal),
            identities: signal.identities.clone(),
            words: words(signal),
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
        if self.hazard.is_some() && self.hazard == other.hazard && self.one_home(other) {
            return Some(Bond::Hazard);
        }
        if self.is_hazard() && other.is_hazard() {
            return None;
        }
        if self.shares_words(other) {
            return Some(Bond::Words);
        }
        (self.begins_with(other) && self.one_place(other)).then_some(Bond::Place)
    }

    /// Whether what speaks for an event elsewhere, and began at another time, may join this topic's event
    /// through `member` all the same: not through a topic that is everywhere.
    pub(super) fn lets_join(&self, other: &Self, member: &Self) -> bool {
        let at_once = self.onset_at.millis_since(other.onset_at).abs() <= AT_ONCE_MS;
        at_once || !self.is_apart(other) || member.is_somewhere() || member.topic == other.topic
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

    /// Topics that rise over a day share words long after they share posts.
    fn shares_words(&self, other: &Self) -> bool {
        let held = |word: &&String| other.words.binary_search(*word).is_ok();
        let common = self.words.iter().filter(held).count();
        let possible = self.words.len().min(other.words.len());
        let alike = common >= LEAST_WORDS && common * 10 >= LEAST_WORD_TENTHS * possible;
        alike && !self.is_apart(other)
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

    /// No two places for one hazard: a hazard without a place may be anywhere, a hashtag is where its
    /// posts are.
    fn one_home(&self, other: &Self) -> bool {
        let is_anywhere = |facet: &Self| facet.is_hazard() && facet.place().is_none();
        let at = |facet: &Self, place: Option<&str>| {
            place.is_some_and(|place| facet.home() == Some(place) || facet.is_mostly_at(place))
        };
        is_anywhere(self)
            || is_anywhere(other)
            || at(other, self.home())
            || at(self, other.home())
            || (self.home().is_none() && other.home().is_none())
    }

    /// The place of its key, or the one that most of those posts name that name any.
    fn home(&self) -> Option<&str> {
        let first = || self.places.first().map(|(code, _)| code.as_str());
        self.place().or_else(first)
    }

    /// Both are at places, and at no common one.
    fn is_apart(&self, other: &Self) -> bool {
        let common = || {
            self.at()
                .any(|place| other.at().any(|known| known == place))
        };
        self.is_somewhere() && other.is_somewhere() && !common()
    }

    fn is_somewhere(&self) -> bool {
        self.at().next().is_some()
    }

    /// The place of its key, and those that most of its posts name.
    fn at(&self) -> impl Iterator<Item = &str> {
        let places = self.places.iter().map(|(code, _)| code.as_str());
        let mostly = places.filter(|place| self.is_mostly_at(place));
        self.place().into_iter().chain(mostly)
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

    /// Whether its key names a hazard.
    fn is_hazard(&self) -> bool {
        self.split().0 == "hazard"
    }
}

fn hazard(signal: &Signal) -> Option<HazardCode> {
    if let Some(rest) = signal.topic.as_str().strip_prefix("hazard:") {
        let id = rest.split_once('@').map_or(rest, |(hazard, _)| hazard);
        return Some(HazardCode::new(id));
    }
    let half = signal.counts.posts.observed.div_ceil(2).max(LEAST_NAMED);
    let &(code, posts) = signal.hazards.first()?;
    (posts >= half).then_some(code)
}

fn words(signal: &Signal) -> Vec<String> {
    let is_word = |word: &&str| word.bytes().any(|byte| !byte.is_ascii_digit());
    let words = signal.terms.iter().map(|term| term.term.as_str());
    let mut words: Vec<String> = words.filter(is_word).map(str::to_owned).collect();
    words.sort_unstable();
    words
}
