//! The laws of the folds from posts to counts (P2) and from posts to episodes (P3).
//!
//! In: made worlds of posts, and many ways in which they pass through ingest and detect. Out: nothing, or the
//! smallest world and way that break a law.
//! Rule: the folds are the program's own; what they should say is recounted here from all posts at once.
//! Not here: alerts (`scenarios`), Kafka (`kafka`), bytes that are no posts (`bad_input`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failure is a panic"
)]

mod recount;
mod run;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use kentongan::config::Config;
use kentongan::detect::Signal;
use kentongan::post::FeedKind;
use kentongan::window::{Pane, Scale};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;

use recount::{Cell, Recount};
use run::{Closed, Folded, Way, fold};
use world::{BURST, LATENESS_MS, SKEW_MS, Shape, WORDS, World};

/// Short, so that the same key comes again inside of the window and beyond it.
const DUPLICATE_WINDOW_POSTS: u32 = 12;

/// A quarter of the usual number of cases, since each is a world: `PROPTEST_CASES` asks for more.
fn quarter() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: usual.cases.div_ceil(4),
        ..usual
    }
}

/// The built-in configuration with the gate off and limits that small worlds reach.
fn config() -> Config {
    let mut config = Config::built_in().unwrap();
    config.relevance.enabled = false;
    config.ingest.lateness_ms = LATENESS_MS;
    config.ingest.future_skew_ms = SKEW_MS;
    config.ingest.duplicate_window_posts = DUPLICATE_WINDOW_POSTS;
    config.detect.silent_partition_ms = 86_400_000;
    // Topics fade within hours, so that worlds of a few hours see them forgotten.
    config.detect.memory_days = 0.1;
    config
}

/// The same with phrases, and room for fewer of them than the worlds have.
fn config_with_phrases() -> Config {
    let mut config = config();
    config.topics.phrases_per_post = 6;
    config.detect.max_candidates = 200;
    config.detect.max_phrases = 40;
    config
}

fn shapes() -> impl Strategy<Value = Shape> {
    let partitions = (1_u32..4, 1_u32..3);
    (
        any::<u64>(),
        partitions,
        1_u32..90,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(seed, (social, news), minutes, messy, wide)| Shape {
            seed,
            partitions: [social, news],
            minutes,
            gap_ms: 12_000,
            messy,
            wide,
            wordy: false,
            burst: None,
        })
}

/// Hours of little talk, then a burst.
fn bursting() -> impl Strategy<Value = Shape> {
    let burst = (75_u32..300, 1_u32..6);
    (shapes(), burst, 0_u32..150).prop_map(|(shape, burst, after)| Shape {
        minutes: burst.0 + burst.1 + after,
        gap_ms: 50_000,
        wide: false,
        burst: Some(burst),
        ..shape
    })
}

fn ways() -> impl Strategy<Value = Way> {
    (any::<u64>(), 1_usize..5, 1_u16..5).prop_map(|(seed, processes, counts_partitions)| Way {
        seed,
        processes,
        counts_partitions,
        idles: false,
        handovers: false,
    })
}

/// Each partition of `counts` knows the whole ledger, and it is the recount's.
fn check_ledgers(world: &World, recount: &Recount, folded: &Folded) -> Result<(), TestCaseError> {
    for ledgers in &folded.ledgers {
        prop_assert_eq!(ledgers.len(), world.inputs.len());
        let inputs = world.inputs.iter().zip(&recount.outcomes);
        for ((input, outcomes), ledger) in inputs.zip(ledgers) {
            prop_assert_eq!(&ledger.outcomes, outcomes, "{:?}", input.id);
            prop_assert_eq!(ledger.outcomes.received(), input.records.len() as u64);
            let end = input.records.last().map_or(0, |last| last.offset + 1);
            prop_assert_eq!((ledger.next, ledger.gaps, ledger.repeats), (end, 0, 0));
        }
    }
    for left_out in &folded.left_out {
        let none = (
            left_out.untracked,
            left_out.repeated_batches,
            left_out.silent_partitions,
        );
        prop_assert_eq!(none, (0, 0, 0));
    }
    Ok(())
}

