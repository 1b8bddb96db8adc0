//! A crowd or a campaign: every made event through the whole pipeline, judged by its label.

#![expect(clippy::unwrap_used, reason = "a failure is a panic")]

use std::time::Duration;

use kentongan::config::{Config, Format};
use kentongan::detect::Constants;
use kentongan::post::{EventTime, Post};
use kentongan::service::replay::{Recorded, Replay};
use kentongan::service::{lists, rendering};
use kentongan::simulate::{DEFAULT_START, Script, Settings, Simulation, Truth};
use serde_json::Value;

/// Three quiet hours, then one event of this kind.
fn alerts_on(kind: &str, with_authors: bool) -> (Truth, Vec<Value>) {
    let script = format!("[[event]]\nkind = \"{kind}\"\nat = \"3h\"\nduration = \"25m\"\n");
    let run = Settings {
        seed: 1,
        start: DEFAULT_START,
        length: Duration::from_mins(3 * 60 + 25),
        rate: 0.5,
        script: Script::from_toml(&script).unwrap(),
    };
    let posts = Simulation::new(&run).unwrap();
    let truth = posts.truths().first().unwrap().clone();
    let config = Config::built_in().unwrap();
    let mut replay = Replay::new(
        &config,
        lists::load(&config).unwrap(),
        rendering(&config).unwrap(),
        Recorded {
            files: 1,
            format: Format::Plain,
        },
        EventTime::from_millis(4_000_000_000_000),
        Constants::default(),
    )
    .unwrap();
    let mut alerts: Vec<Value> = Vec::new();
    let mut emit = |alert: &[u8]| alerts.push(serde_json::from_slice(alert).unwrap());
    for post in posts {
        let mut line: Value = serde_json::from_str(&post.line).unwrap();
        if !with_authors {
            line.as_object_mut().unwrap().remove("author");
        }
        let line = serde_json::to_vec(&line).unwrap();
        let decoded = replay.decode(&line).map(Post::into_owned);
        replay.offer(0, decoded, &mut emit).unwrap();
    }
    replay.finish(&mut emit).unwrap();
    alerts.retain(|alert| {
        let joined = alert["topics"].as_array().unwrap();
        let named = |topic: &Value| truth.topics.iter().any(|named| *topic == named.as_str());
        // Where a post names a town, its place is the town, in the province of the label.
        let places = alert["places"].as_array().unwrap();
        let there = |place: &Value| place["code"] == truth.place.as_str();
        joined.iter().any(named) || places.iter().take(2).any(there)
    });
    (truth, alerts)
}

fn characters(alerts: &[Value]) -> Vec<&str> {
    alerts
        .iter()
        .map(|alert| alert["character"].as_str().unwrap())
        .collect()
}

/// No alert says the contrary of the label, and at least one says the label.
fn check(kind: &str, with_authors: bool) {
    let (truth, alerts) = alerts_on(kind, with_authors);
    let characters = characters(&alerts);
    let contrary = if truth.character == "organic" {
        "amplified"
    } else {
        "organic"
    };
    let told: Vec<String> = alerts
        .iter()
        .map(|alert| {
            format!(
                "{} {} {} {}",
                alert["updated_at"], alert["topic"], alert["character"], alert["character_why"]
            )
        })
        .collect();
    assert!(!characters.contains(&contrary), "{kind}: {told:#?}");
    assert!(characters.contains(&truth.character), "{kind}: {told:#?}");
    if truth.character == "amplified" {
        let levels: Vec<_> = alerts.iter().map(|alert| &alert["level"]).collect();
        assert!(
            levels.iter().all(|level| *level == "waspada"),
            "{kind}: {levels:?}"
        );
    }
}

#[test]
fn crowds_are_organic() {
    for kind in ["earthquake", "flood", "relay"] {
        check(kind, true);
    }
}

#[test]
fn campaigns_are_amplified_and_never_rise() {
    for kind in ["push", "chorus", "rumour"] {
        check(kind, true);
    }
}

#[test]
fn without_authors_copies_and_fixed_tags_are_still_seen() {
    for kind in ["earthquake", "flood", "push", "chorus", "rumour"] {
        check(kind, false);
    }
}
