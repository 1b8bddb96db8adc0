//! What the formats have in common: times, identities, places, marks of a repost.
//!
//! In: text of members. Out: the words of `post`.
//! Rule: nothing here depends on the account key, the machine or the time of the run.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_64_with_seed};

use super::json::Tree;
use super::{Refusal, Refused};
use crate::post::{EventTime, Location, Post, PostIdentity};

/// 2101-01-01T00:00:00Z, the first instant after the last year that a post may be from.
const FIRST_ABSURD_MILLIS: i64 = 4_133_980_800_000;

/// Length of `2026-03-04T05:06:07`.
const CIVIL_LENGTH: usize = 19;

/// Reads an RFC 3339 time with any offset and at most nine fraction digits.
pub(super) fn time(member: &str, value: Option<&str>) -> Result<EventTime, Refused> {
    let value = value.ok_or_else(|| no_time(member, "is absent"))?.trim();
    match value.parse::<Timestamp>() {
        Ok(time) => in_range(member, time.as_millisecond()),
        Err(_) if is_outside_all_times(value) => Err(absurd_time(member)),
        Err(_) => Err(no_time(
            member,
            "is not an RFC 3339 time like 2026-03-04T05:06:07Z",
        )),
    }
}

/// The time at `millis`, if a post may be from then.
pub(super) fn in_range(member: &str, millis: i64) -> Result<EventTime, Refused> {
    if (0..FIRST_ABSURD_MILLIS).contains(&millis) {
        Ok(EventTime::from_millis(millis))
    } else {
        Err(absurd_time(member))
    }
}

/// A time such as 9999-12-31T23:59:59Z is well written, but past the end of the timestamp type.
pub(super) fn is_outside_all_times(value: &str) -> bool {
    let civil = value.get(..CIVIL_LENGTH).map(str::parse::<DateTime>);
    matches!(civil, Some(Ok(civil)) if !(1970..=2100).contains(&civil.year()))
}

/// The refusal of a post whose time cannot be told.
pub(super) fn no_time(member: &str, what: &str) -> Refused {
    Refused {
        reason: Refusal::NoTime,
        detail: format!("{member} {what}"),
    }
}

/// The refusal of a time that no post can be from.
pub(super) fn absurd_time(member: &str) -> Refused {
    Refused {
        reason: Refusal::AbsurdTime,
        detail: format!("{member} lies before 1970 or after 2100"),
    }
}

/// The refusal of a post with nothing to read.
pub(super) fn no_text(members: &str) -> Refused {
    Refused {
        reason: Refusal::NoText,
        detail: format!("{members} absent or blank"),
    }
}

/// The refusal of a record that the format knows, but that carries no post.
pub(super) fn not_a_post(detail: &str) -> Refused {
    Refused {
        reason: Refusal::NotAPost,
        detail: detail.to_owned(),
    }
}

/// The refusal of a statement that a post is gone.
pub(super) fn deleted(detail: &str) -> Refused {
    Refused {
        reason: Refusal::Deleted,
        detail: detail.to_owned(),
    }
}

/// The refusal of an item that its newsroom holds back.
pub(super) fn withheld(detail: &str) -> Refused {
    Refused {
        reason: Refusal::Withheld,
        detail: detail.to_owned(),
    }
}

/// The one element of a list that may hold many: the ledger counts records, so that a record is
/// one post.
pub(super) fn only<'t, 'a>(list: &'t Tree<'a>, member: &str) -> Result<&'t Tree<'a>, Refused> {
    match list.elements() {
        [one] => Ok(one),
        [] => Err(not_a_post("a list without an element")),
        more => Err(Refused {
            reason: Refusal::SeveralPosts,
            detail: format!("{member} has {} elements: write one a record", more.len()),
        }),
    }
}

/// The one element of the list `member` of `record`; without such a list `record` itself.
pub(super) fn only_of<'t, 'a>(record: &'t Tree<'a>, member: &str) -> Result<&'t Tree<'a>, Refused> {
    if record.has(member) {
        only(record.at(member), member)
    } else {
        Ok(record)
    }
}

/// The host of an address, without `www.`.
pub(super) fn host<'a>(url: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    let of = |url: &str| {
        let rest = url.split_once("://")?.1;
        let host = rest.split(['/', '?', '#', ':']).next()?;
        let host = host.trim_start_matches("www.");
        (!host.is_empty()).then(|| host.to_owned())
    };
    of(url).map(Cow::Owned)
}

/// Stands for the id of a post without one: equal when all that tells posts apart is equal. Of the
/// author only one byte of a hash goes in. It keeps copies by different accounts apart, but a
/// published id cannot be used to try out names.
pub(super) fn fingerprint(
    created_at: EventTime,
    author: Option<&str>,
    parts: [&str; 4],
) -> Cow<'static, str> {
    let mut hasher = Xxh3::new();
    hasher.update(&created_at.millis().to_le_bytes());
    let [author_byte, ..] = xxh3_64(author.unwrap_or("").as_bytes()).to_le_bytes();
    hasher.update(&[author_byte]);
    for part in parts {
        hasher.update(&part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    Cow::Owned(format!("{:016x}", hasher.digest()))
}

/// The same id on two platforms makes two identities.
pub(super) fn identity(platform: &str, id: &str) -> PostIdentity {
    PostIdentity(xxh3_64_with_seed(
        id.as_bytes(),
        xxh3_64(platform.as_bytes()),
    ))
}

/// `text` unless it is blank.
pub(super) fn not_blank(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    text.contains(|letter: char| !letter.is_whitespace())
        .then_some(text)
}

/// A repost that only its text tells: `RT @name: ...`. Its original has no id here, so a
/// fingerprint of the words that are passed on stands for it.
pub(super) fn repost_by_text(text: &str) -> Option<Cow<'static, str>> {
    let (name, passed_on) = text.strip_prefix("RT @")?.split_once(':')?;
    let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
    is_name.then(|| Cow::Owned(format!("rt-{:016x}", xxh3_64(passed_on.trim().as_bytes()))))
}

/// `latitude,longitude` in degrees, or free text.
pub(super) fn location(text: Cow<'_, str>) -> Location<'_> {
    text.split_once(',')
        .and_then(|(latitude, longitude)| {
            coordinates(
                latitude.trim().parse().ok()?,
                longitude.trim().parse().ok()?,
            )
        })
        .unwrap_or(Location::Named(text))
}

/// Degrees, if they lie on the globe.
pub(super) fn coordinates<'a>(latitude: f64, longitude: f64) -> Option<Location<'a>> {
    let on_globe = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    on_globe.then_some(Location::Coordinates {
        latitude,
        longitude,
    })
}

/// The same post without a tie to the text that it was read from.
pub(super) fn owned(post: Post<'_>) -> Post<'static> {
    post.into_owned()
}
