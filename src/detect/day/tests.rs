//! Windows of a day against a recount, whatever was let go.

use proptest::prelude::*;

use super::*;
use crate::post::EventTime;

fn settings() -> Settings {
    Settings::built_in()
}

fn posts(posts: u32, account: u64) -> Tally {
    let mut tally = Tally {
        posts,
        originals: posts,
        ..Tally::default()
    };
    tally.accounts.insert(account << 58);
    tally
}

fn hour(hour: i64) -> Pane {
    Pane(hour * 360)
}

/// Hours in which all topics together have a hundred posts.
fn blocks(hours: std::ops::Range<i64>) -> Vec<Block> {
    let mut total = 0.0;
    let blocks = (1..).zip(hours).map(|(ordinal, hour)| {
        let total_before = total;
        total += 100.0;
        Block {
            hour,
            ordinal,
            posts: 100.0,
            total_before,
            total,
        }
    });
    blocks.collect()
}

proptest! {
    /// Sums of any window and the level before it, whenever hours were let go, against one that
    /// lets go of nothing.
    #[test]
    fn letting_go_changes_no_window(
        counts in proptest::collection::btree_map(0_i64..90, 1_u32..5, 1..40),
        passes in proptest::collection::vec(0_i64..90, 0..6),
    ) {
        let settings = settings();
        let blocks = blocks(0..90);
        let mut whole = Day::new(0);
        let mut day = Day::new(0);
        for (&at, &count) in &counts {
            whole.add(hour(at), &posts(count, 1));
            day.add(hour(at), &posts(count, 1));
            for &pass in passes.iter().filter(|&&pass| pass <= at) {
                day.pass(hour(pass), blocks.iter(), &settings);
            }
            let first = at - HOURS + 1;
            let naive: u32 = counts.range(first..=at).map(|(_, &count)| count).sum();
            prop_assert_eq!(day.posts(first, at), naive);
            let before = |day: &Day| {
                let level = day.level_before(at, blocks.iter(), &settings);
                level.expect(&blocks[blocks.len() - 1], 100.0, &settings).mean
            };
            prop_assert!((before(&day) - before(&whole)).abs() < 1e-12);
        }
    }

    /// The bits of hours that are joined are those of everything in them.
    #[test]
    fn voices_are_counted_once(accounts in proptest::collection::vec((0_i64..24, 0_u64..64), 1..60)) {
        let mut day = Day::new(0);
        for &(at, account) in &accounts {
            day.add(hour(at), &posts(1, account));
        }
        let different: std::collections::BTreeSet<u64> =
            accounts.iter().map(|&(_, account)| account).collect();
        prop_assert_eq!(day.voices(23) as usize, different.len());
    }
}

#[test]
fn a_rise_begins_with_the_hour_that_leaves_the_usual() {
    let mut day = Day::new(0);
    day.add(hour(2), &posts(1, 1));
    for at in 10..20 {
        day.add(hour(at), &posts(3, 1));
    }
    assert_eq!(day.onset(19, 0.2), Some(EventTime::from_millis(36_000_000)));
}

#[test]
fn what_an_episode_explains_is_not_counted_again() {
    let mut day = Day::new(0);
    for at in 0..10 {
        day.add(hour(at), &posts(3, 1));
    }
    day.explain(hour(6));
    assert_eq!((day.first_hour(9), day.posts(day.first_hour(9), 9)), (7, 9));
}
