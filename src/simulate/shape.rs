//! How many posts a second there are at each instant.
//!
//! In: seconds since the start of a source. Out: posts a second.
//! Rule: never above `highest`, so that thinning draws the right number.

use super::script::{Event, EventKind};

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
const HOUR_MILLIS: i64 = 3_600_000;
/// Western Indonesia Time lies seven hours before UTC.
const WIB_MILLIS: i64 = 7 * HOUR_MILLIS;

/// Talk by the hour of the day in WIB, against the mean: lowest at three, peaks at noon and eight.
const SOCIAL_DAY: [f64; 24] = [
    0.49, 0.31, 0.21, 0.17, 0.24, 0.52, 0.80, 0.95, 1.02, 1.06, 1.13, 1.27, 1.40, 1.24, 1.08, 1.06,
    1.15, 1.27, 1.44, 1.63, 1.75, 1.55, 1.20, 0.82,
];
/// The same for newsrooms, which keep office hours.
const NEWS_DAY: [f64; 24] = [
    0.35, 0.22, 0.18, 0.18, 0.30, 0.65, 1.00, 1.30, 1.50, 1.55, 1.55, 1.50, 1.45, 1.45, 1.45, 1.40,
    1.35, 1.25, 1.15, 1.10, 1.00, 0.85, 0.65, 0.50,
];

/// The course of one source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// The talk of a quiet day, with its mean posts a second.
    SocialDay { mean: f64 },
    /// The news of a quiet day.
    NewsDay { mean: f64 },
    /// Up within `ramp` seconds, then slowly down.
    Sharp { strength: f64, ramp: f64 },
    /// A straight ramp, a plateau, and down in the last fifth.
    Slow {
        strength: f64,
        ramp: f64,
        duration: f64,
    },
    /// Up within `ramp` seconds, then the same to the end.
    Steady { strength: f64, ramp: f64 },
    /// Passed on from one to several: an S, at its half after `ramp` seconds.
    Spreading { strength: f64, ramp: f64 },
}

impl Shape {
    /// The course of the public's posts on `event`.
    pub(super) fn social(event: &Event) -> Self {
        let Event {
            strength,
            ramp,
            duration,
            ..
        } = *event;
        match event.kind {
            EventKind::Earthquake | EventKind::Relay => Self::Sharp { strength, ramp },
            EventKind::Flood => Self::Slow {
                strength,
                ramp,
                duration,
            },
            EventKind::Push | EventKind::Chorus => Self::Steady { strength, ramp },
            EventKind::Rumour => Self::Spreading { strength, ramp },
            EventKind::Press => Self::Sharp {
                strength: strength / 2.0,
                ramp: 4.0 * ramp,
            },
        }
    }

    /// The course of the news on `event` and by how many seconds it follows; `None` if there is none.
    pub(super) fn news(event: &Event) -> Option<(Self, f64)> {
        let (share, ramp, delay) = match event.kind {
            EventKind::Earthquake => (0.02, 120.0, 200.0),
            EventKind::Flood => (0.05, event.ramp, event.ramp / 3.0),
            EventKind::Press => (1.0, event.ramp, 0.0),
            EventKind::Push | EventKind::Chorus | EventKind::Rumour | EventKind::Relay => {
                return None;
            }
        };
        let strength = event.strength * share;
        Some((Self::Sharp { strength, ramp }, delay))
    }

    /// No instant has more posts a second.
    pub(super) fn highest(self) -> f64 {
        match self {
            Self::SocialDay { mean } => mean * SOCIAL_DAY.iter().copied().fold(0.0, f64::max),
            Self::NewsDay { mean } => mean * NEWS_DAY.iter().copied().fold(0.0, f64::max),
            Self::Sharp { strength, .. }
            | Self::Slow { strength, .. }
            | Self::Steady { strength, .. }
            | Self::Spreading { strength, .. } => strength,
        }
    }

    /// Posts a second, `seconds` after the source began, at the instant `millis` since the epoch.
    pub(super) fn at(self, seconds: f64, millis: i64) -> f64 {
        match self {
            Self::SocialDay { mean } => mean * of_day(&SOCIAL_DAY, millis),
            Self::NewsDay { mean } => mean * of_day(&NEWS_DAY, millis),
            Self::Sharp { strength, ramp } => {
                let rising = 1.0 - libm::exp(-seconds / ramp);
                strength * rising / (1.0 + seconds / 900.0)
            }
            Self::Slow {
                strength,
                ramp,
                duration,
            } => {
                let falling = (duration - seconds) / (duration / 5.0);
                strength * (seconds / ramp).min(falling).clamp(0.0, 1.0)
            }
            Self::Steady { strength, ramp } => strength * (seconds / ramp).min(1.0),
            Self::Spreading { strength, ramp } => {
                strength / (1.0 + libm::exp(-5.0 * (seconds - ramp) / ramp))
            }
        }
    }
}

/// The factor of an instant, on the line between two full hours.
#[expect(
    clippy::cast_precision_loss,
    reason = "less than a day in milliseconds"
)]
fn of_day(hours: &[f64; 24], millis: i64) -> f64 {
    let of_day = millis.saturating_add(WIB_MILLIS).rem_euclid(DAY_MILLIS);
    let hour = usize::try_from(of_day / HOUR_MILLIS).unwrap_or(0);
    let factor = |hour: usize| hours.get(hour % 24).copied().unwrap_or(1.0);
    let part = (of_day % HOUR_MILLIS) as f64 / HOUR_MILLIS as f64;
    factor(hour) * (1.0 - part) + factor(hour + 1) * part
}
