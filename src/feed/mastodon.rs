//! Mastodon: one status a record, bare or as the streaming API wraps it. Its members are a table in
//! docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] with the text of its HTML.
//! Rule: the identity is the status's `uri`, which is the same on every server; an edit keeps it.

use std::borrow::Cow;

use super::draft::{Draft, joined, language};
use super::json::{self, Tree};
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::Post;

/// The name of the platform in posts.
const PLATFORM: &str = "mastodon";

/// Reads one status, or one event of a stream.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let Some(event) = record.text("event")? else {
        return status(record, key);
    };
    match &*event {
        "update" | "status.update" => {}
        "delete" => return Err(common::deleted("event is delete")),
        _ => return Err(common::not_a_post("event is not update")),
    }
    let payload = record.at("payload");
    // The stream puts the status into a string.
    if let Tree::Text(json) = payload {
        json::text_of(json.as_bytes())?;
        return status(&json::tree(json)?, key).map(common::owned);
    }
    status(payload, key)
}

fn status<'a>(status: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let created_at = when::first(status, &["created_at"])?;
    let original = status.at("reblog");
    let source = if status.has("reblog") {
        original
    } else {
        status
    };
    let text = joined(
        source.text("spoiler_text")?,
        source.text("content")?.map(markup::text_of),
    );
    let draft = Draft {
        platform: Cow::Borrowed(PLATFORM),
        id: status.text("uri")?.or(status.id("id")?),
        // `acct` lacks the server for accounts of the server itself.
        account: status.text("account.url")?.or(status.text("account.acct")?),
        text,
        language: language(source.text("language")?),
        url: status.text("url")?.or(status.text("uri")?),
        repost_of: original.text("uri")?.or(original.id("id")?),
        ..Draft::default()
    };
    draft.finish(created_at, "content", key)
}
