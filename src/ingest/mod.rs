//! The first fold: posts become sums.
//!
//! In: records of feeds, decoded, one input partition after the other. Out: batches, dead letters.
//! Rule: every record ends in exactly one outcome; late and duplicate are decided from the prefix of
//! one input partition, so batching and the number of processes change nothing.
//! Not here: topics' histories (`detect`), when to flush (`service`).

mod batch;
mod evidence;
mod partition;
mod recent;
mod rules;
mod table;

use std::collections::BTreeMap;

pub use batch::{Batch, BatchError, Entry, FeedShape, Outcomes, Statement, Volume};
pub use rules::Rules;

use crate::config;
use crate::config::{EvidenceMode, Format, Paths, PlacedBy};
use crate::feed::{AccountKey, Decoder, Refusal, Refused};
use crate::post::{EventTime, Post};
use crate::relevance::{Gate, Reading};
use crate::topic::{Extractor, PostTopics, Watchlist};
use crate::window::{FeedIndex, Pane};
use partition::{InputPartition, Standing};
use recent::RecentPosts;
use table::Table;

/// From one statement of the rules to the next, wall time: a log whose beginning is gone says them soon.
const RULES_MS: i64 = 60_000;

/// One partition of one feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputId {
    /// The feed, by its place in the configuration.
    pub feed: FeedIndex,
    /// Its partition.
    pub partition: u32,
}

/// One record of an input partition.
#[derive(Debug)]
pub struct InputRecord<'a> {
    /// Where it stands.
    pub input: InputId,
    /// Its offset.
    pub offset: u64,
    /// When it arrived in the log.
    pub arrived_at: EventTime,
    /// What [`Ingest::decode`] made of its value.
    pub decoded: Result<Post<'a>, Refused>,
}

/// Where a post ended; each becomes one entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Added to its topics.
    Counted,
    /// Does not touch Indonesia.
    Irrelevant,
    /// About none of the topics that are told apart.
    Untopical,
    /// Seen before.
    Duplicate,
    /// Too far behind.
    Late,
    /// Not a post: to be kept as a dead letter.
    Refused(Refused),
}

struct Feed {
    shape: FeedShape,
    format: Format,
    paths: Paths,
    placed_by: PlacedBy,
}

/// The fold. One for each process; it owns the input partitions that were assigned to it.
pub struct Ingest {
    feeds: Vec<Feed>,
    limits: config::Ingest,
    evidence: EvidenceMode,
    account_key: u32,
    rules: Rules,
    /// When they were stated last; `None`: not in anything that is committed.
    stated_at: Option<EventTime>,
    decoder: Decoder,
    gate: Gate,
    extractor: Extractor,
    reading: Reading,
    topics: PostTopics,
    partitions: BTreeMap<InputId, InputPartition>,
    table: Table,
}

impl Ingest {
    /// A fold that owns nothing yet. `partitions` says how many partitions each configured feed
    /// has, in the order of the configuration.
    pub fn new(config: &config::Config, key: AccountKey, gate: Gate, partitions: &[u32]) -> Self {
        let feeds = config
            .feeds
            .iter()
            .zip(partitions)
            .map(|(feed, &partitions)| Feed {
                shape: FeedShape {
                    name: feed.name.as_str().into(),
                    kind: feed.kind,
                    partitions,
                },
                format: feed.format,
                paths: feed.paths.clone(),
                placed_by: feed.time,
            });
        Self {
            feeds: feeds.collect(),
            limits: config.ingest.clone(),
            evidence: config.privacy.evidence,
            account_key: key.id(),
            rules: Rules::of(config),
            stated_at: None,
            decoder: Decoder::new(key, config.ingest.max_post_bytes as usize),
            gate,
            extractor: Extractor::new(&config.topics),
            reading: Reading::default(),
            topics: PostTopics::default(),
            partitions: BTreeMap::new(),
            table: Table::default(),
        }
    }

    /// States the rules of its configuration from now on, as those of a process that runs since `now`.
    #[must_use]
    pub fn running_since(mut self, now: EventTime) -> Self {
        self.rules.since = now;
        self
    }

