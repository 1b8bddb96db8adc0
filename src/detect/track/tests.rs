//! Windows of a track against a recount.

use proptest::prelude::*;

use super::*;

fn settings() -> Settings {
    Settings::built_in()
}

fn posts(posts: u32) -> Tally {
    Tally {
        posts,
        ..Tally::default()
    }
}

proptest! {
    /// Windows of any scale, before and after compaction, against a recount of all panes.
    #[test]
    fn windows_equal_a_recount(
        panes in proptest::collection::btree_map(0_i64..900, 1_u32..5, 0..80),
        open in 0_i64..900,
    ) {
        let settings = settings();
        let mut track = Track::new(0);
        for (&pane, &count) in &panes {
            track.add(Pane(pane), posts(count));
            track.compact(Pane(pane.min(open)), &settings);
        }
        track.compact(Pane(open), &settings);
        let last = Pane(open.max(panes.last_key_value().map_or(0, |(&pane, _)| pane)));
        for scale in Scale::ALL {
            let first = scale.first_pane(last).0;
            let naive: u32 = panes.range(first..=last.0).map(|(_, &count)| count).sum();
            if last.0 <= open + 60 {
                prop_assert_eq!(track.posts(scale, last), naive, "{:?}", scale);
            }
        }
    }
}
