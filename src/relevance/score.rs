//! From words found to the verdict: witnesses with their weights, places, hazards.
//!
//! In: what the matcher found in a scan. Out: evidence, score, places, hazards of a [`Reading`].
//! Rule: the k-th different finding of one witness adds half of what the one before added.
//! Not here: the words (lists), the weights (`config/relevance.toml`).

use std::sync::Arc;

use crate::post;
use crate::post::{Location, Post};
use crate::relevance::gazetteer::Common;
use crate::relevance::language::{Language, Tongue};
use crate::relevance::lexicon::{Lexicon, Meaning};
use crate::relevance::place::PlaceCode;
use crate::relevance::reading::{Found, Reading};
use crate::relevance::scan::{Field, Scan, Span};
use crate::relevance::witness::{Weights, Witness};

/// Different findings of one witness that count.
const COUNTED: u8 = 4;
/// Most findings of one post that are looked at.
const HITS_MAX: usize = 256;
/// Words of the text within which a dateline ends.
const DATELINE_WORDS: usize = 8;

/// One finding that may become a witness when the whole text is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    at: usize,
    meaning: Meaning,
    span: Span,
    field: Field,
    cued: Cued,
    dateline: bool,
}

impl Hit {
    /// Where it stands.
    pub(crate) const fn span(&self) -> Span {
        self.span
    }
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Cued {
    #[default]
    Not,
    Preposition,
    Cue,
}

/// Fills `reading` from its scan.
pub(crate) fn judge(lexicon: &Lexicon, weights: &Weights, post: &Post<'_>, reading: &mut Reading) {
    let mut hits = std::mem::take(&mut reading.hits);
    hits.clear();
    let tongue = collect(lexicon, &reading.scan, &mut hits);
    let said = post.language.as_ref().map(post::Language::as_str);
    let language = tongue.language(said, reading.scan.tokens.len());
    let home = coordinates(post).and_then(|(lat, lon)| lexicon.gazetteer.province_at(lat, lon));
    let strong = home.is_some() || hits.iter().any(|hit| is_strong(hit, language));
    let hazard = |hit: &Hit| matches!(hit.meaning, Meaning::Hazard(_));
    let mut sheet = Sheet {
        weights,
        lexicon,
        language,
        // A text too short to show its language is taken as Indonesian beside a strong witness.
        at_home: language == Language::Indonesian || (strong && language != Language::Malay),
        strong,
        hazard: hits.iter().any(hazard),
        counted: [0; Witness::ALL.len()],
        reading,
    };
    sheet.whole_post(home);
    for hit in &hits {
        sheet.take(hit);
    }
    sheet.home_links();
    sheet.finish();
    reading.hits = hits;
}

/// Lists the findings, and counts the function words.
fn collect(lexicon: &Lexicon, scan: &Scan, hits: &mut Vec<Hit>) -> Tongue {
    let mut tongue = Tongue::default();
    let (mut cue, mut cue_at) = (Cued::Not, usize::MAX);
    let first_of_text = scan
        .tokens
        .iter()
        .position(|token| token.field == Field::Text);
    let dateline_end = first_of_text.unwrap_or(0) + DATELINE_WORDS;
    lexicon.matcher.find(scan, |at, span, meanings| {
        let Some(token) = scan.tokens.get(at) else {
            return;
        };
        for &meaning in meanings {
            match meaning {
                Meaning::Shared => tongue.shared += 1,
                Meaning::Indonesian => tongue.indonesian += 1,
                Meaning::Malay => tongue.malay += 1,
                Meaning::Cue => (cue, cue_at) = (Cued::Cue, at),
                Meaning::Preposition => (cue, cue_at) = (Cued::Preposition, at),
                Meaning::Nothing | Meaning::TagWord => {}
                Meaning::Witness(_)
                | Meaning::AtHome(_)
                | Meaning::Place { .. }
                | Meaning::Hazard(_) => {
                    if matches!(meaning, Meaning::Hazard(_)) {
                        // `quake Java`, `Java quake`: each cues the name beside it.
                        (cue, cue_at) = (Cued::Preposition, at);
                        if let Some(last) = hits.last_mut().filter(|last| last.at + 1 == at) {
                            last.cued = last.cued.max(Cued::Preposition);
                        }
                    }
                    let dateline = token.field == Field::Text
                        && at < dateline_end
                        && is_at_home(lexicon, meaning)
                        && (opens_report(scan.after(span.end)) || follows_outlet(scan, span));
                    let cued = if cue_at.checked_add(1) == Some(at) {
                        cue
                    } else {
                        Cued::Not
                    };
                    if hits.len() < HITS_MAX {
                        hits.push(Hit {
                            at,
                            meaning,
                            span,
                            field: token.field,
                            cued,
                            dateline,
                        });
                    }
                }
            }
        }
    });
    tongue
}

/// Whether it is a place in Indonesia: a mission abroad before a dash is what the report is about.
fn is_at_home(lexicon: &Lexicon, meaning: Meaning) -> bool {
    let Meaning::Place { number, .. } = meaning else {
        return false;
    };
    let place = lexicon.gazetteer.place(number);
    place.is_some_and(|(code, _)| code.as_str().starts_with("ID"))
}

/// Whether a dash follows, as behind the town that opens a report.
fn opens_report(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\n', ')']);
    rest.starts_with(['-', '–', '—']) && !rest.starts_with("-1")
}

