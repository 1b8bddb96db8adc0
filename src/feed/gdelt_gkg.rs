//! GDELT Global Knowledge Graph 2.1: one line of 27 columns a record, separated by tabs. The columns
//! are a table in docs/formats.md.
//!
//! In: text. Out: a [`Post`]: the page's title, and below it the places, persons and organisations
//! that GDELT found in the article.
//! Rule: the time is the quarter of an hour of the batch; the page's address is the id.
//! Not here: themes, tone and counts.

use std::borrow::Cow;

use super::draft::Draft;
use super::json::Tree;
use super::{AccountKey, Refused};
use super::{common, gdelt_languages, json, markup, when};
use crate::post::{FeedKind, Language, Post};

/// Columns of the codebook of 2015, from 0.
const COLUMNS: usize = 27;
const DATE: usize = 1;
const SOURCE_COLLECTION: usize = 2;
const SOURCE_NAME: usize = 3;
const DOCUMENT: usize = 4;
const LOCATIONS: usize = 9;
const PERSONS: usize = 11;
const ORGANISATIONS: usize = 13;
const TRANSLATION: usize = 25;
const EXTRAS: usize = 26;

/// Names of each sort that are kept: an article names few, a list of names is none.
const NAMES_MAX: usize = 32;

/// Whether a record looks like a line of GKG: an id of 14 digits, a mark, a tab.
pub(super) fn is_line(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).take(15).count();
    digits == 14 && text.as_bytes().get(14) == Some(&b'-') && text.contains('\t')
}

/// Reads one line.
pub(super) fn decode<'a>(line: &'a str, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let columns: Vec<&'a str> = line.trim_end_matches(['\r', '\n']).split('\t').collect();
    if !is_line(line) || columns.len() != COLUMNS {
        let found = columns.len();
        return Err(Refused {
            reason: super::Refusal::WrongType,
            detail: format!("a line has {found} columns, expected {COLUMNS} behind an id"),
        });
    }
    let column = |number: usize| columns.get(number).copied().unwrap_or_default();
    let created_at = when::read("DATE", &Tree::Text(Cow::Borrowed(column(DATE))))?;
    let address = column(DOCUMENT);
    if address.is_empty() {
        return Err(json::wrong_type(
            "DOCUMENTIDENTIFIER",
            "absent",
            "an address",
        ));
    }
    let is_web = column(SOURCE_COLLECTION) == "1";
    let draft = Draft {
        platform: Cow::Borrowed(column(SOURCE_NAME)),
        id: Some(Cow::Borrowed(address)),
        title: title(column(EXTRAS)),
        text: found(column(LOCATIONS), column(PERSONS), column(ORGANISATIONS)),
        language: language(column(TRANSLATION)),
        url: is_web.then_some(Cow::Borrowed(address)),
        kind: Some(FeedKind::News),
        ..Draft::default()
    };
    draft.finish(created_at, "PAGE_TITLE and names", key)
}

/// The title of the page, its entities decoded.
fn title(extras: &str) -> Option<Cow<'_, str>> {
    let (_, rest) = extras.split_once("<PAGE_TITLE>")?;
    let (title, _) = rest.split_once("</PAGE_TITLE>")?;
    common::not_blank(markup::text_of(Cow::Borrowed(title)))
}

/// Names of places (`type#name#country#...;...`), persons and organisations (`name;name`).
fn found(places: &str, persons: &str, organisations: &str) -> Option<Cow<'static, str>> {
    let places = places
        .split(';')
        .filter_map(|place| place.split('#').nth(1));
    let persons = persons.split(';');
    let organisations = organisations.split(';');
    let names: Vec<&str> = places
        .take(NAMES_MAX)
        .chain(persons.take(NAMES_MAX))
        .chain(organisations.take(NAMES_MAX))
        .filter(|name| !name.is_empty())
        .collect();
    (!names.is_empty()).then(|| Cow::Owned(names.join("; ")))
}

/// `srclc:ind;eng:...` names the language of the original; without it the article is English.
fn language(translation: &str) -> Option<Language> {
    match translation.split_once("srclc:") {
        Some((_, rest)) => gdelt_languages::of(rest.split(';').next().unwrap_or_default()),
        None => Language::parse("en"),
    }
}
