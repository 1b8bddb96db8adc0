//! Broken bytes at every reader of foreign bytes: none panics, hangs or answers with more than it was given.
//!
//! `KENTONGAN_FUZZ_SECONDS` tells for how long each reader is tried (1); `make fuzz` takes minutes. A failure shows
//! the input in hexadecimal digits and the seed (`KENTONGAN_FUZZ_SEED`, 1).
//! How: known good inputs are bent; what brings an answer that was not heard before is bent further. Without nightly
//! Rust there is no coverage to steer by, and answers are the next best.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test: a failure is a panic, and time is measured"
)]

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use kentongan::alert::Alert;
use kentongan::claims::ClaimRecord;
use kentongan::config::{Config, DEFAULT_TOML, Format, SourceFile, Sources};
use kentongan::detect::Detector;
use kentongan::feed::{AccountKey, Decoder};
use kentongan::ingest::{Batch, Ingest, InputId, InputRecord};
use kentongan::post::EventTime;
use kentongan::relevance::{Gate, Reading};
use kentongan::topic::Watchlist;
use kentongan::triage::Action;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Longest time for one input on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST: usize = 16 * 1024;
const CORPUS_MAX: usize = 400;

/// Pieces that change what a text is.
const PIECES: [&str; 24] = [
    "\0",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "9223372036854775808",
    "null",
    "\n",
    "\u{feff}",
    "\u{202e}",
    "\u{200b}",
    "=",
    "'''",
    "2026-13-45T99:99:99Z",
    "<a href=x>",
    "&#x110000;",
    "𝔸",
    "\u{130}",
];

const POSTS: [&str; 12] = [
    r#"{"id":"1","kind":"social","author":"a","created_at":"2026-03-02T00:00:00Z","text":"gempa di Lombok #gempa https://x.id/a","lang":"in","location":"-8.5,116.1","repost_of":"0"}"#,
    r#"{"data":{"id":"1","text":"banjir","created_at":"2026-03-02T00:00:00.000Z","author_id":"7","referenced_tweets":[{"type":"retweeted","id":"2"}],"geo":{"place_id":"x"}},"includes":{"users":[{"id":"7","username":"u"}]}}"#,
    r#"{"id_str":"1","created_at":"Mon Mar 02 00:00:00 +0000 2026","full_text":"banjir","user":{"id_str":"7"},"retweeted_status":{"id_str":"2","full_text":"x"}}"#,
    r#"{"did":"did:plc:a","time_us":1772409600000000,"kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"k","record":{"text":"gempa","createdAt":"2026-03-02T00:00:00Z","langs":["id"]}}}"#,
    r#"{"id":"1","created_at":"2026-03-02T00:00:00Z","content":"<p>gempa <a href=\"https://x.id\">x</a></p>","account":{"id":"7"},"reblog":null,"language":"id"}"#,
    r#"{"update_id":1,"channel_post":{"message_id":1,"date":1772409600,"chat":{"id":-100},"text":"gempa","entities":[{"type":"hashtag","offset":0,"length":5}]}}"#,
    r#"{"@context":"https://www.w3.org/ns/activitystreams","type":"Create","object":{"type":"Note","id":"https://x/1","published":"2026-03-02T00:00:00Z","content":"gempa"}}"#,
    r#"{"uri":"urn:1","type":"text","versioncreated":"2026-03-02T00:00:00Z","headline":"Gempa","body_text":"Lombok","pubStatus":"usable"}"#,
    r#"{"id":"1","url":"https://x.id/1","title":"Gempa","content_html":"<p>x</p>","date_published":"2026-03-02T00:00:00+07:00"}"#,
    r#"{"title":"Gempa","link":"https://x.id/1","pubDate":"Mon, 02 Mar 2026 07:00:00 WIB","description":"x"}"#,
    r#"{"before":null,"after":{"id":"1","created_at":1772409600000,"text":"x"},"op":"c","source":{}}"#,
    r#"{"specversion":"1.0","id":"1","source":"/x","type":"t","data":{"created_at":"2026-03-02T00:00:00Z","text":"x"}}"#,
];