/// Whether only an address and a comma stand before, as in `liputan6.com, Jakarta`.
fn follows_outlet(scan: &Scan, place: Span) -> bool {
    let link = scan.links.first();
    link.is_some_and(|link| (link.end..link.end + 4).contains(&place.start))
}

fn is_strong(hit: &Hit, language: Language) -> bool {
    match hit.meaning {
        Meaning::AtHome(witness) => language == Language::Indonesian && witness.is_strong(),
        Meaning::Witness(witness) => hit.field != Field::Location && witness.is_strong(),
        Meaning::Place { common, .. } => {
            let common = common.holds(language != Language::Other);
            hit.field != Field::Location && !hit.dateline && (!common || hit.cued == Cued::Cue)
        }
        Meaning::Hazard(_)
        | Meaning::Cue
        | Meaning::Preposition
        | Meaning::Shared
        | Meaning::Indonesian
        | Meaning::Malay
        | Meaning::Nothing
        | Meaning::TagWord => false,
    }
}

/// The evidence while it is written.
struct Sheet<'a> {
    weights: &'a Weights,
    lexicon: &'a Lexicon,
    reading: &'a mut Reading,
    language: Language,
    /// Words count that mean Indonesia's in an Indonesian text.
    at_home: bool,
    /// Something names Indonesia by itself: a second witness for ordinary names.
    strong: bool,
    /// A hazard is named.
    hazard: bool,
    /// How many different findings each witness has.
    counted: [u8; Witness::ALL.len()],
}

