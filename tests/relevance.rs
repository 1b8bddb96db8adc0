//! Headlines in the languages of the press: who names Indonesia is found, whoever only sounds so is not, and
//! hazards are told.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use kentongan::config::{Config, Format};
use kentongan::feed::{AccountKey, Decoder};
use kentongan::relevance::{Gate, Reading, Witness};
use kentongan::topic::{Extractor, PostTopics};

const HEADLINES: &str = include_str!("relevance/headlines.tsv");
const HAZARDS: &str = include_str!("relevance/hazards.tsv");
const HAZARD_WORDS: &str = include_str!("relevance/hazard-words.tsv");
const OFFICES: &str = include_str!("relevance/offices.tsv");
const COUNTRY: &str = include_str!("relevance/country.tsv");
const OTHERS: &str = include_str!("relevance/others.tsv");

fn record(language: &str, title: &str) -> String {
    serde_json::json!({
        "created_at": "2026-03-04T05:06:07Z", "kind": "news", "title": title, "lang": language,
    })
    .to_string()
}

/// The headlines of `list` whose verdict is not `expected`.
fn misjudged(list: &str, expected: bool) -> Result<Vec<String>, Box<dyn Error>> {
    let config = Config::built_in()?;
    let gate = Gate::new(&config.relevance)?;
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
    let mut reading = Reading::default();
    let mut wrong = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let (language, title) = line.split_once('\t').ok_or("a line without a tab")?;
        let record = record(language, title);
        let post = decoder
            .decode(Format::Plain, Some(record.as_bytes()))
            .map_err(|refused| refused.detail)?;
        gate.read(&post, &mut reading);
        if reading.relevant != expected {
            wrong.push(format!("{language} {title} ({:.2})", reading.score));
        }
    }
    Ok(wrong)
}

#[test]
fn a_headline_that_names_indonesia_is_found_in_every_language() -> Result<(), Box<dyn Error>> {
    assert_eq!(misjudged(HEADLINES, true)?, Vec::<String>::new());
    let mut languages: Vec<&str> = HEADLINES
        .lines()
        .filter_map(|line| Some(line.split_once('\t')?.0))
        .collect();
    languages.sort_unstable();
    languages.dedup();
    assert!(languages.len() >= 80, "{}", languages.len());
    Ok(())
}

#[test]
fn a_headline_that_only_sounds_so_is_not_taken() -> Result<(), Box<dyn Error>> {
    assert_eq!(misjudged(OTHERS, false)?, Vec::<String>::new());
    Ok(())
}

#[test]
fn hazards_are_told_in_nineteen_languages() -> Result<(), Box<dyn Error>> {
    let config = Config::built_in()?;
    let gate = Gate::new(&config.relevance)?;
    let extractor = Extractor::new(&config.topics);
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    let mut languages = BTreeSet::new();
    for line in HAZARDS.lines().filter(|line| !line.starts_with('#')) {
        let (language, rest) = line.split_once('\t').ok_or("a line without a tab")?;
        let (hazard, title) = rest.split_once('\t').ok_or("a line with one tab")?;
        let record = record(language, title);
        let post = decoder
            .decode(Format::Plain, Some(record.as_bytes()))
            .map_err(|refused| refused.detail)?;
        gate.read(&post, &mut reading);
        extractor.extract(&post, &reading, &mut topics);
        let key = format!("hazard:{hazard}");
        let told = topics
            .keys()
            .any(|topic| topic.split('@').next() == Some(&key));
        assert!(reading.relevant && told, "{language} {title}");
        languages.insert(language);
    }
    assert_eq!(languages.len(), 19);
    Ok(())
}

