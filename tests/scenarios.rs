//! Scenarios: what an officer reads when known posts come by.
//!
//! In: the folders of tests/scenarios, each what `replay` is given. Out: one snapshot a folder.
//! Rule: a changed snapshot is read as a duty officer would read it, then accepted or repaired.
//! Not here: how the posts were made (tests/scenarios/make.py).

#![expect(clippy::unwrap_used, reason = "a failure is a panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use kentongan::alert::Alert;
use kentongan::config::{LevelWord, Route};
use kentongan::notify::{
    Answer, Arrival, Channel, Endpoint, Form, Message, Pager, Place, Post, Request,
};
use kentongan::triage::Status;

/// Runs `replay` on the posts of a folder: alerts, and the lines of the summary that do not tell speed.
fn replay(folder: &Path, settings: &[&str]) -> (Vec<Alert>, String) {
    let mut posts = files(folder);
    posts.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let output = Command::new(env!("CARGO_BIN_EXE_kentongan"))
        .arg("--quiet")
        .args(settings.iter().flat_map(|setting| ["--set", setting]))
        .args(["replay", "--config"])
        .arg(folder.join("config.toml"))
        .args(posts)
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let alerts = String::from_utf8(output.stdout).unwrap();
    let alerts = alerts
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let summary = said
        .lines()
        .map(|line| line.split(" posts/s=").next().unwrap());
    (alerts.collect(), summary.collect::<Vec<_>>().join("\n"))
}

/// What is in a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// An alert as two or three lines.
fn shown(alert: &Alert) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    let why = alert.character_why.iter().map(|difference| {
        let (what, observed, expected) =
            (&difference.what, difference.observed, difference.expected);
        format!(", {observed} {what} for {expected:.0}")
    });
    let kinds = alert
        .feeds
        .kinds
        .iter()
        .map(|(kind, posts)| format!(" {kind} {posts}"));
    let lead = alert.lead.map(|lead| {
        let seconds = lead.seconds;
        format!(", {} first by {seconds} s", lead.kind.as_str())
    });
    format!(
        "{} {} {} ({}) {}\n  {}\n  {}{};{}{}\n",
        alert.updated_at,
        word(serde_json::to_value(alert.status).unwrap()),
        alert.level.as_str(),
        alert.level_number,
        alert.title.en,
        alert.title.id,
        alert.character.as_str(),
        why.collect::<String>(),
        kinds.collect::<String>(),
        lead.unwrap_or_default(),
    )
}

#[test]
fn every_scenario_reads_as_it_was_read_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut folders = files(&root);
    folders.retain(|path| path.is_dir() && path.join("config.toml").exists());
    assert!(folders.len() >= 7, "{folders:?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root.join("expected"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for folder in &folders {
            let (alerts, summary) = replay(folder, &[]);
            let alerts: String = alerts.iter().map(shown).collect();
            let name = folder.file_name().unwrap().to_str().unwrap();
            insta::assert_snapshot!(name, format!("{alerts}{summary}"));
        }
    });
}

/// No hashtag, no place, no hazard, no watch topic: its words are enough, soon, and with examples to read.
#[test]
fn a_crisis_that_nobody_listed_is_found_by_its_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/unlisted-crisis");
    let first = |settings: &[&str]| {
        let (alerts, _) = replay(&folder, settings);
        let first = alerts.into_iter().next();
        first.map(|alert| {
            (
                alert.topic.to_string(),
                alert.observed,
                alert.evidence.len(),
            )
        })
    };
    let (topic, observed, examples) = first(&[]).unwrap();
    assert!(topic.starts_with("phrase:"), "{topic}");
    assert!(observed <= 20 && examples > 0, "{observed} {examples}");
    let late = first(&["ingest.flush_interval_ms=10000"]).unwrap();
    assert!(late.0.starts_with("phrase:") && late.1 <= 20, "{late:?}");
    assert_eq!(
        first(&["topics.phrases_per_post=0"]),
        None,
        "nothing else tells it"
    );
}

