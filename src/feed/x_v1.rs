//! X API v1.1: one status a record, as streams and archives of Twitter have it. Its members are a
//! table in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] of the platform `x`, with the identity that version 2 would give it.
//! Rule: ids are read from `id_str`, never from the number beside it; a retweet's own text is cut
//! short, so the original's is used.

use std::borrow::Cow;

use super::draft::{Draft, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, when, x_text};
use crate::post::{Location, Post};

/// Messages about the stream, each alone in its object.
const CONTROL: [&str; 7] = [
    "limit",
    "scrub_geo",
    "warning",
    "disconnect",
    "status_withheld",
    "user_withheld",
    "event",
];

/// Reads one status.
pub(super) fn decode<'a>(status: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    if !status.has("created_at") {
        if status.has("delete") {
            return Err(common::deleted("delete is there"));
        }
        if CONTROL.iter().any(|name| status.has(name)) {
            return Err(common::not_a_post("a message about the stream"));
        }
    }
    let created_at = when::first(status, &["created_at"])?;
    let original = status.at("retweeted_status");
    let own_text = text_of(status)?;
    let text = match text_of(original)? {
        Some(text) => Some(text),
        None => own_text.clone(),
    };
    let repost_of = match original.id("id_str")? {
        Some(id) => Some(id),
        None => own_text.as_deref().and_then(common::repost_by_text),
    };
    let id = status.id("id_str")?;
    let id = id.ok_or_else(|| super::json::wrong_type("id_str", "absent", "a string"))?;
    let url = format!("https://x.com/i/web/status/{id}");
    let draft = Draft {
        platform: Cow::Borrowed(x_text::PLATFORM),
        id: Some(id),
        account: status.id("user.id_str")?,
        text,
        language: language(status.text("lang")?),
        url: Some(Cow::Owned(url)),
        location: location(status)?,
        repost_of,
        ..Draft::default()
    };
    draft.finish(created_at, "text", key)
}

/// The longest text that a status has, its links written out.
fn text_of<'a>(status: &Tree<'a>) -> Result<Option<Cow<'a, str>>, Refused> {
    let long = status.at("extended_tweet");
    let (text, entities) = match long.text("full_text")? {
        Some(text) => (Some(text), long.at("entities.urls")),
        None => (
            status.text("full_text")?.or(status.text("text")?),
            status.at("entities.urls"),
        ),
    };
    let links = entities.elements().iter();
    Ok(text.map(|text| {
        links.fold(x_text::unescaped(text), |text, link| {
            let short = link.at("url").as_text().unwrap_or_default();
            x_text::written_out(text, &short, link.at("expanded_url").as_text().as_deref())
        })
    }))
}

/// The exact point, else the named place, else what the author's profile says. `coordinates` has
/// the longitude first, the older `geo` the latitude.
fn location<'a>(status: &Tree<'a>) -> Result<Option<Location<'a>>, Refused> {
    for (longitude, latitude) in [
        ("coordinates.coordinates.0", "coordinates.coordinates.1"),
        ("geo.coordinates.1", "geo.coordinates.0"),
    ] {
        if let (Some(longitude), Some(latitude)) =
            (status.number(longitude)?, status.number(latitude)?)
            && let Some(exact) = common::coordinates(latitude, longitude)
        {
            return Ok(Some(exact));
        }
    }
    let country = status.text("place.country")?;
    let place = match (status.text("place.full_name")?, country) {
        (Some(name), Some(country)) if !name.contains(&*country) => {
            Some(Cow::Owned(format!("{name}, {country}")))
        }
        (name, country) => name.or(country),
    };
    let named = place.or(status.text("user.location")?);
    Ok(named.map(Location::Named))
}
