//! The shortest time bucket, and the windows that end with one.

use serde::{Deserialize, Serialize};

use crate::post::EventTime;

/// A time bucket of ten seconds, numbered from the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pane(pub i64);

impl Pane {
    /// Length of a pane, milliseconds.
    pub const MILLIS: i64 = 10_000;
    /// Panes in a minute.
    pub const PER_MINUTE: i64 = 6;

    /// The pane that `time` lies in.
    pub const fn of(time: EventTime) -> Self {
        Self(time.millis().div_euclid(Self::MILLIS))
    }

    /// Its first instant.
    pub const fn start(self) -> EventTime {
        EventTime::from_millis(self.0.saturating_mul(Self::MILLIS))
    }

    /// The first instant after it.
    pub const fn end(self) -> EventTime {
        self.plus(1).start()
    }

    /// The pane `panes` later (negative: earlier).
    #[must_use]
    pub const fn plus(self, panes: i64) -> Self {
        Self(self.0.saturating_add(panes))
    }

    /// The minute that it lies in, numbered from the epoch.
    pub const fn minute(self) -> i64 {
        self.0.div_euclid(Self::PER_MINUTE)
    }

    /// The hour that it lies in, numbered from the epoch.
    pub const fn hour(self) -> i64 {
        self.0.div_euclid(Self::PER_MINUTE * 60)
    }
}

/// The lengths of window that are watched. A window is named by the pane that it ends with.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub enum Scale {
    /// Six panes.
    #[serde(rename = "1m")]
    OneMinute,
    /// Thirty panes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// The running minute and the 59 before it.
    #[serde(rename = "1h")]
    OneHour,
    /// The running hour and the 23 before it, less what an episode explains: for slow rises.
    #[serde(rename = "1d")]
    OneDay,
}

impl Scale {
    /// The scales that every pane is tested by, shortest first.
    pub const ALL: [Self; 3] = [Self::OneMinute, Self::FiveMinutes, Self::OneHour];

    /// The word in alerts and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneMinute => "1m",
            Self::FiveMinutes => "5m",
            Self::OneHour => "1h",
            Self::OneDay => "1d",
        }
    }

    /// The first pane of the window that ends with `last`. The hour starts with a whole minute,
    /// because beyond five minutes back only whole minutes are kept.
    pub const fn first_pane(self, last: Pane) -> Pane {
        match self {
            Self::OneMinute => last.plus(-5),
            Self::FiveMinutes => last.plus(-29),
            Self::OneHour => Pane((last.minute() - 59) * Pane::PER_MINUTE),
            Self::OneDay => Pane((last.hour() - 23) * Pane::PER_MINUTE * 60),
        }
    }

    /// Length of the window that ends with `last`, milliseconds.
    pub const fn millis(self, last: Pane) -> i64 {
        (last.0 - self.first_pane(last).0 + 1) * Pane::MILLIS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_with_their_pane() {
        let last = Pane(6 * 100 + 3);
        assert_eq!(Scale::OneMinute.millis(last), 60_000);
        assert_eq!(Scale::FiveMinutes.millis(last), 300_000);
        assert_eq!(Scale::OneHour.first_pane(last), Pane(6 * 41));
        assert_eq!(Scale::OneHour.millis(last), 3_580_000);
    }

    #[test]
    fn panes_before_the_epoch_round_down() {
        assert_eq!(Pane::of(EventTime::from_millis(-1)), Pane(-1));
        assert_eq!(Pane(-1).minute(), -1);
    }
}
