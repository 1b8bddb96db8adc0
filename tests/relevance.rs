//! Headlines in the languages of the press: who names Indonesia is found, whoever only sounds so is not, and
//! hazards are told.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use kentongan::config::{Config, Format};
use kentongan::feed::{AccountKey, Decoder};
use kentongan::post::Post;
use kentongan::relevance::{Gate, Reading, Witness};
use kentongan::topic::{Extractor, PostTopics};

const HEADLINES: &str = include_str!("relevance/headlines.tsv");
const HAZARDS: &str = include_str!("relevance/hazards.tsv");
const HAZARD_WORDS: &str = include_str!("relevance/hazard-words.tsv");
const OFFICES: &str = include_str!("relevance/offices.tsv");
const COUNTRY: &str = include_str!("relevance/country.tsv");
const OTHERS: &str = include_str!("relevance/others.tsv");

type Tried<T> = Result<T, Box<dyn Error>>;

/// What reads headlines.
struct Desk {
    gate: Gate,
    decoder: Decoder,
}

impl Desk {
    fn new() -> Tried<Self> {
        Ok(Self {
            gate: Gate::new(&Config::built_in()?.relevance)?,
            decoder: Decoder::new(AccountKey::new([0; 16]), 1_048_576),
        })
    }

    /// A reading of a headline, and what `look` makes of the post.
    fn look<T>(
        &self,
        language: &str,
        title: &str,
        look: impl FnOnce(&Post<'_>, &Reading) -> T,
    ) -> Tried<T> {
        let record = serde_json::json!({
            "created_at": "2026-03-04T05:06:07Z", "kind": "news", "title": title, "lang": language,
        })
        .to_string();
        let post = self
            .decoder
            .decode(Format::Plain, Some(record.as_bytes()))
            .map_err(|refused| refused.detail)?;
        let mut reading = Reading::default();
        self.gate.read(&post, &mut reading);
        Ok(look(&post, &reading))
    }

    fn read(&self, language: &str, title: &str) -> Tried<Reading> {
        self.look(language, title, |_, reading| reading.clone())
    }
}

/// The lines of a list.
fn lines(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#'))
}

/// The lines of a list, in two at the first tab.
fn pairs(list: &str) -> Tried<Vec<(&str, &str)>> {
    let pairs = lines(list).map(|line| line.split_once('\t'));
    let pairs: Option<Vec<_>> = pairs.collect();
    pairs.ok_or_else(|| "a line without a tab".into())
}

type Rows<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// A table: the names of its columns, and its rows, each a language with a cell for each column.
fn table(list: &str) -> Tried<(Vec<&str>, Rows<'_>)> {
    let mut lines = lines(list).map(|line| line.split('\t'));
    let names: Vec<&str> = lines.next().ok_or("no line of names")?.skip(1).collect();
    let mut rows = Vec::new();
    for mut cells in lines {
        let language = cells.next().ok_or("an empty line")?;
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len(), names.len(), "{language}");
        rows.push((language, cells));
    }
    Ok((names, rows))
}

/// The headlines of `list` whose verdict is not `expected`.
fn misjudged(list: &str, expected: bool) -> Tried<Vec<String>> {
    let desk = Desk::new()?;
    let mut wrong = Vec::new();
    for (language, title) in pairs(list)? {
        let reading = desk.read(language, title)?;
        if reading.relevant != expected {
            wrong.push(format!("{language} {title} ({:.2})", reading.score));
        }
    }
    Ok(wrong)
}

#[test]
fn a_headline_that_names_indonesia_is_found_in_every_language() -> Tried<()> {
    assert_eq!(misjudged(HEADLINES, true)?, Vec::<String>::new());
    let languages: BTreeSet<&str> = pairs(HEADLINES)?.into_iter().map(|pair| pair.0).collect();
    assert!(languages.len() >= 80, "{}", languages.len());
    Ok(())
}

