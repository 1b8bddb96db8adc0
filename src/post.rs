//! The words that every room shares: a post, its time, its kind, a topic's key. Data only.
//!
//! In: nothing. Out: types.
//! Rule: a raw account name never leaves `feed`; from here on there are only keyed hashes.
//! Not here: how bytes become a post (`feed`), what a post is about (`topic`).

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A point in event time: milliseconds since 1970-01-01T00:00:00Z, always UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EventTime(i64);

impl EventTime {
    /// The earliest time there is; smaller than any post's.
    pub const MIN: Self = Self(i64::MIN);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This time moved by `millis` (negative: earlier); saturates instead of wrapping.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Reads RFC 3339; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(Self(time.as_millisecond()))
    }

    /// Milliseconds from `earlier` to `self` (negative when `earlier` is later); saturates.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for EventTime {
    /// RFC 3339 in UTC with milliseconds; a time outside the years 0 to 9999 shows its number.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => write!(formatter, "{timestamp:.3}"),
            Err(_) => write!(formatter, "{}ms", self.0),
        }
    }
}

/// The two kinds of feed. The feed's kind, not the post's own claim, decides which clock it follows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    /// Posts by the public.
    Social,
    /// Items by newsrooms.
    News,
}

impl FeedKind {
    /// Every kind, in the order of all outputs.
    pub const ALL: [Self; 2] = [Self::Social, Self::News];

    /// The word in config, metrics and alerts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Social => "social",
            Self::News => "news",
        }
    }
}

/// An account as a keyed hash. Equal accounts under one key have equal hashes; the name is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountHash(pub u64);

/// What makes a post the same post when a feed delivers it again: a stable hash of platform and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PostIdentity(pub u64);

/// A primary language subtag of two or three ASCII letters, lower case (`id`, `en`, `fil`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language([u8; 3]);

impl Language {
    /// Reads the primary subtag of `tag` (`en-GB` gives `en`); the legacy codes that platforms
    /// still send are mapped (`in` to `id`, `iw` to `he`, `jw` to `jv`, `msa` to `ms`).
    /// `und`, empty or malformed tags give `None`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim();
        if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        let mut code = [0_u8; 3];
        for (to, from) in code.iter_mut().zip(primary.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        match &code {
            b"und" | b"zxx" | b"mul" => None,
            b"in\0" | b"ind" => Some(Self(*b"id\0")),
            b"iw\0" => Some(Self(*b"he\0")),
            b"jw\0" => Some(Self(*b"jv\0")),
            b"msa" => Some(Self(*b"ms\0")),
            _ => Some(Self(code)),
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let length = if self.0.last() == Some(&0) { 2 } else { 3 };
        self.0
            .get(..length)
            .and_then(|code| std::str::from_utf8(code).ok())
            .unwrap_or("und")
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Where a post says that it is from.
#[derive(Debug, Clone, PartialEq)]
pub enum Location<'a> {
    /// Degrees, WGS 84; latitude -90 to 90, longitude -180 to 180.
    Coordinates { latitude: f64, longitude: f64 },
    /// Free text, as the source gives it.
    Named(Cow<'a, str>),
}

/// One post of a feed after decoding. Text is plain (no HTML), borrowed from the record where
/// the source allows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Post<'a> {
    /// The source's own id, or a fingerprint of the rest where it has none.
    pub id: Cow<'a, str>,
    /// The key of duplicate detection.
    pub identity: PostIdentity,
    /// The post's own claim about its kind, if it makes one.
    pub kind: Option<FeedKind>,
    /// The source's platform or outlet (`x`, `bluesky`, `detik.com`), empty if unknown.
    pub platform: Cow<'a, str>,
    /// The author, `None` where the source names none.
    pub account: Option<AccountHash>,
    /// The time that the source claims.
    pub created_at: EventTime,
    /// Headline, empty if none.
    pub title: Cow<'a, str>,
    /// Body, empty if none; never both empty.
    pub text: Cow<'a, str>,
    /// The platform's guess of the language.
    pub language: Option<Language>,
    /// Where a person can read it.
    pub url: Option<Cow<'a, str>>,
    /// Where it was written, if it says so.
    pub location: Option<Location<'a>>,
    /// The id of the post that this one only passes on (a repost, a retweet, a forward).
    pub repost_of: Option<Cow<'a, str>>,
}

impl Post<'_> {
    /// The same post without a tie to the record that it was read from.
    pub fn into_owned(self) -> Post<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Post {
            id: own(self.id),
            identity: self.identity,
            kind: self.kind,
            platform: own(self.platform),
            account: self.account,
            created_at: self.created_at,
            title: own(self.title),
            text: own(self.text),
            language: self.language,
            url: self.url.map(own),
            location: self.location.map(|location| match location {
                Location::Named(name) => Location::Named(own(name)),
                Location::Coordinates {
                    latitude,
                    longitude,
                } => Location::Coordinates {
                    latitude,
                    longitude,
                },
            }),
            repost_of: self.repost_of.map(own),
        }
    }
}

/// The key of a topic: `watch:ID`, `tag:NAME`, `place:ID-JK`, `hazard:banjir@ID-JK`,
/// `hazard:gempa`, `phrase:WORDS`, `link:HOST/PATH`, `feed:NAME`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct TopicKey(Box<str>);

impl TopicKey {
    /// Wraps a key that `topic` has written.
    pub fn new(key: impl Into<Box<str>>) -> Self {
        Self(key.into())
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_language_codes_are_mapped() {
        let code = |tag| Language::parse(tag).map(|language| language.as_str().to_owned());
        assert_eq!(code("in").as_deref(), Some("id"));
        assert_eq!(code("id-ID").as_deref(), Some("id"));
        assert_eq!(code("msa").as_deref(), Some("ms"));
        assert_eq!(code("FIL").as_deref(), Some("fil"));
        assert_eq!(code("und"), None);
        assert_eq!(code("Indonesian"), None);
    }

    #[test]
    fn time_shows_as_rfc_3339() {
        assert_eq!(
            EventTime::from_millis(1_772_600_767_120).to_string(),
            "2026-03-04T05:06:07.120Z"
        );
    }
}
