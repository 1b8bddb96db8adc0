//! `ActivityStreams` 2.0 (`ActivityPub`): one activity a record, or the object alone. Its members are
//! a table in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] with the text of its HTML.
//! Rule: any member may be one value or an array of them; the first counts. An `Update` keeps its
//! object's identity, a `Delete` or a `Tombstone` says that the object is gone.

use std::borrow::Cow;

use super::draft::{Draft, joined, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::post::{Location, Post};

/// The name of the platform in posts.
const PLATFORM: &str = "activitypub";

/// Objects that people write.
const WRITTEN: [&str; 7] = [
    "Note", "Article", "Page", "Question", "Event", "Video", "Image",
];

/// Reads one activity or object.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let kind = record.text("type")?.unwrap_or_default();
    let object = record.at("object");
    match &*kind {
        "Create" | "Update" | "Announce" => {}
        "Delete" | "Tombstone" => return Err(common::deleted("type is Delete or Tombstone")),
        _ if WRITTEN.contains(&&*kind) => return written(record, record, None, key),
        _ => return Err(common::not_a_post("type is no object that people write")),
    }
    if object
        .text("type")
        .is_ok_and(|kind| kind.as_deref() == Some("Tombstone"))
    {
        return Err(common::deleted("object.type is Tombstone"));
    }
    if object.members().is_empty() && object.at("id").as_text().is_none() {
        return Err(common::not_a_post(
            "object is a link only: there is no text",
        ));
    }
    let original = if kind == "Announce" {
        object.text("id")?
    } else {
        None
    };
    written(object, record, original, key)
}

/// The post that `object` is; `activity` tells who sent it and when, where the object does not.
fn written<'a>(
    object: &Tree<'a>,
    activity: &Tree<'a>,
    original: Option<Cow<'a, str>>,
    key: &AccountKey,
) -> Result<Post<'a>, Refused> {
    let (time, author) = match original {
        // Passed on: the time, the name and the identity are those of the person who does it.
        Some(_) => (activity, id_of(activity.at("actor"))),
        None => (object, id_of(object.at("attributedTo"))),
    };
    let created_at = match when::first(time, &["published", "updated"]) {
        Ok(time) => time,
        Err(_) => when::first(activity, &["published", "updated"])?,
    };
    let (text, text_language) = content(object)?;
    let id = match original {
        Some(_) => activity.text("id")?,
        None => object.text("id")?,
    };
    let draft = Draft {
        platform: Cow::Borrowed(PLATFORM),
        account: author.or(id_of(activity.at("actor"))),
        title: object.text("name")?.map(markup::text_of),
        text: joined(object.text("summary")?.map(markup::text_of), text),
        language: language(text_language),
        url: link(object.at("url")).or(id.clone()),
        location: location(object)?,
        id,
        repost_of: original,
        ..Draft::default()
    };
    draft.finish(created_at, "content and name", key)
}

/// A text and the tag of its language, as far as they are there.
type Content<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// The text, and its language where `contentMap` says it.
fn content<'a>(object: &Tree<'a>) -> Result<Content<'a>, Refused> {
    let by_language = object.at("contentMap").members();
    let text = object.text("content")?;
    let (text, tag) = match (text, by_language) {
        (Some(text), [(tag, _)]) => (Some(text), Some(tag.clone())),
        (Some(text), _) => (Some(text), None),
        (None, [(tag, text), ..]) => (text.as_text(), Some(tag.clone())),
        (None, []) => (None, None),
    };
    let is_plain = object
        .text("mediaType")?
        .is_some_and(|kind| kind.starts_with("text/plain"));
    let text = if is_plain {
        text
    } else {
        text.map(markup::text_of)
    };
    Ok((text, tag))
}

/// The id that `value` is or has.
fn id_of<'a>(value: &Tree<'a>) -> Option<Cow<'a, str>> {
    value.as_text().or(value.at("id").as_text())
}

/// The first address: a string, or a link object.
fn link<'a>(value: &Tree<'a>) -> Option<Cow<'a, str>> {
    let mut links = value.elements().iter();
    links.find_map(|link| link.as_text().or(link.at("href").as_text()))
}

fn location<'a>(object: &Tree<'a>) -> Result<Option<Location<'a>>, Refused> {
    let latitude = object.number("location.latitude")?;
    let longitude = object.number("location.longitude")?;
    if let (Some(latitude), Some(longitude)) = (latitude, longitude)
        && let Some(exact) = common::coordinates(latitude, longitude)
    {
        return Ok(Some(exact));
    }
    Ok(object.at("location.name").as_text().map(Location::Named))
}