impl Sheet<'_> {
    fn whole_post(&mut self, home: Option<PlaceCode>) {
        match self.language {
            Language::Indonesian => self.add(Witness::Indonesian, None),
            Language::Malay => self.add(Witness::Malay, None),
            Language::Either | Language::Other => {}
        }
        if let Some(province) = home {
            self.add(Witness::Coordinates, None);
            self.reading.note_place(province);
        }
    }

    fn take(&mut self, hit: &Hit) {
        let nusantara = self.language != Language::Other;
        if hit.field == Field::Location {
            if is_named_home(hit.meaning) {
                self.add(Witness::Location, Some(hit.span));
            }
            return;
        }
        match hit.meaning {
            Meaning::Witness(Witness::Foreign) if !nusantara => {}
            Meaning::Witness(witness @ Witness::Foreign) => {
                self.add(witness, Some(hit.span));
                if hit.field == Field::Title {
                    self.add(Witness::ForeignHeadline, Some(hit.span));
                }
            }
            Meaning::Witness(witness) => self.add_with_headline(witness, hit),
            Meaning::AtHome(witness) if self.at_home => self.add(witness, Some(hit.span)),
            Meaning::Place { number, common } => {
                self.place(hit, number, common.holds(nusantara));
            }
            Meaning::Hazard(number) => {
                if let Some(hazard) = self.lexicon.hazards.get(usize::from(number)) {
                    self.reading.note_hazard(hazard);
                }
                if nusantara {
                    self.add(Witness::HazardAtHome, Some(hit.span));
                }
            }
            Meaning::AtHome(_)
            | Meaning::Cue
            | Meaning::Preposition
            | Meaning::Shared
            | Meaning::Indonesian
            | Meaning::Malay
            | Meaning::Nothing
            | Meaning::TagWord => {}
        }
    }

    fn place(&mut self, hit: &Hit, number: u16, common: bool) {
        if hit.dateline {
            return self.add(Witness::Dateline, Some(hit.span));
        }
        let second = self.strong || (self.hazard && self.may_be_struck(hit));
        let witness = match (common, hit.cued, second) {
            (false, _, _) => Witness::Place,
            (true, Cued::Cue, _) | (true, Cued::Preposition, true) => Witness::CuedPlace,
            (true, _, true) => Witness::CommonPlace,
            (true, _, false) => Witness::LonelyName,
        };
        self.add_with_headline(witness, hit);
        if witness != Witness::LonelyName
            && let Some((code, province)) = self.lexicon.gazetteer.place(number)
        {
            self.reading.note_place(code);
            if let Some(province) = province {
                self.reading.note_province(province);
            }
        }
    }

    /// Whether a hazard is a second witness for a name: `explosion` makes no island of Officer
    /// Flores, but `earthquake in Java` is one.
    fn may_be_struck(&self, hit: &Hit) -> bool {
        let at_home = self.language != Language::Other;
        at_home || hit.cued != Cued::Not || !self.reading.scan.word(hit.span).is_ascii()
    }

    fn home_links(&mut self) {
        for at in 0..self.reading.scan.links.len().min(4) {
            if let Some(&link) = self.reading.scan.links.get(at) {
                let address = self.reading.scan.word(link);
                let host = address.split(['/', '?', '#']).next().unwrap_or("");
                if [".go.id", ".ac.id", ".mil.id", ".desa.id", ".sch.id"]
                    .iter()
                    .any(|end| host.ends_with(end))
                {
                    self.add(Witness::HomeLink, Some(link));
                }
            }
        }
    }

    fn add_with_headline(&mut self, witness: Witness, hit: &Hit) {
        self.add(witness, Some(hit.span));
        if hit.field == Field::Title && (witness.is_strong() || witness == Witness::CuedPlace) {
            self.add(Witness::Headline, Some(hit.span));
        }
    }

    /// Adds a witness, unless the same words have already been one.
    fn add(&mut self, witness: Witness, span: Option<Span>) {
        let Reading { scan, found, .. } = &mut *self.reading;
        let Some(earlier) = self.counted.get_mut(witness as usize) else {
            return;
        };
        if *earlier >= COUNTED {
            return;
        }
        let text = span.map(|span| scan.word(span));
        let same = |other: &Found| {
            other.witness == witness && other.span.map(|span| scan.word(span)) == text
        };
        if *earlier > 0 && found.iter().any(same) {
            return;
        }
        found.push(Found {
            witness,
            span,
            weight: self.weights.of(witness) * 0.5_f32.powi(i32::from(*earlier)),
        });
        *earlier += 1;
    }

    fn finish(&mut self) {
        // A headline that names both is about Indonesia and another: a match, a visit.
        let found = &mut self.reading.found;
        if found.iter().any(|found| found.witness == Witness::Headline) {
            found.retain(|found| found.witness != Witness::ForeignHeadline);
        }
        self.reading.score = self.reading.found.iter().map(|found| found.weight).sum();
        self.reading.relevant = self.reading.score >= self.weights.threshold;
        self.reading.close_places();
    }
}

/// Where the post was written, if it says so in degrees.
fn coordinates(post: &Post<'_>) -> Option<(f64, f64)> {
    match post.location {
        Some(Location::Coordinates {
            latitude,
            longitude,
        }) => Some((latitude, longitude)),
        Some(Location::Named(_)) | None => None,
    }
}

fn is_named_home(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Witness(Witness::Country)
            | Meaning::Place {
                common: Common::Nowhere,
                ..
            }
    )
}

impl Reading {
    fn note_hazard(&mut self, hazard: &Arc<str>) {
        if !self.hazards.contains(hazard) {
            self.hazards.push(Arc::clone(hazard));
        }
    }

    fn note_place(&mut self, code: PlaceCode) {
        if !self.places.contains(&code) {
            self.places.push(code);
        }
    }

    fn note_province(&mut self, code: PlaceCode) {
        if !self.provinces.contains(&code) {
            self.provinces.push(code);
        }
    }

    /// Named places first, then the provinces that they lie in.
    fn close_places(&mut self) {
        for at in 0..self.provinces.len() {
            if let Some(&code) = self.provinces.get(at) {
                self.note_place(code);
            }
        }
        self.places.retain(|code| code.as_str() != "ID");
    }
}
