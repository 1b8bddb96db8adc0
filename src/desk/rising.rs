//! What is rising: the topics that are nearest to their critical counts, of every partition together.
//!
//! In: a statement of each partition, now and then ([`Desk::rise`]). Out: `/api/v1/rising`.
//! Rule: only the newest statement of a partition counts, and none for long: a partition that has fallen
//! silent leaves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::Desk;
use crate::alert::{Title, UtcTime};
use crate::post::{FeedKind, TopicKey};
use crate::window::Scale;

/// Most topics that are told.
const TOPICS_MAX: usize = 50;
/// Most partitions that are kept, as many as there may be.
const PARTITIONS_MAX: usize = 1_024;
/// Statements of the desk's own time (ticks) after which a partition has fallen silent.
const SILENT_TICKS: u32 = 90;

/// One topic beside the count at which it would be a spike.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rising {
    /// The topic.
    pub topic: TopicKey,
    /// What it is called.
    pub title: Title,
    /// The kind of feed in which it is nearest.
    pub kind: FeedKind,
    /// The window in which it is nearest.
    pub window: Scale,
    /// Posts in it.
    pub observed: u32,
    /// Posts that are expected in it.
    pub expected: f64,
    /// Posts from which on it is a spike.
    pub critical: u32,
    /// Whether it is a spike already.
    pub open: bool,
}

/// What is rising.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct RisingNow {
    /// The newest event time that is looked at; null before the first statement.
    pub at: Option<UtcTime>,
    /// The nearest to its critical count first.
    pub topics: Vec<Rising>,
}

/// The newest statement of each partition.
#[derive(Debug, Default)]
pub(super) struct RisingTopics(Mutex<BTreeMap<u32, Statement>>);

#[derive(Debug)]
struct Statement {
    at: UtcTime,
    ticks: u32,
    topics: Vec<Rising>,
}

impl RisingTopics {
    /// Takes in what `partition` states of `at`.
    pub(super) fn state(&self, partition: u32, at: UtcTime, topics: Vec<Rising>) {
        let mut statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = statements.contains_key(&partition);
        if is_known || statements.len() < PARTITIONS_MAX {
            let ticks = 0;
            statements.insert(partition, Statement { at, ticks, topics });
        }
    }

    /// Some time has passed.
    pub(super) fn tick(&self) {
        let mut statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        statements.retain(|_, statement| {
            statement.ticks += 1;
            statement.ticks <= SILENT_TICKS
        });
    }

    /// What is rising in all of them.
    pub(super) fn now(&self) -> RisingNow {
        let statements = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let topics = statements.values().flat_map(|statement| &statement.topics);
        let mut topics: Vec<Rising> = topics.cloned().collect();
        let nearness = |one: &Rising| f64::from(one.observed) / f64::from(one.critical.max(1));
        topics.sort_by(|left, right| {
            let by_nearness = nearness(right).total_cmp(&nearness(left));
            by_nearness.then_with(|| left.topic.cmp(&right.topic))
        });
        topics.truncate(TOPICS_MAX);
        RisingNow {
            at: statements.values().map(|statement| statement.at).max(),
            topics,
        }
    }
}

pub(super) async fn rising(State(desk): State<Arc<Desk>>) -> Json<RisingNow> {
    Json(desk.rising.now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::EventTime;

    fn topic(name: &str, observed: u32, critical: u32) -> Rising {
        Rising {
            topic: TopicKey::new(name),
            title: Title::same(name),
            kind: FeedKind::Social,
            window: Scale::FiveMinutes,
            observed,
            expected: 1.0,
            critical,
            open: false,
        }
    }

    fn at(second: i64) -> UtcTime {
        UtcTime::new(EventTime::from_millis(second * 1_000))
    }

    fn names(rising: &RisingTopics) -> Vec<String> {
        let topics = rising.now().topics.into_iter();
        topics.map(|one| one.topic.as_str().to_owned()).collect()
    }

    #[test]
    fn the_nearest_of_all_partitions_comes_first_and_a_new_statement_replaces_the_old() {
        let rising = RisingTopics::default();
        assert_eq!(rising.now().at, None);
        rising.state(
            0,
            at(10),
            vec![topic("tag:far", 2, 10), topic("tag:near", 9, 10)],
        );
        rising.state(1, at(20), vec![topic("tag:between", 5, 10)]);
        assert_eq!(names(&rising), ["tag:near", "tag:between", "tag:far"]);
        rising.state(0, at(30), vec![topic("tag:new", 1, 10)]);
        assert_eq!(names(&rising), ["tag:between", "tag:new"]);
        assert_eq!(rising.now().at, Some(at(30)));
    }

    #[test]
    fn a_partition_that_has_fallen_silent_leaves() {
        let rising = RisingTopics::default();
        rising.state(0, at(0), vec![topic("tag:old", 1, 2)]);
        for _ in 0..SILENT_TICKS {
            rising.tick();
        }
        assert_eq!(names(&rising), ["tag:old"]);
        rising.tick();
        assert!(rising.now().topics.is_empty());
    }
}
