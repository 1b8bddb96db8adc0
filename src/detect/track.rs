//! One topic in one kind: what was counted in the last hour, and what is usual.
//!
//! In: tallies of open panes. Out: sums of any window that ends with a pane that is still open, or
//! has just closed.
//! Rule: a closed pane never changes; beyond five minutes back whole minutes are kept.

use std::collections::VecDeque;

use super::excess::OwnTail;
use super::level::{Block, Level};
use crate::post::EventTime;
use crate::window::{Bottom, Pane, Sample, Scale, Tally};

/// How long a pane is kept by itself after it closed: the five-minute window, rounded up to minutes.
const FINE_PANES: i64 = 36;
/// Minutes that the hour window reaches back.
const MINUTES: i64 = 60;

/// A stretch of closed windows above the base surprise.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excursion {
    pub peak: f64,
    pub last: Pane,
}

/// An excursion that ended: it counts for panes whose guard lies after `ended`.
#[derive(Debug, Clone, Copy)]
struct Ended {
    ended: Pane,
    excess: f64,
}

/// One topic in one kind.
#[derive(Debug, Clone)]
pub(super) struct Track {
    fine: VecDeque<(Pane, Tally)>,
    minutes: VecDeque<(i64, Tally)>,
    hours: VecDeque<(i64, u32)>,
    level: Level,
    first_ordinal: u32,
    /// Whether a pane of it has closed.
    begun: bool,
    pub(super) excursion: Option<Excursion>,
    own: OwnTail,
    ended: VecDeque<Ended>,
}

impl Track {
    pub(super) fn new(ordinal: u32) -> Self {
        Self {
            fine: VecDeque::new(),
            minutes: VecDeque::new(),
            hours: VecDeque::new(),
            level: Level::new(ordinal),
            first_ordinal: ordinal,
            begun: false,
            excursion: None,
            own: OwnTail::default(),
            ended: VecDeque::new(),
        }
    }

    /// Its first pane closes after `ordinal` blocks: its history begins there, in whatever order
    /// the tallies of its open panes came.
    pub(super) fn begin(&mut self, ordinal: u32) {
        if !self.begun {
            self.begun = true;
            self.level = Level::new(ordinal);
            self.first_ordinal = ordinal;
        }
    }

    /// Adds a tally to an open pane.
    pub(super) fn add(&mut self, pane: Pane, tally: Tally) {
        let hour = (pane.hour(), tally.posts);
        add_sorted(&mut self.hours, hour.0, hour.1, |old, new| *old += new);
        add_sorted(&mut self.fine, pane, tally, |old, new| old.merge(&new));
    }

    /// Posts of the window of `scale` that ends with `last`.
    pub(super) fn posts(&self, scale: Scale, last: Pane) -> u32 {
        self.parts(scale, last).map(|tally| tally.posts).sum()
    }

    /// Everything counted in the window of `scale` that ends with `last`.
    pub(super) fn tally(&self, scale: Scale, last: Pane) -> Tally {
        let mut sum = Tally::default();
        self.parts(scale, last).for_each(|tally| sum.merge(tally));
        sum
    }

    /// Posts of one pane that is open or has just closed.
    pub(super) fn posts_in_pane(&self, pane: Pane) -> u32 {
        let mut newest = self.fine.iter().rev();
        let found = newest.find(|&&(at, _)| at == pane);
        found.map_or(0, |(_, tally)| tally.posts)
    }

    /// Posts of one minute.
    pub(super) fn posts_in_minute(&self, minute: i64) -> u32 {
        let old = self
            .minutes
            .iter()
            .filter(|&&(at, _)| at == minute)
            .map(|(_, tally)| tally);
        let fine = self.fine.iter().filter(|(pane, _)| pane.minute() == minute);
        old.chain(fine.map(|(_, tally)| tally))
            .map(|tally| tally.posts)
            .sum()
    }

    /// At most `most` sample posts of the last hour, newest panes first.
    pub(super) fn samples(&self, last: Pane, most: usize) -> impl Iterator<Item = &Sample> {
        self.parts(Scale::OneHour, last)
            .flat_map(|tally| tally.samples.iter())
            .take(most)
    }

    /// Which posts the last hour holds, pane by pane.
    pub(super) fn identities(&self, last: Pane) -> impl Iterator<Item = &Bottom> {
        self.parts(Scale::OneHour, last)
            .map(|tally| &tally.identities)
    }

    /// The tallies of the last hour, each with the begin of its pane or minute.
    pub(super) fn dated(&self, last: Pane) -> impl Iterator<Item = (EventTime, &Tally)> {
        let first = Scale::OneHour.first_pane(last);
        let fine = self.fine.iter();
        let fine = fine.filter(move |(pane, _)| (first..=last).contains(pane));
        let minutes = self.minutes.iter();
        let minutes = minutes.filter(move |(minute, _)| *minute >= first.minute());
        let minutes = minutes.map(|(minute, tally)| (Pane(minute * Pane::PER_MINUTE), tally));
        let fine = fine.map(|(pane, tally)| (*pane, tally));
        minutes
            .chain(fine)
            .map(|(pane, tally)| (pane.start(), tally))
    }

