//! A time as alerts write it: RFC 3339, UTC.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::post::EventTime;

/// A time that is written as RFC 3339 in UTC and compared as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime(pub EventTime);

impl UtcTime {
    /// The years 1 to 9999: what every reader of RFC 3339 can read.
    const FIRST_MILLIS: i64 = -62_135_596_800_000;
    const LAST_MILLIS: i64 = 253_402_207_200_000;

    /// This time, moved into the years 1 to 9999.
    pub fn new(time: EventTime) -> Self {
        let millis = time.millis().clamp(Self::FIRST_MILLIS, Self::LAST_MILLIS);
        Self(EventTime::from_millis(millis))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0.millis()
    }
}

impl fmt::Display for UtcTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self::new(EventTime::from_millis(time.as_millisecond())))
    }
}

impl JsonSchema for UtcTime {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "UtcTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_time_is_written_so_that_it_can_be_read(millis in any::<i64>()) {
            let time = UtcTime::new(EventTime::from_millis(millis));
            let text = serde_json::to_string(&time).unwrap();
            prop_assert_eq!(serde_json::from_str::<UtcTime>(&text).unwrap(), time);
        }
    }

    #[test]
    fn extreme_times_are_moved_into_the_years_that_readers_know() {
        let text = |millis| UtcTime::new(EventTime::from_millis(millis)).to_string();
        assert_eq!(text(i64::MIN), "0001-01-01T00:00:00.000Z");
        assert!(
            text(i64::MAX).starts_with("9999-12-30"),
            "{}",
            text(i64::MAX)
        );
    }
}
