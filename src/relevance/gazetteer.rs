//! The places: names to codes, coordinates to provinces.
//!
//! In: the files of `config/gazetteer`. Out: [`Gazetteer`], and each name with its place.
//! Rule: a bare name means the province, else the city, else the regency; `kabupaten X` and `kota X` say which.
//! Not here: whether a name in a text is a place (`score`).

use std::collections::BTreeMap;

use crate::relevance::lists::{Lists, entries, without_comment};
use crate::relevance::place::PlaceCode;

/// A coordinate further from every listed town than this is nowhere, kilometres.
const REACH_KM: f64 = 150.0;

/// What stands before the city of a mission, or before where its citizens are, in what the press and officers write.
const MISSIONS: [&str; 31] = [
    "kbri",
    "kjri",
    "kri",
    "ptri",
    "kdei",
    "kbri di",
    "kjri di",
    "kedubes ri",
    "kedubes ri di",
    "kedubes indonesia di",
    "kedutaan besar indonesia di",
    "kedutaan besar ri di",
    "kedutaan besar republik indonesia di",
    "kedutaan indonesia di",
    "konjen ri",
    "konjen ri di",
    "konsulat ri",
    "konsulat indonesia di",
    "konsulat jenderal ri di",
    "konsulat jenderal indonesia di",
    "dubes ri di",
    "dubes ri untuk",
    "wni di",
    "tki di",
    "indonesian embassy in",
    "embassy of indonesia in",
    "embassy of the republic of indonesia in",
    "indonesian consulate in",
    "indonesian consulate general in",
    "consulate general of indonesia in",
    "indonesians in",
];

/// Most words of a phrase of the matcher.
const PHRASE_MAX: usize = 8;

/// The places, by number.
#[derive(Debug, Default)]
pub(crate) struct Gazetteer {
    places: Vec<(PlaceCode, Option<PlaceCode>)>,
    towns: Vec<(Option<PlaceCode>, f64, f64)>,
}

/// A name that the matcher shall find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As in the list.
    pub(crate) pattern: String,
    /// The place's number.
    pub(crate) place: u16,
    /// Where the name needs a second witness.
    pub(crate) common: Common,
}

/// In which texts a name is also an ordinary word or another's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Common {
    /// In none.
    Nowhere,
    /// In Indonesian and Malay ones (`batu` is a stone).
    AtHome,
    /// In all others (`solo` is alone).
    Abroad,
    /// In all.
    Everywhere,
    /// So common that only `kota X` or `kabupaten X` is the place.
    Always,
}

impl Common {
    /// Whether the name is common in a text; `nusantara`: the text is Indonesian or Malay.
    pub(crate) const fn holds(self, nusantara: bool) -> bool {
        match self {
            Self::Nowhere => false,
            Self::AtHome => nusantara,
            Self::Abroad => !nusantara,
            Self::Everywhere | Self::Always => true,
        }
    }

    fn parse(section: &str) -> Option<Self> {
        match section {
            "in-indonesian" => Some(Self::AtHome),
            "abroad" => Some(Self::Abroad),
            "everywhere" => Some(Self::Everywhere),
            "always" => Some(Self::Always),
            _ => None,
        }
    }
}

impl Gazetteer {
    /// Reads the files; a mistake is named with its file.
    pub(crate) fn load(lists: &Lists<'_>) -> Result<(Self, Vec<Name>), (&'static str, String)> {
        let mut common = BTreeMap::new();
        for entry in entries(lists.ambiguous) {
            let file = "gazetteer/ambiguous.txt";
            let section = Common::parse(entry.section)
                .ok_or_else(|| (file, format!("line {}: no such section", entry.line)))?;
            common.insert(entry.word.to_lowercase(), section);
        }
        let mut names = Names::default();
        let mut gazetteer = Self::default();
        gazetteer
            .areas(lists.areas, &mut names)
            .map_err(|detail| ("gazetteer/areas.tsv", detail))?;
        gazetteer
            .districts(lists.districts, &mut names)
            .map_err(|detail| ("gazetteer/districts.tsv", detail))?;
        gazetteer
            .more(lists.places, &mut names)
            .map_err(|detail| ("gazetteer/places.txt", detail))?;
        gazetteer
            .missions(lists.missions, &mut names)
            .map_err(|detail| ("gazetteer/missions.tsv", detail))?;
        gazetteer
            .towns(lists.towns)
            .map_err(|detail| ("gazetteer/towns.tsv", detail))?;
        Ok((gazetteer, names.finish(&common)))
    }

