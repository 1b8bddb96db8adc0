//! Is the last day of a topic a slow rise?
//!
//! In: a track, the closed hours of its kind. Out: a finding over the day, and when the rise began.
//! Rule: tested once for each hour with posts, when that hour and the guard after it are closed, so that
//! every number is final. The day is compared with the level before it: a rise that takes hours would
//! raise what is expected of it.

use super::day::HOURS;
use super::excess::{PHRASES, TAGS};
use super::judge::{Finding, surprise};
use super::level::Block;
use super::settings::{Constants, Settings};
use super::track::Track;
use super::volume::Volume;
use crate::window::Scale;

/// What the day that ends with the hour `last` holds; `None` without the posts to be tested, or the history.
pub(super) fn judge(
    track: &Track,
    volume: &Volume,
    class: usize,
    last: i64,
    settings: &Settings,
) -> Option<Finding> {
    let by = &settings.constants;
    let day = &track.day;
    let first = day.first_hour(last);
    let observed = day.posts(first, last);
    // A phrase is known for the hour in which it rises: there is no day of it to compare.
    if observed < settings.minimum_posts || class == PHRASES {
        return None;
    }
    let is_before = |block: &&Block| block.hour <= last - HOURS;
    let before = volume.blocks().rev().find(is_before)?;
    if before.ordinal < by.slow_history_hours {
        return None;
    }
    let within = |block: &&Block| (first..=last).contains(&block.hour);
    let posts_of_all: f64 = volume
        .blocks()
        .filter(within)
        .map(|block| block.posts)
        .sum();
    let level = day.level_before(last, volume.blocks(), settings);
    let expectation = level.expect(before, posts_of_all, settings);
    let habit = day.own_threshold(f64::from(before.ordinal) / 24.0, by);
    Some(Finding {
        scale: Scale::OneDay,
        observed,
        expectation,
        surprise: surprise(observed, expectation),
        threshold: least_surprise(class, by).max(habit),
    })
}

/// Hashtags and links come up and rise by nature; a listed topic does not.
fn least_surprise(class: usize, by: &Constants) -> f64 {
    if class == TAGS {
        by.slow_surprise_of_tags
    } else {
        by.slow_surprise
    }
}
