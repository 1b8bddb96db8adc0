//! RSS and Atom as converters write them in JSON: one item or entry a record, alone or in its feed.
//! Its members are a table in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] with the text of its HTML.
//! Rule: converters differ in how they write an element with attributes (`#text`, `_`, `$t`...), so
//! each element is read as a text or as an object with one of these.

use std::borrow::Cow;

use super::draft::{Draft, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::{FeedKind, Location, Post};

/// Ways down from a whole feed to its items.
const ITEMS: [&str; 6] = [
    "rss.channel.item",
    "channel.item",
    "feed.entry",
    "rss.channel.items",
    "item",
    "entry",
];

/// Where converters put an element's text beside its attributes.
const TEXTS: [&str; 7] = ["#text", "_", "$t", "$", "value", "__cdata", "content"];

/// Reads one item or entry.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let item = match ITEMS.iter().find(|path| record.has(path)) {
        Some(path) => common::only(record.at(path), path)?,
        None => record,
    };
    let times = ["pubDate", "published", "dc:date", "isoDate", "updated"];
    let written = times
        .iter()
        .find(|name| item.has(name))
        .unwrap_or(&"pubDate");
    let time = element(item.at(written)).map_or(Tree::Null, Tree::Text);
    let created_at = when::read(written, &time)?;
    let url = link(item);
    let first = |names: &[&str]| names.iter().find_map(|name| element(item.at(name)));
    let text = first(&[
        "content:encoded",
        "content_encoded",
        "content",
        "description",
        "summary",
    ]);
    let draft = Draft {
        platform: url
            .as_ref()
            .and_then(common::host)
            .unwrap_or(Cow::Borrowed("rss")),
        id: first(&["guid", "id"]).or(url.clone()),
        account: first(&["dc:creator", "creator"]).or(author(item)),
        title: first(&["title"]).map(markup::text_of),
        text: text.map(markup::text_of),
        language: language(first(&["dc:language", "language", "xml:lang"])),
        location: point(item),
        url,
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "title and description", key)
}

/// The text of an element.
fn element<'a>(value: &Tree<'a>) -> Option<Cow<'a, str>> {
    let value = value.elements().first()?;
    let inside = || TEXTS.iter().find_map(|name| value.at(name).as_text());
    value.as_text().or_else(inside)
}

fn author<'a>(item: &Tree<'a>) -> Option<Cow<'a, str>> {
    let author = item.at("author");
    author.at("name").as_text().or(element(author))
}

/// RSS writes the address as text, Atom as an attribute, one of several `rel`.
fn link<'a>(item: &Tree<'a>) -> Option<Cow<'a, str>> {
    let attribute = |link: &Tree<'a>, name: &str| {
        let written = ["", "@", "@_", "$."].map(|mark| format!("{mark}{name}"));
        written.iter().find_map(|path| link.at(path).as_text())
    };
    let links = item.at("link").elements();
    let alternate = links
        .iter()
        .find(|link| attribute(link, "rel").is_none_or(|rel| rel == "alternate"));
    let link = alternate.or(links.first())?;
    element(link).or_else(|| attribute(link, "href"))
}

/// `georss:point`: latitude and longitude with a blank between them.
fn point<'a>(item: &Tree<'a>) -> Option<Location<'a>> {
    let point = element(item.at("georss:point"))?;
    let mut degrees = point.split_whitespace().map(str::parse);
    match (degrees.next(), degrees.next()) {
        (Some(Ok(latitude)), Some(Ok(longitude))) => common::coordinates(latitude, longitude),
        _ => None,
    }
}