    /// The code of a place, and of the province that it lies in.
    pub(crate) fn place(&self, number: u16) -> Option<(PlaceCode, Option<PlaceCode>)> {
        self.places.get(usize::from(number)).copied()
    }

    /// The province of a coordinate: that of the nearest town, if it is near and Indonesian.
    pub(crate) fn province_at(&self, latitude: f64, longitude: f64) -> Option<PlaceCode> {
        let shrink = latitude.to_radians().cos();
        let distance = |town: &(Option<PlaceCode>, f64, f64)| {
            let (north, east) = (town.1 - latitude, (town.2 - longitude) * shrink);
            north.mul_add(north, east * east)
        };
        let nearest = self
            .towns
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        // One degree of latitude is 111.2 km.
        let reach = REACH_KM / 111.2;
        nearest.0.filter(|_| distance(nearest) <= reach * reach)
    }

    fn areas(&mut self, text: &str, names: &mut Names) -> Result<(), String> {
        for (row, line) in rows(text) {
            let [code, level, province, name, _, _, others] = row.as_slice() else {
                return Err(format!("line {line}: give 7 columns, separated by tabs"));
            };
            let number = self.add(code, province)?;
            let bare = name.to_lowercase();
            match *level {
                "province" => {
                    names.add(&bare, 0, number);
                    names.add(&format!("provinsi {bare}"), 0, number);
                }
                "city" => {
                    names.add(&bare, 1, number);
                    names.add(&format!("kota {bare}"), 0, number);
                }
                "regency" => {
                    names.add(&bare, 2, number);
                    names.add(&format!("kabupaten {bare}"), 0, number);
                    names.add(&format!("kab {bare}"), 0, number);
                }
                other => return Err(format!("line {line}: no level {other:?}")),
            }
            for other in others
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                names.add(&abroad(other), 3, number);
            }
        }
        Ok(())
    }

    /// `CODE  name, name`: districts, which count behind the word for them only.
    fn districts(&self, text: &str, names: &mut Names) -> Result<(), String> {
        for (row, line) in rows(text) {
            let [code, listed] = row.as_slice() else {
                return Err(format!("line {line}: give 2 columns, separated by a tab"));
            };
            let number = self
                .number(code)
                .ok_or_else(|| format!("line {line}: no area {code}"))?;
            for name in listed.split(',').map(|name| name.trim().to_lowercase()) {
                names.add(&format!("kecamatan {name}"), 0, number);
                names.add(&format!("kec {name}"), 0, number);
            }
        }
        Ok(())
    }

    /// `CODE  name, name`: abbreviations, islands, volcanoes, airports, quarters.
    fn more(&mut self, text: &str, names: &mut Names) -> Result<(), String> {
        for (content, line) in text.lines().zip(1..) {
            let content = without_comment(content);
            let Some((code, listed)) = content.split_once(char::is_whitespace) else {
                continue;
            };
            if !code.starts_with("ID") {
                return Err(format!("line {line}: begin with a code such as ID-JK"));
            }
            let number = match self.number(code) {
                Some(number) => number,
                None if code == "ID" => self.add(code, "")?,
                None => return Err(format!("line {line}: areas.tsv has no {code}")),
            };
            for name in listed
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                names.add(&name.to_lowercase(), 0, number);
            }
        }
        Ok(())
    }

    /// Cities abroad with an Indonesian mission: they count where the mission is named, not by themselves.
    fn missions(&mut self, text: &str, names: &mut Names) -> Result<(), String> {
        for (row, line) in rows(text) {
            let [code, _, name, _, _, others] = row.as_slice() else {
                return Err(format!("line {line}: give 6 columns, separated by tabs"));
            };
            let number = self.add(code, "")?;
            let spellings = std::iter::once(*name).chain(others.split(','));
            for city in spellings.map(|name| name.trim().to_lowercase()) {
                if city.is_empty() {
                    continue;
                }
                for before in MISSIONS {
                    let name = format!("{before} {city}");
                    // A long city behind a long office is more than a phrase may have.
                    if name.split(' ').count() <= PHRASE_MAX {
                        names.add(&name, 0, number);
                    }
                }
            }
        }
        Ok(())
    }

    fn towns(&mut self, text: &str) -> Result<(), String> {
        for (row, line) in rows(text) {
            let [area, _, latitude, longitude] = row.as_slice() else {
                return Err(format!("line {line}: give 4 columns, separated by tabs"));
            };
            let degrees = |value: &str| {
                value
                    .parse::<f64>()
                    .map_err(|_| format!("line {line}: {value:?} is no number"))
            };
            let home = area.starts_with("ID").then(|| PlaceCode::new(area));
            self.towns
                .push((home, degrees(latitude)?, degrees(longitude)?));
        }
        Ok(())
    }

    /// The number of the place with this code.
    fn number(&self, code: &str) -> Option<u16> {
        let code = PlaceCode::new(code);
        let at = self.places.iter().position(|place| place.0 == code)?;
        u16::try_from(at).ok()
    }

    fn add(&mut self, code: &str, province: &str) -> Result<u16, String> {
        let number = u16::try_from(self.places.len()).map_err(|_| "more than 65,535 places")?;
        let province = (!province.is_empty()).then(|| PlaceCode::new(province));
        self.places.push((PlaceCode::new(code), province));
        Ok(number)
    }
}

