//! schema.org in JSON-LD: an article or a posting of social media a record. Its members are a table
//! in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`].
//! Rule: in a `@graph` the first thing with words of its own counts; any member may be an array.

use std::borrow::Cow;

use super::draft::{Draft, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::{FeedKind, Location, Post};

/// What has words: newspapers, blogs, forums.
const WRITTEN: [&str; 4] = ["Article", "Posting", "Report", "Comment"];

/// Reads one thing.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let graph = record.at("@graph").elements();
    let thing = match graph {
        [] => record,
        _ => graph
            .iter()
            .find(|thing| is_written(thing))
            .ok_or_else(|| common::not_a_post("@graph has no article"))?,
    };
    if !is_written(thing) {
        return Err(common::not_a_post("@type is no article or posting"));
    }
    let created_at = when::first(thing, &["datePublished", "dateCreated", "dateModified"])?;
    let url = text_or(thing, "url", "@id").or(text_or(thing, "mainEntityOfPage", "@id"));
    let outlet = text_or(thing, "publisher", "name");
    let mut words = ["articleBody", "text", "description"].iter();
    let text = words.find_map(|name| thing.at(name).as_text());
    let draft = Draft {
        platform: outlet
            .or(url.as_ref().and_then(common::host))
            .unwrap_or(Cow::Borrowed("schema_org")),
        id: text_or(thing, "identifier", "value")
            .or(thing.at("@id").as_text())
            .or(url.clone()),
        account: text_or(thing, "author", "name"),
        title: text_or(thing, "headline", "@value").map(markup::text_of),
        text: text.map(markup::text_of),
        language: language(text_or(thing, "inLanguage", "alternateName")),
        location: text_or(thing, "contentLocation", "name").map(Location::Named),
        url,
        kind: is_news(thing).then_some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "headline, articleBody and text", key)
}

/// The member as a text, or what its object says under `inside`.
fn text_or<'a>(thing: &Tree<'a>, member: &str, inside: &str) -> Option<Cow<'a, str>> {
    let value = thing.at(member);
    value.as_text().or(value.at(inside).as_text())
}

fn is_written(thing: &Tree<'_>) -> bool {
    let mut kinds = thing.at("@type").elements().iter();
    kinds.any(|kind| {
        let kind = kind.as_text().unwrap_or_default();
        WRITTEN.iter().any(|end| kind.ends_with(end))
    })
}

fn is_news(thing: &Tree<'_>) -> bool {
    let mut kinds = thing.at("@type").elements().iter();
    kinds.any(|kind| kind.as_text().is_some_and(|kind| kind.ends_with("Article")))
}
