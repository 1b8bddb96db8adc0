//! Bytes of one record -> a post, or a named refusal. One file per format.
//!
//! In: the bytes of a feed's record. Out: [`Post`] or [`Refused`].
//! Rule: no input panics or stops the program; every refusal has a reason from a closed list.
//! Not here: whether a post is late, a duplicate or relevant (`ingest`).

mod account;
mod common;
mod jetstream;
mod json;
mod plain;
mod surrogate;
#[cfg(test)]
mod tests;
mod x_v2;
mod x_v2_members;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use account::AccountKey;

use crate::config::Format;
use crate::post::Post;

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
    /// A record that the format knows, but that carries no post (a like, a deletion, a keep-alive).
    NotAPost,
}

impl Refusal {
    /// Every reason, in the order of all outputs.
    pub const ALL: [Self; 12] = [
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
        }
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

/// Reads records of feeds.
#[derive(Debug, Clone)]
pub struct Decoder {
    key: AccountKey,
    max_bytes: usize,
}

impl Decoder {
    /// A decoder that hashes accounts with `key` and refuses records over `max_bytes`.
    pub fn new(key: AccountKey, max_bytes: usize) -> Self {
        Self { key, max_bytes }
    }

    /// Reads one record. `value` is `None` for a record without a value.
    pub fn decode<'a>(&self, format: Format, value: Option<&'a [u8]>) -> Result<Post<'a>, Refused> {
        let bytes = value.ok_or(Refusal::Tombstone)?;
        if bytes.len() > self.max_bytes {
            return Err(Refused {
                reason: Refusal::TooLarge,
                detail: format!(
                    "{} bytes, ingest.max_post_bytes is {}",
                    bytes.len(),
                    self.max_bytes
                ),
            });
        }
        if bytes.trim_ascii().is_empty() {
            return Err(blank(format, bytes).into());
        }
        let json = json::text_of(bytes)?;
        match self.read(format, json) {
            // Looking for lone surrogates costs time, so only records that did not read pay for it.
            Err(refused) if refused.reason == Refusal::NotJson => match surrogate::mend(json) {
                Some(mended) => self.read(format, &mended).map(common::owned),
                None => Err(refused),
            },
            post_or_refused => post_or_refused,
        }
    }

    fn read<'a>(&self, format: Format, json: &'a str) -> Result<Post<'a>, Refused> {
        match format {
            Format::Plain => plain::decode(json, &self.key),
            Format::XV2 => x_v2::decode(json, &self.key),
            Format::Jetstream => jetstream::decode(json, &self.key),
        }
    }
}

/// A blank line is X's way to keep a connection alive; elsewhere it is a mistake.
fn blank(format: Format, bytes: &[u8]) -> Refusal {
    match format {
        Format::XV2 if !bytes.is_empty() => Refusal::NotAPost,
        Format::XV2 | Format::Plain | Format::Jetstream => Refusal::Empty,
    }
}
