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
    let mut inputs = Inputs::new(1_000, 60_000, 30.0);
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

fn batch_at(inputs: &mut Inputs, second: i64, statements: &[Statement]) -> Vec<FeedState> {
    let sent_at = EventTime::from_millis(second * 1_000);
    let feeds = inputs.feeds.clone();
    inputs.begin_batch(sent_at, &feeds);
    for statement in statements {
        inputs.apply(statement, sent_at);
    }
    inputs.feed_states()
}

#[test]
fn a_feed_flows_is_quiet_silent_or_stalled() {
    let mut inputs = Inputs::new(1_000, 600_000, 30.0);
    let feed = FeedShape {
        name: "feed".into(),
        kind: FeedKind::Social,
        partitions: 2,
    };
    inputs.begin_batch(EventTime::from_millis(0), &[feed]);
    let both = |from, to, at_end| {
        [
            statement(0, from, to, 0, at_end),
            statement(1, from, to, 0, at_end),
        ]
    };
    let mut next = 0;
    for second in 0..300 {
        let states = batch_at(&mut inputs, second, &both(next, next + 1, true));
        assert_eq!(states, [FeedState::Flowing]);
        next += 1;
    }
    // Two posts a second: a minute without any is plausible by no means.
    assert_eq!(
        batch_at(&mut inputs, 359, &both(next, next, true)),
        [FeedState::Flowing]
    );
    assert_eq!(
        batch_at(&mut inputs, 361, &both(next, next, true)),
        [FeedState::Silent]
    );
    assert_eq!(
        batch_at(&mut inputs, 362, &both(next, next + 1, false)),
        [FeedState::Flowing]
    );
    // One partition makes no statement any more.
    let one = |from, to, at_end| [statement(0, from, to, 0, at_end)];
    next += 1;
    assert_eq!(
        batch_at(&mut inputs, 480, &one(next, next + 1, false)),
        [FeedState::Flowing]
    );
    assert_eq!(
        batch_at(&mut inputs, 483, &one(next + 1, next + 2, false)),
        [FeedState::Stalled]
    );
    // Both make statements, but one has posts and does not get on.
    let stuck = [
        statement(0, next + 2, next + 3, 0, false),
        statement(1, next, next, 0, false),
    ];
    assert_eq!(batch_at(&mut inputs, 484, &stuck), [FeedState::Stalled]);
    let back = [
        statement(0, next + 3, next + 3, 0, true),
        statement(1, next, next + 1, 0, true),
    ];
    assert_eq!(batch_at(&mut inputs, 485, &back), [FeedState::Flowing]);
}

#[test]
fn a_slow_feed_is_quiet_where_a_fast_one_is_silent() {
    let mut inputs = Inputs::new(1_000, 600_000, 30.0);
    let feed = FeedShape {
        name: "feed".into(),
        kind: FeedKind::News,
        partitions: 1,
    };
    inputs.begin_batch(EventTime::from_millis(0), &[feed]);
    for hour in 0..40 {
        batch_at(
            &mut inputs,
            hour * 3_600,
            &[statement(
                0,
                hour.unsigned_abs(),
                hour.unsigned_abs() + 1,
                0,
                true,
            )],
        );
    }
    let quiet = statement(0, 40, 40, 0, true);
    assert_eq!(
        batch_at(&mut inputs, 39 * 3_600 + 7_200, &[quiet]),
        [FeedState::Quiet]
    );
}
