//! IPTC ninjs 1, 2 and 3: one news item a record. Its members are a table in docs/formats.md.
//!
//! In: a tree. Out: a [`Post`].
//! Rule: an item that is not usable, or is under embargo at its own time, is withheld; a cancelled one
//! is deleted. All versions of one `uri` are one post.

use std::borrow::Cow;

use super::draft::{Draft, joined, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, json, markup, when};
use crate::post::{FeedKind, Location, Post};

/// Spellings of the time of a version, from version 3 to version 1.
const TIMES: [&str; 7] = [
    "versionCreated",
    "versioncreated",
    "contentCreated",
    "contentcreated",
    "firstCreated",
    "firstcreated",
    "versionPublished",
];

/// Where the outlet stands.
const OUTLETS: [&str; 5] = [
    "infoSources.name",
    "infosources.name",
    "infosource.name",
    "provider",
    "source",
];

/// Reads one item.
pub(super) fn decode<'a>(item: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let created_at = when::first(item, &TIMES)?;
    match status(item)?.as_deref() {
        None | Some("usable") => {}
        Some("canceled" | "cancelled") => return Err(common::deleted("pubStatus is canceled")),
        Some(_) => return Err(common::withheld("pubStatus is not usable")),
    }
    for member in ["embargoedUntil", "embargoeduntil", "embargoed"] {
        let embargo = item.at(member);
        // An embargo that cannot be read is one.
        let holds = || !when::read(member, embargo).is_ok_and(|until| until <= created_at);
        if item.has(member) && holds() {
            return Err(common::withheld("the embargo outlasts the item's own time"));
        }
    }
    let id = item.text("uri")?;
    let id = id.ok_or_else(|| json::wrong_type("uri", "absent", "a string"))?;
    let outlet = OUTLETS.iter().find_map(|path| item.at(path).as_text());
    let title = item.text("headline")?.or(main(item.at("headlines")));
    let summary = item
        .text("description_text")?
        .or(main(item.at("descriptions")));
    let draft = Draft {
        platform: outlet.unwrap_or(Cow::Borrowed("ninjs")),
        account: item.text("byline")?.or(item.text("by")?),
        title: title.map(markup::text_of),
        text: body(item)?.or(summary.map(markup::text_of)),
        language: language(item.text("language")?),
        url: Some(id.clone()).filter(|id| id.starts_with("http")),
        location: location(item)?,
        id: Some(id),
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "headline and body", key)
}

fn status<'a>(item: &Tree<'a>) -> Result<Option<Cow<'a, str>>, Refused> {
    Ok(item.text("pubStatus")?.or(item.text("pubstatus")?))
}

/// The value of role `main`, else the first.
fn main<'a>(list: &Tree<'a>) -> Option<Cow<'a, str>> {
    let is_main = |entry: &&Tree<'a>| entry.at("role").as_text().as_deref() == Some("main");
    let entries = list.elements();
    let entry = entries.iter().find(is_main).or(entries.first())?;
    entry.at("value").as_text()
}

/// The body: plain where there is a plain one, else the text of the HTML.
fn body<'a>(item: &Tree<'a>) -> Result<Option<Cow<'a, str>>, Refused> {
    if let Some(text) = item.text("body_text")? {
        return Ok(Some(text));
    }
    for member in ["body_xhtml", "body_html"] {
        if let Some(html) = item.text(member)? {
            return Ok(Some(markup::text_of(html)));
        }
    }
    let is_html = |body: &Tree<'a>| {
        ["contentType", "contenttype"]
            .iter()
            .filter_map(|name| body.at(name).as_text())
            .any(|kind| kind.contains("html"))
    };
    let bodies = item.at("bodies").elements();
    let plain = bodies.iter().find(|body| !is_html(body));
    let found = plain.or(bodies.first());
    let value = found.and_then(|body| body.at("value").as_text());
    Ok(match plain {
        Some(_) => value,
        None => value.map(markup::text_of),
    })
}

/// The first point, else the names of the places.
fn location<'a>(item: &Tree<'a>) -> Result<Option<Location<'a>>, Refused> {
    let places = ["places", "place"].map(|name| item.at(name));
    for place in places.iter().flat_map(|list| list.elements()) {
        for path in [
            "geoJSON.geometry.coordinates",
            "geoJSON.coordinates",
            "geojson.coordinates",
        ] {
            let point = place.at(path);
            if let (Ok(Some(longitude)), Ok(Some(latitude))) =
                (point.number("0"), point.number("1"))
                && let Some(exact) = common::coordinates(latitude, longitude)
            {
                return Ok(Some(exact));
            }
        }
    }
    let names = places.iter().flat_map(|list| list.elements());
    let names = names.filter_map(|place| place.at("name").as_text()).take(8);
    let named = names.fold(None, |all, name| joined(all, Some(name)));
    Ok(named.or(item.text("located")?).map(Location::Named))
}
