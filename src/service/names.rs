//! The names that alerts show: places from the gazetteer, watch topics from the watch list.

use crate::alert::{Title, TopicNames, Words};
use crate::relevance::{Lists, PlaceNames};
use crate::topic::{WatchError, Watchlist};

/// Knows what is built in.
pub(super) struct Names {
    words: Words,
    places: PlaceNames<'static>,
    watchlist: Watchlist,
}

impl Names {
    /// The names of the lists that are built in.
    pub(super) fn built_in(words: &Words) -> Result<Self, WatchError> {
        Ok(Self {
            words: words.clone(),
            places: PlaceNames::new(&Lists::built_in()),
            watchlist: Watchlist::built_in()?,
        })
    }
}

impl TopicNames for Names {
    fn place(&self, code: &str) -> Option<Title> {
        let known = self.places.get(code);
        self.words
            .place(code, known.map(|place| (place.level, place.name)))
    }

    fn watch(&self, id: &str) -> Option<Title> {
        let title = self.watchlist.title(id)?;
        Some(Title {
            id: title.id.clone(),
            en: title.en.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::built_in(&Words::built_in().unwrap()).unwrap()
    }

    #[test]
    fn places_are_called_by_their_names_in_both_languages() {
        let called = |code| {
            let title = names().place(code).unwrap();
            format!("{} / {}", title.id, title.en)
        };
        assert_eq!(called("ID-NB"), "Nusa Tenggara Barat / West Nusa Tenggara");
        assert_eq!(
            called("ID-5208"),
            "Kabupaten Lombok Utara / North Lombok Regency"
        );
        assert_eq!(
            called("ID-5318"),
            "Kabupaten Sumba Barat Daya / Southwest Sumba Regency"
        );
        assert_eq!(called("ID-3374"), "Kota Semarang / Semarang");
        assert_eq!(called("ID-3322"), "Kabupaten Semarang / Semarang Regency");
        assert_eq!(called("ID"), "Indonesia / Indonesia");
        assert_eq!(names().place("ID-9999"), None);
    }

    #[test]
    fn every_place_of_the_gazetteer_has_a_name() {
        let names = names();
        for code in names.places.codes() {
            assert!(names.place(code).is_some(), "{code}");
        }
    }

    #[test]
    fn watch_topics_are_called_by_their_titles() {
        let title = names().watch("wni-luar-negeri").unwrap();
        assert_eq!(title.en, "Indonesians abroad");
        assert_eq!(names().watch("nobody"), None);
    }
}
