//! A sudden rise from open to calm.

use crate::detect::series::settings::Settings;

/// A row counts as still surprising for the level if one was within this time, days: half an hour.
const LATELY_DAYS: f64 = 0.5 / 24.0;

#[derive(Debug, Clone)]
pub(super) struct Episode {
    peak: f64,
    /// Days on the series' clock.
    since: f64,
    last: f64,
    alerted: bool,
}

impl Episode {
    pub(super) fn open(now: f64) -> Self {
        Self {
            peak: 0.0,
            since: now,
            last: now,
            alerted: false,
        }
    }

    pub(super) fn peak(&self) -> f64 {
        self.peak
    }

    /// A surprising row.
    pub(super) fn grow(&mut self, surprise: f64, now: f64) {
        self.peak = self.peak.max(surprise);
        self.last = now;
    }

    /// Calm has lasted long enough: the longer, the higher the peak was, since large events have echoes.
    pub(super) fn is_over(&self, now: f64, settings: &Settings) -> bool {
        let growth = libm::log1p(self.peak / settings.base_surprise);
        let hold_hours = settings.hold_hours * (1.0 + settings.hold_growth * growth);
        now - self.last > hold_hours / 24.0
    }

    /// True once.
    pub(super) fn alert(&mut self) -> bool {
        !std::mem::replace(&mut self.alerted, true)
    }

    /// Whether it lasts so long that it is the new level; the time then runs anew.
    pub(super) fn lasts(&mut self, now: f64, settings: &Settings) -> bool {
        let lasts = now - self.since > settings.accept_days && now - self.last <= LATELY_DAYS;
        if lasts {
            self.since = now;
        }
        lasts
    }
}
