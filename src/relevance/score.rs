//! From words found to the verdict: witnesses with their weights, places, hazards.
//!
//! In: what the matcher found in a scan. Out: evidence, score, places, hazards of a [`Reading`].
//! Rule: the k-th different finding of one witness adds half of what the one before added.
//! Not here: the words (lists), the weights (`config/relevance.toml`).

use std::sync::Arc;

use crate::post::{Location, Post};
use crate::relevance::gazetteer::Common;
use crate::relevance::lexicon::{Lexicon, Meaning};
use crate::relevance::place::PlaceCode;
use crate::relevance::reading::{Found, Reading};
use crate::relevance::scan::{Field, Scan, Span};
use crate::relevance::witness::{Weights, Witness};

/// Different findings of one witness that count, and findings of one post that are kept.
const COUNTED: u8 = 4;
const KEPT: usize = 64;
/// Words of the text within which a dateline ends.
const DATELINE_WORDS: usize = 8;

/// One finding that may become a witness when the whole text is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    meaning: Meaning,
    span: Span,
    field: Field,
    cued: Cued,
    dateline: bool,
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Cued {
    #[default]
    Not,
    Preposition,
    Cue,
}

/// Which of the two languages a text is in; most texts are in neither.
#[derive(Debug, Clone, Copy)]
struct Language {
    /// It has words that Malay does not have.
    indonesian: bool,
    /// It has more of those that Indonesian does not have.
    malay: bool,
    /// It is Indonesian or Malay.
    nusantara: bool,
    /// Words count that mean Indonesia's in an Indonesian text.
    at_home: bool,
}

/// Counts of function words.
#[derive(Debug, Clone, Copy, Default)]
struct Tongue {
    shared: u32,
    indonesian: u32,
    malay: u32,
}

impl Language {
    /// A text too short to show its language is taken as Indonesian beside a strong witness.
    fn confirmed(self, strong: bool) -> Self {
        Self {
            at_home: self.indonesian || (strong && !self.malay),
            ..self
        }
    }
}

impl Tongue {
    /// Whether so many of a text's words show that it is Indonesian or Malay: a few of them are
    /// words of other languages too. More are asked for where the platform says another language.
    fn suffices(self, said: Option<&str>, tokens: usize) -> bool {
        let words = self.shared + self.indonesian + self.malay;
        let share = match said {
            None | Some("id" | "ms") => 12,
            Some(_) => 6,
        };
        words >= 2 && (words * share) as usize >= tokens
    }
}

/// Fills `reading` from its scan.
pub(crate) fn judge(lexicon: &Lexicon, weights: &Weights, post: &Post<'_>, reading: &mut Reading) {
    let mut hits = std::mem::take(&mut reading.hits);
    hits.clear();
    let tongue = collect(lexicon, &reading.scan, &mut hits);
    let mut sheet = Sheet {
        weights,
        lexicon,
        reading,
    };
    let language = sheet.language(post, tongue);
    let home = sheet.coordinates(post);
    let strong = home || hits.iter().any(|hit| is_strong(hit, language));
    let language = language.confirmed(strong);
    let hazard = hits
        .iter()
        .any(|hit| matches!(hit.meaning, Meaning::Hazard(_)));
    for hit in &hits {
        sheet.take(hit, language, strong || hazard);
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
                    let dateline = token.field == Field::Text
                        && at < dateline_end
                        && matches!(meaning, Meaning::Place { .. })
                        && (opens_report(scan.after(span.end)) || follows_outlet(scan, span));
                    let cued = if cue_at.checked_add(1) == Some(at) {
                        cue
                    } else {
                        Cued::Not
                    };
                    if hits.len() < 4 * KEPT {
                        hits.push(Hit {
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
        Meaning::AtHome(witness) => language.indonesian && witness.is_strong(),
        Meaning::Witness(witness) => hit.field != Field::Location && witness.is_strong(),
        Meaning::Place { common, .. } => {
            let common = common.holds(language.nusantara);
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
}

impl Sheet<'_> {
    fn language(&mut self, post: &Post<'_>, tongue: Tongue) -> Language {
        let said = post.language.as_ref().map(crate::post::Language::as_str);
        let enough = tongue.suffices(said, self.reading.scan.tokens.len());
        let malay = match said {
            Some("ms") => tongue.malay >= tongue.indonesian,
            _ => enough && tongue.malay > tongue.indonesian,
        };
        let indonesian =
            !malay && (said == Some("id") || (enough && tongue.indonesian > tongue.malay));
        if malay {
            self.add(Witness::Malay, None);
        }
        if indonesian {
            self.add(Witness::Indonesian, None);
        }
        Language {
            indonesian,
            malay,
            at_home: indonesian,
            nusantara: indonesian || malay || enough,
        }
    }

    fn coordinates(&mut self, post: &Post<'_>) -> bool {
        let Some(Location::Coordinates {
            latitude,
            longitude,
        }) = post.location
        else {
            return false;
        };
        let province = self.lexicon.gazetteer.province_at(latitude, longitude);
        if let Some(code) = province {
            self.add(Witness::Coordinates, None);
            self.reading.note_place(code);
        }
        province.is_some()
    }

    fn take(&mut self, hit: &Hit, language: Language, second: bool) {
        let nusantara = language.nusantara;
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
            Meaning::AtHome(witness) if language.at_home => self.add(witness, Some(hit.span)),
            Meaning::Place { number, common } => {
                self.place(hit, number, common.holds(nusantara), second);
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

    fn place(&mut self, hit: &Hit, number: u16, common: bool, second: bool) {
        if hit.dateline {
            return self.add(Witness::Dateline, Some(hit.span));
        }
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
        let scan = &self.reading.scan;
        let text = span.map(|span| scan.word(span));
        let mut earlier = 0;
        for found in self
            .reading
            .found
            .iter()
            .filter(|found| found.witness == witness)
        {
            if found.span.map(|span| scan.word(span)) == text {
                return;
            }
            earlier += 1;
        }
        if earlier < COUNTED && self.reading.found.len() < KEPT {
            let share = 0.5_f32.powi(i32::from(earlier));
            let weight = self.weights.of(witness) * share;
            self.reading.found.push(Found {
                witness,
                span,
                weight,
            });
        }
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
