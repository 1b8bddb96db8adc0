//! Two processes of `run` share three recordings on a real broker.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kentongan::config::Config;
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Event, Log};
use serde_json::Value;

use crate::alone;
use crate::place::{Place, recording};
use crate::process::{Program, done, get, until};

/// Longest wait for the stages to do something at all.
const WORK: Duration = Duration::from_mins(2);
/// A supervisor kills what has not ended by then.
const STOP: Duration = Duration::from_secs(30);
const STEP: Duration = Duration::from_millis(50);

#[test]
fn two_processes_share_the_work_and_the_ledger_adds_up_real() {
    let _alone = alone();
    let Some(place) = Place::on_real_kafka("two") else {
        return;
    };
    let config = place.path_text("config.toml");
    done(&["--config", &config, "topics", "--create"]);
    let play = Play::new();
    let written = play.write(&place);
    let start = |name| {
        let line = ["--config", &config, "--log", "json", "run"];
        Program::start(&line, place.folder.path(), name)
    };
    let first = start("first");
    let address_of_first = address(&first);
    // The second comes while the first is at work, so that they have to share in the middle of it.
    let begun = until(WORK, || {
        ledger(&address_of_first).filter(|ledger| ledger.values().any(|posts| *posts > 0))
    });
    assert!(begun.is_some(), "{}", first.errors());
    let mut programs = [first, start("second")];
    let addresses = programs.each_ref().map(address);
    for address in &addresses {
        assert_eq!(settled_ledger(address, &written), written);
    }

    let mut reader = Reader::new(&place);
    reader.until(|alerts| alerts.iter().any(|alert| play.is_the_event(alert)));
    for program in &mut programs {
        assert_eq!(program.terminate(STOP), Some(0), "{}", program.errors());
    }
    reader.read_to_the_end();
    check_alerts(&reader.alerts);
}

/// The recordings, and from when on they are played, one after another in each feed: one round, ten.
const RECORDINGS: [(&str, [&str; 2]); 3] = [
    (
        "crisislext6-west-texas-explosion-2013-04",
        ["now-48h", "now-480h"],
    ),
    ("psbb-stream-2020-05", ["now-20h", "now-192h"]),
    ("indonesian-news-2025-06-04-11", ["now-48h", "now-264h"]),
];

/// What is played into the feeds, and how an alert about its great event can be known.
struct Play {
    lines: Vec<Vec<String>>,
    event: &'static [&'static str],
}

impl Play {
    /// The recordings, ten times as fast; in the long form ten rounds of them. Made posts where the
    /// recordings are absent.
    fn new() -> Self {
        let is_long = std::env::var_os("KENTONGAN_TEST_LONG").is_some();
        let line = |(name, [once, often]): (&str, [&str; 2])| {
            let file = recording(name)?.to_str().unwrap().to_owned();
            let (rebase, rounds) = if is_long { (often, "10") } else { (once, "1") };
            let line = [
                "--from", &file, "--rebase", rebase, "--speed", "10", "--repeat", rounds,
            ];
            Some(line.map(str::to_owned).to_vec())
        };
        match RECORDINGS.into_iter().map(line).collect() {
            Some(lines) => Self {
                lines,
                event: &["ledakan", "explosion", "texas", "westtx"],
            },
            None => Self {
                lines: vec![
                    ["--start", "now-26h", "--rate", "0.2"]
                        .map(str::to_owned)
                        .to_vec(),
                ],
                event: &["gempa"],
            },
        }
    }

    fn is_the_event(&self, alert: &Value) -> bool {
        let topics = alert["topics"].to_string();
        self.event.iter().any(|word| topics.contains(word))
    }

    /// Plays it into the feeds; how many posts each feed got.
    fn write(&self, place: &Place) -> BTreeMap<String, u64> {
        let config = place.path_text("config.toml");
        let mut written = BTreeMap::new();
        for line in &self.lines {
            let mut words = vec!["--config", &config, "simulate", "--to-kafka", "--at-once"];
            words.extend(line.iter().map(String::as_str));
            let output = done(&words);
            assert!(output.stdout.is_empty(), "standard output stays clean");
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(said.lines().count(), 1, "no progress on a pipe: {said}");
            for (name, count) in said
                .split_whitespace()
                .filter_map(|part| part.split_once('='))
            {
                let count: u64 = count.parse().unwrap();
                if name.starts_with(&place.prefix) {
                    *written.entry(name.to_owned()).or_default() += count;
                } else {
                    assert!(name == "posts" || count == 0, "{said}");
                }
            }
        }
        assert_eq!(written.len(), 2, "both feeds have posts: {written:?}");
        written
    }
}

