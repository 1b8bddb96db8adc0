//! GDELT DOC 2.0 (`mode=artlist&format=json`): one article a record, or an answer with one article.
//! Its members are a table in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] that has a headline and no body.
//! Rule: an article's address is its id; `seendate` is when GDELT saw it, not when it was published;
//! languages and countries are written as English names.

use std::borrow::Cow;

use super::draft::Draft;
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, gdelt_languages, markup, when};
use crate::post::{FeedKind, Location, Post};

/// Reads one article.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let article = common::only_of(record, "articles")?;
    let created_at = when::first(article, &["seendate"])?;
    let url = article.text("url")?;
    let outlet = article.text("domain")?;
    let language = article.text("language")?;
    let draft = Draft {
        platform: outlet.unwrap_or(Cow::Borrowed("gdelt")),
        id: url.clone(),
        title: article.text("title")?.map(markup::text_of),
        language: language.and_then(|name| gdelt_languages::of(&name)),
        url,
        location: article.text("sourcecountry")?.map(Location::Named),
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "title", key)
}
