//! NewsAPI.org: one article a record, or an answer with one article. Its members are a table in
//! docs/formats.md.
//!
//! In: a tree. Out: a [`Post`].
//! Rule: an article has no id of its own, so its address is one.

use std::borrow::Cow;

use super::draft::{Draft, joined};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::{FeedKind, Post};

/// Reads one article.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let article = common::only_of(record, "articles")?;
    let created_at = when::first(article, &["publishedAt"])?;
    let url = article.text("url")?;
    let outlet = article.text("source.name")?.or(article.text("source.id")?);
    let content = article.text("content")?.map(without_count);
    let draft = Draft {
        platform: outlet
            .or(url.as_ref().and_then(common::host))
            .unwrap_or(Cow::Borrowed("newsapi")),
        id: url.clone(),
        account: article.text("author")?,
        title: article.text("title")?.map(markup::text_of),
        text: joined(article.text("description")?, content).map(markup::text_of),
        url,
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "title, description and content", key)
}

/// `content` is cut near 200 characters and says so at its end: `… [+1234 chars]`.
fn without_count(content: Cow<'_, str>) -> Cow<'_, str> {
    let cut = content.rfind("[+").filter(|_| content.ends_with("chars]"));
    match cut.and_then(|cut| content.get(..cut)) {
        Some(kept) => Cow::Owned(kept.trim_end_matches(['…', ' ', '.']).to_owned()),
        None => content,
    }
}