    /// Judges by `gate` from the next post on. What was counted stays.
    pub fn use_gate(&mut self, gate: Gate) {
        self.gate = gate;
    }

    /// Looks for other watch topics from the next post on.
    pub fn use_watchlist(&mut self, config: &config::Topics, watchlist: Watchlist) {
        self.extractor = Extractor::with_watchlist(config, watchlist);
    }

    /// Reads one value of `feed`.
    pub fn decode<'a>(
        &self,
        feed: FeedIndex,
        value: Option<&'a [u8]>,
    ) -> Result<Post<'a>, Refused> {
        match self.feeds.get(usize::from(feed)) {
            Some(feed) => self.decoder.decode_by(feed.format, &feed.paths, value),
            None => Err(Refusal::NotAPost.into()),
        }
    }

    /// From now on the records of `input` come here, the next one at offset `next`. Those of
    /// [`Ingest::remembers_offsets`] before it should come first: they are noted in silence.
    pub fn assign(&mut self, input: InputId, next: u64) {
        let remembered = u64::from(self.limits.duplicate_window_posts);
        self.partitions
            .insert(input, InputPartition::new(next, remembered));
    }

    /// How many offsets before the next one decide what is late and what a duplicate.
    pub fn remembers_offsets(&self) -> u64 {
        RecentPosts::reach(u64::from(self.limits.duplicate_window_posts))
    }

    /// The records of `input` go elsewhere from now on. True when some of them are in what was not
    /// committed: then [`Ingest::go_back`], or they would be counted here and there.
    pub fn release(&mut self, input: InputId) -> bool {
        let released = self.partitions.remove(&input);
        released.is_some_and(|partition| partition.is_provisional())
    }

    /// What was flushed is committed.
    pub fn settle(&mut self) {
        self.partitions
            .values_mut()
            .for_each(InputPartition::settle);
    }

    /// Forgets everything since the last commit, flushed or not; where reading goes on.
    pub fn go_back(&mut self) -> Vec<(InputId, u64)> {
        self.table.clear();
        self.stated_at = None;
        self.partitions
            .iter_mut()
            .map(|(&input, partition)| (input, partition.go_back()))
            .collect()
    }

    /// Everything that `input` holds, up to offset `next`, was read.
    pub fn at_end(&mut self, input: InputId, next: u64) {
        if let Some(partition) = self.partitions.get_mut(&input) {
            partition.reached_end(next);
        }
    }

    /// Folds one record. `None` if its partition was never assigned, or an owner before has
    /// answered for it.
    pub fn apply(&mut self, record: InputRecord<'_>) -> Option<Outcome> {
        let Self {
            feeds,
            partitions,
            limits,
            ..
        } = self;
        let feed = feeds.get(usize::from(record.input.feed))?;
        let partition = partitions.get_mut(&record.input)?;
        let is_new = partition.advance(record.offset);
        let skew_ms = i64::from(limits.future_skew_ms);
        let placed = record.decoded.and_then(|post| {
            let time = place(feed.placed_by, &post, record.arrived_at, skew_ms)?;
            Ok((post, time))
        });
        let (post, time) = match placed {
            Ok(placed) => placed,
            Err(refused) => return is_new.then(|| partition.refuse(refused)),
        };
        let lateness_ms = i64::from(limits.lateness_ms);
        let standing = partition.note(record.offset, post.identity, time, lateness_ms);
        match standing {
            _ if !is_new => return None,
            Standing::Duplicate => return Some(partition.count(Outcome::Duplicate)),
            Standing::Late => return Some(partition.count(Outcome::Late)),
            Standing::Fresh => {}
        }
        let kind = feed.shape.kind;
        let place = table::Place {
            feed: record.input.feed,
            kind,
            time,
            claimed: claimed(feed.placed_by, post.created_at, record.arrived_at),
        };
        let outcome = self.count(&post, &place);
        let partition = self.partitions.get_mut(&record.input)?;
        partition.add_volume(Pane::of(time), outcome != Outcome::Irrelevant);
        Some(partition.count(outcome))
    }

    fn count(&mut self, post: &Post<'_>, place: &table::Place) -> Outcome {
        self.gate.read(post, &mut self.reading);
        if !self.reading.relevant {
            return Outcome::Irrelevant;
        }
        self.extractor
            .extract(post, &self.reading, &mut self.topics);
        if self.topics.is_empty() {
            return Outcome::Untopical;
        }
        let sample = || evidence::sample(post, place.kind, self.evidence);
        self.table
            .add(place, post, &self.reading, &self.topics, sample);
        Outcome::Counted
    }

    /// How far a post may lie behind the newest of its partition, milliseconds.
    pub fn lateness_ms(&self) -> i64 {
        i64::from(self.limits.lateness_ms)
    }

    /// Whether the table has grown to the size that forces a flush.
    pub fn is_full(&self) -> bool {
        self.table.len() >= self.limits.flush_entries as usize
    }

    /// Whether so many posts are without a commit that one is forced: their keys are all kept until then.
    pub fn is_far_ahead(&self) -> bool {
        let ahead = self.partitions.values().map(InputPartition::ahead);
        ahead.sum::<u64>() >= u64::from(self.limits.flush_posts)
    }

    /// Whether there is anything new to tell detect.
    pub fn has_news(&self) -> bool {
        self.partitions.values().any(InputPartition::has_news)
    }

    /// The next offset to read of each owned partition: what a commit makes final.
    pub fn positions(&self) -> impl Iterator<Item = (InputId, u64)> {
        self.partitions
            .iter()
            .map(|(&input, partition)| (input, partition.next()))
    }

    fn state_rules(&mut self, now: EventTime) -> Option<Box<Rules>> {
        let stated = self.stated_at;
        let is_due = stated.is_none_or(|at| now.millis_since(at) >= RULES_MS);
        let states = is_due && self.rules.are_stated();
        states.then(|| {
            self.stated_at = Some(now);
            Box::new(self.rules.clone())
        })
    }

    /// Empties the table into batches, a list for each of `counts_partitions`; each list holds at
    /// least one batch, because an empty one is a heartbeat. `sent_at` is the wall time, as data.
    pub fn flush(&mut self, sent_at: EventTime, counts_partitions: u16) -> Vec<Vec<Batch>> {
        let lateness_ms = i64::from(self.limits.lateness_ms);
        let statements: Vec<Statement> = self
            .partitions
            .iter_mut()
            .map(|(&input, partition)| partition.state(input, lateness_ms))
            .collect();
        let template = Batch {
            sent_at,
            account_key: self.account_key,
            rules: self.state_rules(sent_at),
            feeds: self.feeds.iter().map(|feed| feed.shape.clone()).collect(),
            part: 1,
            parts: 1,
            statements,
            entries: Vec::new(),
        };
        let tables = self.table.drain(counts_partitions);
        tables
            .into_iter()
            .map(|entries| table::split(&template, entries))
            .collect()
    }
}

/// A post that arrived later after the time that it claims is an old one, or its clock is wrong: the claim
/// is not believed.
const BELIEVED_MS: i64 = 6 * 3_600_000;

/// The time that a post claims for itself, where it is placed by another one: never after its arrival.
fn claimed(placed_by: PlacedBy, created_at: EventTime, arrived_at: EventTime) -> Option<EventTime> {
    let age_ms = arrived_at.millis_since(created_at);
    let is_believed = (0..=BELIEVED_MS).contains(&age_ms);
    (placed_by == PlacedBy::Arrived && is_believed).then_some(created_at)
}

/// The time that a post is placed at; a post from the future is refused.
fn place(
    placed_by: PlacedBy,
    post: &Post<'_>,
    arrived_at: EventTime,
    skew_ms: i64,
) -> Result<EventTime, Refused> {
    match placed_by {
        PlacedBy::Arrived => Ok(arrived_at),
        PlacedBy::Posted if post.created_at > arrived_at.plus_millis(skew_ms) => {
            Err(Refusal::Future.into())
        }
        PlacedBy::Posted => Ok(post.created_at),
    }
}
