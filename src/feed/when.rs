//! The ways in which sources write a time.
//!
//! In: a value of a record. Out: [`EventTime`], or a refusal that names the member.
//! Rule: a time without a zone is western Indonesian time (UTC+7); a bare number says its unit by its size.
//! Not here: whether a time is late or too far ahead (`ingest`).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::{Offset, TimeZone};

use super::Refused;
use super::common::{in_range, no_time};
use super::json::Tree;
use crate::post::EventTime;

/// The zone of times without one: Jakarta, since 1964 without summer time.
const HOME: Offset = Offset::constant(7);

/// Names of zones that RFC 2822 does not know.
const ZONES: [(&str, &str); 3] = [("WIB", "+0700"), ("WITA", "+0800"), ("WIT", "+0900")];

/// RFC 2822 with any day of the week: what counts is the date.
const RFC_2822: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);

/// The first of `paths` that holds a time.
pub(super) fn first(record: &Tree<'_>, paths: &[&str]) -> Result<EventTime, Refused> {
    let path = paths.iter().find(|path| record.has(path));
    let path = path.or(paths.first()).copied().unwrap_or("time");
    read(path, record.at(path))
}

/// The time that `value` of `member` writes.
pub(super) fn read(member: &str, value: &Tree<'_>) -> Result<EventTime, Refused> {
    let millis = match value {
        Tree::Whole(number) => Some(millis_of(*number)),
        Tree::Fraction(number) => Some(millis_of_fraction(*number)),
        Tree::Text(text) => millis_of_text(text.trim()),
        Tree::Null => return Err(no_time(member, "is absent")),
        Tree::Switch(_) | Tree::List(_) | Tree::Object(_) => None,
    };
    match millis {
        Some(millis) => in_range(member, millis),
        None => Err(no_time(
            member,
            "is no time in a known form (RFC 3339, RFC 2822, a Unix time)",
        )),
    }
}

/// Seconds, milliseconds, microseconds or nanoseconds, told apart by size: seconds reach 10^11 in
/// the year 5138, milliseconds were below it until March 1973.
fn millis_of(number: i128) -> i64 {
    let millis = match number.unsigned_abs() {
        0..100_000_000_000 => number.saturating_mul(1000),
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1000,
        _ => number / 1_000_000,
    };
    i64::try_from(millis).unwrap_or(i64::MAX)
}

/// A number with a fraction: of seconds, or of a smaller unit where the fraction says nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from float saturates, and the range is checked after it"
)]
fn millis_of_fraction(number: f64) -> i64 {
    if number.abs() < 1e11 {
        (number * 1000.0) as i64
    } else {
        millis_of(number as i128)
    }
}

fn millis_of_text(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    let timestamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| zoneless(text))
        .or_else(|| mail(text))
        .or_else(|| old_x(text))
        .or_else(|| compact(text));
    timestamp.map(Timestamp::as_millisecond)
}

/// `20260304050607` (UTC), or a Unix time.
fn digits(text: &str) -> Option<i64> {
    if text.len() == 14 {
        return compact(text).map(Timestamp::as_millisecond);
    }
    text.parse().ok().map(millis_of)
}

/// `20260304T050607Z` and `20260304050607`, as GDELT writes them.
fn compact(text: &str) -> Option<Timestamp> {
    let text = text.trim_end_matches('Z');
    let civil = DateTime::strptime("%Y%m%dT%H%M%S", text)
        .or_else(|_| DateTime::strptime("%Y%m%d%H%M%S", text));
    at(civil.ok()?, Offset::UTC)
}

/// `2026-03-04 12:06:07`, `2026-03-04T12:06`, `2026-03-04`.
fn zoneless(text: &str) -> Option<Timestamp> {
    at(text.parse().ok()?, HOME)
}

/// RFC 2822: `Wed, 04 Mar 2026 12:06:07 +0700`, also with Indonesian names of zones.
fn mail(text: &str) -> Option<Timestamp> {
    let zone = ZONES.iter().find_map(|(name, offset)| {
        let before = text.strip_suffix(name)?;
        Some(format!("{before}{offset}"))
    });
    RFC_2822
        .parse_timestamp(zone.as_deref().unwrap_or(text))
        .ok()
}

/// The form of X before version 2: `Wed Mar 04 05:06:07 +0000 2026`.
fn old_x(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%a %b %d %H:%M:%S %z %Y", text).ok()
}

fn at(civil: DateTime, offset: Offset) -> Option<Timestamp> {
    TimeZone::fixed(offset).to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[track_caller]
    fn check(value: &Tree<'_>, expected: &str) {
        let time = read("time", value).map(|time| time.to_string());
        assert_eq!(time.as_deref().unwrap_or("refused"), expected, "{value:?}");
    }

    #[test]
    fn each_way_to_write_a_time_is_understood() {
        for text in [
            "2026-03-04T05:06:07Z",
            "2026-03-04T12:06:07+07:00",
            "2026-03-04T12:06:07+0700",
            "2026-03-04 12:06:07.000000000+07:00",
            "2026-03-04T12:06:07",
            "2026-03-04 12:06:07",
            "Wed, 04 Mar 2026 12:06:07 +0700",
            "Wed, 04 Mar 2026 12:06:07 WIB",
            "Wed, 4 Mar 2026 13:06:07 WITA",
            "Tue, 04 Mar 2026 14:06:07 WIT",
            "04 Mar 2026 05:06:07 GMT",
            "Wed Mar 04 05:06:07 +0000 2026",
            "20260304T050607Z",
            "20260304050607",
            "1772600767",
            "1772600767000",
            " 1772600767000000 ",
        ] {
            check(&Tree::Text(Cow::Borrowed(text)), "2026-03-04T05:06:07.000Z");
        }
        for number in [1_772_600_767, 1_772_600_767_000, 1_772_600_767_000_000_000] {
            check(&Tree::Whole(number), "2026-03-04T05:06:07.000Z");
        }
        check(&Tree::Fraction(1_772_600_767.5), "2026-03-04T05:06:07.500Z");
        check(
            &Tree::Text(Cow::Borrowed("2026-03-04")),
            "2026-03-03T17:00:00.000Z",
        );
        check(
            &Tree::Text(Cow::Borrowed("2026-03-04T12:06+07:00")),
            "2026-03-04T05:06:00.000Z",
        );
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_member() {
        for text in [
            "yesterday",
            "",
            "12",
            "2101-01-01T00:00:00Z",
            "99999999999999999999999",
        ] {
            if text != "12" {
                check(&Tree::Text(Cow::Borrowed(text)), "refused");
            }
        }
        check(&Tree::Whole(-1), "refused");
        check(&Tree::Fraction(f64::MAX), "refused");
        check(&Tree::Switch(true), "refused");
        let refused = read("date", &Tree::Null).unwrap_err();
        assert_eq!(refused.detail, "date is absent");
    }
}
