//! Who writes a source's posts, and what: one post at a time.
//!
//! In: themes, accounts, tags, an instant. Out: a line of the plain format.
//! Rule: memory does not grow with the run: of its own posts a voice keeps only a few to pass on.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use super::bank::{Bank, Theme};
use super::dice::Dice;
use super::script::{Event, EventKind};
use super::text::Place;
use crate::post::{EventTime, FeedKind};

/// How many of its own posts a voice keeps to pass on.
const REMEMBERED: usize = 32;
/// Accounts of a quiet day, and the people around an event.
const POPULATION: usize = 20_000;
/// Themes come and go a little every so many milliseconds.
const MOOD_MILLIS: i64 = 30 * 60_000;
/// The chance that a post of a located theme says where it is from.
const LOCATED_SHARE: f64 = 0.2;
/// The platform of every made post of the public.
const PLATFORM: &str = "simulasi";
/// Newsrooms that do not exist, in Indonesia and abroad.
const OUTLETS_AT_HOME: [&str; 5] = [
    "kabarnusa.example",
    "harianpesisir.example",
    "warta-timur.example",
    "suarakota.example",
    "lensadaerah.example",
];
const OUTLETS_ABROAD: [&str; 5] = [
    "worldwire.example",
    "pacificpost.example",
    "globalledger.example",
    "dailyharbour.example",
    "meridiannews.example",
];

/// Who writes, and what.
#[derive(Debug)]
pub(super) struct Voice {
    kind: FeedKind,
    themes: Vec<Theme>,
    /// The themes' weights in the present half hour, added up.
    mood: Vec<f64>,
    mood_number: i64,
    /// The number of the first account, and of how many.
    accounts: (usize, usize),
    /// A few accounts write most, or all write alike.
    activity: Activity,
    place: Option<Arc<Place>>,
    tags: Vec<String>,
    repost_share: f64,
    remembered: VecDeque<Remembered>,
    written: u64,
    id_prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Activity {
    HeavyTailed,
    Even,
}

#[derive(Debug)]
struct Remembered {
    id: String,
    author: String,
    text: String,
    lang: Box<str>,
}

/// A line of the plain format.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    kind: FeedKind,
    platform: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    text: &'a str,
    lang: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repost_of: Option<&'a str>,
}

impl Voice {
    /// The voice of a quiet day.
    pub(super) fn of_day(bank: &Bank, kind: FeedKind, id_prefix: String) -> Self {
        Self {
            kind,
            themes: bank.themes(None, kind),
            mood: Vec::new(),
            mood_number: i64::MIN,
            accounts: (0, POPULATION),
            activity: Activity::HeavyTailed,
            place: None,
            tags: Vec::new(),
            repost_share: 0.22,
            remembered: VecDeque::new(),
            written: 0,
            id_prefix,
        }
    }

    /// The voice of the event with this `number`.
    pub(super) fn of_event(
        bank: &Bank,
        event: &Event,
        number: usize,
        kind: FeedKind,
        id_prefix: String,
    ) -> Self {
        let (repost_share, first_account) = match event.kind {
            EventKind::Earthquake => (0.45, 0),
            EventKind::Flood => (0.30, 0),
            EventKind::Press => (0.25, 0),
            // Copies are posted as one's own, by accounts that nobody has seen before.
            EventKind::Push => (0.10, 1_000_000 + 1_000 * number),
            EventKind::Chorus => (0.05, 2_000_000),
            EventKind::Rumour => (0.0, 0),
            EventKind::Relay => (0.95, 0),
        };
        Self {
            themes: bank.themes(Some(event.kind), kind),
            accounts: (first_account, event.accounts),
            activity: Activity::Even,
            place: Some(Arc::clone(&event.place)),
            tags: event.tags.clone(),
            repost_share,
            ..Self::of_day(bank, kind, id_prefix)
        }
    }

    /// Writes the post of the instant `at`.
    pub(super) fn write(&mut self, bank: &Bank, at: EventTime, dice: &mut Dice) -> String {
        self.written += 1;
        let id = format!("{}-{}", self.id_prefix, self.written);
        match self.kind {
            FeedKind::Social if dice.chance(self.repost_share) => {
                let passed_on = dice.below(self.remembered.len());
                let author = self.author(dice);
                match self.remembered.get(passed_on) {
                    Some(original) => repost(&id, &author, at, original),
                    None => self.social(bank, id, at, dice),
                }
            }
            FeedKind::Social => self.social(bank, id, at, dice),
            FeedKind::News => self.news(bank, &id, at, dice),
        }
    }

