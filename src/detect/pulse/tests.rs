//! Tests of `pulse`.

use super::*;
use crate::config::Config;
use crate::ingest::{Batch, Entry, FeedShape, Outcomes, Statement, Volume};
use crate::post::EventTime;
use crate::window::Tally;

/// A whole hour.
const START_MS: i64 = 1_767_571_200_000;
const BATCH_MS: i64 = 10_000;
/// Two hours of a quiet stream: enough to judge by.
const QUIET_STEPS: i64 = 720;

fn entry(topic: &str, pane: Pane, posts: u32) -> Entry {
    let mut tally = Tally {
        posts,
        span: (posts > 0).then(|| (pane.start(), pane.start())),
        originals: posts,
        untagged: posts,
        ..Tally::default()
    };
    for account in 0..u64::from(posts) {
        tally
            .accounts
            .insert(account.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        tally
            .texts
            .insert(account.wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
    }
    Entry {
        topic: TopicKey::new(topic),
        pane,
        kind: FeedKind::Social,
        tally: Box::new(tally),
    }
}

/// One flush with so many posts of each topic, complete up to its end.
fn batch(step: i64, topics: &[(&str, u32)]) -> Batch {
    let begin = EventTime::from_millis(START_MS + step * BATCH_MS);
    let pane = Pane::of(begin);
    let number = step.unsigned_abs();
    let posts = topics.iter().map(|(_, posts)| posts).sum();
    Batch {
        sent_at: begin.plus_millis(BATCH_MS),
        account_key: 1,
        rules: None,
        feeds: vec![FeedShape {
            name: "feeds.social".into(),
            kind: FeedKind::Social,
            partitions: 1,
        }],
        part: 1,
        parts: 1,
        statements: vec![Statement {
            feed: 0,
            partition: 0,
            from: number,
            to: number + 1,
            watermark: begin.plus_millis(-20_000),
            at_end: false,
            outcomes: Outcomes::default(),
            volumes: vec![Volume {
                pane,
                received: posts,
                relevant: posts,
            }],
        }],
        entries: topics
            .iter()
            .filter(|(_, posts)| *posts > 0)
            .map(|(topic, posts)| entry(topic, pane, *posts))
            .collect(),
    }
}

fn detector(last: &[(&str, u32)], asks: bool) -> (Detector, usize) {
    let mut detector = Detector::new(&Config::built_in().unwrap(), 7, 1);
    let mut signals = 0;
    for step in 0..QUIET_STEPS {
        let quiet = [("tag:usual", 1), ("tag:also", u32::from(step % 6 == 0))];
        signals += detector.apply(batch(step, &quiet), &mut |_| ()).len();
        if asks {
            detector.pulse();
        }
    }
    signals += detector.apply(batch(QUIET_STEPS, last), &mut |_| ()).len();
    (detector, signals)
}

fn named(pulse: &Pulse) -> Vec<(&str, u32, bool)> {
    let topics = pulse.topics.iter();
    topics
        .map(|one| (one.topic.as_str(), one.observed, one.open))
        .collect()
}

#[test]
fn the_nearest_to_its_critical_count_comes_first_and_says_whether_it_is_a_spike() {
    let (detector, _) = detector(
        &[("tag:usual", 1), ("tag:near", 4), ("tag:spike", 60)],
        false,
    );
    let pulse = detector.pulse();
    assert_eq!(
        (pulse.partition, pulse.at_ms),
        (7, START_MS + (QUIET_STEPS + 1) * BATCH_MS)
    );
    let found = named(&pulse);
    assert_eq!(found.first(), Some(&("tag:spike", 60, true)), "{pulse:?}");
    assert_eq!(found.get(1), Some(&("tag:near", 4, false)), "{pulse:?}");
    for topic in &pulse.topics {
        assert_eq!(topic.open, topic.observed >= topic.critical, "{topic:?}");
    }
    let nearness: Vec<f64> = pulse.topics.iter().map(RisingTopic::nearness).collect();
    assert!(
        nearness.is_sorted_by(|left, right| left >= right),
        "{nearness:?}"
    );
}

#[test]
fn a_quiet_stream_and_an_empty_one_have_nothing_that_is_a_spike() {
    let (detector, _) = detector(&[("tag:usual", 1)], false);
    assert!(
        detector
            .pulse()
            .topics
            .iter()
            .all(|topic| !topic.open && topic.nearness() < 1.0)
    );
    let empty = Detector::new(&Config::built_in().unwrap(), 0, 1);
    assert!(empty.pulse().topics.is_empty());
}

#[test]
fn asking_changes_no_signal_and_the_same_batches_give_the_same_pulse() {
    let last = [("tag:near", 4), ("tag:spike", 60)];
    let (asked, signals) = detector(&last, true);
    let (silent, others) = detector(&last, false);
    assert_eq!(signals, others);
    assert_eq!(asked.pulse(), silent.pulse());
}

#[test]
fn a_pulse_is_bounded_whatever_is_tracked() {
    let names: Vec<String> = (0..1_000)
        .map(|number| format!("tag:many{number:04}"))
        .collect();
    let many: Vec<(&str, u32)> = names.iter().map(|name| (name.as_str(), 3)).collect();
    let (detector, _) = detector(&many, false);
    let pulse = detector.pulse();
    assert_eq!(pulse.topics.len(), PULSE_TOPICS);
    let text = serde_json::to_string(&pulse).unwrap();
    assert_eq!(serde_json::from_str::<Pulse>(&text).unwrap(), pulse);
}
