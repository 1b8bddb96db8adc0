//! The topics that a post adds to, and the fingerprints by which copies of it are told.
//!
//! In: a post and its reading. Out: [`PostTopics`]: at most 16 keys in a fixed rank, fingerprints.
//! Rule: knows no topic's history; the order is watch > hazard@place > place > hashtag > link, then
//! weight, then key, so that a cap cuts the same keys everywhere.
//! Not here: counting (`ingest`), which topics are kept (`detect`).

use xxhash_rust::xxh3::xxh3_64;

use crate::config;
use crate::post::Post;
use crate::relevance::Reading;

/// The topics and fingerprints of one post; reused from post to post.
#[derive(Debug, Clone, Default)]
pub struct PostTopics {
    keys: String,
    ends: Vec<usize>,
    /// Fingerprint of the text without links, handles, case and punctuation: equal for near-copies.
    pub text: u64,
    /// Hashes of the domains that it links to.
    pub domains: Vec<u64>,
    /// Hash of its set of hashtags, `None` without any.
    pub tag_set: Option<u64>,
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

    /// Whether the post has no topic.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Finds the topics of posts.
#[derive(Debug)]
pub struct Extractor {
    max_per_post: usize,
}

impl Extractor {
    /// An extractor by `config`.
    pub fn new(config: &config::Topics) -> Self {
        Self {
            max_per_post: usize::from(config.max_per_post),
        }
    }

    /// Fills `topics` for `post`.
    pub fn extract(&self, post: &Post<'_>, reading: &Reading, topics: &mut PostTopics) {
        topics.clear();
        topics.text = xxh3_64(post.text.as_bytes());
        for tag in reading.hashtags.iter().take(self.max_per_post) {
            topics.push(&["tag:", tag]);
        }
    }
}
