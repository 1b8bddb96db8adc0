//! What is usual for one topic in one kind: its share of all posts, and how much it scatters.
//!
//! A Gamma-Poisson level with forgetting, in units of posts of all topics: a topic never seen costs
//! no state and still has the right tiny expectation.
//! In: whole hours ("blocks") that were closed before the guard. Out: mean and variance of a window.
//! Rule: a spike teaches little (clipped); hours without any post teach nothing.

use serde::{Deserialize, Serialize};

use super::settings::{Constants, Settings};

/// One closed hour of a kind.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Block {
    /// The hour, from the epoch.
    pub hour: i64,
    /// Its number among the hours that had posts, from 1.
    pub ordinal: u32,
    /// Posts of all topics in it.
    pub posts: f64,
    /// Decayed posts of all hours before it.
    pub total_before: f64,
    /// Decayed posts of all hours up to and with it.
    pub total: f64,
}

/// Mean and variance of a count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expectation {
    pub mean: f64,
    pub variance: f64,
}

/// The level of one topic.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Level {
    posts: f64,
    ordinal: u32,
    squares: f64,
    means: f64,
}

impl Level {
    /// A topic first seen after `ordinal` blocks.
    pub(super) fn new(ordinal: u32) -> Self {
        Self {
            posts: 0.0,
            ordinal,
            squares: 0.0,
            means: 0.0,
        }
    }

    /// A topic of which so many decayed posts are known after `ordinal` blocks.
    pub(super) fn taught(posts: f64, ordinal: u32) -> Self {
        Self {
            posts,
            ..Self::new(ordinal)
        }
    }

    /// A topic with so many posts before the first block.
    pub(super) fn of(posts: u32) -> Self {
        Self {
            posts: f64::from(posts),
            ..Self::new(0)
        }
    }

    /// Learns one block, and the blocks without the topic that went before.
    pub(super) fn learn(&mut self, block: &Block, posted: u32, settings: &Settings) {
        let by = &settings.constants;
        let passed = f64::from(block.ordinal.saturating_sub(self.ordinal));
        if passed == 0.0 {
            return;
        }
        self.posts *= libm::exp(-(passed - 1.0) / settings.memory_blocks);
        let mean = self.share(block.total_before, by) * block.posts;
        self.scatter(-mean, mean, passed - 1.0, by);
        let got = self.clipped(f64::from(posted), mean, block.ordinal, by);
        self.scatter(got - mean, mean, 1.0, by);
        self.posts = self.posts * libm::exp(-1.0 / settings.memory_blocks) + got;
        self.ordinal = block.ordinal;
    }

    /// What a window should hold in which `volume` posts of all topics are forecast.
    pub(super) fn expect(&self, block: &Block, volume: f64, settings: &Settings) -> Expectation {
        let passed = f64::from(block.ordinal.saturating_sub(self.ordinal));
        let posts = self.posts * libm::exp(-passed / settings.memory_blocks);
        let by = &settings.constants;
        let mean = (posts + by.prior_posts) / (block.total + by.prior_total) * volume;
        let variance = self.dispersion(by) * mean + mean * mean / (posts + by.prior_posts);
        Expectation { mean, variance }
    }

    /// Whether forgetting it would change nothing that matters.
    pub(super) fn is_faint(&self, ordinal: u32, settings: &Settings) -> bool {
        let passed = f64::from(ordinal.saturating_sub(self.ordinal));
        self.posts * libm::exp(-passed / settings.memory_blocks)
            < settings.constants.prior_posts / 2.0
    }

    fn share(&self, total: f64, by: &Constants) -> f64 {
        (self.posts + by.prior_posts) / (total + by.prior_total)
    }

    fn clipped(&self, posted: f64, mean: f64, ordinal: u32, by: &Constants) -> f64 {
        if ordinal <= by.unclipped_blocks {
            return posted;
        }
        let deviation = (self.dispersion(by) * mean + 0.25).sqrt();
        posted.min(mean + by.clip_deviations * deviation + 1.0)
    }

    /// Adds `times` blocks that were `error` off a `mean`.
    fn scatter(&mut self, error: f64, mean: f64, times: f64, by: &Constants) {
        let kept = libm::exp(-times / by.dispersion_memory_blocks);
        self.squares = self.squares * kept + times * error * error;
        self.means = self.means * kept + times * mean;
    }

    /// Variance over mean, at least 1, drawn towards the prior where little was seen.
    fn dispersion(&self, by: &Constants) -> f64 {
        let squares = self.squares + by.prior_dispersion * by.prior_dispersion_posts;
        (squares / (self.means + by.prior_dispersion_posts)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::built_in()
    }

    /// Blocks of `posts` posts each, with totals that do not forget.
    fn block(ordinal: u32, posts: f64) -> Block {
        let before = posts * f64::from(ordinal - 1);
        Block {
            hour: 0,
            ordinal,
            posts,
            total_before: before,
            total: before + posts,
        }
    }

    fn taught(counts: &[u32]) -> (Level, Block) {
        let mut level = Level::new(0);
        let mut last = Block::default();
        for (ordinal, &count) in (1..).zip(counts) {
            last = block(ordinal, 1_000.0);
            level.learn(&last, count, &settings());
        }
        (level, last)
    }

    #[test]
    fn a_steady_topic_is_expected_at_its_rate() {
        let (level, last) = taught(&[100; 30]);
        let mean = level.expect(&last, 1_000.0, &settings()).mean;
        assert!((85.0..105.0).contains(&mean), "{mean}");
    }

    #[test]
    fn a_spike_teaches_little() {
        let mut counts = [10; 31];
        counts[30] = 5_000;
        let (level, last) = taught(&counts);
        assert!(level.expect(&last, 1_000.0, &settings()).mean < 12.0);
    }

    #[test]
    fn hours_without_the_topic_keep_its_dispersion_low() {
        let mut level = Level::new(0);
        for ordinal in (10..=100).step_by(10) {
            level.learn(&block(ordinal, 1_000.0), 1, &settings());
        }
        let last = block(100, 1_000.0);
        let expectation = level.expect(&last, 1_000.0, &settings());
        assert!(
            expectation.variance < 3.0 * expectation.mean,
            "{expectation:?}"
        );
    }
}