/// A reader: an input, and what kind of answer it gives.
type Reader<'r> = Box<dyn FnMut(&[u8]) -> String + 'r>;

/// The kind of an answer: its words without what it repeats of the input.
fn kind<T, E: std::fmt::Debug>(answer: Result<T, E>) -> String {
    match answer {
        Ok(_) => "well".to_owned(),
        Err(error) => {
            let said = format!("{error:?}");
            said.chars()
                .filter(char::is_ascii_alphabetic)
                .take(60)
                .collect()
        }
    }
}

fn bend(dice: &mut Pcg64Mcg, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[dice.random_range(0..corpus.len())].clone();
    for _ in 0..dice.random_range(1..6) {
        let length = bytes.len();
        let at = dice.random_range(0..=length);
        let end = (at + dice.random_range(0..32)).min(length);
        match dice.random_range(0..8) {
            0 if at < length => bytes[at] ^= 1 << dice.random_range(0..8),
            1 if at < length => bytes[at] = dice.random(),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                for _ in 0..dice.random_range(1..40) {
                    bytes.splice(at..at, piece.iter().copied());
                }
            }
            4 => {
                let piece = PIECES[dice.random_range(0..PIECES.len())];
                bytes.splice(at..end, piece.bytes());
            }
            5 => {
                let other = &corpus[dice.random_range(0..corpus.len())];
                let from = dice.random_range(0..=other.len());
                bytes.truncate(at);
                bytes.extend(&other[from..]);
            }
            6 => bytes.truncate(at),
            _ => bytes.insert(at, dice.random()),
        }
        bytes.truncate(LONGEST);
    }
    bytes
}

fn told(variable: &str, default: u64) -> u64 {
    let told = std::env::var(variable).ok();
    told.map_or(default, |told| told.parse().unwrap())
}

/// Tries a reader for its time.
fn try_out(name: &str, seeds: Vec<Vec<u8>>, mut reader: Reader<'_>) {
    let seconds = Duration::from_secs(told("KENTONGAN_FUZZ_SECONDS", 1));
    let seed = told("KENTONGAN_FUZZ_SEED", 1);
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let (mut corpus, mut heard, mut inputs) = (seeds, BTreeSet::new(), 0_u64);
    let end = Instant::now() + seconds;
    while Instant::now() < end {
        let input = bend(&mut dice, &corpus);
        let begun = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| reader(&input)));
        let shown = || {
            let bytes = input.iter();
            let digits: Vec<String> = bytes.map(|byte| format!("{byte:02x}")).collect();
            digits.concat()
        };
        let Ok(answer) = answer else {
            panic!("{name} panics, seed {seed}: {}", shown());
        };
        assert!(
            begun.elapsed() < PATIENCE,
            "{name} takes {:?}: {}",
            begun.elapsed(),
            shown()
        );
        inputs += 1;
        if heard.insert(answer) && corpus.len() < CORPUS_MAX {
            corpus.push(input);
        }
    }
    assert!(
        heard.len() > 1,
        "{name} says the same to everything: {heard:?}"
    );
    eprintln!("{name}: {inputs} inputs, {} kinds of answers", heard.len());
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn feeds() {
    let decoder = Decoder::new(AccountKey::new([7; 16]), LONGEST);
    let config = Config::built_in().unwrap();
    let gate = Gate::new(&config.relevance).unwrap();
    let mut reading = Reading::default();
    let mut turn = 0;
    let reader = Box::new(move |input: &[u8]| {
        let format = Format::ALL[turn % Format::ALL.len()];
        turn += 1;
        let answer = decoder.decode(format, Some(input));
        if let Ok(post) = &answer {
            gate.read(post, &mut reading);
        }
        format!("{} {}", format.as_str(), kind(answer))
    });
    try_out("feeds", bytes(&POSTS), reader);
}

