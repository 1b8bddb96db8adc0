//! The constants of series mode, each with its unit and why it has this value.
//!
//! Rule: one set for every series. `docs/detection.md` shows what half and double of each would do.

use serde::Deserialize;

/// What a [`SeriesScorer`](super::SeriesScorer) is set to.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Alerts a day that may be false: sudden and slow rises together.
    pub false_alerts_per_day: f64,
    /// Share of that budget for slow rises. Small: nearly every crisis is sudden, and a slow rise is
    /// mostly noticed as a row of sudden ones.
    pub slow_share: f64,
    /// Memory of the level, days. A week holds every weekday once.
    pub level_days: f64,
    /// Posts that the level starts with: Jeffreys' prior of a rate.
    pub level_prior: f64,
    /// How far a block of rows may teach the level and the dispersion, in standard deviations.
    /// More, and bursts teach the dispersion that they are normal; less, and the level lags.
    pub clip_deviations: f64,
    /// Days at the start in which the level learns unclipped: it has to be found first.
    pub free_days: f64,
    /// Days at the start without alerts.
    pub warm_up_days: f64,
    /// Days after which a spike that lasts is the new level. Under a day, long crises are swallowed.
    pub accept_days: f64,
    /// Memory of the dispersion, days.
    pub dispersion_days: f64,
    /// Dispersion (variance over mean) before anything is known, and its weight in posts.
    pub dispersion_prior: f64,
    /// See `dispersion_prior`.
    pub dispersion_weight: f64,
    /// Memory of the daily rhythm, days.
    pub rhythm_days: f64,
    /// Days of flat rhythm that the series must talk against.
    pub rhythm_prior_days: f64,
    /// Weight of each neighbouring hour in the rhythm.
    pub rhythm_smoothing: f64,
    /// Surprise that opens an episode. The tail of the series is learned above it.
    pub base_surprise: f64,
    /// Memory of the series' own tail, days.
    pub tail_days: f64,
    /// Episodes before anything is known ...
    pub episodes_prior: f64,
    /// ... in so many days.
    pub days_prior: f64,
    /// How far an episode goes above the base surprise before anything is known, and its weight in
    /// episodes.
    pub excess_prior: f64,
    /// See `excess_prior`.
    pub excess_weight: f64,
    /// Most that one episode may teach, in mean excesses: one giant event must not make deaf for weeks.
    pub excess_cap: f64,
    /// Calm that ends an episode, hours, and how it grows with the logarithm of the peak.
    pub hold_hours: f64,
    /// See `hold_hours`.
    pub hold_growth: f64,
    /// The rise that the slow test looks for, as a factor on the level.
    pub slow_factor: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            false_alerts_per_day: 0.1,
            slow_share: 0.15,
            level_days: 7.0,
            level_prior: 0.5,
            clip_deviations: 2.0,
            free_days: 1.0,
            warm_up_days: 0.35,
            accept_days: 1.0,
            dispersion_days: 4.0,
            dispersion_prior: 1.5,
            dispersion_weight: 20.0,
            rhythm_days: 14.0,
            rhythm_prior_days: 7.0,
            rhythm_smoothing: 0.5,
            base_surprise: 4.0,
            tail_days: 21.0,
            episodes_prior: 1.0,
            days_prior: 5.0,
            excess_prior: 4.0,
            excess_weight: 3.0,
            excess_cap: 6.0,
            hold_hours: 2.0,
            hold_growth: 0.5,
            slow_factor: 2.0,
        }
    }
}

impl Settings {
    /// Budget of sudden rises, false alerts a day.
    pub(super) fn sudden_per_day(&self) -> f64 {
        self.false_alerts_per_day * (1.0 - self.slow_share)
    }

    /// Budget of slow rises, false alerts a day.
    pub(super) fn slow_per_day(&self) -> f64 {
        self.false_alerts_per_day * self.slow_share
    }
}

/// What is left after `days` of a memory of `memory_days`.
pub(super) fn kept(days: f64, memory_days: f64) -> f64 {
    libm::exp(-days / memory_days)
}