#[test]
fn a_headline_that_only_sounds_so_is_not_taken() -> Tried<()> {
    assert_eq!(misjudged(OTHERS, false)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn hazards_are_told_in_nineteen_languages() -> Tried<()> {
    let desk = Desk::new()?;
    let extractor = Extractor::new(&Config::built_in()?.topics);
    let mut languages = BTreeSet::new();
    for (language, rest) in pairs(HAZARDS)? {
        let (hazard, title) = rest.split_once('\t').ok_or("a line with one tab")?;
        let is_told = desk.look(language, title, |post, reading| {
            let mut topics = PostTopics::default();
            extractor.extract(post, reading, &mut topics);
            let key = format!("hazard:{hazard}");
            let mut topics = topics.keys().map(|topic| topic.split('@').next());
            reading.relevant && topics.any(|topic| topic == Some(&key))
        })?;
        assert!(is_told, "{language} {title}");
        languages.insert(language);
    }
    assert_eq!(languages.len(), 19);
    Ok(())
}

#[test]
fn every_form_of_the_country_is_a_witness_by_itself() -> Tried<()> {
    let desk = Desk::new()?;
    let (mut languages, mut missed) = (BTreeSet::new(), Vec::new());
    for (language, forms) in pairs(COUNTRY)? {
        for form in forms.split(", ") {
            let reading = desk.read(language, form)?;
            let mut witnesses = reading.evidence().map(|evidence| evidence.witness);
            if !reading.relevant || !witnesses.any(|witness| witness == Witness::Country) {
                missed.push(format!("{language} {form}"));
            }
        }
        languages.insert(language);
    }
    assert_eq!(missed, Vec::<String>::new());
    assert!(languages.len() >= 90, "{}", languages.len());
    Ok(())
}

#[test]
fn every_hazard_has_a_word_in_each_of_nineteen_languages() -> Tried<()> {
    let desk = Desk::new()?;
    let (names, rows) = table(HAZARD_WORDS)?;
    let mut missed = Vec::new();
    for (language, cells) in &rows {
        for (&hazard, word) in names.iter().zip(cells) {
            let told = desk.read(language, word)?.hazards;
            if !told.iter().any(|name| name.to_string() == hazard) {
                missed.push(format!("{language} {hazard}: {word} is {told:?}"));
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
    assert_eq!((rows.len(), names.len()), (19, 27));
    Ok(())
}

#[test]
fn offices_and_citizens_abroad_are_known_in_nineteen_languages() -> Tried<()> {
    let desk = Desk::new()?;
    let (names, rows) = table(OFFICES)?;
    let mut missed = Vec::new();
    for (language, cells) in &rows {
        for (place, forms) in cells.iter().enumerate() {
            let wanted = if place < 5 {
                Witness::Abroad
            } else {
                Witness::Institution
            };
            for form in forms.split(", ") {
                let reading = desk.read(language, form)?;
                let told: Vec<Witness> = reading.evidence().map(|found| found.witness).collect();
                if !reading.relevant || !told.contains(&wanted) {
                    missed.push(format!("{language} {form}: {told:?}"));
                }
            }
        }
    }
    assert_eq!(missed, Vec::<String>::new());
    assert_eq!((rows.len(), names.len()), (19, 10));
    Ok(())
}

/// Real headlines in thirty languages, where `KENTONGAN_DATA` holds them: one that writes the country in a form of
/// its language is found.
#[test]
fn real_headlines_that_name_indonesia_are_found_in_every_language() -> Tried<()> {
    let Some(folder) = std::env::var_os("KENTONGAN_DATA") else {
        eprintln!("no real headlines: set KENTONGAN_DATA");
        return Ok(());
    };
    let path = Path::new(&folder).join("corpora/babel-headlines-30-languages.jsonl.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    let Desk { gate, decoder } = Desk::new()?;
    let mut reading = Reading::default();
    let mut by_language: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    for line in text.lines() {
        let post = decoder
            .decode(Format::Plain, Some(line.as_bytes()))
            .map_err(|refused| refused.detail)?;
        let language = post
            .language
            .map_or(String::new(), |it| it.as_str().to_owned());
        let words = format!("{} {}", post.title, post.text).to_lowercase();
        let names = forms_of(&language).any(|form| words.contains(&form.to_lowercase()));
        gate.read(&post, &mut reading);
        let counts = by_language.entry(language).or_default();
        for (count, is) in counts.iter_mut().zip([
            true,
            names,
            names && reading.relevant,
            !names && reading.relevant,
        ]) {
            *count += u32::from(is);
        }
    }
    for (language, [all, named, found, others]) in &by_language {
        println!(
            "{language}: {all} headlines, {named} name Indonesia, {found} found, {others} others taken"
        );
        assert_eq!(named, found, "{language}");
    }
    assert_eq!(by_language.len(), 30);
    Ok(())
}

fn forms_of(language: &str) -> impl Iterator<Item = &str> {
    let lines = COUNTRY.lines().filter_map(|line| line.split_once('\t'));
    let lines = lines.filter(move |(of, _)| *of == language);
    lines.flat_map(|(_, forms)| forms.split(", "))
}