/// A phone that rings for its routes.
struct Phone;

impl Form for Phone {
    fn write(&self, message: &Message) -> Option<Request> {
        Some(Request::Post(Post {
            endpoint: Endpoint::parse("https://people.example").unwrap(),
            headers: Vec::new(),
            body: message.alert.incident.clone().into_bytes(),
        }))
    }

    fn is_keyed(&self) -> bool {
        false
    }

    fn pace_ms(&self) -> i64 {
        0
    }
}

/// How often the phone rings for `alerts`, from which level on.
fn rings(alerts: &[Alert], minimum_level: LevelWord) -> usize {
    let route = Route {
        minimum_level,
        updates: false,
        ..Route::default()
    };
    let mut phone = Pager::new("phone", Arc::new(Phone), &[route]);
    let mut rings = 0;
    for (alert, offset) in alerts.iter().zip(0..) {
        let now = alert.updated_at.0;
        let arrival = Arrival {
            alert,
            place: Place {
                partition: 0,
                offset,
            },
            is_backlog: false,
        };
        phone.apply(arrival, now);
        while phone.due(now).is_some() {
            phone.answered(&Answer::Accepted, now);
            rings += 1;
        }
    }
    rings
}

#[test]
fn an_earthquake_of_forty_topics_is_one_incident_and_one_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/forty-topics");
    // However the batches fall.
    for flush_ms in [100, 500, 3_000, 10_000] {
        let flush = format!("ingest.flush_interval_ms={flush_ms}");
        let (alerts, _) = replay(&folder, &[&flush]);
        let incidents: BTreeSet<&str> = alerts.iter().map(|alert| &*alert.incident).collect();
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        let topics = &alerts.last().unwrap().topics;
        assert!(topics.len() >= 40, "{topics:?}");
        let opened = alerts.first().unwrap().updated_at.0;
        let soon = |alert: &&Alert| alert.updated_at.0.millis_since(opened) <= 600_000;
        let updates = alerts.iter().skip(1).filter(soon).count();
        assert!(updates <= 3, "{updates} updates in ten minutes");
        assert_eq!(rings(&alerts, LevelWord::Awas), 1);
    }
}

/// Made posts through `replay`: the leading topic of each incident when it opened, in order.
fn opened(events: Option<&str>, flush_ms: u32) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (script, posts) = (
        folder.path().join("events"),
        folder.path().join("posts.jsonl"),
    );
    let mut simulate = Command::new(env!("CARGO_BIN_EXE_kentongan"));
    simulate.args([
        "--quiet", "simulate", "--rate", "0.5", "--for", "25h", "--out",
    ]);
    simulate.arg(&posts);
    if let Some(events) = events {
        fs::write(&script, events).unwrap();
        simulate.arg("--events").arg(&script);
    }
    assert!(simulate.env_clear().status().unwrap().success());
    fs::write(folder.path().join("config.toml"), "").unwrap();
    let flush = format!("ingest.flush_interval_ms={flush_ms}");
    let (alerts, _) = replay(folder.path(), &[&flush]);
    let opened = alerts.iter().filter(|alert| alert.status == Status::Opened);
    opened.map(|alert| alert.topic.to_string()).collect()
}

#[test]
fn each_event_of_the_demo_is_one_incident() {
    let events = [
        "hazard:gempa@ID-NB",
        "tag:indonesiabersuara",
        "hazard:banjir@ID-3374",
    ];
    for flush_ms in [500, 10_000] {
        assert_eq!(opened(None, flush_ms), events, "flushed each {flush_ms} ms");
    }
}

#[test]
fn two_floods_at_once_are_two_incidents() {
    let flood = |at: &str, place: &str| {
        format!("[[event]]\nkind = \"flood\"\nat = \"{at}\"\nplace = \"{place}\"\n")
    };
    let floods = flood("24h", "Jakarta") + &flood("24h 10m", "Semarang");
    assert_eq!(
        opened(Some(&floods), 500),
        ["hazard:banjir@ID-JK", "hazard:banjir@ID-3374"]
    );
}
