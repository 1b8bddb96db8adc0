//! The plain format: one JSON object a record, see docs/formats.md.

use std::borrow::Cow;

use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

use super::{AccountKey, Refusal, Refused};
use crate::post::{EventTime, FeedKind, Language, Location, Post, PostIdentity};

#[derive(Deserialize)]
struct Plain<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    kind: Option<FeedKind>,
    #[serde(borrow)]
    platform: Option<Cow<'a, str>>,
    #[serde(borrow)]
    author: Option<Cow<'a, str>>,
    #[serde(borrow)]
    created_at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    lang: Option<Cow<'a, str>>,
    #[serde(borrow)]
    url: Option<Cow<'a, str>>,
    #[serde(borrow)]
    location: Option<Cow<'a, str>>,
    #[serde(borrow)]
    repost_of: Option<Cow<'a, str>>,
}

/// Reads one plain record.
pub(super) fn decode<'a>(bytes: &'a [u8], key: &AccountKey) -> Result<Post<'a>, Refused> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Refusal::NotUtf8)?;
    let plain: Plain<'_> = serde_json::from_str(text).map_err(|error| Refused {
        reason: Refusal::NotJson,
        detail: error.to_string(),
    })?;
    let created_at = plain.created_at.ok_or(Refusal::NoTime)?;
    let created_at: jiff::Timestamp = created_at.parse().map_err(|_| Refusal::NoTime)?;
    let created_at = EventTime::from_millis(created_at.as_millisecond());
    let title = plain.title.unwrap_or_default();
    let body = plain.text.unwrap_or_default();
    if title.is_empty() && body.is_empty() {
        return Err(Refusal::NoText.into());
    }
    let platform = plain.platform.unwrap_or_default();
    let id = plain
        .id
        .unwrap_or_else(|| Cow::Owned(format!("{:016x}", xxh3_64(bytes))));
    Ok(Post {
        identity: PostIdentity(xxh3_64(id.as_bytes())),
        id,
        kind: plain.kind,
        account: plain
            .author
            .as_deref()
            .map(|author| key.hash(&platform, author)),
        platform,
        created_at,
        title,
        text: body,
        language: plain.lang.as_deref().and_then(Language::parse),
        url: plain.url,
        location: plain.location.map(Location::Named),
        repost_of: plain.repost_of,
    })
}
