//! What places are called in titles: the gazetteer's official names, as people say them.
//!
//! In: the gazetteer's areas, the table of words. Out: [`PlaceNames`].
//! Not here: what watch topics are called; a code that is not listed is shown as it is.

use std::collections::BTreeMap;

use super::words::fill;
use super::{Title, Tongue, TopicNames, Words};
use crate::relevance::{Area, Lists, areas};

/// Names of places by code.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceNames(BTreeMap<String, Title>);

impl PlaceNames {
    /// The areas of `lists`, called as `words` says.
    pub fn new(lists: &Lists<'_>, words: &Words) -> Self {
        let official = areas(lists).map(|area| (area.code.to_owned(), name(&area, words)));
        let mut names: BTreeMap<String, Title> = official.collect();
        names.extend(words.place.clone());
        Self(names)
    }
}

impl TopicNames for PlaceNames {
    fn place(&self, code: &str) -> Option<Title> {
        self.0.get(code).cloned()
    }

    fn watch(&self, _id: &str) -> Option<Title> {
        None
    }
}

fn name(area: &Area<'_>, words: &Words) -> Title {
    let called = |tongue| {
        let pattern = words.area.get(area.level);
        let pattern = pattern.map_or("{name}", |title| title.in_tongue(tongue));
        fill(pattern, &[("name", area.name)])
    };
    Title {
        id: called(Tongue::Indonesian),
        en: called(Tongue::English),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_cities_and_regencies_are_called_as_people_say() {
        let names = PlaceNames::new(&Lists::built_in(), &Words::built_in().unwrap());
        let called = |code: &str| names.place(code).map(|title| [title.id, title.en]);
        let pair = |id: &str, en: &str| Some([id.to_owned(), en.to_owned()]);
        assert_eq!(called("ID-JT"), pair("Jawa Tengah", "Central Java"));
        assert_eq!(called("ID-AC"), pair("Aceh", "Aceh"));
        assert_eq!(called("ID-3374"), pair("Kota Semarang", "Semarang"));
        assert_eq!(
            called("ID-5201"),
            pair("Kabupaten Lombok Barat", "Lombok Barat Regency")
        );
        assert_eq!(called("ID"), pair("Indonesia", "Indonesia"));
        assert_eq!(called("ID-XX"), None);
    }

    #[test]
    fn every_place_that_is_called_otherwise_is_in_the_gazetteer() {
        let lists = Lists::built_in();
        for code in Words::built_in().unwrap().place.keys() {
            assert!(
                code == "ID" || areas(&lists).any(|area| area.code == code),
                "{code}"
            );
        }
    }
}
