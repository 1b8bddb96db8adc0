//! Which format a record has, told by the names of its root's members.
//!
//! In: the root of a record. Out: a [`Format`], or a refusal that says why it cannot be told.
//! Rule: exactly one shape must fit. The cost is one pass over the record, whatever its format is.
//! Not here: envelopes, which are opened before (`envelope`); lines of GKG, which are no JSON.

use super::json::Root;
use super::{Refusal, Refused};
use crate::config::Format;

/// What a format's records have at their root.
struct Shape {
    format: Format,
    /// Members that are all there.
    all: &'static [&'static str],
    /// Members of which one is there; empty: no demand.
    any: &'static [&'static str],
    /// Members that belong to another format.
    none: &'static [&'static str],
}

/// The shapes; docs/formats.md shows them as a table.
#[rustfmt::skip]
const SHAPES: [Shape; 18] = [
    shape(Format::Plain, &["created_at"], &["text", "title"], &["id_str", "account", "data", "uri"]),
    shape(Format::XV2, &["data"], &[], &["specversion", "did", "articles"]),
    shape(Format::XV1, &["id_str", "created_at"], &[], &[]),
    shape(Format::XV1, &["delete"], &[], &["created_at"]),
    shape(Format::Jetstream, &["did", "kind"], &["commit", "identity", "account"], &[]),
    shape(Format::Jetstream, &["$type", "payload"], &[], &[]),
    shape(Format::Mastodon, &["account", "content", "created_at"], &[], &["id_str"]),
    shape(Format::Mastodon, &["event", "payload"], &[], &["schema"]),
    shape(Format::Telegram, &["update_id"], &[], &[]),
    shape(Format::Telegram, &["message_id", "chat", "date"], &[], &[]),
    shape(Format::ActivityStreams, &["type"], &["actor", "attributedTo", "object"], &["@type", "@graph"]),
    shape(Format::Ninjs, &["uri"], &["headline", "headlines", "body_text", "body_xhtml", "bodies", "versioncreated", "versionCreated", "pubstatus", "pubStatus"], &["account"]),
    shape(Format::JsonFeed, &[], &["content_text", "content_html", "items"], &["created_at", "uri"]),
    shape(Format::Rss, &[], &["pubDate", "guid", "rss", "channel", "feed", "entry", "item"], &["content_text", "content_html"]),
    shape(Format::Rss, &["title", "link"], &["updated", "published"], &["type", "pubDate", "guid", "created_at"]),
    shape(Format::GdeltDoc, &[], &["seendate", "articles"], &["publishedAt", "totalResults", "status"]),
    shape(Format::NewsApi, &[], &["publishedAt", "totalResults"], &["seendate", "snippet"]),
    shape(Format::SchemaOrg, &[], &["@type", "@graph"], &[]),
];

const fn shape(
    format: Format,
    all: &'static [&'static str],
    any: &'static [&'static str],
    none: &'static [&'static str],
) -> Shape {
    Shape {
        format,
        all,
        any,
        none,
    }
}

/// The format of a record with this root.
pub(super) fn format_of(root: &Root<'_>) -> Result<Format, Refused> {
    let mut found: Option<Format> = None;
    for shape in SHAPES.iter().filter(|shape| shape.fits(root)) {
        match found {
            Some(other) if other != shape.format => return Err(unclear(other, shape.format)),
            Some(_) | None => found = Some(shape.format),
        }
    }
    found.ok_or_else(|| Refused {
        reason: Refusal::UnclearFormat,
        detail: "its members are those of no format: name the feed's format, or its paths"
            .to_owned(),
    })
}

impl Shape {
    fn fits(&self, root: &Root<'_>) -> bool {
        self.all.iter().all(|name| root.has(name))
            && (self.any.is_empty() || self.any.iter().any(|name| root.has(name)))
            && !self.none.iter().any(|name| root.has(name))
    }
}

fn unclear(one: Format, other: Format) -> Refused {
    Refused {
        reason: Refusal::UnclearFormat,
        detail: format!(
            "it may be {} or {}: name the feed's format",
            one.as_str(),
            other.as_str()
        ),
    }
}
