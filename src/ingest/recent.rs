//! The posts at the last so many offsets of one input partition: who was seen, and the newest time.
//!
//! Rule: what is asked at an offset depends on the records at the offsets before it and on nothing
//! else, so a new owner that reads these again knows the same. Nothing is forgotten before the
//! commit holds: until then the partition may have to go back.

use std::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::post::{EventTime, PostIdentity};

/// Lateness is measured against the newest of at least so many offsets, however few a duplicate
/// needs.
const NEWEST_OFFSETS_MIN: u64 = 10_000;

#[derive(Debug, Clone, Copy)]
struct Noted {
    offset: u64,
    identity: PostIdentity,
    time: EventTime,
}

/// What is remembered of the last offsets.
#[derive(Debug)]
pub(super) struct RecentPosts {
    duplicate_offsets: u64,
    order: VecDeque<Noted>,
    known: HashMap<PostIdentity, u64, FixedState>,
    /// Times that no later record has reached, newest first: the first one in reach is the newest.
    peaks: VecDeque<(u64, EventTime)>,
}

impl RecentPosts {
    /// Remembers nothing yet; a duplicate is at most `duplicate_offsets` behind.
    pub(super) fn new(duplicate_offsets: u64) -> Self {
        Self {
            duplicate_offsets,
            order: VecDeque::new(),
            known: HashMap::default(),
            peaks: VecDeque::new(),
        }
    }

    /// How many offsets before the next one must be read to know what an owner before knew.
    pub(super) fn reach(duplicate_offsets: u64) -> u64 {
        duplicate_offsets.max(NEWEST_OFFSETS_MIN)
    }

    /// Notes a post; whether the same was noted within the offsets of a duplicate.
    pub(super) fn note(&mut self, offset: u64, identity: PostIdentity, time: EventTime) -> bool {
        let noted = Noted {
            offset,
            identity,
            time,
        };
        self.order.push_back(noted);
        self.index(noted)
    }

    /// The newest time, [`EventTime::MIN`] before the first post.
    pub(super) fn newest(&self) -> EventTime {
        self.peaks.front().map_or(EventTime::MIN, |&(_, time)| time)
    }

    /// The records before `next` are final: forgets what none after them can ask for.
    pub(super) fn settle(&mut self, next: u64) {
        let reach = Self::reach(self.duplicate_offsets);
        while let Some(oldest) = self.order.front().copied()
            && oldest.offset.saturating_add(reach) < next
        {
            self.order.pop_front();
            if self.known.get(&oldest.identity) == Some(&oldest.offset) {
                self.known.remove(&oldest.identity);
            }
        }
    }

    /// Forgets the records from `next` on.
    pub(super) fn go_back(&mut self, next: u64) {
        self.order.retain(|noted| noted.offset < next);
        self.known.clear();
        self.peaks.clear();
        for noted in std::mem::take(&mut self.order) {
            self.order.push_back(noted);
            self.index(noted);
        }
    }

    fn index(&mut self, noted: Noted) -> bool {
        let Noted {
            offset,
            identity,
            time,
        } = noted;
        let reach = Self::reach(self.duplicate_offsets);
        while self.peaks.back().is_some_and(|&(_, older)| older <= time) {
            self.peaks.pop_back();
        }
        self.peaks.push_back((offset, time));
        while self
            .peaks
            .front()
            .is_some_and(|&(oldest, _)| oldest.saturating_add(reach) < offset)
        {
            self.peaks.pop_front();
        }
        let before = self.known.insert(identity, offset);
        before.is_some_and(|before| before.saturating_add(self.duplicate_offsets) >= offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> EventTime {
        EventTime::from_millis(millis)
    }

    #[test]
    fn a_post_is_a_duplicate_within_the_offsets_from_its_last_copy() {
        let mut recent = RecentPosts::new(3);
        assert!(!recent.note(10, PostIdentity(1), at(0)));
        assert!(recent.note(13, PostIdentity(1), at(0)));
        assert!(recent.note(16, PostIdentity(1), at(0)));
        assert!(!recent.note(20, PostIdentity(1), at(0)));
    }

    #[test]
    fn the_newest_leaves_with_its_offset() {
        let mut recent = RecentPosts::new(1);
        recent.note(0, PostIdentity(1), at(500));
        recent.note(1, PostIdentity(2), at(400));
        assert_eq!(recent.newest(), at(500));
        recent.note(NEWEST_OFFSETS_MIN + 1, PostIdentity(3), at(300));
        assert_eq!(recent.newest(), at(400));
    }

    proptest! {
        /// Going back, and being a new owner that reads the reach again, both change nothing.
        #[test]
        fn what_is_known_depends_on_the_last_offsets_alone(
            posts in prop::collection::vec((0_u64..12, 0_i64..50), 1..120),
            duplicate_offsets in 1_u64..40,
            back in 0_usize..120,
        ) {
            let feed = |recent: &mut RecentPosts, from: usize, to: usize| -> Vec<(bool, EventTime)> {
                (from..to)
                    .map(|n| {
                        let (identity, time) = posts[n];
                        (recent.note(n as u64, PostIdentity(identity), at(time)), recent.newest())
                    })
                    .collect()
            };
            let back = back % posts.len();
            let mut straight = RecentPosts::new(duplicate_offsets);
            let expected = feed(&mut straight, 0, posts.len());

            let mut returning = RecentPosts::new(duplicate_offsets);
            feed(&mut returning, 0, back);
            returning.settle(back as u64);
            feed(&mut returning, back, posts.len());
            returning.go_back(back as u64);
            prop_assert_eq!(&feed(&mut returning, back, posts.len())[..], &expected[back..]);

            let mut heir = RecentPosts::new(duplicate_offsets);
            let reach = usize::try_from(RecentPosts::reach(duplicate_offsets)).unwrap();
            feed(&mut heir, back.saturating_sub(reach), back);
            prop_assert_eq!(&feed(&mut heir, back, posts.len())[..], &expected[back..]);
        }
    }
}
