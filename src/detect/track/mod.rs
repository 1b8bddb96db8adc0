//! One topic in one kind: what was counted in the last hour, and what is usual.
//!
//! In: tallies of open panes. Out: sums of any window that ends with a pane that is still open, or
//! has just closed.
//! Rule: a closed pane never changes. Counts are exact: of panes for five minutes back, of minutes for an
//! hour. Sketches older than five minutes are kept by five minutes, so what an hour holds besides its
//! count is exact to five minutes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::excess::OwnTail;
use super::feeds::FeedSet;
use super::level::{Block, Level};
use super::onset::onset;
use super::settings::{Constants, Settings};
use super::sorted::add_sorted;
use crate::post::EventTime;
use crate::window::{Bottom, Pane, Sample, Scale, Tally};

/// How long a pane is kept by itself after it closed: the five-minute window, rounded up to minutes.
const FINE_PANES: i64 = 36;
/// Minutes that are kept: the hour window, and the usual guard, after which an hour is learned.
const MINUTES: i64 = 66;

/// Sketches of the older part of the hour are kept for so many minutes together; a divisor of sixty.
const STRETCH_MINUTES: i64 = 5;

/// What one pane holds; its count stands beside the sketches, for sums.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    pane: Pane,
    posts: u32,
    tally: Box<Tally>,
}

/// A stretch of closed windows above the base surprise.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Excursion {
    pub peak: f64,
    pub last: Pane,
}

/// An excursion that ended: it counts for panes whose guard lies after `ended`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ended {
    ended: Pane,
    excess: f64,
}

