//! Memory does not grow with what the feeds bring: many topics, and one topic with everything in it.
//!
//! `KENTONGAN_BOUND_POSTS` tells how many posts a minute (100000); `make verify` takes a million.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a failure is a panic; the peaks are printed"
)]

use std::collections::BTreeMap;

use allocation_counter::{AllocationInfo, measure};

use kentongan::config::Config;
use kentongan::detect::Detector;
use kentongan::feed::AccountKey;
use kentongan::ingest::{Ingest, InputId, InputRecord};
use kentongan::post::EventTime;
use kentongan::relevance::Gate;

/// 2026-03-02T00:00:00Z.
const START: EventTime = EventTime::from_millis(1_772_409_600_000);
const INPUT: InputId = InputId {
    feed: 0,
    partition: 0,
};
const MINUTE_MS: u64 = 60_000;
const MAX_TOPICS: u32 = 5_000;
/// So many posts without a commit force a flush: their keys are all in memory.
const FLUSH_POSTS: u32 = 1_000;

/// Ingest and one detector, in one process.
struct House {
    ingest: Ingest,
    detector: Detector,
    flushed_at: EventTime,
    next: u64,
    /// Posts of closed panes, by topic.
    closed: BTreeMap<String, u64>,
}

impl House {
    fn new() -> Self {
        let mut config = Config::built_in().unwrap();
        config.feeds.truncate(1);
        config.relevance.enabled = false;
        config.ingest.lateness_ms = 1_000;
        config.ingest.duplicate_window_posts = 1_000;
        config.ingest.flush_posts = FLUSH_POSTS;
        config.detect.max_topics = MAX_TOPICS;
        let gate = Gate::new(&config.relevance).unwrap();
        let mut ingest = Ingest::new(&config, AccountKey::new([7; 16]), gate, &[1]);
        ingest.assign(INPUT, 0);
        Self {
            ingest,
            detector: Detector::new(&config, 0, 1),
            flushed_at: START,
            next: 0,
            closed: BTreeMap::new(),
        }
    }

    /// One post by an account of its own.
    fn post(&mut self, at: EventTime, tag: &str) {
        let number = self.next;
        let line = format!(
            r#"{{"id":"{number}","author":"a{number}","created_at":"{at}","text":"kabar {number} #{tag}"}}"#
        );
        let decoded = self.ingest.decode(0, Some(line.as_bytes()));
        self.ingest.apply(InputRecord {
            input: INPUT,
            offset: number,
            arrived_at: at,
            decoded,
        });
        self.next += 1;
        let is_due = at.millis_since(self.flushed_at) >= 500;
        if self.ingest.is_full() || self.ingest.is_far_ahead() || is_due {
            self.flush(at);
        }
    }

    fn flush(&mut self, at: EventTime) {
        self.flushed_at = at;
        for batch in self.ingest.flush(at, 1).into_iter().flatten() {
            let closed = &mut self.closed;
            self.detector.apply(batch, &mut |pane| {
                if pane.topic.as_str() == "tag:satu" {
                    let posts = closed.entry(pane.topic.as_str().to_owned()).or_default();
                    *posts += u64::from(pane.posts);
                }
            });
        }
        // As a commit does.
        self.ingest.settle();
    }

    fn received(&self) -> u64 {
        let ledgers = self.detector.ledgers();
        ledgers
            .map(|(_, _, ledger)| ledger.outcomes.received())
            .sum()
    }
}

fn posts_a_minute() -> u64 {
    let told = std::env::var("KENTONGAN_BOUND_POSTS").ok();
    told.map_or(100_000, |told| told.parse().unwrap())
}

/// A new hashtag with each post, for so many minutes.
fn flood(minutes: u64) -> AllocationInfo {
    let posts = posts_a_minute();
    let mut house = House::new();
    let peak = measure(|| {
        for number in 0..posts * minutes {
            let at = START.plus_millis(i64::try_from(number * MINUTE_MS / posts).unwrap());
            house.post(at, &format!("t{number}"));
        }
        house.flush(house.flushed_at);
    });
    assert!(house.detector.topics() <= MAX_TOPICS as usize);
    assert!(
        house.detector.left_out().untracked > 0,
        "the limit is counted"
    );
    assert_eq!(
        house.received(),
        posts * minutes,
        "the ledger holds every post"
    );
    eprintln!(
        "{minutes} min of {posts} new hashtags: at most {} bytes",
        peak.bytes_max
    );
    peak
}

#[test]
fn a_flood_of_new_hashtags_takes_no_more_memory_the_longer_it_lasts() {
    let (short, long) = (flood(2), flood(6));
    assert!(
        long.bytes_max < short.bytes_max * 5 / 4,
        "{short:?} {long:?}"
    );
}

/// One topic with all posts of one pane.
fn pile(posts: u64) -> AllocationInfo {
    let mut house = House::new();
    let peak = measure(|| {
        for number in 0..posts {
            let at = START.plus_millis(i64::try_from(number * 9_000 / posts).unwrap());
            house.post(at, "satu");
        }
        house.post(START.plus_millis(600_000), "lain");
        house.flush(START.plus_millis(600_000));
    });
    assert_eq!(
        house.closed.get("tag:satu"),
        Some(&posts),
        "each is counted"
    );
    eprintln!(
        "{posts} posts of one topic in a pane: at most {} bytes",
        peak.bytes_max
    );
    peak
}

#[test]
fn a_topic_with_everything_in_it_takes_no_more_memory_the_more_it_is() {
    let (few, many) = (pile(posts_a_minute()), pile(posts_a_minute() * 3));
    assert!(many.bytes_max < few.bytes_max * 5 / 4, "{few:?} {many:?}");
}
