//! The names of places by code, for people.
//!
//! In: `config/gazetteer/areas.tsv`, `missions.tsv`. Out: [`PlaceNames`].
//! Not here: finding names in texts (`gazetteer`), names in other languages (`alert`).

use std::collections::BTreeMap;

use crate::relevance::lists::Lists;

/// The names of areas by code.
#[derive(Debug, Clone, Default)]
pub struct PlaceNames<'a>(BTreeMap<&'a str, PlaceName<'a>>);

/// The name of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceName<'a> {
    /// `province`, `regency` or `city`: the same name can be a city's and a regency's; of a city abroad the kind of
    /// mission (`KBRI`, `KJRI`, `KRI`, `PTRI`, `KDEI`).
    pub level: &'a str,
    /// The code of the province that it lies in; empty for a province, and abroad.
    pub province: &'a str,
    /// Its Indonesian name, without the level.
    pub name: &'a str,
    /// Where its chief town lies, degrees as they are written.
    pub latitude: &'a str,
    /// The same.
    pub longitude: &'a str,
}

impl<'a> PlaceNames<'a> {
    /// The names in `lists`. Whether their rows are sound is the gate's question.
    pub fn new(lists: &Lists<'a>) -> Self {
        let row = |line: &'a str| {
            let mut columns = line.split('\t');
            let (code, level) = (columns.next()?, columns.next()?);
            let (province, name) = (columns.next()?, columns.next()?);
            let (latitude, longitude) = (columns.next()?, columns.next()?);
            let place = PlaceName {
                level,
                province,
                name,
                latitude,
                longitude,
            };
            Some((code, place))
        };
        let mission = |line: &'a str| {
            let mut columns = line.split('\t');
            let (code, level, name) = (columns.next()?, columns.next()?, columns.next()?);
            let (latitude, longitude) = (columns.next()?, columns.next()?);
            let place = PlaceName {
                level,
                province: "",
                name,
                latitude,
                longitude,
            };
            Some((code, place))
        };
        let lines = |text: &'a str| text.lines().filter(|line| !line.starts_with('#'));
        let areas = lines(lists.areas).filter_map(row);
        let missions = lines(lists.missions).filter_map(mission);
        Self(areas.chain(missions).collect())
    }

    /// The name of the area `code`.
    pub fn get(&self, code: &str) -> Option<PlaceName<'a>> {
        self.0.get(code).copied()
    }

    /// Every province.
    pub fn provinces(&self) -> impl Iterator<Item = (&'a str, PlaceName<'a>)> {
        let all = self.0.iter().map(|(code, place)| (*code, *place));
        all.filter(|(_, place)| place.level == "province")
    }

    /// Every code.
    pub fn codes(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().copied()
    }
}
