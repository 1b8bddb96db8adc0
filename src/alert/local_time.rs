//! Time as people in Indonesia read it. Data stay in UTC.

use jiff::tz::Offset;

use super::UtcTime;

/// Indonesia's three times, none with summer time, and UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Western: Jakarta, Sumatra; UTC+7.
    Wib,
    /// Central: Makassar, Bali; UTC+8.
    Wita,
    /// Eastern: Maluku, Papua; UTC+9.
    Wit,
    /// Coordinated universal time.
    Utc,
}

impl Zone {
    /// The abbreviation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
            Self::Utc => "UTC",
        }
    }

    /// The time of day: `03:12:07 WIB`.
    pub fn clock(self, time: UtcTime) -> String {
        self.format(time, "%H:%M:%S")
    }

    /// Day and time: `2026-03-04 03:12:07 WIB`.
    pub fn date(self, time: UtcTime) -> String {
        self.format(time, "%Y-%m-%d %H:%M:%S")
    }

    fn format(self, time: UtcTime, pattern: &str) -> String {
        let hours = match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
            Self::Utc => 0,
        };
        match jiff::Timestamp::from_millisecond(time.millis()) {
            Ok(timestamp) => {
                let local = Offset::constant(hours).to_datetime(timestamp);
                format!("{} {}", local.strftime(pattern), self.as_str())
            }
            Err(_) => time.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::EventTime;

    #[test]
    fn each_zone_is_an_hour_on() {
        // 2026-03-03T20:12:07Z
        let time = UtcTime::new(EventTime::from_millis(1_772_568_727_000));
        assert_eq!(Zone::Utc.date(time), "2026-03-03 20:12:07 UTC");
        assert_eq!(Zone::Wib.date(time), "2026-03-04 03:12:07 WIB");
        assert_eq!(Zone::Wita.clock(time), "04:12:07 WITA");
        assert_eq!(Zone::Wit.clock(time), "05:12:07 WIT");
    }
}
