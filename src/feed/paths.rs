//! A source that the configuration describes: where each member of a post stands in its records.
//!
//! In: a tree and `[feeds.paths]`. Out: a [`Post`].
//! Rule: the first path that leads to something counts.
//! Not here: how paths are written and checked (`config`).

use std::borrow::Cow;

use super::draft::{Draft, language};
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, markup, when};
use crate::config::{Path, Paths};
use crate::post::{Location, Post};

/// Reads one record.
pub(super) fn decode<'a>(
    record: &Tree<'a>,
    paths: &Paths,
    key: &AccountKey,
) -> Result<Post<'a>, Refused> {
    if is_set(&paths.deleted, record) {
        return Err(common::deleted("the path of paths.deleted is set"));
    }
    let created_at = when::read(paths.time.name(), found(&paths.time, record).1)?;
    let words = |path| Ok::<_, Refused>(id(path, record)?.map(|text| reduced(text, paths.html)));
    let url = id(&paths.url, record)?;
    let platform = id(&paths.platform, record)?;
    let draft = Draft {
        platform: platform
            .or(url.as_ref().and_then(common::host))
            .unwrap_or(Cow::Borrowed("paths")),
        id: id(&paths.id, record)?,
        account: id(&paths.author, record)?,
        title: words(&paths.title)?,
        text: words(&paths.text)?,
        language: language(id(&paths.lang, record)?),
        location: location(paths, record)?,
        url,
        repost_of: id(&paths.repost_of, record)?,
        kind: None,
    };
    draft.finish(created_at, "the paths of text and title", key)
}

/// The first of the alternatives that leads to something, and what it leads to.
fn found<'p, 't, 'a>(path: &'p Path, record: &'t Tree<'a>) -> (&'p str, &'t Tree<'a>) {
    let alternatives = path.alternatives();
    let mut found = alternatives.map(|one| (one, record.at(one)));
    let leads = found.find(|(_, value)| **value != Tree::Null);
    leads.unwrap_or((path.name(), &Tree::Null))
}

fn id<'a>(path: &Path, record: &Tree<'a>) -> Result<Option<Cow<'a, str>>, Refused> {
    match found(path, record) {
        (_, Tree::Null) => Ok(None),
        (one, value) => value
            .elements()
            .first()
            .map_or(Ok(None), |value| value.own_id(one)),
    }
}

fn is_set(path: &Path, record: &Tree<'_>) -> bool {
    match found(path, record).1 {
        Tree::Null | Tree::Switch(false) | Tree::Whole(0) => false,
        Tree::Text(text) => !matches!(&**text, "" | "false" | "0"),
        Tree::Switch(true)
        | Tree::Whole(_)
        | Tree::Fraction(_)
        | Tree::List(_)
        | Tree::Object(_) => true,
    }
}

fn reduced(text: Cow<'_, str>, html: bool) -> Cow<'_, str> {
    if html { markup::text_of(text) } else { text }
}

/// Degrees where there are any, else a name.
fn location<'a>(paths: &Paths, record: &Tree<'a>) -> Result<Option<Location<'a>>, Refused> {
    let degrees = |path| {
        let (one, value) = found(path, record);
        value.own_number(one)
    };
    if let (Some(latitude), Some(longitude)) =
        (degrees(&paths.latitude)?, degrees(&paths.longitude)?)
        && let Some(exact) = common::coordinates(latitude, longitude)
    {
        return Ok(Some(exact));
    }
    Ok(id(&paths.location, record)?.map(common::location))
}
