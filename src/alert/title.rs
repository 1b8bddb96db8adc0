//! The line that a duty officer can read aloud: what, where, how many against how many.
//!
//! Rule: what strangers wrote (a hashtag, a phrase, a link) is shown without control characters
//! and shortened; it never becomes a pattern.

use super::words::{Words, fill};
use super::{Title, Tongue, number};
use crate::post::TopicKey;
use crate::triage::{Revision, Status};

/// Names of what a topic key only has a code for. The gazetteer and the watchlist know them.
pub trait TopicNames: Send + Sync {
    /// The place's name, e.g. `Jakarta` for `ID-JK`.
    fn place(&self, code: &str) -> Option<Title>;

    /// The watch topic's title.
    fn watch(&self, id: &str) -> Option<Title>;
}

/// Most characters of a name that strangers wrote.
const NAME_LIMIT: usize = 60;

/// The title of `revision` in both languages.
pub(super) fn title(revision: &Revision, words: &Words, names: &dyn TopicNames) -> Title {
    let key = revision
        .topics
        .first()
        .unwrap_or(&revision.signal.topic)
        .as_str();
    let in_tongue = |tongue| in_tongue(revision, key, words, names, tongue);
    Title {
        id: in_tongue(Tongue::Indonesian),
        en: in_tongue(Tongue::English),
    }
}

/// What the topic `key` is called, with the place in its key, in both languages.
pub fn topic_title(key: &TopicKey, words: &Words, names: &dyn TopicNames) -> Title {
    let in_tongue = |tongue| match subject(key.as_str(), words, names, tongue) {
        (what, None) => what,
        (what, Some(code)) => format!("{what} · {}", place_name(code, names).in_tongue(tongue)),
    };
    Title {
        id: in_tongue(Tongue::Indonesian),
        en: in_tongue(Tongue::English),
    }
}

/// A place's name in both languages, or its code.
pub(super) fn place_name(code: &str, names: &dyn TopicNames) -> Title {
    names.place(code).unwrap_or_else(|| Title::same(code))
}

fn in_tongue(
    revision: &Revision,
    key: &str,
    words: &Words,
    names: &dyn TopicNames,
    tongue: Tongue,
) -> String {
    let (what, code) = subject(key, words, names, tongue);
    let code = code.or_else(|| main_place(revision, key));
    let place = code.map(|code| place_name(code, names));
    let line = &words.line;
    let (with_place, without_place) = match (revision.status, &revision.merged_into) {
        (Status::Resolved, Some(_)) => (&line.joined_with_place, &line.joined_without_place),
        (Status::Resolved, None) => (&line.over_with_place, &line.over_without_place),
        (Status::Opened | Status::Updated | Status::Escalated, _) => {
            (&line.with_place, &line.without_place)
        }
    };
    let pattern = if place.is_some() {
        with_place
    } else {
        without_place
    };
    let evidence = &revision.signal.evidence;
    fill(
        pattern.in_tongue(tongue),
        &[
            ("what", &what),
            (
                "place",
                place.as_ref().map_or("", |name| name.in_tongue(tongue)),
            ),
            ("observed", &number::count(evidence.observed, tongue)),
            ("expected", &usual(evidence.expected, words, tongue)),
            (
                "posts",
                Words::of(&words.posts, evidence.kind.as_str(), tongue),
            ),
            (
                "window",
                Words::of(&words.window, evidence.scale.as_str(), tongue),
            ),
        ],
    )
}

/// Whole posts: nobody reads a tenth of a post aloud.
fn usual(expected: f64, words: &Words, tongue: Tongue) -> String {
    if expected < 0.5 {
        return words.line.almost_none.in_tongue(tongue).to_owned();
    }
    number::whole(expected, tongue)
}

/// What a topic is called, and the code of the place in its key.
fn subject<'a>(
    key: &'a str,
    words: &Words,
    names: &dyn TopicNames,
    tongue: Tongue,
) -> (String, Option<&'a str>) {
    let (class, rest) = key.split_once(':').unwrap_or(("", key));
    let name = match class {
        "hazard" => {
            let (id, code) = match rest.split_once('@') {
                Some((id, code)) => (id, Some(code)),
                None => (rest, None),
            };
            return (Words::of(&words.hazard, id, tongue).to_owned(), code);
        }
        "place" => place_name(rest, names).in_tongue(tongue).to_owned(),
        "watch" => match names.watch(rest) {
            Some(name) => return (name.in_tongue(tongue).to_owned(), None),
            None => rest.to_owned(),
        },
        _ => readable(rest),
    };
    match words.topic.get(class) {
        Some(pattern) => (fill(pattern.in_tongue(tongue), &[("name", &name)]), None),
        None => (readable(key), None),
    }
}

/// The place that most posts of a hazard without a place name.
fn main_place<'a>(revision: &'a Revision, key: &str) -> Option<&'a str> {
    if !key.starts_with("hazard:") {
        return None;
    }
    let posts: u32 = revision.signal.kinds.iter().map(|&(_, count)| count).sum();
    let (code, count) = revision.signal.places.first()?;
    (count.saturating_mul(2) >= posts).then(|| code.as_str())
}

/// Without control and direction characters, shortened.
fn readable(name: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let mut characters = name.chars().filter(|&c| !hidden(c));
    let mut text: String = characters.by_ref().take(NAME_LIMIT).collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}
