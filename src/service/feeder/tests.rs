//! Tests of the feeder, on the log in memory.

use super::*;
use crate::log::memory::{Cluster, MemoryLog};
use crate::log::{Event, Position};
use crate::post::EventTime;

/// A log that does not take the first commits.
struct Away {
    inner: MemoryLog,
    refusals: u32,
}

impl Log for Away {
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        self.inner.poll(wait, visit)
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        self.inner.seek(position)
    }

    fn begin(&mut self) -> Result<(), LogError> {
        self.inner.begin()
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        self.inner.append(record)
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        if self.refusals == 0 {
            return self.inner.commit(done);
        }
        self.refusals -= 1;
        Err(LogError::Transient {
            operation: "writing",
            detail: "away".to_owned(),
        })
    }

    fn abort(&mut self) -> Result<(), LogError> {
        self.inner.abort()
    }
}

fn feeder(refusals: u32, feeds: &[Feed]) -> Feeder<Away> {
    let cluster = Cluster::new();
    cluster.create("feeds.social", 1);
    let inner = cluster.log("simulate");
    Feeder::new(Away { inner, refusals }, feeds, RecordTime::Written)
}

fn post(line: &str, kind: FeedKind) -> MadePost {
    MadePost {
        at: EventTime::MIN,
        kind,
        line: line.to_owned(),
        event: None,
    }
}

#[test]
fn what_was_not_acknowledged_is_sent_again_and_counted() {
    let feeds = Config::built_in().unwrap().feeds;
    let mut away = feeder(1, &feeds);
    away.add(post("{}", FeedKind::Social)).unwrap();
    away.flush().unwrap();
    assert_eq!(away.fed().sent_again, 1);
    assert_eq!(away.fed().written["feeds.social"], 1);
    let mut gone = feeder(u32::MAX, &feeds);
    gone.add(post("{}", FeedKind::Social)).unwrap();
    assert!(gone.flush().is_err());
    assert!(gone.fed().written.is_empty(), "nothing is claimed");
}

#[test]
fn what_has_no_place_is_named() {
    let mut feeds = Config::built_in().unwrap().feeds;
    feeds.retain(|feed| feed.kind == FeedKind::Social);
    let mut feeder = feeder(0, &feeds);
    feeder
        .add(post(&"x".repeat(RECORD_LIMIT_BYTES + 1), FeedKind::Social))
        .unwrap();
    assert_eq!(feeder.fed().too_large, 1);
    let no_feed = feeder.add(post("{}", FeedKind::News)).unwrap_err();
    assert!(no_feed.to_string().contains("kind news"), "{no_feed}");
}
