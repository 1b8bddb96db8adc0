//! The bank of texts, places and themes that made posts are put together from.
//!
//! In: `bank/*.toml`, built in. Out: a [`Bank`].
//! Rule: every sentence is made up; places are facts, people and outlets are not.

use std::sync::Arc;

use serde::Deserialize;

use super::script::{EventKind, ScriptError, parse};
use super::text::{Place, Template, Words};
use crate::post::FeedKind;

/// Everything that posts are made of.
#[derive(Debug)]
pub(super) struct Bank {
    pub(super) words: Words,
    pub(super) places: Vec<Arc<Place>>,
    themes: Vec<Theme>,
}

/// What a share of the posts is about.
#[derive(Debug, Clone)]
pub(super) struct Theme {
    /// The event that it belongs to, `None` on a quiet day.
    of: Option<EventKind>,
    kind: FeedKind,
    pub(super) lang: Box<str>,
    /// Its share among the themes of its kind and event.
    pub(super) weight: f64,
    /// Some of its posts say where they are from.
    pub(super) located: bool,
    pub(super) tags: Vec<Template>,
    /// The share of its posts that end with one of the tags.
    pub(super) tag_share: f64,
    pub(super) titles: Vec<Template>,
    pub(super) texts: Vec<Template>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawThemes {
    theme: Vec<RawTheme>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTheme {
    of: Option<EventKind>,
    kind: FeedKind,
    lang: Box<str>,
    weight: f64,
    #[serde(default)]
    located: bool,
    #[serde(default)]
    tags: Vec<Box<str>>,
    #[serde(default)]
    tag_share: f64,
    #[serde(default)]
    titles: Vec<Box<str>>,
    texts: Vec<Box<str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlaces {
    place: Vec<Arc<Place>>,
}

impl Bank {
    /// The bank that is built in.
    pub(super) fn built_in() -> Result<Self, ScriptError> {
        let words = Words::new(include_str!("bank/words.toml"))?;
        let places: RawPlaces = parse(include_str!("bank/places.toml"))?;
        let mut themes = Vec::new();
        for toml in [
            include_str!("bank/day.toml"),
            include_str!("bank/events.toml"),
        ] {
            let raw: RawThemes = parse(toml)?;
            for theme in raw.theme {
                themes.push(Theme::new(theme, &words)?);
            }
        }
        Ok(Self {
            words,
            places: places.place,
            themes,
        })
    }

    /// The themes of an event, or of a quiet day, in one kind of feed.
    pub(super) fn themes(&self, of: Option<EventKind>, kind: FeedKind) -> Vec<Theme> {
        let themes = self.themes.iter();
        themes
            .filter(|theme| theme.of == of && theme.kind == kind)
            .cloned()
            .collect()
    }

    /// The place with this name.
    pub(super) fn place(&self, name: &str) -> Option<&Arc<Place>> {
        self.places.iter().find(|place| &*place.name == name)
    }
}

impl Theme {
    fn new(raw: RawTheme, words: &Words) -> Result<Self, ScriptError> {
        let templates = |texts: &[Box<str>]| -> Result<Vec<Template>, ScriptError> {
            texts.iter().map(|text| words.template(text)).collect()
        };
        Ok(Self {
            of: raw.of,
            kind: raw.kind,
            lang: raw.lang,
            weight: raw.weight,
            located: raw.located,
            tags: templates(&raw.tags)?,
            tag_share: raw.tag_share,
            titles: templates(&raw.titles)?,
            texts: templates(&raw.texts)?,
        })
    }
}