/// Where the page of a process is, as its log says.
pub(crate) fn address(program: &Program) -> String {
    let found = until(WORK, || {
        let errors = program.errors();
        let mut lines = errors
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find_map(|line| Some(line.get("address")?.as_str()?.to_owned()))
    });
    found.unwrap_or_else(|| panic!("no address in {}", program.errors()))
}

/// The ledger once it says `written`, or grows no more: a slow machine is no failure.
fn settled_ledger(address: &str, written: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut seen = BTreeMap::new();
    while seen != *written {
        let grown = until(WORK, || ledger(address).filter(|ledger| *ledger != seen));
        let Some(grown) = grown else { break };
        seen = grown;
    }
    seen
}

/// Posts by feed, as detect has folded them; `None` before it has.
fn ledger(address: &str) -> Option<BTreeMap<String, u64>> {
    let (status, text) = get(address, "/metrics")?;
    assert_eq!(status, 200);
    let mut posts = BTreeMap::new();
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("kentongan_detect_ledger_posts{feed=\""));
    for row in rows {
        let (feed, _) = row.split_once('"')?;
        let (_, count) = row.rsplit_once(' ')?;
        *posts.entry(feed.to_owned()).or_default() += count.parse::<u64>().ok()?;
    }
    Some(posts)
}

/// A consumer of `alerts` of its own, as another program would have one.
pub(crate) struct Reader {
    log: KafkaLog,
    pub(crate) alerts: Vec<Value>,
    is_at_end: bool,
}

impl Reader {
    pub(crate) fn new(place: &Place) -> Self {
        let mut config = Config::built_in().unwrap().kafka;
        config.brokers.clone_from(&place.brokers);
        config.group = place.named("reader");
        let subscription = Subscription {
            stage: "alerts".into(),
            names: vec![place.named("alerts").into()],
        };
        Self {
            log: KafkaLog::connect(&KafkaSettings::new(&config), &subscription).unwrap(),
            alerts: Vec::new(),
            is_at_end: false,
        }
    }

    fn poll(&mut self) {
        let Self {
            log,
            alerts,
            is_at_end,
        } = self;
        log.poll(STEP, &mut |event| match event {
            Event::Record(record) if record.key == Some(b"heartbeat") => *is_at_end = false,
            Event::Record(record) => {
                *is_at_end = false;
                alerts.push(serde_json::from_slice(record.value.unwrap()).unwrap());
            }
            Event::AtEnd { .. } => *is_at_end = true,
            Event::Assigned { .. } | Event::Revoked { .. } | Event::Lost { .. } => {}
        })
        .unwrap();
    }

    pub(crate) fn until(&mut self, seen: impl Fn(&[Value]) -> bool) {
        let end = Instant::now() + WORK;
        while !seen(&self.alerts) {
            assert!(Instant::now() < end, "{}", titles(&self.alerts));
            self.poll();
        }
    }

    /// The writers have ended: what is there now is all.
    fn read_to_the_end(&mut self) {
        let end = Instant::now() + WORK;
        self.poll();
        while !self.is_at_end {
            assert!(Instant::now() < end, "{}", titles(&self.alerts));
            self.poll();
        }
    }
}

fn titles(alerts: &[Value]) -> String {
    let lines = alerts
        .iter()
        .map(|alert| format!("{} {}\n", alert["id"], alert["title"]["en"]));
    lines.collect()
}

/// Each alert is valid, none comes twice, and the revisions of an incident are 1, 2, 3...
fn check_alerts(alerts: &[Value]) {
    let schema: Value = serde_json::from_slice(&done(&["schema"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut ids = BTreeSet::new();
    let mut revisions: BTreeMap<String, u64> = BTreeMap::new();
    for alert in alerts {
        let mistakes: Vec<String> = validator
            .iter_errors(alert)
            .map(|mistake| mistake.to_string())
            .collect();
        assert!(mistakes.is_empty(), "{mistakes:?} in {alert}");
        let id = alert["id"].as_str().unwrap();
        assert!(ids.insert(id), "{id} comes twice:\n{}", titles(alerts));
        let revision = revisions
            .entry(alert["incident"].as_str().unwrap().to_owned())
            .or_default();
        *revision += 1;
        assert_eq!(alert["revision"].as_u64(), Some(*revision), "{id}");
    }
}
