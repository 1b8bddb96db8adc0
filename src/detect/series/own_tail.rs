//! How often this series is how surprising when nothing is going on.
//!
//! In: the peaks of its past episodes. Out: episodes a day of at least a given surprise.
//! Peaks over threshold with an exponential tail and Gamma priors (A. Davison, R. Smith, "Models for
//! exceedances over high thresholds", 1990): real feeds burst more than any model of theirs says,
//! so a surprise is compared with the series' own habit, not with a probability.
//! Rule: an episode teaches when it is over, and one alone never more than `excess_cap` mean excesses.

use crate::detect::series::settings::{Settings, kept};

#[derive(Debug, Clone, Default)]
pub(super) struct OwnTail {
    episodes: f64,
    excess: f64,
    days: f64,
}

impl OwnTail {
    /// `days` have passed; `seen_days` of them were observed.
    pub(super) fn pass(&mut self, days: f64, seen_days: f64, settings: &Settings) {
        let left = kept(days, settings.tail_days);
        self.episodes *= left;
        self.excess *= left;
        self.days = self.days * left + seen_days;
    }

    /// An episode is over.
    pub(super) fn learn(&mut self, peak: f64, settings: &Settings) {
        let most = settings.excess_cap * self.mean_excess(settings);
        self.episodes += 1.0;
        self.excess += (peak - settings.base_surprise).min(most);
    }

    /// Episodes a day whose surprise is at least `surprise`.
    pub(super) fn rate(&self, surprise: f64, settings: &Settings) -> f64 {
        let excess = surprise - settings.base_surprise;
        self.episodes_per_day(settings) * libm::exp(-excess / self.mean_excess(settings))
    }

    /// The smallest surprise that is as rare as `per_day`, not under the base surprise.
    pub(super) fn threshold(&self, per_day: f64, settings: &Settings) -> f64 {
        let ratio = (self.episodes_per_day(settings) / per_day).max(1.0);
        settings.base_surprise + self.mean_excess(settings) * libm::log(ratio)
    }

    fn mean_excess(&self, settings: &Settings) -> f64 {
        let weight = settings.excess_weight;
        (self.excess + weight * settings.excess_prior) / (self.episodes + weight)
    }

    fn episodes_per_day(&self, settings: &Settings) -> f64 {
        (self.episodes + settings.episodes_prior) / (self.days + settings.days_prior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_is_where_the_rate_meets_the_budget() {
        let settings = Settings::default();
        let mut tail = OwnTail::default();
        for peak in [5.0, 9.0, 30.0] {
            tail.pass(2.0, 2.0, &settings);
            tail.learn(peak, &settings);
        }
        let threshold = tail.threshold(0.1, &settings);
        assert!((tail.rate(threshold, &settings) - 0.1).abs() < 1e-12);
        assert!(tail.rate(threshold + 1.0, &settings) < 0.1);
    }

    #[test]
    fn one_giant_event_does_not_make_deaf() {
        let settings = Settings::default();
        let mut tail = OwnTail::default();
        tail.pass(5.0, 5.0, &settings);
        tail.learn(5_000.0, &settings);
        assert!(tail.threshold(0.1, &settings) < 20.0);
    }
}
