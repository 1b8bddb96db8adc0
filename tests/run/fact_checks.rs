//! Fact-checks on a real broker: what is none is a dead letter once, although every process reads the whole
//! Kafka topic; alerts with claims are what a refold gives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use kentongan::alert::Alert;
use kentongan::config::Config;
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Event, Log, Outgoing};
use kentongan::simulate::DEMO_FACT_CHECK;

use crate::alone;
use crate::place::Place;
use crate::process::{Program, done, get, until};
use crate::two::address;

const WORK: Duration = Duration::from_mins(2);
const STOP: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(50);

const WHOLE: &str =
    r#"{"id":"1","title":"Jembatan Tenau runtuh","verdict":"salah","url":"https://cek.example/1"}"#;
const BARE: &str = r#"{"id":"2","title":"Sumur minyak di Wanayasa meledak"}"#;

/// A log of a group of its own.
fn connect(place: &Place, name: &str) -> KafkaLog {
    let mut config = Config::built_in().unwrap().kafka;
    config.brokers.clone_from(&place.brokers);
    config.group = place.named("tests");
    let names = vec![place.named(name).into()];
    let subscription = Subscription {
        stage: name.into(),
        names,
    };
    KafkaLog::connect(&KafkaSettings::new(&config), &subscription).unwrap()
}

fn write(place: &Place, log: &mut KafkaLog, values: &[&str]) {
    log.begin().unwrap();
    for value in values {
        let record = Outgoing {
            name: place.named("claims").into(),
            partition: Some(0),
            key: None,
            value: Some(value.as_bytes().to_vec()),
            headers: Vec::new(),
            timestamp: None,
        };
        log.append(record).unwrap();
    }
    log.commit(&[]).unwrap();
}

/// A dead letter: its headers and how long it is.
type Letter = (BTreeMap<String, String>, usize);

