//! The topics that a post adds to, and the fingerprints by which copies of it are told.
//!
//! In: a post and its reading. Out: [`PostTopics`]: at most 16 keys in a fixed rank, fingerprints.
//! Rule: knows no topic's history; the order is watch > hazard@place > place > hashtag > link > phrase, then
//! weight, then key, so that a cap cuts the same keys everywhere.
//! Not here: counting (`ingest`), which topics are kept (`detect`).

mod entry;
mod fingerprint;
mod link;
mod phrase;
#[cfg(test)]
mod tests;
mod watch;

pub use entry::watch_entry;
pub use watch::{WatchError, WatchTitle, Watchlist};
use xxhash_rust::xxh3::xxh3_64;

use crate::config;
use crate::post::Post;
use crate::relevance::{Reading, Span};
use crate::topic::link::Link;
use crate::topic::phrase::Phrases;
use crate::topic::watch::State;

/// What the key of a phrase begins with.
pub const PHRASE: &str = "phrase:";
/// Longest hashtag that is a topic, bytes.
const TAG_MAX: usize = 100;
/// Most different domains of one post.
const DOMAINS_MAX: usize = 8;

/// The topics and fingerprints of one post; reused from post to post.
#[derive(Debug, Clone, Default)]
pub struct PostTopics {
    keys: String,
    ends: Vec<usize>,
    /// Fingerprint of the text without links, handles, case and punctuation: equal for near-copies.
    pub text: u64,
    /// Hashes of the domains that it links to, ascending, each once.
    pub domains: Vec<u64>,
    /// Hash of its set of hashtags, `None` where there are fewer than two: one is shared by chance.
    pub tag_set: Option<u64>,
    tags: Vec<Span>,
    watched: Vec<State>,
    address: String,
}

impl PostTopics {
    /// Forgets the post.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.ends.clear();
        self.domains.clear();
        self.tag_set = None;
        self.text = 0;
    }

    /// Adds a key made of `parts`.
    pub fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.keys.push_str(part);
        }
        self.ends.push(self.keys.len());
    }

    /// The keys, in rank order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .filter_map(|(&start, &end)| self.keys.get(start..end))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the post has a watch topic or names a hazard; these come first. Such a crisis is listed, and
    /// needs no phrases to be found.
    fn is_listed(&self) -> bool {
        let first = self.keys().next();
        first.is_some_and(|key| key.starts_with("watch:") || key.starts_with("hazard:"))
    }

    /// Whether the post has no topic.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Finds the topics of posts.
#[derive(Debug)]
pub struct Extractor {
    max_per_post: usize,
    watchlist: Watchlist,
    phrases: Phrases,
}

impl Extractor {
    /// An extractor by `config` with the watch topics that are built in (a test reads them).
    pub fn new(config: &config::Topics) -> Self {
        Self::with_watchlist(config, Watchlist::built_in().unwrap_or_default())
    }

    /// An extractor with other watch topics.
    pub fn with_watchlist(config: &config::Topics, watchlist: Watchlist) -> Self {
        Self {
            max_per_post: usize::from(config.max_per_post),
            watchlist,
            phrases: Phrases::new(usize::from(config.phrases_per_post)),
        }
    }

    /// Fills `topics` for `post`, which `reading` was read from.
    pub fn extract(&self, post: &Post<'_>, reading: &Reading, topics: &mut PostTopics) {
        topics.clear();
        topics.text = fingerprint::of(reading.scan());
        let mut watched = std::mem::take(&mut topics.watched);
        let mut keys = Keys {
            topics,
            left: self.max_per_post,
        };
        let scan = reading.scan();
        self.watchlist
            .find(scan, &mut watched, |id| keys.add(&["watch:", id]));
        hazards_and_places(reading, &mut keys);
        hashtags(reading, &mut keys);
        links(post, reading, &mut keys);
        if !keys.topics.is_listed() {
            self.phrases.find(reading, |word, next| match next {
                Some(next) => keys.add(&[PHRASE, word, " ", next]),
                None => keys.add(&[PHRASE, word]),
            });
        }
        topics.watched = watched;
    }
}

/// Adds keys until the cap.
struct Keys<'a> {
    topics: &'a mut PostTopics,
    left: usize,
}

impl Keys<'_> {
    fn add(&mut self, parts: &[&str]) {
        if self.left > 0 {
            self.topics.push(parts);
            self.left -= 1;
        }
    }
}

/// Places are in the reading by weight: named ones, by mention, before the provinces around them.
fn hazards_and_places(reading: &Reading, keys: &mut Keys<'_>) {
    for hazard in &reading.hazards {
        for place in &reading.places {
            keys.add(&["hazard:", hazard, "@", place.as_str()]);
        }
        if reading.places.is_empty() {
            keys.add(&["hazard:", hazard]);
        }
    }
    for place in &reading.places {
        keys.add(&["place:", place.as_str()]);
    }
}

/// Hashtags in the order of their letters, each once; their set has a hash.
fn hashtags(reading: &Reading, keys: &mut Keys<'_>) {
    let scan = reading.scan();
    let mut spans = std::mem::take(&mut keys.topics.tags);
    spans.clear();
    let short = |tag: &&Span| scan.word(**tag).len() <= TAG_MAX;
    spans.extend(scan.tags.iter().filter(short));
    spans.sort_unstable_by_key(|&tag| scan.word(tag));
    spans.dedup_by_key(|tag| scan.word(*tag));
    let tags = || spans.iter().map(|&tag| scan.word(tag));
    let set = tags().fold(0, |set: u64, tag| {
        set.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ xxh3_64(tag.as_bytes())
    });
    keys.topics.tag_set = (spans.len() >= 2).then_some(set);
    // A bare number is a place in a list, not a topic.
    for tag in tags().filter(|tag| tag.contains(char::is_alphabetic)) {
        keys.add(&["tag:", tag]);
    }
    keys.topics.tags = spans;
}

/// Links of the text; a news item's own address is a key of no other post and counts as domain only.
fn links(post: &Post<'_>, reading: &Reading, keys: &mut Keys<'_>) {
    let scan = reading.scan();
    let mut found: Vec<Link<'_>> = scan
        .links
        .iter()
        .filter_map(|&span| Link::parse(scan.word(span)))
        .collect();
    found.sort_unstable_by_key(Link::key);
    found.dedup();
    for [host, path] in found.iter().filter_map(Link::key) {
        keys.add(&["link:", host, path]);
    }
    // A social post's own address is its platform's.
    let own = post.url.as_deref().filter(|_| !post.title.is_empty());
    if let Some((_, address)) = own.and_then(|url| url.split_once("://")) {
        let mut lower = std::mem::take(&mut keys.topics.address);
        lower.clear();
        if address.is_ascii() {
            lower.push_str(address);
            lower.make_ascii_lowercase();
        } else {
            lower.push_str(&address.to_lowercase());
        }
        if let Some(link) = Link::parse(&lower) {
            keys.topics.domains.push(xxh3_64(link.domain().as_bytes()));
        }
        keys.topics.address = lower;
    }
    for link in found.iter().take(DOMAINS_MAX) {
        keys.topics.domains.push(xxh3_64(link.domain().as_bytes()));
    }
    keys.topics.domains.sort_unstable();
    keys.topics.domains.dedup();
}
