//! The watch topics of the desk: words that must, may and must not stand in a post.
//!
//! In: `config/watchlist.toml`. Out: [`Watchlist`], which marks the topics of a scan.
//! Rule: a topic holds if one of `any` (if given), each of `all` and none of `none` is found.
//! Not here: how words are found (`relevance`), the other kinds of topics.

use serde::Deserialize;

use crate::relevance::{Builder, Matcher, Scan};

/// The list that is built in.
const BUILT_IN: &str = include_str!("../../config/watchlist.toml");
/// Most words in `all` of one topic: each has a bit.
const ALL_MAX: usize = 60;
/// Most topics.
const TOPICS_MAX: usize = 1_000;

/// A mistake in the list.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Not the TOML that is expected.
    #[error("reading the watch list")]
    Parse(#[from] Box<toml::de::Error>),
    /// A topic that cannot be watched.
    #[error("watch topic {id:?}: {detail}")]
    Topic {
        /// Its id.
        id: String,
        /// What is wrong and how to mend it.
        detail: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    watch: Vec<Raw>,
}

/// What a topic is called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchTitle {
    /// In Indonesian.
    pub id: String,
    /// In English.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    title: Option<WatchTitle>,
    #[serde(default, rename = "note")]
    _note: String,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
}

/// What a found word does for a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    All(u8),
    None,
}

/// What a topic needs.
#[derive(Debug, Clone)]
struct Needs {
    id: Box<str>,
    any: bool,
    all: u64,
    title: Option<WatchTitle>,
}

/// What has been found for a topic.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    topic: u16,
    any: bool,
    all: u64,
    none: bool,
}

/// The watch topics.
#[derive(Debug, Default)]
pub struct Watchlist {
    topics: Vec<Needs>,
    matcher: Option<Matcher<(u16, Part)>>,
}

impl Watchlist {
    /// The list that the program was built with.
    pub fn built_in() -> Result<Self, WatchError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a list.
    pub fn parse(text: &str) -> Result<Self, WatchError> {
        let file: File = toml::from_str(text).map_err(Box::new)?;
        let mut builder = Builder::default();
        let mut topics: Vec<Needs> = Vec::new();
        for raw in file.watch {
            let number = u16::try_from(topics.len()).unwrap_or(u16::MAX);
            let wrong = |detail: String| WatchError::Topic {
                id: raw.id.clone(),
                detail,
            };
            check(&raw, &topics).map_err(wrong)?;
            for (word, part) in parts(&raw) {
                builder
                    .add(word, (number, part))
                    .map_err(|error| wrong(format!("{word:?}: {error}")))?;
            }
            topics.push(Needs {
                id: raw.id.into(),
                title: raw.title,
                any: !raw.any.is_empty(),
                all: (1 << raw.all.len()) - 1,
            });
        }
        let matcher = builder.build().map_err(|error| WatchError::Topic {
            id: String::new(),
            detail: error.to_string(),
        })?;
        Ok(Self {
            topics,
            matcher: Some(matcher),
        })
    }

    /// What the topic `id` is called, if it has a title.
    pub fn title(&self, id: &str) -> Option<&WatchTitle> {
        let topic = self.topics.iter().find(|topic| *topic.id == *id)?;
        topic.title.as_ref()
    }

    /// Calls `found` with the id of each topic that the words of `scan` fulfil, in order of the list.
    /// `states` is a buffer.
    pub(super) fn find<'a>(
        &'a self,
        scan: &Scan,
        states: &mut Vec<State>,
        mut found: impl FnMut(&'a str),
    ) {
        let Some(matcher) = &self.matcher else { return };
        states.clear();
        matcher.find(scan, |_, _, meanings| {
            for &(topic, part) in meanings {
                note(states, topic, part);
            }
        });
        states.sort_unstable_by_key(|state| state.topic);
        for state in states {
            if let Some(needs) = self.topics.get(usize::from(state.topic))
                && !state.none
                && (state.any || !needs.any)
                && state.all == needs.all
            {
                found(&needs.id);
            }
        }
    }
}

fn note(states: &mut Vec<State>, topic: u16, part: Part) {
    let at = states
        .iter()
        .position(|state| state.topic == topic)
        .unwrap_or_else(|| {
            states.push(State {
                topic,
                any: false,
                all: 0,
                none: false,
            });
            states.len() - 1
        });
    if let Some(state) = states.get_mut(at) {
        match part {
            Part::Any => state.any = true,
            Part::All(bit) => state.all |= 1 << bit,
            Part::None => state.none = true,
        }
    }
}

fn parts(raw: &Raw) -> impl Iterator<Item = (&str, Part)> {
    let any = raw.any.iter().map(|word| (word.as_str(), Part::Any));
    let all = raw
        .all
        .iter()
        .zip(0..)
        .map(|(word, bit)| (word.as_str(), Part::All(bit)));
    let none = raw.none.iter().map(|word| (word.as_str(), Part::None));
    any.chain(all).chain(none)
}

fn check(raw: &Raw, earlier: &[Needs]) -> Result<(), String> {
    let letters = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if raw.id.is_empty() || raw.id.len() > 60 || !letters(&raw.id) {
        return Err("an id has 1 to 60 letters, digits and hyphens".to_owned());
    }
    if earlier.iter().any(|topic| *topic.id == raw.id) {
        return Err("two topics have this id".to_owned());
    }
    if raw.any.is_empty() && raw.all.is_empty() {
        return Err("give words in `any` or `all`".to_owned());
    }
    if raw.all.len() > ALL_MAX {
        return Err(format!("at most {ALL_MAX} words in `all`"));
    }
    if earlier.len() >= TOPICS_MAX {
        return Err(format!("at most {TOPICS_MAX} topics"));
    }
    Ok(())
}