fn behind(folded: &Folded) -> u64 {
    folded.left_out.iter().map(|left_out| left_out.behind).sum()
}

fn counts(folded: &Folded) -> BTreeMap<Cell, u32> {
    let closed = folded.closed.iter();
    closed
        .map(|(cell, closed)| (cell.clone(), closed.posts))
        .collect()
}

/// Posts of the windows that end with the cell's pane, from the cells of a recount.
fn windows(cells: &BTreeMap<Cell, u32>, (topic, kind, last): &Cell) -> [u32; 3] {
    Scale::ALL.map(|scale| {
        let cell = |pane: Pane| (topic.clone(), *kind, pane);
        let range = cell(scale.first_pane(*last))..=cell(*last);
        cells.range(range).map(|(_, &posts)| posts).sum()
    })
}

/// P2 without idle partitions: every post is in its pane, and none is behind.
fn check_exact(world: &World, way: &Way) -> Result<(), TestCaseError> {
    let recount = Recount::new(world, DUPLICATE_WINDOW_POSTS);
    let folded = fold(world, &config(), way);
    check_ledgers(world, &recount, &folded)?;
    let cells = recount.cells(|_| true);
    prop_assert_eq!(&counts(&folded), &cells);
    prop_assert_eq!(behind(&folded), 0);
    for (cell, closed) in &folded.closed {
        prop_assert_eq!(closed.windows, windows(&cells, cell), "{:?}", cell);
    }
    Ok(())
}

/// P2 with idle partitions: what is missing is behind, and each such post is older than its partition had been
/// stated idle before it was read.
fn check_behind(world: &World, way: &Way) -> Result<(), TestCaseError> {
    let recount = Recount::new(world, DUPLICATE_WINDOW_POSTS);
    let folded = fold(world, &config(), way);
    check_ledgers(world, &recount, &folded)?;
    let cells = recount.cells(|_| true);
    let excused = recount.cells(|counted| {
        let idle_until = folded.idle_until[counted.input][counted.record];
        let (_, _, pane) = counted.cells[0];
        pane < Pane::of(idle_until)
    });
    let counted = counts(&folded);
    let mut missing = 0;
    for (cell, &posts) in &cells {
        let found = counted.get(cell).copied().unwrap_or(0);
        let most = excused.get(cell).copied().unwrap_or(0);
        prop_assert!(found <= posts && posts - found <= most, "{:?}", cell);
        missing += u64::from(posts - found);
    }
    prop_assert!(counted.keys().all(|cell| cells.contains_key(cell)));
    prop_assert_eq!(behind(&folded), missing);
    Ok(())
}

