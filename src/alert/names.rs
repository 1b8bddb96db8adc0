//! What the codes of places are called: provinces, regencies, cities.
//!
//! In: the words, and the table of areas that relevance uses. Out: [`PlaceNames`].
//! Rule: a code that is in neither has no name, and is shown as it is.
//! Not here: how a place is found in a text (`relevance`).

use std::collections::BTreeMap;

use super::words::{Words, fill};
use super::{Title, TopicNames};
use crate::relevance::Lists;

/// The places of the gazetteer, by code.
#[derive(Debug, Clone)]
pub struct PlaceNames(BTreeMap<String, Title>);

impl PlaceNames {
    /// The areas that the program was built with.
    pub fn built_in(words: &Words) -> Self {
        let areas = Lists::built_in().areas.lines();
        let named = areas.filter_map(|line| area(line, words));
        Self(words.province.clone().into_iter().chain(named).collect())
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

/// The code and name of one row of the table: code, level, province, name.
fn area(line: &str, words: &Words) -> Option<(String, Title)> {
    let mut columns = line.split('\t');
    let code = columns.next()?;
    let pattern = words.area.get(columns.next()?)?;
    let name = columns.nth(1)?;
    let title = Title {
        id: fill(&pattern.id, &[("name", name)]),
        en: fill(&pattern.en, &[("name", name)]),
    };
    Some((code.to_owned(), title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(code: &str) -> Option<(String, String)> {
        let names = PlaceNames::built_in(&Words::built_in().unwrap());
        names.place(code).map(|name| (name.id, name.en))
    }

    #[test]
    fn provinces_regencies_and_cities_have_names_and_nothing_else_has() {
        let both = |id: &str, en: &str| Some((id.to_owned(), en.to_owned()));
        assert_eq!(
            named("ID-NB"),
            both("Nusa Tenggara Barat", "West Nusa Tenggara")
        );
        assert_eq!(named("ID-5271"), both("Mataram", "Mataram"));
        assert_eq!(named("ID-3201"), both("Kabupaten Bogor", "Bogor Regency"));
        assert_eq!(named("ID-9999"), None);
    }

    #[test]
    fn every_area_of_the_gazetteer_has_a_name() {
        let names = PlaceNames::built_in(&Words::built_in().unwrap());
        let codes = Lists::built_in().areas.lines().filter_map(|line| {
            let (code, _) = line.split_once('\t')?;
            code.starts_with("ID-").then_some(code)
        });
        let nameless: Vec<&str> = codes.filter(|code| names.place(code).is_none()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
}