    fn parts(&self, scale: Scale, last: Pane) -> impl Iterator<Item = &Tally> {
        let first = scale.first_pane(last);
        let fine = self.fine.iter().rev();
        let fine = fine.skip_while(move |&&(pane, _)| pane > last);
        let fine = fine.take_while(move |&&(pane, _)| pane >= first);
        let minutes = self.minutes.iter().rev();
        let minutes = minutes.take_while(move |&&(minute, _)| minute >= first.minute());
        let minutes = minutes.filter(move |_| scale == Scale::OneHour);
        fine.map(|(_, tally)| tally)
            .chain(minutes.map(|(_, tally)| tally))
    }

    /// Teaches the level one block; its hour is closed.
    pub(super) fn learn(&mut self, block: &Block, memory_blocks: f64) {
        while self
            .hours
            .front()
            .is_some_and(|&(hour, _)| hour < block.hour)
        {
            self.hours.pop_front();
        }
        if let Some((_, posts)) = self.hours.pop_front_if(|(hour, _)| *hour == block.hour) {
            self.level.learn(block, posts, memory_blocks);
        }
    }

    /// The level after `blocks` that are not taught yet.
    pub(super) fn level_after<'a>(
        &self,
        blocks: impl Iterator<Item = &'a Block>,
        memory_blocks: f64,
    ) -> Level {
        let mut level = self.level;
        for block in blocks {
            if let Some((_, posts)) = self.hours.iter().find(|(hour, _)| *hour == block.hour) {
                level.learn(block, *posts, memory_blocks);
            }
        }
        level
    }

    /// Notes that the closed window that ends with `pane` has a surprise above the base.
    pub(super) fn rise(&mut self, pane: Pane, surprise: f64) {
        let excursion = self.excursion.get_or_insert(Excursion {
            peak: surprise,
            last: pane,
        });
        excursion.peak = excursion.peak.max(surprise);
        excursion.last = excursion.last.max(pane);
    }

    /// Ends the excursion at `ended`.
    pub(super) fn end_excursion(&mut self, ended: Pane, excess: f64) {
        self.excursion = None;
        self.ended.push_back(Ended { ended, excess });
    }

    /// The surprise that this topic passes by habit, as known at the guard of `pane`.
    pub(super) fn own_threshold(&self, guard: Pane, ordinal: u32, class_mean_excess: f64) -> f64 {
        let mut own = self.own;
        for ended in self.ended.iter().filter(|ended| ended.ended <= guard) {
            own.add(ended.excess);
        }
        let days = f64::from(ordinal.saturating_sub(self.first_ordinal)) / 24.0;
        own.threshold(days, class_mean_excess)
    }

    /// Folds closed panes into minutes and drops what no window reaches any more.
    pub(super) fn compact(&mut self, first_open: Pane, guard: i64) {
        let keep_fine = first_open.plus(-FINE_PANES).minute();
        while let Some((pane, tally)) = self
            .fine
            .pop_front_if(|(pane, _)| pane.minute() < keep_fine)
        {
            add_sorted(&mut self.minutes, pane.minute(), tally, |old, new| {
                old.merge(&new);
            });
        }
        let oldest = first_open.minute() - MINUTES;
        while self
            .minutes
            .front()
            .is_some_and(|&(minute, _)| minute < oldest)
        {
            self.minutes.pop_front();
        }
        while let Some(ended) = self
            .ended
            .pop_front_if(|ended| ended.ended <= first_open.plus(-guard))
        {
            self.own.add(ended.excess);
        }
    }

    /// Whether forgetting the closed panes before `first_open` would change nothing that matters.
    pub(super) fn is_faint(&self, first_open: Pane, ordinal: u32, memory_blocks: f64) -> bool {
        let has_closed = self
            .fine
            .front()
            .is_some_and(|&(pane, _)| pane < first_open);
        let hour = first_open.hour();
        !has_closed
            && self.minutes.is_empty()
            && self.hours.front().is_none_or(|&(oldest, _)| oldest >= hour)
            && self.excursion.is_none()
            && self.level.is_faint(ordinal, memory_blocks)
    }

    /// The track without anything but its open panes; `None` without any.
    pub(super) fn forget(self: Box<Self>, ordinal: u32) -> Option<Box<Self>> {
        let Self { fine, hours, .. } = *self;
        let open = Self {
            fine,
            hours,
            ..Self::new(ordinal)
        };
        (!open.fine.is_empty()).then(|| Box::new(open))
    }
}

/// Adds `value` at `key` of a list that is sorted by key; the end is the usual place.
fn add_sorted<K: Ord + Copy, V>(
    list: &mut VecDeque<(K, V)>,
    key: K,
    value: V,
    merge: impl FnOnce(&mut V, V),
) {
    match list.binary_search_by_key(&key, |&(key, _)| key) {
        Ok(place) => {
            if let Some((_, old)) = list.get_mut(place) {
                merge(old, value);
            }
        }
        Err(place) => list.insert(place, (key, value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            let mut track = Track::new(0);
            for (&pane, &count) in &panes {
                track.add(Pane(pane), posts(count));
                track.compact(Pane(pane.min(open)), 31);
            }
            track.compact(Pane(open), 31);
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
}
