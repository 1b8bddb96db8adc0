//! Whatever bytes a feed brings: a named refusal, never a stop, and the good posts are not touched by it.
//!
//! In: good posts with bad ones between them. Out: for `replay` the same alerts and a summary that adds up; for
//! the service a dead letter with the bytes and the reason.
//! Not here: each mistake of each format (`feed`'s own tests).

#![expect(clippy::unwrap_used, reason = "a failure is a panic")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use kentongan::config::{Config, PlacedBy};
use kentongan::feed::{AccountKey, Refusal};
use kentongan::ingest::{Batch, Ingest, Outcomes};
use kentongan::log::memory::{Cluster, StoredRecord};
use kentongan::log::{Log, Outgoing, Partition};
use kentongan::post::EventTime;
use kentongan::relevance::Gate;
use kentongan::service::ingest_stage::IngestStage;
use kentongan::service::stage::turn;
use kentongan::simulate::{DEFAULT_START, Script, Settings, Simulation};

/// More than the largest record that is accepted.
const THREE_MEGABYTES: usize = 3 * 1_048_576;
/// A longer dead letter is cut.
const LONGEST_LETTER: usize = 65_536;

fn timed(members: &str) -> Vec<u8> {
    format!(r#"{{"created_at":"2026-01-04T18:00:00Z",{members}}}"#).into_bytes()
}

fn at(time: &str) -> Vec<u8> {
    format!(r#"{{"text":"air naik","created_at":{time}}}"#).into_bytes()
}

/// One of each, with the reason by which it must be refused.
fn bad_lines() -> Vec<(Vec<u8>, Refusal)> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = "a".repeat(THREE_MEGABYTES);
    let not_utf8 = [&timed(r#""text":"air"#)[..], b"\xff\xfe"].concat();
    vec![
        (b"air naik di Demak".to_vec(), Refusal::NotJson),
        (br#"{"text":"air"#.to_vec(), Refusal::NotJson),
        (timed("\"text\":\"a\0b\""), Refusal::NotJson),
        (vec![0; 64], Refusal::BinarySchema),
        (timed(r#""text":"air","id":1e999"#), Refusal::NotJson),
        (not_utf8, Refusal::NotUtf8),
        (b"\x80\x81\x82".to_vec(), Refusal::NotUtf8),
        (deep.clone().into_bytes(), Refusal::TooDeep),
        (
            timed(&format!(r#""text":"air","x":{deep}"#)),
            Refusal::TooDeep,
        ),
        (timed(&format!(r#""text":"{long}""#)), Refusal::TooLarge),
        (long.into_bytes(), Refusal::TooLarge),
        (b"null".to_vec(), Refusal::WrongType),
        (b"[1, 2]".to_vec(), Refusal::WrongType),
        (timed(r#""text":["air"]"#), Refusal::WrongType),
        (timed(r#""text":"air","kind":"radio""#), Refusal::WrongType),
        (
            timed(r#""text":"air","id":123456789012345678901234567890123456789012"#),
            Refusal::WrongType,
        ),
        (at("1772600767"), Refusal::WrongType),
        (br#"{"text":"air naik"}"#.to_vec(), Refusal::NoTime),
        (at(r#""kemarin""#), Refusal::NoTime),
        (at(r#""0001-01-01T00:00:00Z""#), Refusal::AbsurdTime),
        (at(r#""9999-12-31T23:59:59Z""#), Refusal::AbsurdTime),
        (at(r#""2099-01-01T00:00:00Z""#), Refusal::Future),
        (timed(r#""text":"","title":" ""#), Refusal::NoText),
    ]
}

/// Odd, but posts: a lone surrogate and a NUL that is written as JSON writes it. They touch nothing.
fn odd_lines() -> Vec<Vec<u8>> {
    vec![
        timed(r#""id":"odd-1","text":"good morning \ud83d""#),
        timed(r#""id":"odd-2","text":"good \u0000 evening","x":1e-999999"#),
    ]
}

/// A quiet day of four hours with an earthquake in the fourth.
fn good_lines() -> Vec<Vec<u8>> {
    let settings = Settings {
        seed: 5,
        start: DEFAULT_START,
        length: Duration::from_hours(4),
        rate: 0.04,
        script: Script::from_toml("[[event]]\nkind = \"earthquake\"\nat = \"3h\"\nstrength = 0.4")
            .unwrap(),
    };
    let posts = Simulation::new(&settings).unwrap();
    posts.map(|made| made.line.into_bytes()).collect()
}

/// Good lines with the others spread among them, each after a good one of a later time than its own.
fn mixed(good: &[Vec<u8>], others: &[Vec<u8>]) -> Vec<u8> {
    let first = good.len() / 2;
    let step = (good.len() - first) / others.len();
    let mut lines = Vec::new();
    for (number, line) in good.iter().enumerate() {
        lines.extend_from_slice(line);
        lines.push(b'\n');
        let place = number.checked_sub(first).filter(|past| past % step == 0);
        if let Some(other) = place.and_then(|past| others.get(past / step)) {
            lines.extend_from_slice(other);
            lines.extend_from_slice(b"\n \r\n\n");
        }
    }
    lines
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn replay(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kentongan"))
        .args(["--quiet", "replay"])
        .arg(path)
        .env_clear()
        .output()
        .unwrap()
}

/// The numbers of a summary's line.
fn numbers(line: &str) -> BTreeMap<&str, u64> {
    let pairs = line
        .split_whitespace()
        .filter_map(|word| word.split_once('='));
    pairs
        .map(|(name, number)| (name, number.parse().unwrap()))
        .collect()
}

#[test]
fn replay_refuses_bad_lines_by_reason_and_gives_the_same_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let good = good_lines();
    let mut others: Vec<Vec<u8>> = bad_lines().into_iter().map(|(line, _)| line).collect();
    others.extend(odd_lines());
    let alone = replay(&file(
        folder.path(),
        "good.jsonl",
        &mixed(&good, &[Vec::new()]),
    ));
    let among = replay(&file(folder.path(), "mixed.jsonl", &mixed(&good, &others)));
    let said = String::from_utf8(among.stderr).unwrap();
    assert_eq!(among.status.code(), Some(0), "{said}");
    assert!(alone.stdout.lines().count() > 3);
    assert!(among.stdout == alone.stdout, "bad lines changed the alerts");

    let mut expected: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, reason) in bad_lines() {
        *expected.entry(reason.as_str()).or_default() += 1;
    }
    let lines: Vec<&str> = said.lines().collect();
    let [.., reasons, _, summary] = lines.as_slice() else {
        panic!("three lines of summary in {said}");
    };
    assert_eq!(
        numbers(reasons.strip_prefix("refused by reason:").unwrap()),
        expected
    );
    let summary = numbers(summary);
    let parts = [
        "counted",
        "irrelevant",
        "untopical",
        "duplicate",
        "late",
        "refused",
    ];
    assert_eq!(
        summary["posts"],
        parts.map(|part| summary[part]).iter().sum::<u64>()
    );
    assert_eq!(summary["posts"], (good.len() + others.len()) as u64);
    assert_eq!(summary["refused"], bad_lines().len() as u64);
}

#[test]
fn a_file_of_bad_lines_alone_is_a_summary_and_no_alert() {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<Vec<u8>> = bad_lines().into_iter().map(|(line, _)| line).collect();
    let output = replay(&file(folder.path(), "bad.jsonl", &lines.join(&b'\n')));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(output.stdout.is_empty());
    let count = lines.len();
    let summary = format!(
        "posts={count} counted=0 irrelevant=0 untopical=0 duplicate=0 late=0 refused={count}"
    );
    assert_eq!(said.lines().last(), Some(summary.as_str()));
}

#[test]
fn a_cut_off_gzip_ends_with_1_and_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(&mixed(&good_lines(), &[Vec::new()]))
        .unwrap();
    let packed = encoder.finish().unwrap();
    let whole = replay(&file(folder.path(), "whole.jsonl.gz", &packed));
    assert_eq!(whole.status.code(), Some(0));
    let half = &packed[..packed.len() / 2];
    for (name, bytes) in [("half.jsonl.gz", half), ("text.jsonl.gz", b"not gzip\n")] {
        let output = replay(&file(folder.path(), name, bytes));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(name) && said.contains("reading"), "{said}");
        assert!(
            !said.contains("posts="),
            "no summary of what was not read: {said}"
        );
    }
}

/// Records that cannot be a line of a file are among these.
fn bad_records() -> Vec<(Option<Vec<u8>>, Refusal)> {
    let mut bad = vec![
        (None, Refusal::Tombstone),
        (Some(Vec::new()), Refusal::Empty),
        (Some(b" \r\n".to_vec()), Refusal::Empty),
    ];
    let lines = bad_lines().into_iter();
    bad.extend(lines.map(|(line, reason)| (Some(line), reason)));
    for bytes in [LONGEST_LETTER, LONGEST_LETTER + 1] {
        bad.push((Some(vec![b'x'; bytes]), Refusal::NotJson));
    }
    bad
}

fn partition(name: &str) -> Partition {
    Partition {
        name: name.into(),
        number: 0,
    }
}

/// What the ingest stage makes of a feed with these values.
fn ingested(values: impl Iterator<Item = Option<Vec<u8>>>) -> Cluster {
    let now = now();
    ingested_of(values.map(|value| record(value, now)), PlacedBy::Posted)
}

/// When a feed is read.
fn now() -> EventTime {
    DEFAULT_START.plus_millis(7_200_000)
}

/// What it makes of these records, placed by their own time or by arrival.
fn ingested_of(records: impl Iterator<Item = Outgoing>, placed_by: PlacedBy) -> Cluster {
    let mut config = Config::built_in().unwrap();
    config
        .feeds
        .iter_mut()
        .for_each(|feed| feed.time = placed_by);
    let now = now();
    let cluster = Cluster::new();
    for name in ["feeds.social", "feeds.social.dlq", "counts"] {
        cluster.create(name, 1);
    }
    let mut feed = cluster.log("feed");
    for record in records {
        feed.append(record).unwrap();
    }
    feed.commit(&[]).unwrap();
    let gate = Gate::new(&config.relevance).unwrap();
    let ingest = Ingest::new(&config, AccountKey::new([1; 16]), gate, &[1, 1]);
    let mut stage = IngestStage::new(&config, ingest, 1);
    let mut log = cluster.log("ingest");
    log.assign(partition("feeds.social"));
    for minute in 0..3 {
        let now = now.plus_millis(60_000 * minute);
        turn(&mut stage, &mut log, now, Duration::ZERO).unwrap();
    }
    cluster
}

fn record(value: Option<Vec<u8>>, arrived_at: EventTime) -> Outgoing {
    Outgoing {
        name: "feeds.social".into(),
        partition: Some(0),
        key: Some(b"key".to_vec()),
        value,
        headers: vec![("source".to_owned(), b"crawler".to_vec())],
        timestamp: Some(arrived_at),
    }
}

fn check_letter(letter: &StoredRecord, value: Option<&[u8]>, headers: [Option<&str>; 4]) {
    let names = [
        "source",
        "x-kentongan-reason",
        "__connect.errors.offset",
        "x-kentongan-cut-from-bytes",
    ];
    let found = names.map(|wanted| {
        let header = letter.headers.iter().find(|(name, _)| name == wanted);
        header.map(|(_, value)| std::str::from_utf8(value).unwrap())
    });
    assert_eq!(found, headers);
    assert_eq!(letter.key.as_deref(), Some(&b"key"[..]));
    assert!(letter.value.as_deref() == value, "{headers:?}");
}

#[test]
fn dead_letters_keep_the_bytes_and_the_reason() {
    let bad = bad_records();
    let values = bad.iter().map(|(value, _)| value.clone());
    let cluster = ingested(values.chain(odd_lines().into_iter().map(Some)));
    let letters = cluster.read(&partition("feeds.social.dlq"));
    let mut kept_letters = letters.iter();
    let mut expected = Outcomes {
        irrelevant: odd_lines().len() as u64,
        ..Outcomes::default()
    };
    for (offset, (value, reason)) in bad.iter().enumerate() {
        expected.refuse(*reason);
        if *reason == Refusal::Tombstone {
            continue; // no bytes to keep
        }
        let (_, letter) = kept_letters.next().unwrap();
        let offset = offset.to_string();
        let length = value.as_ref().map(Vec::len);
        let cut = length.filter(|&length| length > LONGEST_LETTER);
        let cut = cut.map(|length| length.to_string());
        let kept = value
            .as_deref()
            .map(|value| value.get(..LONGEST_LETTER).unwrap_or(value));
        let reason = Some(reason.as_str());
        let headers = [Some("crawler"), reason, Some(&*offset), cut.as_deref()];
        check_letter(letter, kept, headers);
    }
    assert!(kept_letters.next().is_none());
    assert_eq!(stated(&cluster), expected);
}

/// What the batches state of all posts.
fn stated(cluster: &Cluster) -> Outcomes {
    let mut stated = Outcomes::default();
    for (_, batch) in cluster.read(&partition("counts")) {
        let batch = Batch::decode(&batch.value.unwrap()).unwrap();
        let statements = batch.statements.iter();
        statements.for_each(|statement| stated.merge(&statement.outcomes));
    }
    stated
}

#[test]
fn a_record_that_arrived_in_the_future_is_refused_and_makes_no_other_late() {
    let post = |number: u8| Some(timed(&format!(r#""id":"{number}","text":"air naik""#)));
    let ahead = |hours: i64| now().plus_millis(hours * 3_600_000);
    let records = [(0, 0), (1, 20 * 8_760), (2, 2), (3, 0), (4, 1)];
    let records = records.map(|(number, hours)| record(post(number), ahead(hours)));
    let cluster = ingested_of(records.into_iter(), PlacedBy::Arrived);
    let mut expected = Outcomes {
        irrelevant: 3,
        ..Outcomes::default()
    };
    expected.refuse(Refusal::Future);
    expected.refuse(Refusal::Future);
    assert_eq!(stated(&cluster), expected);
    assert_eq!(cluster.read(&partition("feeds.social.dlq")).len(), 2);
}
