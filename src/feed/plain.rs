//! The plain format: one JSON object a record. Its members are a table in docs/formats.md.
//!
//! In: JSON text. Out: a [`Post`] that borrows from it, or the first thing that is wrong.
//! Rule: `created_at` and one of `text`, `title` must be there; null is absent; what is not known
//! is passed over.

use std::borrow::Cow;

use super::common;
use super::json::{self, Id, Member, Text, members};
use super::{AccountKey, Refused};
use crate::post::{FeedKind, Language, Post};

members!(
    /// The whole record.
    Plain<'a> {
        id: Id<'a> = "id",
        kind: Text<'a> = "kind",
        platform: Text<'a> = "platform",
        author: Id<'a> = "author",
        created_at: Text<'a> = "created_at",
        title: Text<'a> = "title",
        text: Text<'a> = "text",
        lang: Text<'a> = "lang",
        url: Text<'a> = "url",
        location: Text<'a> = "location",
        repost_of: Id<'a> = "repost_of",
        gone: Text<'a> = "__deleted",
    }
);

/// Reads one plain record.
pub(super) fn decode<'a>(json: &'a str, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let plain: Plain<'a> = json::object(json)?;
    // Debezium's flat rows say so of a deleted one.
    if plain.gone.ok().is_some_and(|Text(gone)| gone == "true") {
        return Err(common::deleted("__deleted is true"));
    }
    let created_at = plain.created_at.named("created_at")?;
    let created_at = common::time("created_at", created_at.as_ref().map(|time| &*time.0))?;
    let title = words(plain.title, "title")?.unwrap_or_default();
    let text = words(plain.text, "text")?.unwrap_or_default();
    if title.is_empty() && text.is_empty() {
        return Err(common::no_text("text and title"));
    }
    let platform = words(plain.platform, "platform")?.unwrap_or_default();
    let author = identifier(plain.author, "author")?;
    let url = words(plain.url, "url")?;
    let id = identifier(plain.id, "id")?.unwrap_or_else(|| {
        let parts = [&*platform, &*title, &*text, url.as_deref().unwrap_or("")];
        common::fingerprint(created_at, author.as_deref(), parts)
    });
    let repost_of = identifier(plain.repost_of, "repost_of")?;
    Ok(Post {
        identity: common::identity(&platform, &id),
        id,
        kind: kind(plain.kind)?,
        account: author.map(|author| key.hash(&platform, &author)),
        platform,
        created_at,
        language: words(plain.lang, "lang")?.and_then(|tag| Language::parse(&tag)),
        url,
        location: words(plain.location, "location")?.map(common::location),
        repost_of: repost_of.or_else(|| common::repost_by_text(&text)),
        title,
        text,
    })
}

/// The text of a member; blank is absent.
fn words<'a>(member: Member<Text<'a>>, name: &str) -> Result<Option<Cow<'a, str>>, Refused> {
    Ok(member
        .named(name)?
        .and_then(|text| common::not_blank(text.0)))
}

/// The text of a member that may be an integer; blank is absent.
fn identifier<'a>(member: Member<Id<'a>>, name: &str) -> Result<Option<Cow<'a, str>>, Refused> {
    Ok(member.named(name)?.and_then(|id| common::not_blank(id.0)))
}

fn kind(member: Member<Text<'_>>) -> Result<Option<FeedKind>, Refused> {
    let Some(Text(word)) = member.named("kind")? else {
        return Ok(None);
    };
    let known = FeedKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    known
        .map(Some)
        .ok_or_else(|| json::wrong_type("kind", "another word", "\"social\" or \"news\""))
}
