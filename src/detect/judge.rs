//! Is this window a spike? Three lengths of window, one threshold.
//!
//! In: a topic's track and what its kind forecast before the guard. Out: the most surprising window,
//! and the surprise from which on it is a spike.
//! Rule: reads only panes closed before the guard, besides the counts of the window itself; counts
//! only grow, so a window that is a spike now is one when it closes.

use super::excess::{ClassTail, PHRASES, group_of, shares};
use super::level::{Block, Expectation, Level};
use super::settings::Settings;
use super::tail;
use super::track::Track;
use super::volume::{Forecast, Volume};
use crate::post::EventTime;
use crate::window::{Pane, Scale};

/// A count nearer to the mean than this many standard deviations is below the base surprise.
const CERTAINLY_USUAL_DEVIATIONS: f64 = 2.0;

/// What one window holds, and what it should.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finding {
    pub scale: Scale,
    pub observed: u32,
    pub expectation: Expectation,
    pub surprise: f64,
    /// The surprise from which on a window of this topic is a spike.
    pub threshold: f64,
}

impl Finding {
    pub(super) fn is_spike(&self) -> bool {
        self.surprise >= self.threshold
    }
}

/// What a track is judged by: fixed for a pane once its guard is closed.
pub(super) struct Standard<'a> {
    settings: &'a Settings,
    volume: &'a Volume,
    forecast: &'a Forecast,
    class: usize,
    learned: u32,
    pane: Pane,
}

impl<'a> Standard<'a> {
    /// The standard for `pane`, or `None` while too little is known to judge at all.
    pub(super) fn new(
        settings: &'a Settings,
        volume: &'a Volume,
        class: usize,
        learned: u32,
        pane: Pane,
    ) -> Option<Self> {
        let forecast = volume.forecast(pane, settings.guard)?;
        Some(Self {
            settings,
            volume,
            forecast,
            class,
            learned,
            pane,
        })
    }

    /// Whether enough was seen for an episode to open.
    pub(super) fn is_warm(&self) -> bool {
        let by = &self.settings.constants;
        self.forecast.exposure_s >= by.warm_up_s && self.forecast.posts >= by.warm_up_posts
    }

    /// Fewest posts in a window that is tested.
    pub(super) fn least_posts(&self) -> u32 {
        let least = self.settings.minimum_posts;
        if self.class == PHRASES {
            least.max(self.settings.constants.phrase_posts)
        } else {
            least
        }
    }

    /// How many of the track's windows have the posts to be tested.
    pub(super) fn tests(&self, track: &Track) -> u32 {
        let least = self.least_posts();
        let testable = |scale: &&Scale| track.posts(**scale, self.pane) >= least;
        u32::try_from(Scale::ALL.iter().filter(testable).count()).unwrap_or(0)
    }

    /// The most surprising window that ends with the pane, if it reaches the base surprise.
    pub(super) fn judge(&self, track: &Track) -> Option<Finding> {
        let least = self.least_posts();
        let enough = |&(_, observed): &(Scale, u32)| observed >= least;
        let windows = Scale::ALL.map(|scale| (scale, track.posts(scale, self.pane)));
        if !windows.iter().any(enough) {
            return None;
        }
        let basis = self.basis(track);
        let mut best: Option<(Scale, u32, Expectation, f64)> = None;
        for (scale, observed) in windows.into_iter().filter(enough) {
            let expectation = self.expect_by(&basis, scale.millis(self.pane));
            let surprise = surprise(observed, expectation);
            if surprise >= best.map_or(self.settings.constants.base_surprise, |(.., best)| best) {
                best = Some((scale, observed, expectation, surprise));
            }
        }
        let (scale, observed, expectation, surprise) = best?;
        let threshold = self.threshold(track);
        Some(Finding {
            scale,
            observed,
            expectation,
            surprise,
            threshold,
        })
    }

    /// When the talk about the track began that is at its height in the pane.
    pub(super) fn onset(&self, track: &Track) -> Option<EventTime> {
        track.onset(self.pane, self.expect(track, 60_000).mean / 60_000.0)
    }

    /// What the track should hold in a window of `millis`.
    pub(super) fn expect(&self, track: &Track, millis: i64) -> Expectation {
        self.expect_by(&self.basis(track), millis)
    }

    /// What a topic of this level, learned up to now, should hold in a window of `millis`.
    pub(super) fn expect_of(&self, level: Level, millis: i64) -> Expectation {
        let block = self.volume.block(self.pane, self.settings.guard);
        self.expect_by(&(level, block), millis)
    }

    fn expect_by(&self, (level, block): &(Level, Block), millis: i64) -> Expectation {
        let least = self.settings.constants.least_volume;
        let volume = (self.forecast.per_second * seconds(millis)).max(least);
        level.expect(block, volume, self.settings)
    }

    /// What was known before the guard.
    fn basis(&self, track: &Track) -> (Level, Block) {
        let guard = self.settings.guard;
        let untaught = self.volume.blocks_after(self.learned, self.pane, guard);
        let mut level = track.level_after(untaught, self.settings);
        let mut block = self.volume.block(self.pane, guard);
        if block.ordinal == 0 {
            // The first hour: what is closed of it is all that is known.
            let last = self.pane.plus(-guard);
            block.total = as_float(self.forecast.posts);
            level = Level::of(track.posts_up_to(last));
        }
        (level, block)
    }

    /// The higher of the model's threshold and those that past excursions set.
    pub(super) fn threshold(&self, track: &Track) -> f64 {
        let by = &self.settings.constants;
        let (of_budget, of_group) = shares(self.class, by);
        let budget = self.settings.budget_per_day * of_budget;
        let tests = self.forecast.tests_per_day.get(group_of(self.class));
        let tests = tests.copied().unwrap_or_default();
        let model = libm::log10(tests / budget).max(by.base_surprise);
        let tail = self
            .forecast
            .tails
            .get(self.class)
            .copied()
            .unwrap_or_default();
        let class = self.class_threshold(tail, budget * of_group);
        let ordinal = self.volume.block(self.pane, self.settings.guard).ordinal;
        let guard = self.pane.plus(-self.settings.guard);
        let own = track.own_threshold(guard, ordinal, tail.mean_excess(by), by);
        model.max(class).max(own)
    }

    fn class_threshold(&self, tail: ClassTail, share: f64) -> f64 {
        tail.threshold(self.forecast.per_second * 86_400.0, share, self.settings)
    }
}

pub(super) fn surprise(observed: u32, expectation: Expectation) -> f64 {
    let Expectation { mean, variance } = expectation;
    if f64::from(observed) < mean + CERTAINLY_USUAL_DEVIATIONS * variance.sqrt() {
        return 0.0;
    }
    tail::surprise(observed, mean, variance)
}

#[expect(clippy::cast_precision_loss, reason = "posts of the first hour")]
fn as_float(posts: u64) -> f64 {
    posts as f64
}

#[expect(clippy::cast_precision_loss, reason = "windows are at most an hour")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}