#[test]
fn configurations() {
    let reader = Box::new(|input: &[u8]| {
        let sources = Sources {
            file: Some(SourceFile {
                name: "fuzz.toml".to_owned(),
                text: String::from_utf8_lossy(input).into_owned(),
            }),
            ..Sources::default()
        };
        kind(Config::load(&sources))
    });
    let small = "[kafka]\nbrokers = \"a:1\"\n[kafka.security]\nprotocol = \"sasl_ssl\"\nuser = \"u\"\n[[feeds]]\nname = \"x\"\nkind = \"news\"\n";
    try_out("configurations", bytes(&[small, DEFAULT_TOML]), reader);
}

#[test]
fn watch_lists() {
    let list = "[[topics]]\nid = \"kbri\"\nany = [\"kbri\", \"kedutaan\"]\nnone = [\"lowongan\"]\n[topics.title]\nid = \"a\"\nen = \"b\"\n";
    try_out(
        "watch lists",
        bytes(&[list, include_str!("../config/watchlist.toml")]),
        Box::new(|input: &[u8]| kind(Watchlist::parse(&String::from_utf8_lossy(input)))),
    );
}

/// Batches as ingest writes them.
fn batches() -> Vec<Vec<u8>> {
    let mut config = Config::built_in().unwrap();
    config.feeds.truncate(1);
    config.relevance.enabled = false;
    let gate = Gate::new(&config.relevance).unwrap();
    let mut ingest = Ingest::new(&config, AccountKey::new([7; 16]), gate, &[1]);
    let input = InputId {
        feed: 0,
        partition: 0,
    };
    ingest.assign(input, 0);
    for offset in 0..50 {
        let decoded = ingest.decode(0, Some(POSTS[0].as_bytes()));
        ingest.apply(InputRecord {
            input,
            offset,
            arrived_at: EventTime::from_millis(1_772_409_600_000),
            decoded,
        });
    }
    let batches = ingest.flush(EventTime::from_millis(1_772_409_600_500), 2);
    let batches = batches.iter().flatten();
    batches.map(|batch| batch.encode().unwrap()).collect()
}

/// Reading alone: what a batch says is believed, and one whose times lie decades ahead keeps detect busy for minutes
/// (docs/security.md, what is not defended against).
#[test]
fn batches_between_the_stages() {
    let reader = Box::new(|input: &[u8]| kind(Batch::decode(input)));
    try_out("batches", batches(), reader);
}

#[test]
fn snapshots() {
    let mut config = Config::built_in().unwrap();
    config.feeds.truncate(1);
    let mut detector = Detector::new(&config, 0, 2);
    for batch in batches() {
        detector.apply(Batch::decode(&batch).unwrap(), &mut |_| ());
    }
    let seeds = vec![
        detector.snapshot(2).unwrap(),
        Detector::new(&config, 0, 2).snapshot(2).unwrap(),
    ];
    let reader = Box::new(move |input: &[u8]| kind(Detector::restore(&config, 0, 2, input)));
    try_out("snapshots", seeds, reader);
}

#[test]
fn actions_alerts_and_fact_checks() {
    let action = r#"{"schema":"kentongan.action/v1","id":"1","incident":"i","do":"snooze","who":"Ani","note":"x","until":"2026-03-02T00:00:00Z"}"#;
    try_out(
        "actions",
        bytes(&[action]),
        Box::new(|input: &[u8]| kind(Action::decode(input))),
    );
    let alert = include_str!("../docs/alert-v1.example.json");
    let reader = Box::new(|input: &[u8]| format!("{}", Alert::decode(input).is_some()));
    try_out("alerts", bytes(&[alert]), reader);
    let claim = r#"{"@type":"ClaimReview","url":"https://x.id/1","claimReviewed":"x","datePublished":"2026-03-02","reviewRating":{"alternateName":"SALAH"}}"#;
    let plain = r#"{"id":"1","claim":"x","title":"y","verdict":"hoaks","published_at":"2026-03-02T00:00:00Z"}"#;
    try_out(
        "fact-checks",
        bytes(&[claim, plain]),
        Box::new(|input: &[u8]| kind(ClaimRecord::decode(input, LONGEST))),
    );
}
