//! The last day of a topic, hour by hour: for rises that are too slow for a window of an hour.
//!
//! In: tallies of panes, closed hours of the kind. Out: posts and voices of the hours that end with a
//! pane, and the level as it was before that day, which the rise itself cannot have raised.
//! Rule: counts and voices merge in any order; an hour teaches the level before the day once no day
//! that is still judged can begin before its end.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::excess::OwnTail;
use super::level::{Block, Level};
use super::onset::log_likelihood_ratio;
use super::settings::{Constants, Settings};
use crate::post::EventTime;
use crate::window::{Pane, Tally};

/// Hours of a window of a day, the running one among them.
pub(super) const HOURS: i64 = 24;

/// What one hour holds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Hour {
    /// From the epoch.
    number: i64,
    posts: u32,
    reposts: u32,
    unsigned: u32,
    accounts: u64,
    texts: u64,
}

impl Hour {
    fn add(&mut self, tally: &Tally) {
        self.posts += tally.posts;
        self.reposts += tally.posts.saturating_sub(tally.originals);
        self.unsigned += tally.unsigned;
        self.accounts |= tally.accounts.bits();
        self.texts |= tally.texts.bits();
    }
}

/// The hours of one topic that a window of a day can reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Day {
    /// Ascending; most topics are spoken of in one hour of a day or in none.
    hours: SmallVec<[Hour; 1]>,
    /// The level that the hours before these taught.
    before: Level,
    /// Hours before this one are explained by an episode.
    from: i64,
    /// The highest surprise of a slow rise that is not over; 0 without one.
    peak: f64,
    own: OwnTail,
}

impl Day {
    /// A topic first seen after `ordinal` blocks.
    pub(super) fn new(ordinal: u32) -> Self {
        Self {
            hours: SmallVec::new(),
            before: Level::new(ordinal),
            from: i64::MIN,
            peak: 0.0,
            own: OwnTail::default(),
        }
    }

    /// Its history begins after `ordinal` blocks.
    pub(super) fn begin(&mut self, ordinal: u32) {
        self.before = Level::new(ordinal);
    }

    /// Adds a tally of a pane.
    pub(super) fn add(&mut self, pane: Pane, tally: &Tally) {
        let hour = pane.hour();
        let place = self.hours.binary_search_by_key(&hour, |held| held.number);
        let place = place.unwrap_or_else(|place| {
            let empty = Hour {
                number: hour,
                ..Hour::default()
            };
            self.hours.insert(place, empty);
            place
        });
        if let Some(held) = self.hours.get_mut(place) {
            held.add(tally);
        }
    }

    /// Posts of one hour; `None` without any.
    pub(super) fn posts_of(&self, hour: i64) -> Option<u32> {
        let place = self.hours.binary_search_by_key(&hour, |held| held.number);
        place
            .ok()
            .and_then(|place| self.hours.get(place))
            .map(|held| held.posts)
    }

    /// The first hour of the window that ends with the hour `last`: a day, less what an episode explains.
    pub(super) fn first_hour(&self, last: i64) -> i64 {
        (last - HOURS + 1).max(self.from)
    }

    /// Posts of the hours from `first` to `last`.
    pub(super) fn posts(&self, first: i64, last: i64) -> u32 {
        self.within(first, last).map(|held| held.posts).sum()
    }

    /// Different voices of the window that ends with the hour `last`, at least: accounts, or texts and reposts
    /// where most posts name no author.
    pub(super) fn voices(&self, last: i64) -> u32 {
        let mut sum = Hour::default();
        for held in self.within(self.first_hour(last), last) {
            sum.posts += held.posts;
            sum.reposts += held.reposts;
            sum.unsigned += held.unsigned;
            sum.accounts |= held.accounts;
            sum.texts |= held.texts;
        }
        if sum.unsigned.saturating_mul(2) > sum.posts {
            sum.texts.count_ones() + sum.reposts
        } else {
            sum.accounts.count_ones()
        }
    }

    /// When the talk of the window began that ends with the hour `last`, to the hour, where `usual` posts an
    /// hour are.
    pub(super) fn onset(&self, last: i64, usual: f64) -> Option<EventTime> {
        let mut posts = 0_u32;
        let mut best: Option<(f64, i64)> = None;
        for held in self.within(self.first_hour(last), last) {
            posts += held.posts;
            let hours = f64::from(u32::try_from(last - held.number + 1).unwrap_or(u32::MAX));
            let ratio = log_likelihood_ratio(f64::from(posts), usual * hours);
            if best.is_none_or(|(most, _)| ratio > most) {
                best = Some((ratio, held.number));
            }
        }
        best.map(|(_, hour)| Pane(hour * 60 * Pane::PER_MINUTE).start())
    }

    fn within(&self, first: i64, last: i64) -> impl Iterator<Item = &Hour> {
        let hours = self.hours.iter().rev();
        hours
            .skip_while(move |held| held.number > last)
            .take_while(move |held| held.number >= first)
    }

    /// Notes the surprise of one more day; a rise that is over teaches how far it went.
    pub(super) fn follow(&mut self, surprise: f64, by: &Constants) {
        if surprise >= by.base_surprise {
            self.peak = self.peak.max(surprise);
        } else if self.peak > 0.0 {
            let excess = self.peak - by.base_surprise;
            self.own.add(excess, by);
            self.peak = 0.0;
        }
    }

    /// The surprise that this topic's days pass by habit.
    pub(super) fn own_threshold(&self, days: f64, by: &Constants) -> f64 {
        self.own.threshold(days, by.class_prior_excess, by)
    }

    /// An episode explains the posts up to `pane`.
    pub(super) fn explain(&mut self, pane: Pane) {
        self.from = pane.hour() + 1;
    }

    /// The level before the day that ends with the hour `last`; `blocks` are closed hours, oldest first.
    pub(super) fn level_before<'b>(
        &self,
        last: i64,
        blocks: impl Iterator<Item = &'b Block>,
        settings: &Settings,
    ) -> Level {
        let mut level = self.before;
        for block in blocks.take_while(|block| block.hour <= last - HOURS) {
            if let Some(posts) = self.posts_of(block.hour) {
                level.learn(block, posts, settings);
            }
        }
        level
    }

    /// Lets go of the hours that no window reaches from `first_open` on, and learns them.
    pub(super) fn pass<'b>(
        &mut self,
        first_open: Pane,
        blocks: impl Iterator<Item = &'b Block>,
        settings: &Settings,
    ) {
        let reached = first_open.hour() - HOURS;
        if self.hours.first().is_none_or(|held| held.number > reached) {
            return;
        }
        for block in blocks.take_while(|block| block.hour <= reached) {
            if let Some(posts) = self.posts_of(block.hour) {
                self.before.learn(block, posts, settings);
            }
        }
        self.hours.retain(|held| held.number > reached);
        self.hours.shrink_to_fit();
    }

    /// Whether it holds posts of hours before `hour`.
    pub(super) fn has_before(&self, hour: i64) -> bool {
        self.hours.first().is_some_and(|held| held.number < hour)
    }

    /// The same hours of a topic first seen after `ordinal` blocks, without anything that it had learned.
    pub(super) fn anew(self, ordinal: u32) -> Self {
        Self {
            hours: self.hours,
            ..Self::new(ordinal)
        }
    }
}