/// Everything that a Kafka topic of one partition holds.
fn read<T>(
    place: &Place,
    name: &str,
    mut take: impl FnMut(&kentongan::log::Record<'_>) -> T,
) -> Vec<T> {
    let mut log = connect(place, name);
    let (mut seen, mut is_at_end) = (Vec::new(), false);
    let end = Instant::now() + WORK;
    while !is_at_end {
        assert!(Instant::now() < end, "{name} has no end");
        log.poll(STEP, &mut |event| match event {
            Event::Record(record) => seen.push(take(&record)),
            Event::AtEnd { .. } => is_at_end = true,
            Event::Assigned { .. } | Event::Revoked { .. } | Event::Lost { .. } => {}
        })
        .unwrap();
    }
    seen
}

fn letter(record: &kentongan::log::Record<'_>) -> Letter {
    let headers = record.headers.iter();
    let headers = headers
        .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
        .collect();
    (headers, record.value.map_or(0, <[u8]>::len))
}

fn refused(address: &str) -> u64 {
    let text = get(address, "/metrics")
        .map(|(_, text)| text)
        .unwrap_or_default();
    let name = "kentongan_claims_refused_records_total ";
    let count = text.lines().find_map(|line| line.strip_prefix(name));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// A place with a file of claims and a Kafka topic of them.
fn place() -> Option<Place> {
    let place = Place::on_real_kafka("claims")?;
    let file = std::fs::File::create(place.path("claims.jsonl.gz")).unwrap();
    let mut packed = GzEncoder::new(file, Compression::fast());
    packed.write_all(DEMO_FACT_CHECK.as_bytes()).unwrap();
    packed.finish().unwrap();
    let config = place.path("config.toml");
    let mut text = std::fs::read_to_string(&config).unwrap();
    let (feed, file) = (place.named("claims"), place.path_text("claims.jsonl.gz"));
    writeln!(text, "\n[claims]\nfeed = \"{feed}\"\nfile = \"{file}\"").unwrap();
    std::fs::write(&config, text).unwrap();
    done(&[
        "--config",
        &place.path_text("config.toml"),
        "topics",
        "--create",
    ]);
    Some(place)
}

#[test]
fn a_record_that_is_no_fact_check_is_a_dead_letter_once_whoever_reads_it_real() {
    let _alone = alone();
    let Some(place) = place() else {
        return;
    };
    let config = place.path_text("config.toml");
    let mut log = connect(&place, "writer");
    let long = format!(r#"{{"id":"3","claim":"{}"}}"#, "tanah ".repeat(15_000));
    write(
        &place,
        &mut log,
        &[WHOLE, "no json", BARE, r#"{"title":"tanpa id"}"#, &long],
    );
    let start = |name| {
        let line = [
            "--config", &config, "--log", "json", "run", "--roles", "triage",
        ];
        Program::start(&line, place.folder.path(), name)
    };
    let mut programs = [start("first"), start("second")];
    let addresses = programs.each_ref().map(address);
    let sum = || {
        addresses
            .iter()
            .map(|address| refused(address))
            .sum::<u64>()
    };
    assert_eq!(until(WORK, || (sum() >= 3).then(&sum)), Some(3));
    // Whoever had the partition leaves: the other goes on where it stood.
    let leaver = usize::from(refused(&addresses[1]) > 0);
    assert_eq!(programs[leaver].terminate(STOP), Some(0));
    write(
        &place,
        &mut log,
        &[r#"{"id":"4","title":"x","published_at":"kemarin"}"#],
    );
    let other = &addresses[1 - leaver];
    assert_eq!(
        until(WORK, || (refused(other) >= 1).then(|| refused(other))),
        Some(1)
    );
    assert_eq!(programs[1 - leaver].terminate(STOP), Some(0));

    let letters = read(&place, "claims.dlq", letter);
    let told: Vec<(&str, &str)> = letters
        .iter()
        .map(|(headers, _)| {
            assert_eq!(headers["__connect.errors.topic"], place.named("claims"));
            assert_eq!(headers["__connect.errors.partition"], "0");
            (
                &*headers["__connect.errors.offset"],
                &*headers["x-kentongan-reason"],
            )
        })
        .collect();
    let reasons: Vec<&str> = told.iter().map(|&(_, reason)| reason).collect();
    assert_eq!(reasons, ["not_json", "no_id", "too_long", "bad_time"]);
    let offsets: Vec<u64> = told
        .iter()
        .map(|(offset, _)| offset.parse().unwrap())
        .collect();
    // Markers of transactions take offsets too, so the last one is not known beforehand.
    assert_eq!(offsets[..3], [1, 3, 4]);
    assert!(offsets[3] > 4);
    let (headers, length) = &letters[2];
    assert_eq!(
        headers["x-kentongan-cut-from-bytes"],
        long.len().to_string()
    );
    assert_eq!(*length, 65_536);
}

/// The refold has the same fact-checks as triage had.
#[test]
fn alerts_that_name_claims_are_what_a_refold_gives_real() {
    let _alone = alone();
    let Some(place) = place() else {
        return;
    };
    let config = place.path_text("config.toml");
    let events = place.path_text("events.toml");
    std::fs::write(&events, kentongan::simulate::DEMO_HOAX).unwrap();
    done(&[
        "--config",
        &config,
        "simulate",
        "--to-kafka",
        "--at-once",
        "--start",
        "now-26h",
        "--for",
        "25h",
        "--rate",
        "0.1",
        "--events",
        &events,
    ]);
    let line = [
        "--config",
        &config,
        "--log",
        "json",
        "run",
        "--roles",
        "ingest,detect,triage",
    ];
    let mut program = Program::start(&line, place.folder.path(), "service");
    let address = address(&program);
    let told = || {
        let (_, text) = get(&address, "/metrics")?;
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix("kentongan_alert_claim_revisions_total "));
        found.filter(|count| *count != "0").map(str::to_owned)
    };
    assert!(until(WORK, told).is_some(), "{}", program.errors());
    assert_eq!(program.terminate(STOP), Some(0));
    // Heartbeats are no alerts.
    let told = read(&place, "alerts", |record| Alert::decode(record.value?));
    let alerts: Vec<Alert> = told.into_iter().flatten().collect();
    assert!(alerts.iter().any(|alert| !alert.claims.is_empty()));
    let said = done(&["--config", &config, "refold"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains(&format!("{} alerts: equal", alerts.len())),
        "{said}"
    );
}
