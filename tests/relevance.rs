//! Headlines in the languages of the press: who names Indonesia is found, whoever only sounds so is not, and
//! hazards are told.

use std::collections::BTreeSet;
use std::error::Error;

use kentongan::config::{Config, Format};
use kentongan::feed::{AccountKey, Decoder};
use kentongan::relevance::{Gate, Reading};
use kentongan::topic::{Extractor, PostTopics};

const HEADLINES: &str = include_str!("relevance/headlines.tsv");
const HAZARDS: &str = include_str!("relevance/hazards.tsv");
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
