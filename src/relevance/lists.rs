//! The list files: what is built in, and how a line of a list is read.
//!
//! In: text. Out: [`Lists`] (the files), [`entries`] (section, word, line).
//! Rule: no file is opened here: the caller brings the text, so that lists can be replaced while running.
//! Not here: what a section means (`lexicon`), rows of the gazetteer (`gazetteer`).
//!
//! A list has sections `[NAME]`, `[NAME + NAME]` or `[hazard ID]`; below, words and phrases separated by commas or
//! line ends. `word*` is any word that begins so; `*word*` stands anywhere (only in scripts
//! behind Hebrew); `#` and what follows a blank and `#` is a comment.

use std::collections::BTreeMap;

use crate::relevance::GateError;

/// The text of all list files; each with its name for error messages.
#[derive(Debug, Clone)]
pub struct Lists<'a> {
    /// `config/lexicon/*.txt`.
    pub lexicon: Vec<(&'a str, &'a str)>,
    /// `config/gazetteer/areas.tsv`.
    pub areas: &'a str,
    /// `config/gazetteer/districts.tsv`.
    pub districts: &'a str,
    /// `config/gazetteer/missions.tsv`.
    pub missions: &'a str,
    /// `config/gazetteer/towns.tsv`.
    pub towns: &'a str,
    /// `config/gazetteer/places.txt`.
    pub places: &'a str,
    /// `config/gazetteer/ambiguous.txt`.
    pub ambiguous: &'a str,
    /// `config/relevance.toml`.
    pub weights: &'a str,
}

impl<'a> Lists<'a> {
    /// The built-in lists with the files of `texts` in their places; a `.txt` of another name is one
    /// more list of the lexicon. `aside` is a file that is no list of the gate.
    pub fn with(texts: &'a BTreeMap<String, String>, aside: &str) -> Result<Self, GateError> {
        let mut lists: Self = Lists::built_in();
        for (name, text) in texts.iter().filter(|(name, _)| *name != aside) {
            let known = lists.lexicon.iter_mut();
            let mut known = known.filter(|(file, _)| file.strip_prefix("lexicon/") == Some(name));
            let slot = match name.as_str() {
                "areas.tsv" => &mut lists.areas,
                "districts.tsv" => &mut lists.districts,
                "missions.tsv" => &mut lists.missions,
                "towns.tsv" => &mut lists.towns,
                "places.txt" => &mut lists.places,
                "ambiguous.txt" => &mut lists.ambiguous,
                "relevance.toml" => &mut lists.weights,
                _ => match known.next() {
                    Some((_, slot)) => slot,
                    None if name.strip_suffix(".txt").is_some() => {
                        lists.lexicon.push((name, text));
                        continue;
                    }
                    None => {
                        return Err(GateError::List {
                            file: name.clone(),
                            detail: "no list has this name; a list of words ends in .txt"
                                .to_owned(),
                        });
                    }
                },
            };
            *slot = text;
        }
        Ok(lists)
    }
}

macro_rules! lexicon {
    ($($name:literal),+ $(,)?) => {
        vec![$((
            concat!("lexicon/", $name),
            include_str!(concat!("../../config/lexicon/", $name)),
        )),+]
    };
}

impl Lists<'static> {
    /// The lists that the program was built with.
    pub fn built_in() -> Self {
        Self {
            lexicon: lexicon![
                "country.txt",
                "country-cldr.txt",
                "culture.txt",
                "foreign.txt",
                "hazards.txt",
                "institutions.txt",
                "language.txt",
                "lookalikes.txt",
                "offices.txt",
                "people.txt",
                "public-life.txt",
                "show-and-sport.txt",
            ],
            areas: include_str!("../../config/gazetteer/areas.tsv"),
            districts: include_str!("../../config/gazetteer/districts.tsv"),
            missions: include_str!("../../config/gazetteer/missions.tsv"),
            towns: include_str!("../../config/gazetteer/towns.tsv"),
            places: include_str!("../../config/gazetteer/places.txt"),
            ambiguous: include_str!("../../config/gazetteer/ambiguous.txt"),
            weights: include_str!("../../config/relevance.toml"),
        }
    }
}

/// One word or phrase of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The section that it stands in, empty before the first.
    pub(crate) section: &'a str,
    /// The word, phrase or pattern.
    pub(crate) word: &'a str,
    /// Its line in the file, from 1.
    pub(crate) line: usize,
}

/// The words of a list in the order of the file.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut section = "";
    text.lines().zip(1..).flat_map(move |(content, line)| {
        let content = without_comment(content);
        let head = content
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        if let Some(name) = head {
            section = name.trim();
        }
        let words = if head.is_some() { "" } else { content };
        let section = section;
        words
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(move |word| Entry {
                section,
                word,
                line,
            })
    })
}

/// A line without its comment and outer blanks.
pub(crate) fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    let end = line.find(" #").or_else(|| line.find("\t#"));
    end.and_then(|end| line.get(..end)).unwrap_or(line).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_commas_and_comments_are_understood() {
        let text = "# head\n[a]\none, two words  # why\n[hazard b]\nthree*\n";
        let read: Vec<_> = entries(text).map(|e| (e.section, e.word, e.line)).collect();
        assert_eq!(
            read,
            [
                ("a", "one", 3),
                ("a", "two words", 3),
                ("hazard b", "three*", 5)
            ]
        );
    }
}
