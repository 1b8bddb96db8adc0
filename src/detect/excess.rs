//! How often, and how far, closed windows pass the base surprise when nothing is going on.
//!
//! Real counts are heavier-tailed than any model of them, so a surprise is not taken as a chance.
//! Excursions above a base are counted, and their excess is taken as exponential with a gamma prior
//! on rate and mean: peaks over threshold (Pickands, 1975).
//! Rule: only excursions that ended before the guard count; the order is that of their ends.

use serde::{Deserialize, Serialize};

use super::settings::{Constants, Settings};

/// Classes of topics that share one tail.
pub(super) const CLASSES: usize = 5;
/// The class of hashtags and links.
pub(super) const TAGS: usize = 3;
/// The class of phrases.
pub(super) const PHRASES: usize = 4;
/// Groups of classes whose tests are counted apart: listed topics, and phrases.
pub(super) const GROUPS: usize = 2;
/// What is not the phrases' of the budget is shared equally among so many classes.
const OTHERS: f64 = 4.0;

/// The group of a class.
pub(super) const fn group_of(class: usize) -> usize {
    if class == PHRASES { 1 } else { 0 }
}

/// The share of the budget of a class's group, and of the class in it.
pub(super) const fn shares(class: usize, by: &Constants) -> (f64, f64) {
    if class == PHRASES {
        (by.phrase_share, 1.0)
    } else {
        (1.0 - by.phrase_share, 1.0 / OTHERS)
    }
}

/// The class of a topic key.
pub(super) fn class_of(topic: &str) -> usize {
    match topic.split(':').next() {
        Some("watch") => 0,
        Some("hazard") => 1,
        Some("place" | "feed") => 2,
        Some("phrase") => PHRASES,
        _ => TAGS,
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
    pub(super) fn pass(&mut self, posts: f64, by: &Constants) {
        let kept = libm::exp(-1.0 / by.tail_memory_blocks);
        self.episodes *= kept;
        self.excess *= kept;
        self.posts = self.posts * kept + posts;
    }

    /// An excursion ended that had risen `excess` above the base.
    pub(super) fn add(&mut self, excess: f64, by: &Constants) {
        self.episodes += 1.0;
        self.excess += excess.min(by.excess_cap * self.mean_excess(by));
    }

    pub(super) fn mean_excess(&self, by: &Constants) -> f64 {
        (self.excess + by.class_prior_weight * by.class_prior_excess)
            / (self.episodes + by.class_prior_weight)
    }

    /// The surprise that this class passes `per_day` times a day at `posts_per_day`.
    pub(super) fn threshold(&self, posts_per_day: f64, per_day: f64, settings: &Settings) -> f64 {
        let by = &settings.constants;
        // A partition sees its share of the topics, but the volume of all of them.
        let prior = by.class_prior_per_post * settings.share * by.class_prior_posts;
        let per_post = (self.episodes + prior) / (self.posts + by.class_prior_posts);
        let above = passed(per_post * posts_per_day, self.mean_excess(by), per_day);
        by.base_surprise + above
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
    pub(super) fn add(&mut self, excess: f64, by: &Constants) {
        let mean = (self.excess + by.own_prior_weight * by.class_prior_excess)
            / (self.episodes + by.own_prior_weight);
        self.episodes += 1.0;
        self.excess += excess.min(by.excess_cap * mean);
    }

    /// The surprise that this topic passes as often as one topic may, after `days` of watching.
    pub(super) fn threshold(&self, days: f64, class_mean_excess: f64, by: &Constants) -> f64 {
        let per_day = (self.episodes + by.own_prior_episodes) / (days + by.own_prior_days);
        let mean = (self.excess + by.own_prior_weight * class_mean_excess)
            / (self.episodes + by.own_prior_weight);
        by.base_surprise + passed(per_day, mean, by.own_episodes_per_day)
    }
}

/// How far above the base is passed `allowed` times a day, if the base is passed `base` times a day.
fn passed(base: f64, mean_excess: f64, allowed: f64) -> f64 {
    mean_excess * libm::log(base / allowed).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::built_in()
    }

    #[test]
    fn a_class_that_bursts_often_needs_more_surprise() {
        let mut calm = ClassTail::default();
        let settings = settings();
        let by = &settings.constants;
        calm.pass(10_000.0, by);
        let mut bursting = calm;
        (0..50).for_each(|_| bursting.add(3.0, by));
        assert!(
            bursting.threshold(5_000.0, 0.25, &settings)
                > calm.threshold(5_000.0, 0.25, &settings) + 1.0
        );
    }

    #[test]
    fn a_generous_budget_never_goes_below_the_base() {
        let tail = ClassTail::default();
        assert!(
            (tail.threshold(100.0, 1e6, &settings()) - settings().constants.base_surprise).abs()
                < 1e-12
        );
    }

    #[test]
    fn one_catastrophe_does_not_deafen_a_class() {
        let mut tail = ClassTail::default();
        tail.add(500.0, &Constants::default());
        assert!(tail.mean_excess(&Constants::default()) < 3.0);
    }
}
