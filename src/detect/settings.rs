//! The constants of detection, each with its unit and reason, and what the configuration sets.
//!
//! Rule: one set for every topic and every feed; `docs/detection.md` shows what others would do.

use serde::Deserialize;

use crate::ingest::Rules;
use crate::window::Pane;

/// Most posts a span without any adds to the exposure, seconds: who is not read is not calm.
pub(super) const LONGEST_GAP_S: f64 = 3_600.0;

/// What detection knows before it has seen anything, and how fast it learns. Not in the
/// configuration: an evaluation changes them to show how much hangs on each.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constants {
    /// Surprise from which on a closed window counts as an excursion of its topic.
    pub base_surprise: f64,
    /// Posts that a topic never seen is credited with ...
    pub prior_posts: f64,
    /// ... in so many posts of all topics.
    pub prior_total: f64,
    /// Dispersion (variance over mean) of a topic before it shows its own ...
    pub prior_dispersion: f64,
    /// ... and how many expected posts it weighs.
    pub prior_dispersion_posts: f64,
    /// An hour teaches at most this many standard deviations above what was expected.
    pub clip_deviations: f64,
    /// The first hours teach everything: there is no expectation yet to clip by.
    pub unclipped_blocks: u32,
    /// Memory of the dispersion, hours with posts.
    pub dispersion_memory_blocks: f64,
    /// Memory of tails, hours with posts.
    pub tail_memory_blocks: f64,
    /// Exposure before anything can open, seconds.
    pub warm_up_s: f64,
    /// Surprise from which on a day is a slow rise ...
    pub slow_surprise: f64,
    /// ... and that of a hashtag, a link.
    pub slow_surprise_of_tags: f64,
    /// Hours with posts before the day that is judged.
    pub slow_history_hours: u32,
    /// Posts of the kind before anything can open.
    pub warm_up_posts: u64,
    /// Fewest posts that a window is ever forecast to hold, all topics together.
    pub least_volume: f64,
    /// Excursions of a class for each post before anything is known, the whole service together ...
    pub class_prior_per_post: f64,
    /// ... and how many posts that weighs.
    pub class_prior_posts: f64,
    /// How far the excursions of a class go above the base, on average, before anything is known ...
    pub class_prior_excess: f64,
    /// ... and how many excursions that weighs.
    pub class_prior_weight: f64,
    /// One excursion teaches at most this many mean excesses: a catastrophe is not a habit.
    pub excess_cap: f64,
    /// Most episodes a day that one topic may open by its own habit.
    pub own_episodes_per_day: f64,
    /// Excursions of one topic before anything is known ...
    pub own_prior_episodes: f64,
    /// ... in so many days.
    pub own_prior_days: f64,
    /// Posts that a silence must lack before it is improbable.
    pub silent_expected: f64,
    /// Fewest posts in a window of a phrase that is tested ...
    pub phrase_posts: u32,
    /// ... and the share of the budget that is the phrases': there are many, and few of them are anything.
    pub phrase_share: f64,
    /// How many excursions the mean excess of the class weighs in that of a topic.
    pub own_prior_weight: f64,
}

impl Default for Constants {
    fn default() -> Self {
        Self {
            base_surprise: 2.75,
            prior_posts: 0.5,
            prior_total: 1_000.0,
            prior_dispersion: 1.75,
            prior_dispersion_posts: 20.0,
            clip_deviations: 2.0,
            unclipped_blocks: 3,
            dispersion_memory_blocks: 96.0,
            tail_memory_blocks: 504.0,
            warm_up_s: 600.0,
            slow_surprise: 6.0,
            slow_surprise_of_tags: 8.0,
            slow_history_hours: 24,
            warm_up_posts: 30,
            least_volume: 0.2,
            class_prior_per_post: 5e-4,
            class_prior_posts: 3_000.0,
            class_prior_excess: 2.0,
            class_prior_weight: 10.0,
            excess_cap: 4.0,
            own_episodes_per_day: 0.1,
            own_prior_episodes: 1.0,
            own_prior_days: 5.0,
            silent_expected: 30.0,
            phrase_posts: 5,
            phrase_share: 0.02,
            own_prior_weight: 3.0,
        }
    }
}

/// What the rules set, in the units that the fold works in.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub constants: Constants,
    /// Panes between the newest that may teach and the one that is tested: G of the design.
    pub guard: i64,
    pub lateness_ms: i64,
    pub silent_partition_ms: i64,
    pub minimum_posts: u32,
    pub minimum_accounts: u32,
    pub hold: i64,
    pub memory_blocks: f64,
    pub volume_memory_s: f64,
    /// Partitions of `counts`.
    pub partitions: u16,
    /// The share of this partition of `counts` in the work and in the budget.
    pub share: f64,
    /// False incidents a day that this partition of `counts` may make.
    pub budget_per_day: f64,
    pub max_topics: usize,
    pub max_candidates: usize,
    pub max_phrases: usize,
}

impl Settings {
    pub(super) fn new(rules: &Rules, counts_partitions: u16, constants: Constants) -> Self {
        let detect = &rules.detect;
        let share = 1.0 / f64::from(counts_partitions.max(1));
        // Without phrases the whole budget is the other topics'.
        let phrase_share = if rules.phrases_per_post > 0 {
            constants.phrase_share
        } else {
            0.0
        };
        Self {
            constants: Constants {
                phrase_share,
                ..constants
            },
            guard: panes(rules.lateness_ms) + 1,
            lateness_ms: i64::from(rules.lateness_ms),
            silent_partition_ms: i64::from(detect.silent_partition_ms),
            minimum_posts: detect.minimum_posts,
            minimum_accounts: detect.minimum_accounts,
            hold: panes(detect.hold_ms),
            memory_blocks: detect.memory_days * 24.0,
            volume_memory_s: detect.volume_memory_hours * 3_600.0,
            partitions: counts_partitions,
            share,
            budget_per_day: detect.false_incidents_per_day * share,
            max_topics: detect.max_topics as usize,
            max_candidates: detect.max_candidates as usize,
            max_phrases: detect.max_phrases as usize,
        }
    }

    /// Those of the configuration that is built in, for a service of one partition.
    #[cfg(test)]
    pub(super) fn built_in() -> Self {
        let config = crate::config::Config::built_in().unwrap();
        Self::new(&Rules::of(&config), 1, Constants::default())
    }
}

/// A span in panes, rounded up.
fn panes(millis: u32) -> i64 {
    (i64::from(millis) + Pane::MILLIS - 1) / Pane::MILLIS
}