#[test]
fn every_form_of_the_country_is_a_witness_by_itself() -> Result<(), Box<dyn Error>> {
    let gate = Gate::new(&Config::built_in()?.relevance)?;
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
    let mut reading = Reading::default();
    let (mut languages, mut missed) = (BTreeSet::new(), Vec::new());
    for line in COUNTRY.lines().filter(|line| !line.starts_with('#')) {
        let (language, forms) = line.split_once('\t').ok_or("a line without a tab")?;
        for form in forms.split(", ") {
            let record = record(language, form);
            let post = decoder
                .decode(Format::Plain, Some(record.as_bytes()))
                .map_err(|refused| refused.detail)?;
            gate.read(&post, &mut reading);
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

/// The hazards that a post with this title is about.
fn hazards(gate: &Gate, language: &str, title: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
    let record = record(language, title);
    let post = decoder
        .decode(Format::Plain, Some(record.as_bytes()))
        .map_err(|refused| refused.detail)?;
    let mut reading = Reading::default();
    gate.read(&post, &mut reading);
    Ok(reading.hazards.iter().map(ToString::to_string).collect())
}

#[test]
fn every_hazard_has_a_word_in_each_of_nineteen_languages() -> Result<(), Box<dyn Error>> {
    let gate = Gate::new(&Config::built_in()?.relevance)?;
    let mut lines = HAZARD_WORDS.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines
        .next()
        .ok_or("no line of names")?
        .split('\t')
        .collect();
    let mut missed = Vec::new();
    let mut languages = 0;
    for line in lines {
        let mut cells = line.split('\t');
        let language = cells.next().ok_or("an empty line")?;
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len() + 1, names.len(), "{language}");
        for (&hazard, word) in names.iter().skip(1).zip(cells) {
            let told = hazards(&gate, language, word)?;
            if !told.iter().any(|name| name == hazard) {
                missed.push(format!("{language} {hazard}: {word} is {told:?}"));
            }
        }
        languages += 1;
    }
    assert_eq!(missed, Vec::<String>::new());
    assert_eq!((languages, names.len() - 1), (19, 27));
    Ok(())
}

#[test]
fn offices_and_citizens_abroad_are_known_in_nineteen_languages() -> Result<(), Box<dyn Error>> {
    let gate = Gate::new(&Config::built_in()?.relevance)?;
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
    let mut reading = Reading::default();
    let mut lines = OFFICES.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines
        .next()
        .ok_or("no line of names")?
        .split('\t')
        .collect();
    let (mut missed, mut languages) = (Vec::new(), 0);
    for line in lines {
        let mut cells = line.split('\t');
        let language = cells.next().ok_or("an empty line")?;
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len() + 1, names.len(), "{language}");
        for (place, forms) in cells.into_iter().enumerate() {
            let wanted = if place < 5 {
                Witness::Abroad
            } else {
                Witness::Institution
            };
            for form in forms.split(", ") {
                let record = record(language, form);
                let post = decoder
                    .decode(Format::Plain, Some(record.as_bytes()))
                    .map_err(|refused| refused.detail)?;
                gate.read(&post, &mut reading);
                let told: Vec<Witness> = reading.evidence().map(|found| found.witness).collect();
                if !reading.relevant || !told.contains(&wanted) {
                    missed.push(format!("{language} {form}: {told:?}"));
                }
            }
        }
        languages += 1;
    }
    assert_eq!(missed, Vec::<String>::new());
    assert_eq!((languages, names.len() - 1), (19, 10));
    Ok(())
}

/// Real headlines in thirty languages, where `KENTONGAN_DATA` holds them: one that writes the country in a form of
/// its language is found.
#[test]
fn real_headlines_that_name_indonesia_are_found_in_every_language() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::var_os("KENTONGAN_DATA") else {
        eprintln!("no real headlines: set KENTONGAN_DATA");
        return Ok(());
    };
    let path = Path::new(&folder).join("corpora/babel-headlines-30-languages.jsonl.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    let gate = Gate::new(&Config::built_in()?.relevance)?;
    let decoder = Decoder::new(AccountKey::new([0; 16]), 1_048_576);
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
