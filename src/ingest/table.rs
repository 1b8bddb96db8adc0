//! The sums between two flushes.
//!
//! Rule: what leaves the table is in key order, whatever order the posts came in.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::{Equivalent, HashMap};
use xxhash_rust::xxh3::xxh3_64;

use super::{Batch, Entry};
use crate::post::{EventTime, FeedKind, Post, TopicKey};
use crate::relevance::{HazardCode, Reading};
use crate::topic::{PHRASE, PostTopics};
use crate::window::{Earliest, FeedIndex, Pane, Sample, Tally};

/// Entries of one part of a batch. A tally takes at most about 4 KiB, so that a part stays below
/// the megabyte that brokers accept by default.
const ENTRIES_PER_PART: usize = 200;

/// Where a post is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) feed: FeedIndex,
    pub(super) kind: FeedKind,
    pub(super) time: EventTime,
    /// The time that it claims for itself, where it is placed by another and is believed.
    pub(super) claimed: Option<EventTime>,
}

#[derive(Debug, Default)]
pub(super) struct Table {
    tallies: HashMap<Key, Box<Tally>, FixedState>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    topic: TopicKey,
    pane: Pane,
    kind: FeedKind,
}

/// A key that borrows its topic: a topic that is in the table already costs no allocation.
#[derive(Hash)]
struct KeyRef<'a> {
    topic: &'a str,
    pane: Pane,
    kind: FeedKind,
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.pane == key.pane && self.kind == key.kind && self.topic == key.topic.as_str()
    }
}

impl From<&KeyRef<'_>> for Key {
    fn from(key: &KeyRef<'_>) -> Self {
        Self {
            topic: TopicKey::new(key.topic),
            pane: key.pane,
            kind: key.kind,
        }
    }
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.tallies.len()
    }

    /// Adds a post to each of its topics. `sample` is only called when a topic wants one.
    pub(super) fn add(
        &mut self,
        place: &Place,
        post: &Post<'_>,
        reading: &Reading,
        topics: &PostTopics,
        sample: impl Fn() -> Option<Sample>,
    ) {
        let mut made: Option<Option<Arc<Sample>>> = None;
        let pane = Pane::of(place.time);
        let mut phrases = 0_u32;
        for topic in topics.keys() {
            let is_phrase = topic.starts_with(PHRASE);
            phrases += u32::from(is_phrase);
            // An example is most of what an entry weighs: each phrase goes without it in a quarter of its posts.
            let may_show = !is_phrase || (post.identity.0 >> (2 * phrases % 64)) & 3 != 0;
            let key = KeyRef {
                topic,
                pane,
                kind: place.kind,
            };
            let mut add = |tally: &mut Tally| {
                add_post(tally, place, post, reading, topics);
                if may_show
                    && tally.samples.wants(post.identity)
                    && let Some(sample) = made.get_or_insert_with(|| sample().map(Arc::new))
                {
                    tally.samples.insert(Arc::clone(sample));
                }
            };
            if let Some(tally) = self.tallies.get_mut(&key) {
                add(tally);
            } else {
                add(self.tallies.entry(Key::from(&key)).or_default());
            }
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.tallies.clear();
    }

    /// Empties the table: entries in key order for each partition of `counts`.
    pub(super) fn drain(&mut self, partitions: u16) -> Vec<Vec<Entry>> {
        let mut tables: Vec<Vec<Entry>> = (0..partitions.max(1)).map(|_| Vec::new()).collect();
        for (key, tally) in self.tallies.drain() {
            let Key { topic, pane, kind } = key;
            let home = partition_of(topic.as_str(), partitions);
            if let Some(table) = tables.get_mut(home) {
                table.push(Entry {
                    topic,
                    pane,
                    kind,
                    tally,
                });
            }
        }
        for table in &mut tables {
            table.sort_unstable_by(|a, b| {
                (&a.topic, a.pane, a.kind).cmp(&(&b.topic, b.pane, b.kind))
            });
        }
        tables
    }
}

/// The partition of `counts` that a topic lives in.
fn partition_of(topic: &str, partitions: u16) -> usize {
    usize::try_from(xxh3_64(topic.as_bytes()) % u64::from(partitions.max(1))).unwrap_or(0)
}

fn add_post(
    tally: &mut Tally,
    place: &Place,
    post: &Post<'_>,
    reading: &Reading,
    topics: &PostTopics,
) {
    tally.posts = tally.posts.saturating_add(1);
    tally.widen(place.time, place.time);
    match post.account {
        Some(account) => tally.accounts.insert(account.0),
        None => tally.unsigned = tally.unsigned.saturating_add(1),
    }
    if post.repost_of.is_none() {
        tally.originals = tally.originals.saturating_add(1);
        tally.texts.insert(topics.text);
        match topics.tag_set {
            Some(tags) => tally.tag_sets.insert(tags),
            None => tally.untagged = tally.untagged.saturating_add(1),
        }
    }
    topics
        .domains
        .iter()
        .for_each(|&domain| tally.domains.insert(domain));
    tally.feeds.add(place.feed, 1);
    if let Some(language) = post.language {
        tally.languages.add(language, 1);
    }
    if let Some(claimed) = place.claimed {
        tally.claimed.add(post.language, Earliest(claimed));
    }
    reading
        .places
        .iter()
        .for_each(|&place| tally.places.add(place, 1));
    reading
        .hazards
        .iter()
        .for_each(|hazard| tally.hazards.add(HazardCode::new(hazard), 1));
    tally.identities.insert(post.identity);
}

/// Cuts the entries of one partition into parts; the statements travel with the last one.
pub(super) fn split(template: &Batch, mut entries: Vec<Entry>) -> Vec<Batch> {
    let parts = entries.len().div_ceil(ENTRIES_PER_PART).max(1);
    let numbered = |part: usize| u16::try_from(part).unwrap_or(u16::MAX);
    let mut batches = Vec::with_capacity(parts);
    for part in 1..=parts {
        let rest = entries.split_off(entries.len().min(ENTRIES_PER_PART));
        let statements = if part == parts {
            template.statements.clone()
        } else {
            Vec::new()
        };
        batches.push(Batch {
            part: numbered(part),
            parts: numbered(parts),
            statements,
            entries: std::mem::replace(&mut entries, rest),
            feeds: template.feeds.clone(),
            rules: template.rules.clone(),
            ..*template
        });
    }
    batches
}
