//! The constants of detection, and what the configuration sets of them.

use crate::config;
use crate::window::Pane;

/// Surprise from which on a closed window counts as an excursion of its topic.
pub(super) const BASE_SURPRISE: f64 = 2.5;
/// Posts that a topic never seen is credited with.
pub(super) const PRIOR_POSTS: f64 = 0.5;
/// Posts of all topics that stand behind [`PRIOR_POSTS`].
pub(super) const PRIOR_TOTAL: f64 = 200.0;
/// Dispersion (variance over mean) taken for a topic before it shows its own.
pub(super) const PRIOR_DISPERSION: f64 = 1.5;
/// How many expected posts the prior dispersion weighs.
pub(super) const PRIOR_DISPERSION_POSTS: f64 = 20.0;
/// A block of an hour teaches at most this many standard deviations above what was expected.
pub(super) const CLIP_DEVIATIONS: f64 = 2.0;
/// The first blocks teach everything: there is no expectation yet to clip by.
pub(super) const UNCLIPPED_BLOCKS: u32 = 3;
/// Memory of the dispersion, hours with posts.
pub(super) const DISPERSION_MEMORY_BLOCKS: f64 = 96.0;
/// Memory of tails, hours with posts.
pub(super) const TAIL_MEMORY_BLOCKS: f64 = 504.0;
/// A longer span without any post adds no exposure beyond this, seconds.
pub(super) const LONGEST_GAP_S: f64 = 3_600.0;
/// Exposure before anything can open, seconds.
pub(super) const WARM_UP_S: f64 = 3_600.0;
/// Posts of the kind before anything can open.
pub(super) const WARM_UP_POSTS: u64 = 30;
/// Most episodes a day that one topic may open by its own habit.
pub(super) const OWN_EPISODES_PER_DAY: f64 = 0.1;

/// What the configuration sets, in the units that the fold works in.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Panes between the newest that may teach and the one that is tested: G of the design.
    pub guard: i64,
    pub lateness_ms: i64,
    pub silent_partition_ms: i64,
    pub minimum_posts: u32,
    pub minimum_accounts: u32,
    pub hold: i64,
    pub memory_blocks: f64,
    pub volume_memory_s: f64,
    /// False incidents a day that this partition of `counts` may make.
    pub budget_per_day: f64,
    pub max_topics: usize,
}

impl Settings {
    pub(super) fn new(config: &config::Config, counts_partitions: u16) -> Self {
        let detect = &config.detect;
        let lateness_ms = i64::from(config.ingest.lateness_ms);
        Self {
            guard: panes(config.ingest.lateness_ms) + 1,
            lateness_ms,
            silent_partition_ms: i64::from(detect.silent_partition_ms),
            minimum_posts: detect.minimum_posts,
            minimum_accounts: detect.minimum_accounts,
            hold: panes(detect.hold_ms),
            memory_blocks: detect.memory_days * 24.0,
            volume_memory_s: detect.volume_memory_hours * 3_600.0,
            budget_per_day: detect.false_incidents_per_day / f64::from(counts_partitions.max(1)),
            max_topics: detect.max_topics as usize,
        }
    }
}

/// A span in panes, rounded up.
fn panes(millis: u32) -> i64 {
    (i64::from(millis) + Pane::MILLIS - 1) / Pane::MILLIS
}
