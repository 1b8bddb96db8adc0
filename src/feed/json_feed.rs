//! JSON Feed 1.0 and 1.1: one item a record, or a feed with one item. Its members are a table in
//! docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] with the text of its HTML.
//! Rule: what an item does not say, its feed may say for it. An edit keeps its `id`.

use std::borrow::Cow;

use super::draft::{Draft, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::{FeedKind, Post};

/// Reads one item.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let item = common::only_of(record, "items")?;
    let created_at = when::first(item, &["date_published", "date_modified"])?;
    let text = match item.text("content_text")? {
        Some(text) => Some(text),
        None => item.text("content_html")?.map(markup::text_of),
    };
    let text = match text {
        Some(text) => Some(text),
        None => item.text("summary")?,
    };
    let url = item.text("url")?.or(item.text("external_url")?);
    let outlet = record.text("title")?.filter(|_| record.has("items"));
    let said = item.text("language")?.or(record.text("language")?);
    let draft = Draft {
        platform: outlet
            .or(url.as_ref().and_then(common::host))
            .unwrap_or(Cow::Borrowed("json_feed")),
        id: item.id("id")?,
        account: author(item).or(author(record)),
        title: item.text("title")?.map(markup::text_of),
        text,
        language: language(said),
        url,
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "content_text, content_html and title", key)
}

fn author<'a>(of: &Tree<'a>) -> Option<Cow<'a, str>> {
    let paths = ["authors.url", "authors.name", "author.url", "author.name"];
    paths.iter().find_map(|path| of.at(path).as_text())
}