    fn social(&mut self, bank: &Bank, id: String, at: EventTime, dice: &mut Dice) -> String {
        let author = self.author(dice);
        let mut text = String::new();
        let (mut lang, mut location) = (Box::<str>::default(), None);
        let place = self.place(bank, dice);
        if let Some(theme) = self.theme(at, dice) {
            if let Some(template) = dice.pick(&theme.texts) {
                bank.words.write(template, &place, dice, &mut text);
            }
            if dice.chance(theme.tag_share)
                && let Some(tag) = dice.pick(&theme.tags)
            {
                let mut word = String::new();
                bank.words.write(tag, &place, dice, &mut word);
                push_tag(&mut text, &word);
            }
            if theme.located && dice.chance(LOCATED_SHARE) {
                location = Some(format!("{}, {}", place.name, place.province));
            }
            lang.clone_from(&theme.lang);
        }
        for tag in &self.tags {
            push_tag(&mut text, tag);
        }
        let text = tidy(&text);
        let line = line(&Line {
            id: &id,
            kind: FeedKind::Social,
            platform: PLATFORM,
            author: Some(&author),
            created_at: &at.to_string(),
            title: None,
            text: &text,
            lang: &lang,
            url: None,
            location: location.as_deref(),
            repost_of: None,
        });
        if self.remembered.len() == REMEMBERED {
            self.remembered.pop_front();
        }
        self.remembered.push_back(Remembered {
            id,
            author,
            text,
            lang,
        });
        line
    }

    fn news(&mut self, bank: &Bank, id: &str, at: EventTime, dice: &mut Dice) -> String {
        let place = self.place(bank, dice);
        let (mut title, mut text) = (String::new(), String::new());
        let (mut lang, mut outlets) = ("", OUTLETS_ABROAD);
        if let Some(theme) = self.theme(at, dice) {
            lang = &theme.lang;
            if lang == "id" {
                outlets = OUTLETS_AT_HOME;
            }
            for (templates, written) in [(&theme.titles, &mut title), (&theme.texts, &mut text)] {
                if let Some(template) = dice.pick(templates) {
                    bank.words.write(template, &place, dice, written);
                }
            }
        }
        let outlet = dice.pick(&outlets).copied().unwrap_or("");
        line(&Line {
            id,
            kind: FeedKind::News,
            platform: outlet,
            author: None,
            created_at: &at.to_string(),
            title: Some(&tidy(&title)),
            text: &tidy(&text),
            lang,
            url: Some(&format!("https://{outlet}/{id}")),
            location: None,
            repost_of: None,
        })
    }

    /// The event's place, or any.
    fn place(&self, bank: &Bank, dice: &mut Dice) -> Arc<Place> {
        let any = || dice.pick(&bank.places).map(Arc::clone);
        self.place
            .as_ref()
            .map(Arc::clone)
            .or_else(any)
            .unwrap_or_default()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small whole number"
    )]
    fn author(&self, dice: &mut Dice) -> String {
        let (first, count) = self.accounts;
        let rank = match self.activity {
            Activity::Even => dice.below(count),
            // The square: the k-th account writes in proportion to one through the root of k.
            Activity::HeavyTailed => {
                let unit = dice.unit();
                (unit * unit * count as f64) as usize
            }
        };
        format!("warga{:05}", first + rank)
    }

    /// A theme by its weight in the present half hour.
    fn theme(&mut self, at: EventTime, dice: &mut Dice) -> Option<&Theme> {
        let number = at.millis().div_euclid(MOOD_MILLIS);
        if number != self.mood_number {
            self.mood_number = number;
            let mut sum = 0.0;
            let weights = self.themes.iter().map(|theme| {
                sum += theme.weight * (0.7 + 0.6 * dice.unit());
                sum
            });
            self.mood = weights.collect();
        }
        let drawn = dice.unit() * self.mood.last()?;
        let theme = self.mood.partition_point(|&sum| sum <= drawn);
        self.themes.get(theme)
    }
}

fn repost(id: &str, author: &str, at: EventTime, original: &Remembered) -> String {
    line(&Line {
        id,
        kind: FeedKind::Social,
        platform: PLATFORM,
        author: Some(author),
        created_at: &at.to_string(),
        title: None,
        text: &format!("RT @{}: {}", original.author, original.text),
        lang: &original.lang,
        url: None,
        location: None,
        repost_of: Some(&original.id),
    })
}

/// A hashtag at the end of the text, without what a hashtag cannot hold.
fn push_tag(text: &mut String, tag: &str) {
    text.push_str(" #");
    text.extend(tag.chars().filter(|letter| letter.is_alphanumeric()));
}

/// Empty slots leave double blanks and blanks before punctuation.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !tidy.is_empty() && !word.starts_with([',', '!', '?', '.']) {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy
}

/// Writing strings as JSON cannot fail; an empty line would be refused by every reader.
fn line(line: &Line<'_>) -> String {
    serde_json::to_string(line).unwrap_or_default()
}
