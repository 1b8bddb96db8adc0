//! Whether a feed flows, and whether its silence is plausible.
//!
//! In: how many posts each batch brought, at which wall time (as data) and up to which event time. Out: when
//! its silence is improbable.
//! Rule: silence is measured by the feed's own rate and its own pauses: a feed of two posts a day is quiet
//! for days, one of ten a second is silent after a minute. Who catches up reads hours in seconds: then event
//! time tells the rate.

use serde::{Deserialize, Serialize};

use crate::post::EventTime;

/// Shorter silence says nothing, milliseconds.
pub(super) const PAUSE_MS: i64 = 60_000;
/// A partition that states nothing, or holds posts and does not get on, for so long is stalled: longer than
/// a process usually takes to take it over.
pub(super) const STALLED_AFTER_MS: i64 = 120_000;
/// Memory of the rate and of pauses, seconds.
const MEMORY_S: f64 = 86_400.0;
/// Fewer posts in memory tell no rate.
const POSTS_MIN: f64 = 30.0;
/// A pause so many times as long as the longest that is remembered is improbable ...
const LONGER_THAN_LONGEST: f64 = 3.0;

/// How a feed is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Posts come.
    Flowing,
    /// At its end; silence is plausible at its own rate.
    Quiet,
    /// At its end; silence is improbable.
    Silent,
    /// No statement, or posts wait and none is read.
    Stalled,
}

impl FeedState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Flowing, Self::Quiet, Self::Silent, Self::Stalled];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flowing => "flowing",
            Self::Quiet => "quiet",
            Self::Silent => "silent",
            Self::Stalled => "stalled",
        }
    }

    /// Whether the absence of posts means that nobody posts.
    pub const fn can_resolve(self) -> bool {
        matches!(self, Self::Flowing | Self::Quiet)
    }
}

/// How a feed has flowed so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Flow {
    posts: f64,
    exposure_s: f64,
    longest_pause_s: f64,
    last_post_at: Option<EventTime>,
    /// The newest event time that was stated with posts.
    reached: Option<EventTime>,
}

impl Flow {
    /// Notes what a batch of wall time `sent_at` brought, complete up to `watermark`; `expected`: how many posts
    /// a silence must lack.
    pub(super) fn add(
        &mut self,
        posts: u64,
        (sent_at, watermark): (EventTime, EventTime),
        expected: f64,
    ) {
        if posts == 0 {
            return;
        }
        if let Some(last) = self.last_post_at {
            // An outage teaches no more than a pause that was still plausible; a feed whose rate has
            // fallen is known after a few of them.
            let limit = self.silent_after_s(expected).unwrap_or(f64::INFINITY);
            let pause_s = seconds(sent_at.millis_since(last).max(0)).min(limit);
            let reached = self.reached.unwrap_or(watermark);
            let passed_s = seconds(watermark.millis_since(reached)).max(pause_s);
            let kept = libm::exp(-passed_s / MEMORY_S);
            self.posts *= kept;
            self.exposure_s = self.exposure_s * kept + passed_s;
            self.longest_pause_s = (self.longest_pause_s * kept).max(pause_s);
        }
        self.posts += number(posts);
        self.last_post_at = self.last_post_at.max(Some(sent_at));
        self.reached = self.reached.max(Some(watermark));
    }

    /// How long nothing has come; `None` before the first post.
    pub(super) fn pause_ms(&self, now: EventTime) -> Option<i64> {
        self.last_post_at.map(|last| now.millis_since(last))
    }

    /// Whether nothing would have come for so long only by a great chance.
    pub(super) fn is_silent(&self, now: EventTime, expected: f64) -> bool {
        let limit = self.silent_after_s(expected);
        let pause = self.pause_ms(now);
        limit
            .zip(pause)
            .is_some_and(|(limit, pause)| seconds(pause) > limit)
    }

    /// From which pause on silence is improbable, seconds; `None` while too little is known.
    fn silent_after_s(&self, expected: f64) -> Option<f64> {
        if self.posts < POSTS_MIN {
            return None;
        }
        let by_rate = expected * self.exposure_s / self.posts;
        let by_pauses = LONGER_THAN_LONGEST * self.longest_pause_s;
        Some(by_rate.max(by_pauses).max(seconds(PAUSE_MS)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans are far below 2^52")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "posts of a batch are far below 2^52"
)]
fn number(posts: u64) -> f64 {
    posts as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: f64 = 30.0;

    fn at(second: i64) -> EventTime {
        EventTime::from_millis(second * 1_000)
    }

    /// What comes as it is posted.
    fn live(second: i64) -> (EventTime, EventTime) {
        (at(second), at(second))
    }

    fn flow(step_s: i64, posts: u64, times: i64) -> (Flow, i64) {
        let mut flow = Flow::default();
        for step in 0..times {
            flow.add(posts, live(step * step_s), EXPECTED);
        }
        (flow, (times - 1) * step_s)
    }

    #[test]
    fn a_fast_feed_is_silent_after_a_minute_and_a_slow_one_after_hours() {
        let (fast, last) = flow(1, 10, 600);
        assert!(!fast.is_silent(at(last + 60), EXPECTED));
        assert!(fast.is_silent(at(last + 61), EXPECTED));
        let (slow, last) = flow(600, 1, 100);
        assert!(!slow.is_silent(at(last + 4 * 3_600), EXPECTED));
        assert!(slow.is_silent(at(last + 6 * 3_600), EXPECTED));
    }

    #[test]
    fn a_collector_that_brings_bundles_is_measured_by_its_own_pauses() {
        let (bundles, last) = flow(900, 500, 50);
        assert!(!bundles.is_silent(at(last + 2_700), EXPECTED));
        assert!(bundles.is_silent(at(last + 2_701), EXPECTED));
    }

    #[test]
    fn a_few_posts_tell_no_rate_and_an_outage_teaches_little() {
        let (few, last) = flow(1, 1, 20);
        assert!(!few.is_silent(at(last + 100_000), EXPECTED));
        let (mut fast, last) = flow(1, 10, 600);
        fast.add(10, live(last + 7_200), EXPECTED);
        assert!(fast.is_silent(at(last + 7_200 + 181), EXPECTED));
    }

    #[test]
    fn a_feed_that_has_become_slow_is_known_after_a_few_pauses() {
        let (mut slow, mut last) = flow(1, 1_000, 600);
        let mut silent = 0;
        for _ in 0..20 {
            silent += u32::from(slow.is_silent(at(last + 600), EXPECTED));
            last += 600;
            slow.add(1, live(last), EXPECTED);
        }
        assert_eq!(silent, 3);
    }

    #[test]
    fn who_catches_up_learns_the_rate_of_event_time() {
        let mut flow = Flow::default();
        // A day of a post in ten minutes, read in a minute and a half.
        for step in 0..144 {
            let wall = EventTime::from_millis(86_400_000 + step * 600);
            flow.add(1, (wall, at(step * 600)), EXPECTED);
        }
        assert!(!flow.is_silent(at(86_400 + 3_600), EXPECTED));
        assert!(flow.is_silent(at(86_400 + 6 * 3_600), EXPECTED));
    }
}
