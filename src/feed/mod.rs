//! Bytes of one record -> a post, or a named refusal. One file per format.
//!
//! In: the bytes of a feed's record. Out: [`Post`] or [`Refused`].
//! Rule: no input panics or stops the program; every refusal has a reason from a closed list.
//! Not here: whether a post is late, a duplicate or relevant (`ingest`).

mod account;
mod activity_streams;
mod auto;
mod common;
mod draft;
mod envelope;
mod gdelt_doc;
mod gdelt_gkg;
mod gdelt_languages;
mod jetstream;
mod json;
mod json_feed;
mod markup;
mod mastodon;
mod newsapi;
mod ninjs;
mod paths;
mod plain;
mod refusal;
mod rss;
mod schema_org;
mod surrogate;
mod telegram;
#[cfg(test)]
mod tests;
mod when;
mod x_text;
mod x_v1;
mod x_v2;
mod x_v2_members;

use std::borrow::Cow;

pub use account::AccountKey;
pub use refusal::{Refusal, Refused};

use crate::config::{Format, Paths};
use crate::post::Post;
use envelope::MAX_ENVELOPES;
use json::Root;

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

    /// Reads one record of any format but [`Format::Paths`]. `value` is `None` for a record without
    /// a value.
    pub fn decode<'a>(&self, format: Format, value: Option<&'a [u8]>) -> Result<Post<'a>, Refused> {
        self.decode_by(format, &Paths::default(), value)
    }

    /// Reads one record; `paths` are those of the feed, for [`Format::Paths`].
    pub fn decode_by<'a>(
        &self,
        format: Format,
        paths: &Paths,
        value: Option<&'a [u8]>,
    ) -> Result<Post<'a>, Refused> {
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
        let source = Source {
            key: &self.key,
            format,
            paths,
        };
        let json = json::text_of(bytes)?;
        match source.read(json, MAX_ENVELOPES) {
            // Looking for lone surrogates costs time, so only records that did not read pay for it.
            Err(refused) if refused.reason == Refusal::NotJson => match surrogate::mend(json) {
                Some(mended) => source.read(&mended, MAX_ENVELOPES).map(common::owned),
                None => Err(refused),
            },
            post_or_refused => post_or_refused,
        }
    }
}

/// What one feed's records are read with.
#[derive(Clone, Copy)]
struct Source<'s> {
    key: &'s AccountKey,
    format: Format,
    paths: &'s Paths,
}

impl Source<'_> {
    /// Reads a record, bare or in envelopes, at most `deep` of them.
    fn read(self, json: &str, deep: usize) -> Result<Post<'_>, Refused> {
        let refused = match self.bare(self.format, json) {
            Err(refused) if refused.reason.may_be_an_envelope() && deep > 0 => refused,
            post_or_refused => return post_or_refused,
        };
        let Some(root) = Root::of(json) else {
            return Err(refused);
        };
        match envelope::open(&root)? {
            None => Err(refused),
            Some(Cow::Borrowed(inner)) => self.read(inner, deep - 1),
            Some(Cow::Owned(inner)) => {
                let inner = json::text_of(inner.as_bytes())?;
                self.read(inner, deep - 1).map(common::owned)
            }
        }
    }

    fn bare(self, format: Format, json: &str) -> Result<Post<'_>, Refused> {
        let key = self.key;
        match format {
            Format::Plain => plain::decode(json, key),
            Format::XV2 => x_v2::decode(json, key),
            Format::Jetstream => jetstream::decode(json, key),
            Format::GdeltGkg => gdelt_gkg::decode(json, key),
            Format::XV1 => x_v1::decode(&json::tree(json)?, key),
            Format::Mastodon => mastodon::decode(&json::tree(json)?, key),
            Format::Telegram => telegram::decode(&json::tree(json)?, key),
            Format::ActivityStreams => activity_streams::decode(&json::tree(json)?, key),
            Format::Ninjs => ninjs::decode(&json::tree(json)?, key),
            Format::JsonFeed => json_feed::decode(&json::tree(json)?, key),
            Format::Rss => rss::decode(&json::tree(json)?, key),
            Format::GdeltDoc => gdelt_doc::decode(&json::tree(json)?, key),
            Format::NewsApi => newsapi::decode(&json::tree(json)?, key),
            Format::SchemaOrg => schema_org::decode(&json::tree(json)?, key),
            Format::Paths => paths::decode(&json::tree(json)?, self.paths, key),
            Format::Auto => self.bare(told(json)?, json),
        }
    }
}

/// The format that the record's shape tells.
fn told(json: &str) -> Result<Format, Refused> {
    if gdelt_gkg::is_line(json) {
        return Ok(Format::GdeltGkg);
    }
    match Root::of(json) {
        Some(root) => auto::format_of(&root),
        // Whoever reads JSON says better what is wrong with it.
        None => Ok(Format::Plain),
    }
}

/// A blank line is X's way to keep a connection alive; elsewhere it is a mistake.
fn blank(format: Format, bytes: &[u8]) -> Refusal {
    let keeps_alive = matches!(format, Format::XV1 | Format::XV2 | Format::Auto);
    if keeps_alive && !bytes.is_empty() {
        Refusal::NotAPost
    } else {
        Refusal::Empty
    }
}
