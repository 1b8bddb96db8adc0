//! How often, and how far, closed windows pass the base surprise when nothing is going on.
//!
//! Real counts are heavier-tailed than any model of them, so a surprise is not taken as a chance.
//! Excursions above a base are counted, and their excess is taken as exponential with a gamma prior
//! on rate and mean: peaks over threshold (Pickands, 1975).
//! Rule: only excursions that ended before the guard count; the order is that of their ends.

use serde::{Deserialize, Serialize};

use super::settings::{BASE_SURPRISE, OWN_EPISODES_PER_DAY, TAIL_MEMORY_BLOCKS};

/// Classes of topics that share one tail.
pub(super) const CLASSES: usize = 4;
/// The budget is shared equally among the classes.
pub(super) const CLASSES_SHARING_THE_BUDGET: f64 = 4.0;

const CLASS_PRIOR_PER_POST: f64 = 5e-4;
const CLASS_PRIOR_POSTS: f64 = 3_000.0;
const CLASS_PRIOR_EXCESS: f64 = 2.0;
const CLASS_PRIOR_WEIGHT: f64 = 10.0;
/// One excursion counts at most this many mean excesses: a catastrophe is not a habit.
const EXCESS_CAP: f64 = 4.0;
const OWN_PRIOR_EPISODES: f64 = 1.0;
const OWN_PRIOR_DAYS: f64 = 5.0;
const OWN_PRIOR_WEIGHT: f64 = 3.0;

/// The class of a topic key.
pub(super) fn class_of(topic: &str) -> usize {
    match topic.split(':').next() {
        Some("watch") => 0,
        Some("hazard") => 1,
        Some("place" | "feed") => 2,
        _ => 3,
    }
}

/// Excursions of all topics of one class, per post.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct ClassTail {
    episodes: f64,
    excess: f64,
    posts: f64,
}

impl ClassTail {
    /// One block of `posts` posts has passed.
    pub(super) fn pass(&mut self, posts: f64) {
        let kept = libm::exp(-1.0 / TAIL_MEMORY_BLOCKS);
        self.episodes *= kept;
        self.excess *= kept;
        self.posts = self.posts * kept + posts;
    }

    /// An excursion ended that had risen `excess` above the base.
    pub(super) fn add(&mut self, excess: f64) {
        self.episodes += 1.0;
        self.excess += excess.min(EXCESS_CAP * self.mean_excess());
    }

    pub(super) fn mean_excess(&self) -> f64 {
        (self.excess + CLASS_PRIOR_WEIGHT * CLASS_PRIOR_EXCESS)
            / (self.episodes + CLASS_PRIOR_WEIGHT)
    }

    /// The surprise that this class passes `per_day` times a day at `posts_per_day`.
    pub(super) fn threshold(&self, posts_per_day: f64, per_day: f64) -> f64 {
        let per_post = (self.episodes + CLASS_PRIOR_PER_POST * CLASS_PRIOR_POSTS)
            / (self.posts + CLASS_PRIOR_POSTS);
        passed(per_post * posts_per_day, self.mean_excess(), per_day)
    }
}

/// Excursions of one topic, per day.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct OwnTail {
    episodes: f64,
    excess: f64,
}

impl OwnTail {
    /// An excursion ended that had risen `excess` above the base.
    pub(super) fn add(&mut self, excess: f64) {
        self.episodes += 1.0;
        self.excess += excess;
    }

    /// The surprise that this topic passes as often as one topic may, after `days` of watching.
    pub(super) fn threshold(&self, days: f64, class_mean_excess: f64) -> f64 {
        let per_day = (self.episodes + OWN_PRIOR_EPISODES) / (days + OWN_PRIOR_DAYS);
        let mean = (self.excess + OWN_PRIOR_WEIGHT * class_mean_excess)
            / (self.episodes + OWN_PRIOR_WEIGHT);
        passed(per_day, mean, OWN_EPISODES_PER_DAY)
    }
}

/// The surprise passed `allowed` times a day, if the base is passed `base` times a day.
fn passed(base: f64, mean_excess: f64, allowed: f64) -> f64 {
    BASE_SURPRISE + mean_excess * libm::log(base / allowed).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_bursts_often_needs_more_surprise() {
        let mut calm = ClassTail::default();
        calm.pass(10_000.0);
        let mut bursting = calm;
        (0..50).for_each(|_| bursting.add(3.0));
        assert!(bursting.threshold(5_000.0, 0.25) > calm.threshold(5_000.0, 0.25) + 1.0);
    }

    #[test]
    fn a_generous_budget_never_goes_below_the_base() {
        let tail = ClassTail::default();
        assert!((tail.threshold(100.0, 1e6) - BASE_SURPRISE).abs() < 1e-12);
    }

    #[test]
    fn one_catastrophe_does_not_deafen_a_class() {
        let mut tail = ClassTail::default();
        tail.add(500.0);
        assert!(tail.mean_excess() < 3.0);
    }
}
