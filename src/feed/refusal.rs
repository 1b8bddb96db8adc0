//! Why a record is not a post.
//!
//! In: nothing. Out: [`Refusal`], the closed list; [`Refused`], with what exactly was wrong.
//! Rule: a refusal shows nothing of the record; new reasons go to the end, logs hold their places.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a record is not a post; the closed list behind the ledger's `refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A record without a value.
    Tombstone,
    /// A value of no bytes, or of blanks only.
    Empty,
    /// Longer than `ingest.max_post_bytes`.
    TooLarge,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Not one JSON value.
    NotJson,
    /// JSON, but nested deeper than any post.
    TooDeep,
    /// A member has another type than the format says.
    WrongType,
    /// No time, or one that cannot be read.
    NoTime,
    /// Neither text nor title.
    NoText,
    /// A time before 1970 or after 2100.
    AbsurdTime,
    /// Later than its arrival and the allowed skew.
    Future,
    /// A record that the format knows, but that carries no post (a like, a keep-alive).
    NotAPost,
    /// The source says that a post is gone.
    Deleted,
    /// A newsroom holds the item back: an embargo, a status that is not usable.
    Withheld,
    /// More than one post in a record.
    SeveralPosts,
    /// With `format = "auto"`: no format fits, or more than one.
    UnclearFormat,
    /// A schema registry's frame around a binary format.
    BinarySchema,
}

impl Refusal {
    /// Every reason, in the order of all outputs.
    pub const ALL: [Self; 17] = [
        Self::Tombstone,
        Self::Empty,
        Self::TooLarge,
        Self::NotUtf8,
        Self::NotJson,
        Self::TooDeep,
        Self::WrongType,
        Self::NoTime,
        Self::NoText,
        Self::AbsurdTime,
        Self::Future,
        Self::NotAPost,
        Self::Deleted,
        Self::Withheld,
        Self::SeveralPosts,
        Self::UnclearFormat,
        Self::BinarySchema,
    ];

    /// The word in the ledger, metrics, dead letters and summaries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tombstone => "tombstone",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::TooDeep => "too_deep",
            Self::WrongType => "wrong_type",
            Self::NoTime => "no_time",
            Self::NoText => "no_text",
            Self::AbsurdTime => "absurd_time",
            Self::Future => "future",
            Self::NotAPost => "not_a_post",
            Self::Deleted => "deleted",
            Self::Withheld => "withheld",
            Self::SeveralPosts => "several_posts",
            Self::UnclearFormat => "unclear_format",
            Self::BinarySchema => "binary_schema",
        }
    }

    /// Whether a record refused for this reason may be a readable one in an envelope.
    pub(super) const fn may_be_an_envelope(self) -> bool {
        matches!(
            self,
            Self::WrongType | Self::NoTime | Self::NoText | Self::NotAPost | Self::UnclearFormat
        )
    }

    /// Whether somebody should look at the record: it is kept as a dead letter. The others are a
    /// source's usual talk, and what a person deleted or a newsroom holds back must not be kept.
    pub const fn is_a_mistake(self) -> bool {
        !matches!(
            self,
            Self::Tombstone | Self::NotAPost | Self::Deleted | Self::Withheld
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A refusal and what exactly was wrong, for the person who repairs the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The reason.
    pub reason: Refusal,
    /// One line without the post's text, empty when the reason says it all.
    pub detail: String,
}

impl From<Refusal> for Refused {
    fn from(reason: Refusal) -> Self {
        Self {
            reason,
            detail: String::new(),
        }
    }
}