/// Names with the best claim to each.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, (u8, u16)>);

impl Names {
    /// Claims `name`; the smaller rank holds it, then the earlier claim.
    fn add(&mut self, name: &str, rank: u8, place: u16) {
        let held = self.0.entry(name.to_owned()).or_insert((rank, place));
        if rank < held.0 {
            *held = (rank, place);
        }
    }

    fn finish(self, common: &BTreeMap<String, Common>) -> Vec<Name> {
        let common = |pattern: &str| {
            let found = common.get(pattern.trim_end_matches('*')).copied();
            found.unwrap_or(Common::Nowhere)
        };
        let names = self.0.into_iter();
        names
            .filter(|(pattern, _)| common(pattern) != Common::Always)
            .map(|(pattern, (_, place))| Name {
                common: common(&pattern),
                pattern,
                place,
            })
            .collect()
    }
}

/// A name in another script, as a pattern: inflecting and joining scripts get an open end.
fn abroad(name: &str) -> String {
    let letters = name.chars().count();
    let first = name.chars().next().unwrap_or(' ');
    match first {
        _ if name.contains([' ', '-', '\'']) => name.to_owned(),
        // Cyrillic: the last vowel is the case ending.
        '\u{0400}'..='\u{052F}' if letters >= 5 => {
            let stem = name.trim_end_matches(['а', 'я', 'и', 'о', 'у', 'е', 'ы']);
            if stem.len() >= 8 {
                format!("{stem}*")
            } else {
                name.to_owned()
            }
        }
        '\u{0530}'..='\u{058F}'
        | '\u{0900}'..='\u{0DFF}'
        | '\u{10A0}'..='\u{10FF}'
        | '\u{AC00}'..='\u{D7A3}' => format!("{name}*"),
        _ => name.to_owned(),
    }
}

/// The rows of a table with their line numbers.
fn rows(text: &str) -> impl Iterator<Item = (Vec<&str>, usize)> {
    let lines = text.lines().zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| (line.split('\t').collect(), number))
}
