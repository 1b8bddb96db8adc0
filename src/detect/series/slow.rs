//! Rises too slow for the windows: a Poisson CUSUM (W. Lucas, "Counted data CUSUM's", 1985) for a
//! level that is `slow_factor` times as high, with an own tail and an own budget.
//!
//! Rule: a sudden episode explains its posts; they do not count as a slow rise too.

use std::f64::consts::LN_10;

use crate::detect::series::own_tail::OwnTail;
use crate::detect::series::settings::Settings;

/// Most log-likelihood that is gathered: calm then brings it down within hours, not days.
const EVIDENCE_MAX: f64 = 60.0;

#[derive(Debug, Clone, Default)]
pub(super) struct SlowRise {
    evidence: f64,
    tail: OwnTail,
    /// Peak of the open episode.
    peak: Option<f64>,
    alerted: bool,
}

impl SlowRise {
    pub(super) fn pass(&mut self, days: f64, seen_days: f64, settings: &Settings) {
        self.tail.pass(days, seen_days, settings);
    }

    /// Starts gathering anew: rows are missing, or something sudden explains them.
    pub(super) fn clear(&mut self) {
        self.evidence = 0.0;
    }

    /// Adds a row; returns how surprising the rise is.
    pub(super) fn push(
        &mut self,
        posts: f64,
        expected: f64,
        dispersion: f64,
        settings: &Settings,
    ) -> f64 {
        let factor = settings.slow_factor;
        let gain = posts * libm::log(factor) - (factor - 1.0) * expected;
        self.evidence = (self.evidence + gain / dispersion).clamp(0.0, EVIDENCE_MAX);
        let surprise = self.evidence / LN_10;
        self.follow(surprise, settings);
        surprise
    }

    /// Slow rises a day of at least `surprise`; `None` under the base surprise.
    pub(super) fn rate(&self, surprise: f64, settings: &Settings) -> Option<f64> {
        (surprise > settings.base_surprise).then(|| self.tail.rate(surprise, settings))
    }

    /// Alerts once an episode.
    pub(super) fn alert(&mut self) -> bool {
        self.clear();
        !std::mem::replace(&mut self.alerted, true)
    }

    fn follow(&mut self, surprise: f64, settings: &Settings) {
        if surprise > settings.base_surprise {
            self.peak = Some(self.peak.map_or(surprise, |peak| peak.max(surprise)));
        }
        if surprise <= settings.base_surprise / 2.0
            && let Some(peak) = self.peak.take()
        {
            self.tail.learn(peak, settings);
            self.alerted = false;
        }
    }
}
