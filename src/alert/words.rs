//! The words of the lines that people read, in two languages, from `config/words.toml`.
//!
//! Rule: no word that a person reads about an incident stands in code.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Title;

/// The text of `config/words.toml`, built in.
const WORDS_TOML: &str = include_str!("../../config/words.toml");

/// A language that Kentongan speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tongue {
    /// Bahasa Indonesia: the first language of every output.
    Indonesian,
    /// English.
    English,
}

impl Title {
    /// The line in one language.
    pub fn in_tongue(&self, tongue: Tongue) -> &str {
        match tongue {
            Tongue::Indonesian => &self.id,
            Tongue::English => &self.en,
        }
    }

    /// The same line in both languages.
    pub fn same(line: &str) -> Self {
        Self {
            id: line.to_owned(),
            en: line.to_owned(),
        }
    }
}

type Table = BTreeMap<String, Title>;

/// All the words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub(super) line: Lines,
    pub(super) cap: Table,
    pub(super) posts: Table,
    pub(super) window: Table,
    pub(super) character: Table,
    pub(super) status: Table,
    pub(super) elapsed: Elapsed,
    pub(super) claim: Claim,
    pub(super) topic: Table,
    pub(super) place: Table,
    pub(super) direction: BTreeMap<String, String>,
    pub(super) place_name: Table,
    pub(super) hazard: Table,
}

/// Patterns of a title.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    pub(super) with_place: Title,
    pub(super) without_place: Title,
    pub(super) over_with_place: Title,
    pub(super) over_without_place: Title,
    pub(super) joined_with_place: Title,
    pub(super) joined_without_place: Title,
    pub(super) almost_none: Title,
    pub(super) exercise: Title,
}

/// Patterns of a stretch of time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elapsed {
    pub(super) seconds: Title,
    pub(super) minutes: Title,
    pub(super) hours: Title,
}

/// Patterns of the line about a fact-checked claim.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim {
    pub(super) resembles: Title,
    pub(super) resembles_undated: Title,
    pub(super) somebody: Title,
    pub(super) verdict: Title,
    pub(super) no_verdict: Title,
    pub(super) returned: Title,
}

/// Why words were not accepted.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// The text is not such a table.
    #[error("reading the table of words")]
    Parse(#[from] toml::de::Error),
}

impl Words {
    /// The words that are built in.
    pub fn built_in() -> Result<Self, WordsError> {
        Ok(toml::from_str(WORDS_TOML)?)
    }

    /// What the place `code` is called, which the gazetteer knows by level (`province`,
    /// `regency`, `city`) and Indonesian name; `None` without words for it.
    pub fn place(&self, code: &str, level_and_name: Option<(&str, &str)>) -> Option<Title> {
        if let Some(title) = self.place_name.get(code) {
            return Some(title.clone());
        }
        let (level, name) = level_and_name?;
        let pattern = self.place.get(level)?;
        Some(Title {
            id: fill(&pattern.id, &[("name", name)]),
            en: fill(&pattern.en, &[("name", &self.in_english(name))]),
        })
    }

    /// The longest direction that `name` ends with goes to its front.
    fn in_english(&self, name: &str) -> String {
        let ends = self.direction.iter().filter_map(|(end, direction)| {
            let rest = name.strip_suffix(end.as_str())?.strip_suffix(' ')?;
            Some((rest, direction))
        });
        ends.min_by_key(|(rest, _)| rest.len()).map_or_else(
            || name.to_owned(),
            |(rest, direction)| format!("{direction} {rest}"),
        )
    }

    /// A word of `table`; one that is missing is shown by its id.
    pub(super) fn of<'a>(table: &'a Table, id: &'a str, tongue: Tongue) -> &'a str {
        table.get(id).map_or(id, |word| word.in_tongue(tongue))
    }
}

/// Replaces every `{name}` in one pass, so that a value can hold braces.
pub(super) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, tail))
        });
        let (value, tail) = value.unwrap_or(("{", after));
        text.push_str(value);
        rest = tail;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::FeedKind;
    use crate::relevance::Lists;
    use crate::triage::Character;
    use crate::window::Scale;

    #[test]
    fn every_closed_list_has_its_words() {
        let words = Words::built_in().unwrap();
        assert!(
            FeedKind::ALL
                .iter()
                .all(|kind| words.posts.contains_key(kind.as_str()))
        );
        assert!(
            Scale::ALL
                .iter()
                .all(|scale| words.window.contains_key(scale.as_str()))
        );
        assert!(
            Character::ALL
                .iter()
                .all(|word| words.character.contains_key(word.as_str()))
        );
    }

    #[test]
    fn every_hazard_of_the_lexicon_has_its_word_and_no_other() {
        let words = Words::built_in().unwrap();
        let lists = Lists::built_in();
        let (_, text) = lists
            .lexicon
            .iter()
            .find(|(name, _)| *name == "lexicon/hazards.txt")
            .unwrap();
        let mut ids: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("[hazard ")?.strip_suffix(']'))
            .collect();
        ids.sort_unstable();
        assert_eq!(words.hazard.keys().collect::<Vec<_>>(), ids);
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        let text = fill("{a} and {b} and {c} {", &[("a", "{b}"), ("b", "two")]);
        assert_eq!(text, "{b} and two and {c} {");
    }
}
