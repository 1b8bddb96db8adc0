//! Tests of `inputs`.

use super::*;

fn statement(partition: u32, from: u64, to: u64, watermark: i64, at_end: bool) -> Statement {
    Statement {
        feed: 0,
        partition,
        from,
        to,
        watermark: EventTime::from_millis(watermark),
        at_end,
        outcomes: Outcomes {
            counted: to - from,
            ..Outcomes::default()
        },
        volumes: Vec::new(),
    }
}

fn two_partitions() -> Inputs {
    let mut inputs = Inputs::new(1_000, 60_000);
    let feed = FeedShape {
        name: "feed".into(),
        kind: FeedKind::Social,
        partitions: 2,
    };
    inputs.begin_batch(EventTime::from_millis(100_000), &[feed]);
    inputs
}

#[test]
fn the_slowest_partition_sets_the_watermark_and_a_missing_one_freezes_it() {
    let mut inputs = two_partitions();
    let sent_at = EventTime::from_millis(100_000);
    inputs.apply(&statement(0, 0, 5, 90_000, false), sent_at);
    assert_eq!(inputs.watermark(FeedKind::Social), None);
    inputs.apply(&statement(1, 0, 5, 70_000, false), sent_at);
    assert_eq!(
        inputs.watermark(FeedKind::Social),
        Some(EventTime::from_millis(70_000))
    );
    assert_eq!(inputs.watermark(FeedKind::News), None);
}

#[test]
fn a_partition_at_its_end_follows_the_wall_clock_of_the_batch() {
    let mut inputs = two_partitions();
    let sent_at = EventTime::from_millis(100_000);
    inputs.apply(&statement(0, 0, 5, 98_000, false), sent_at);
    inputs.apply(&statement(1, 0, 0, i64::MIN, true), sent_at);
    assert_eq!(
        inputs.watermark(FeedKind::Social),
        Some(EventTime::from_millis(98_000))
    );
    inputs.apply(&statement(1, 0, 0, i64::MIN, false), sent_at);
    assert_eq!(
        inputs.watermark(FeedKind::Social),
        Some(EventTime::from_millis(98_000))
    );
}

#[test]
fn patience_with_a_silent_partition_ends_and_is_counted() {
    let mut inputs = two_partitions();
    inputs.apply(
        &statement(0, 0, 5, 90_000, false),
        EventTime::from_millis(100_000),
    );
    let feeds = inputs.feeds.clone();
    inputs.begin_batch(EventTime::from_millis(161_000), &feeds);
    inputs.apply(
        &statement(0, 5, 6, 95_000, false),
        EventTime::from_millis(161_000),
    );
    assert_eq!(
        inputs.watermark(FeedKind::Social),
        Some(EventTime::from_millis(95_000))
    );
    assert_eq!(inputs.given_up(), 1);
}

#[test]
fn gaps_and_repeats_are_told_apart() {
    let mut inputs = two_partitions();
    let sent_at = EventTime::from_millis(100_000);
    inputs.apply(&statement(0, 10, 15, 0, false), sent_at);
    inputs.apply(&statement(0, 15, 20, 0, false), sent_at);
    assert!(inputs.knows(&[statement(0, 10, 15, 0, false)]));
    inputs.apply(&statement(0, 10, 15, 0, false), sent_at);
    inputs.apply(&statement(0, 22, 25, 0, false), sent_at);
    let (_, _, ledger) = inputs.ledgers().next().unwrap();
    assert_eq!(
        (ledger.gaps, ledger.repeats, ledger.outcomes.counted),
        (1, 1, 13)
    );
}