/// P3: two ways through the same posts judge every closed window alike, to the last bit, and open episodes of
/// the same topics. An episode that opened on a partial count opened on a window that is a spike when closed.
fn check_same_spikes(world: &World, config: &Config, ways: [&Way; 2]) -> Result<(), TestCaseError> {
    let [one, other] = ways.map(|way| fold(world, config, way));
    prop_assert_eq!(one.closed.len(), other.closed.len());
    for (cell, closed) in &one.closed {
        prop_assert_eq!(Some(closed), other.closed.get(cell), "{:?}", cell);
    }
    let topics = |folded: &Folded| {
        let opened = folded.opened.iter();
        let topics: BTreeSet<String> = opened.map(|signal| signal.topic.to_string()).collect();
        topics
    };
    prop_assert_eq!(topics(&one), topics(&other));
    for folded in [&one, &other] {
        for signal in &folded.opened {
            let last = Pane::of(signal.evidence.until).plus(-1);
            let cell = (signal.topic.to_string(), signal.evidence.kind, last);
            let closed = folded.closed.get(&cell);
            prop_assert!(closed.is_some_and(|closed| closed.is_spike), "{:?}", cell);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(quarter())]

    #[test]
    fn closed_counts_and_ledger_are_those_of_a_recount(shape in shapes(), way in ways()) {
        check_exact(&World::new(&shape), &way)?;
    }

    #[test]
    fn only_posts_older_than_their_partitions_stated_end_are_behind(
        shape in shapes(), way in ways(),
    ) {
        check_behind(&World::new(&shape), &Way { idles: true, ..way })?;
    }

    /// Ingest does not yet read again what a partition brought before it was assigned, so here no post is late
    /// or comes twice.
    #[test]
    fn a_partition_that_changes_hands_is_counted_once(shape in shapes(), way in ways()) {
        let world = World::new(&Shape { messy: false, ..shape });
        check_exact(&world, &Way { handovers: true, ..way })?;
    }

    #[test]
    fn two_ways_through_the_same_posts_cross_the_same_thresholds(
        shape in bursting(), one in ways(), other in ways(),
    ) {
        // The partitions of `counts` share the budget, so their number is part of the configuration.
        let other = Way { counts_partitions: one.counts_partitions, ..other };
        check_same_spikes(&World::new(&shape), &config(), [&one, &other])?;
    }

    #[test]
    fn two_ways_through_the_same_posts_let_in_the_same_phrases(
        shape in bursting(), one in ways(), other in ways(),
    ) {
        let other = Way { counts_partitions: one.counts_partitions, ..other };
        let world = World::new(&Shape { wordy: true, ..shape });
        check_same_spikes(&world, &config_with_phrases(), [&one, &other])?;
    }
}

#[test]
fn words_of_a_burst_open_an_episode() {
    let shape = Shape {
        seed: 3,
        partitions: [2, 1],
        minutes: 300,
        gap_ms: 20_000,
        messy: true,
        wide: false,
        wordy: true,
        burst: Some((240, 3)),
    };
    let way = Way {
        seed: 5,
        processes: 2,
        counts_partitions: 2,
        idles: false,
        handovers: false,
    };
    let folded = fold(&World::new(&shape), &config_with_phrases(), &way);
    let opened: BTreeSet<&str> = folded
        .opened
        .iter()
        .map(|signal| signal.topic.as_str())
        .collect();
    assert!(
        opened.contains(format!("phrase:{WORDS}").as_str()),
        "{opened:?}"
    );
    let unremembered: u64 = folded.left_out.iter().map(|it| it.unremembered).sum();
    assert!(unremembered > 0, "there was room for all phrases");
}

/// The laws above are about something: worlds have every kind of trouble, and bursts are spikes.
#[test]
fn the_worlds_are_not_empty_of_trouble() {
    let way = |seed| Way {
        seed,
        processes: 3,
        counts_partitions: 1,
        idles: true,
        handovers: false,
    };
    let (mut spikes, mut episodes, mut parts, mut behinds) = (0, 0, 0, 0);
    for seed in 0..8 {
        let quiet = Shape {
            seed,
            partitions: [2, 1],
            minutes: 60,
            gap_ms: 6_000,
            messy: true,
            wide: true,
            wordy: false,
            burst: None,
        };
        let world = World::new(&quiet);
        for outcomes in &Recount::new(&world, DUPLICATE_WINDOW_POSTS).outcomes[..2] {
            assert!(outcomes.duplicate > 0 && outcomes.late > 0, "{outcomes:?}");
            assert!(outcomes.refused.len() >= 5, "{outcomes:?}");
        }
        let folded = fold(&world, &config(), &way(seed));
        parts = parts.max(folded.most_parts);
        behinds += behind(&folded);
        let loud = Shape {
            minutes: 240,
            gap_ms: 50_000,
            wide: false,
            burst: Some((120, 3)),
            ..quiet
        };
        let folded = fold(
            &World::new(&loud),
            &config(),
            &Way {
                idles: false,
                ..way(seed)
            },
        );
        let burst = format!("tag:{BURST}");
        let is_spike = |(cell, closed): (&Cell, &Closed)| {
            cell.0 == burst && cell.1 == FeedKind::Social && closed.is_spike
        };
        spikes += u32::from(folded.closed.iter().any(is_spike));
        let opened = |signal: &Signal| signal.topic.as_str() == burst;
        episodes += u32::from(folded.opened.iter().any(opened));
    }
    assert_eq!((spikes, episodes), (8, 8));
    assert!(parts > 1, "no batch was split");
    assert!(behinds > 0, "no post was behind");
}