/// One topic in one kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Track {
    fine: VecDeque<Part>,
    minutes: VecDeque<(i64, u32)>,
    stretches: VecDeque<(i64, Box<Tally>)>,
    pub(super) day: Day,
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
            stretches: VecDeque::new(),
            day: Day::new(ordinal),
            level: Level::new(ordinal),
            first_ordinal: ordinal,
            begun: false,
            excursion: None,
            own: OwnTail::default(),
            ended: VecDeque::new(),
        }
    }

    /// A phrase of which it is known how usual it was before it became a topic.
    pub(super) fn known(level: Level, ordinal: u32) -> Self {
        Self {
            level,
            begun: true,
            ..Self::new(ordinal)
        }
    }

    /// Its first pane closes after `ordinal` blocks: its history begins there, in whatever order
    /// the tallies of its open panes came.
    pub(super) fn begin(&mut self, ordinal: u32) {
        if !self.begun {
            self.begun = true;
            self.level = Level::new(ordinal);
            self.day.begin(ordinal);
            self.first_ordinal = ordinal;
        }
    }

    /// Adds a tally to an open pane.
    pub(super) fn add(&mut self, pane: Pane, tally: impl Into<Box<Tally>>) {
        let tally = tally.into();
        self.day.add(pane, &tally);
        match self.fine.binary_search_by_key(&pane, |part| part.pane) {
            Ok(place) => {
                if let Some(part) = self.fine.get_mut(place) {
                    part.tally.merge(&tally);
                    part.posts = part.tally.posts;
                }
            }
            Err(place) => self.fine.insert(
                place,
                Part {
                    pane,
                    posts: tally.posts,
                    tally,
                },
            ),
        }
    }

    /// Posts of the window of `scale` that ends with `last`.
    pub(super) fn posts(&self, scale: Scale, last: Pane) -> u32 {
        let first = scale.first_pane(last);
        let fine: u32 = self.fine_parts(first, last).map(|part| part.posts).sum();
        if scale != Scale::OneHour {
            return fine;
        }
        let minutes = self.minutes.iter().rev();
        let minutes = minutes.take_while(|&&(minute, _)| minute >= first.minute());
        fine + minutes.map(|(_, posts)| posts).sum::<u32>()
    }

    /// Everything counted in the window of `scale` that ends with `last`.
    pub(super) fn tally(&self, scale: Scale, last: Pane) -> Tally {
        let mut sum = Tally::default();
        self.parts(scale, last).for_each(|tally| sum.merge(tally));
        sum
    }

    /// Time of the newest post of the hour up to `last`.
    pub(super) fn newest(&self, last: Pane) -> Option<EventTime> {
        Some(self.parts(Scale::OneHour, last).next()?.span?.1)
    }

    /// Posts of one pane that is open or has just closed.
    pub(super) fn posts_in_pane(&self, pane: Pane) -> u32 {
        self.tally_of_pane(pane).map_or(0, |tally| tally.posts)
    }

    /// Posts of one minute.
    pub(super) fn posts_in_minute(&self, minute: i64) -> u32 {
        let old = self.minutes.iter().filter(|&&(at, _)| at == minute);
        let fine = self.fine.iter();
        let fine = fine.filter(|part| part.pane.minute() == minute);
        let fine: u32 = fine.map(|part| part.posts).sum();
        fine + old.map(|(_, posts)| posts).sum::<u32>()
    }

    /// When the talk of the last hour began, if `per_millisecond` posts are usual.
    pub(super) fn onset(&self, last: Pane, per_millisecond: f64) -> Option<EventTime> {
        onset(self.parts(Scale::OneHour, last), per_millisecond)
    }

    /// The feeds that the window of `scale` has posts from; of a day, those of its last hour.
    pub(super) fn feeds(&self, scale: Scale, last: Pane) -> FeedSet {
        let parts = self.parts(scale.min(Scale::OneHour), last);
        parts.fold(FeedSet::default(), |all, tally| {
            all.with(FeedSet::of(tally))
        })
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

    /// Every tally that is in memory (an hour and a little), each with its pane, or the first of its stretch;
    /// ascending.
    pub(super) fn dated(&self) -> impl Iterator<Item = (Pane, &Tally)> {
        let old = self.stretches.iter().map(|(stretch, tally)| {
            let pane = Pane(stretch * STRETCH_MINUTES * Pane::PER_MINUTE);
            (pane, tally.as_ref())
        });
        let fine = self.fine.iter();
        old.chain(fine.map(|part| (part.pane, part.tally.as_ref())))
    }

    /// What one pane holds that is open or has just closed.
    pub(super) fn tally_of_pane(&self, pane: Pane) -> Option<&Tally> {
        let place = self.fine.binary_search_by_key(&pane, |part| part.pane);
        let part = place.ok().and_then(|place| self.fine.get(place));
        part.map(|part| part.tally.as_ref())
    }

    fn fine_parts(&self, first: Pane, last: Pane) -> impl Iterator<Item = &Part> {
        let fine = self.fine.iter().rev();
        fine.skip_while(move |part| part.pane > last)
            .take_while(move |part| part.pane >= first)
    }

    /// Newest first.
    fn parts(&self, scale: Scale, last: Pane) -> impl Iterator<Item = &Tally> {
        let first = scale.first_pane(last);
        let oldest = first.minute().div_euclid(STRETCH_MINUTES);
        let old = self.stretches.iter().rev();
        let old = old.take_while(move |&&(stretch, _)| stretch >= oldest);
        let old = old.filter(move |_| scale == Scale::OneHour);
        self.fine_parts(first, last)
            .map(|part| part.tally.as_ref())
            .chain(old.map(|(_, tally)| tally.as_ref()))
    }

    /// Teaches the level one block; its hour is closed. Gives the posts of that hour.
    pub(super) fn learn(&mut self, block: &Block, settings: &Settings) -> u32 {
        let posts = self.day.posts_of(block.hour);
        if let Some(posts) = posts {
            self.level.learn(block, posts, settings);
        }
        posts.unwrap_or(0)
    }

    /// Everything counted in one closed hour that is still in memory.
    pub(super) fn tally_of_hour(&self, hour: i64) -> Tally {
        let of_hour = |stretch: i64| stretch.div_euclid(60 / STRETCH_MINUTES) == hour;
        let old = self.stretches.iter().filter(|&&(at, _)| of_hour(at));
        let fine = self.fine.iter().filter(|part| part.pane.hour() == hour);
        let mut sum = Tally::default();
        old.map(|(_, tally)| tally)
            .chain(fine.map(|part| &part.tally))
            .for_each(|tally| sum.merge(tally));
        sum
    }

    /// Posts of the panes up to `last` that are still in memory.
    pub(super) fn posts_up_to(&self, last: Pane) -> u32 {
        let minutes = self.minutes.iter().map(|&(_, posts)| posts);
        let fine = self.fine.iter().take_while(|part| part.pane <= last);
        minutes.chain(fine.map(|part| part.posts)).sum()
    }

    /// The level after `blocks` that are not taught yet.
    pub(super) fn level_after<'a>(
        &self,
        blocks: impl Iterator<Item = &'a Block>,
        settings: &Settings,
    ) -> Level {
        let mut level = self.level;
        for block in blocks {
            if let Some(posts) = self.day.posts_of(block.hour) {
                level.learn(block, posts, settings);
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
    pub(super) fn own_threshold(
        &self,
        guard: Pane,
        ordinal: u32,
        class_mean_excess: f64,
        by: &Constants,
    ) -> f64 {
        let mut own = self.own;
        for ended in self.ended.iter().filter(|ended| ended.ended <= guard) {
            own.add(ended.excess, by);
        }
        let days = f64::from(ordinal.saturating_sub(self.first_ordinal)) / 24.0;
        own.threshold(days, class_mean_excess, by)
    }

    /// Folds closed panes into minutes and drops what no window reaches any more.
    pub(super) fn compact(&mut self, first_open: Pane, settings: &Settings) {
        let keep_fine = first_open.plus(-FINE_PANES).minute();
        while let Some(part) = self
            .fine
            .pop_front_if(|part| part.pane.minute() < keep_fine)
        {
            let minute = part.pane.minute();
            add_sorted(&mut self.minutes, minute, part.posts, |old, new| {
                *old += new;
            });
            let stretch = minute.div_euclid(STRETCH_MINUTES);
            add_sorted(&mut self.stretches, stretch, part.tally, |old, new| {
                old.merge(&new);
            });
        }
        let oldest = first_open.minute() - MINUTES;
        let gone = |&(minute, _): &(i64, u32)| minute < oldest;
        while self.minutes.front().is_some_and(gone) {
            self.minutes.pop_front();
        }
        let gone = |(stretch, _): &(i64, Box<Tally>)| (stretch + 1) * STRETCH_MINUTES <= oldest;
        while self.stretches.front().is_some_and(gone) {
            self.stretches.pop_front();
        }
        // Most topics are cold most of the time: they keep no room for what they do not hold.
        if self.fine.is_empty() {
            self.fine = VecDeque::new();
        }
        if self.minutes.is_empty() {
            self.minutes = VecDeque::new();
            self.stretches = VecDeque::new();
        }
        while let Some(ended) = self
            .ended
            .pop_front_if(|ended| ended.ended <= first_open.plus(-settings.guard))
        {
            self.own.add(ended.excess, &settings.constants);
        }
    }

    /// Whether forgetting the closed panes before `first_open` would change nothing that matters.
    pub(super) fn is_faint(&self, first_open: Pane, ordinal: u32, settings: &Settings) -> bool {
        let has_closed = self.fine.front().is_some_and(|part| part.pane < first_open);
        let hour = first_open.hour();
        !has_closed
            && self.minutes.is_empty()
            && !self.day.has_before(hour)
            && self.excursion.is_none()
            && self.level.is_faint(ordinal, settings)
    }

    /// Whether it is a phrase of which nobody has spoken for an hour: how usual it is, is known elsewhere.
    pub(super) fn is_over(&self, first_open: Pane) -> bool {
        let has_closed = self.fine.front().is_some_and(|part| part.pane < first_open);
        !has_closed && self.minutes.is_empty() && self.excursion.is_none()
    }

    /// What open panes hold of a track that is faint or over.
    pub(super) fn into_open_panes(self: Box<Self>) -> impl Iterator<Item = (Pane, Tally)> {
        self.fine.into_iter().map(|part| (part.pane, *part.tally))
    }

    /// The track without anything but its open panes; `None` without any.
    pub(super) fn forget(self: Box<Self>, ordinal: u32) -> Option<Box<Self>> {
        let Self { fine, day, .. } = *self;
        let open = Self {
            fine,
            day: day.anew(ordinal),
            ..Self::new(ordinal)
        };
        (!open.fine.is_empty()).then(|| Box::new(open))
    }
}

#[cfg(test)]
mod tests;
