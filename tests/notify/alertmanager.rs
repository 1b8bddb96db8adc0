//! A real Alertmanager (Debian's): it receives, groups, renews and resolves.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kentongan::alert::{PersonAction, UtcTime};
use kentongan::notify::{Alertmanager, Answer, Endpoint, Post, Request, Sender};
use kentongan::post::EventTime;
use kentongan::triage::{Level, Status};
use serde_json::Value;

use super::{arrive, carry, example, now};

const BINARY: &str = "prometheus-alertmanager";
/// As docs/alerts.md advises: one group for an incident, whatever its level.
const CONFIG: &str = "route: { receiver: nobody, group_by: [incident], group_wait: 0s }\nreceivers: [{ name: nobody }]\n";
const START_DEADLINE: Duration = Duration::from_secs(20);

/// An Alertmanager of this test's own, ended with it.
struct Running {
    child: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

impl Running {
    /// `None` when it is not installed and the quick run was asked for.
    async fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("alertmanager.yml");
        std::fs::File::create(&config)
            .unwrap()
            .write_all(CONFIG.as_bytes())
            .unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(BINARY)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", folder.path().display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address=")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = match child {
            Ok(child) => child,
            Err(_) if std::env::var("KENTONGAN_QUICK").is_ok() => {
                eprintln!("{BINARY} is not installed: skipped in the quick run");
                return None;
            }
            Err(error) => {
                panic!("{BINARY}: {error}; install it: apt-get install prometheus-alertmanager")
            }
        };
        let running = Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            _folder: folder,
        };
        tokio::time::timeout(START_DEADLINE, running.ready())
            .await
            .unwrap_or_else(|_| panic!("{BINARY} did not become ready in {START_DEADLINE:?}"));
        Some(running)
    }

    async fn ready(&self) {
        let mut tries = tokio::time::interval(Duration::from_millis(50));
        loop {
            tries.tick().await;
            let answer = reqwest::get(format!("{}/-/ready", self.base)).await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
        }
    }

    /// What it holds as active.
    async fn active(&self) -> Vec<Value> {
        let url = format!("{}/api/v2/alerts?active=true", self.base);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

impl Running {
    /// Its groups: the incident, and the levels of the alerts in it, in order.
    async fn groups(&self) -> Vec<(String, Vec<String>)> {
        let url = format!("{}/api/v2/alerts/groups", self.base);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        let groups: Vec<Value> = serde_json::from_str(&text).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let group = |group: &Value| {
            let alerts = group["alerts"].as_array().unwrap().iter();
            let mut levels: Vec<String> = alerts.map(|one| text(&one["labels"]["level"])).collect();
            levels.sort();
            (text(&group["labels"]["incident"]), levels)
        };
        let mut groups: Vec<_> = groups.iter().map(group).collect();
        groups.sort();
        groups
    }

    /// Waits until they are `expected`: groups are made a moment after an alert was taken.
    async fn has_groups(&self, expected: &[(&str, &[&str])]) {
        let owned = |text: &&str| (*text).to_owned();
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(incident, levels)| (owned(incident), levels.iter().map(owned).collect()))
            .collect();
        let mut tries = tokio::time::interval(Duration::from_millis(50));
        let met = async {
            while self.groups().await != expected {
                tries.tick().await;
            }
        };
        let met = tokio::time::timeout(START_DEADLINE, met).await;
        let found = self.groups().await;
        assert!(met.is_ok(), "{found:?}, not {expected:?}");
    }
}

#[tokio::test]
async fn a_real_alertmanager_groups_by_incident_and_shows_who_has_it() {
    let sender = Sender::new().unwrap();
    let Some(running) = Running::start().await else {
        return;
    };
    let base = Endpoint::parse(&running.base).unwrap();
    let mut channel = Alertmanager::new(&base, 30_000, 100);
    let begin = now();
    let of = |incident: &str, revision: u32, level: Level| {
        let mut alert = example(revision, begin);
        alert.incident = incident.to_owned();
        alert.id = format!("{incident}-{revision}");
        (alert.level, alert.level_number) = (level, level.number());
        alert
    };
    let mut taken = of("flood", 2, Level::Siaga);
    taken.status = Status::Updated;
    taken.acknowledged = Some(PersonAction {
        by: "Rina".to_owned(),
        at: UtcTime::new(begin),
        until: None,
        note: String::new(),
    });
    let mut raised = of("quake", 2, Level::Awas);
    raised.status = Status::Escalated;
    for alert in [of("quake", 1, Level::Siaga), of("flood", 1, Level::Siaga)] {
        arrive(&mut channel, &alert, begin);
        carry(&mut channel, &sender, begin).await;
    }
    let siaga: &[&str] = &["siaga"];
    running
        .has_groups(&[("flood", siaga), ("quake", siaga)])
        .await;
    for alert in [taken, raised] {
        arrive(&mut channel, &alert, begin);
        let answers = carry(&mut channel, &sender, begin).await;
        assert!(answers.iter().all(|answer| *answer == Answer::Accepted));
    }
    running
        .has_groups(&[("flood", siaga), ("quake", &["awas"])])
        .await;
    let active = running.active().await;
    let flood = active
        .iter()
        .filter(|one| one["labels"]["incident"] == "flood");
    let owners: Vec<_> = flood
        .map(|one| &one["annotations"]["acknowledged"])
        .collect();
    assert_eq!(owners, ["Rina"], "{active:?}");
}

fn end(alert: &Value) -> EventTime {
    let end: UtcTime = serde_json::from_value(alert["endsAt"].clone()).unwrap();
    end.0
}

#[tokio::test]
async fn a_real_alertmanager_receives_renews_and_resolves() {
    let sender = Sender::new().unwrap();
    let Some(running) = Running::start().await else {
        return;
    };
    let base = Endpoint::parse(&running.base).unwrap();
    let mut channel = Alertmanager::new(&base, 30_000, 100);
    let begin = now();

    arrive(&mut channel, &example(1, begin), begin);
    assert_eq!(
        carry(&mut channel, &sender, begin).await,
        [Answer::Accepted]
    );
    let received = running.active().await;
    assert_eq!(received.len(), 1, "{received:?}");
    assert_eq!(
        received[0]["labels"]["incident"],
        "gempa-id-nb-20260303t201126"
    );
    assert_eq!(received[0]["labels"]["severity"], "critical");
    assert_eq!(end(&received[0]), begin.plus_millis(120_000));

    let later = begin.plus_millis(30_000);
    assert_eq!(
        carry(&mut channel, &sender, later).await,
        [Answer::Accepted]
    );
    let renewed = running.active().await;
    assert_eq!(renewed.len(), 1, "the same labels are the same alert");
    assert_eq!(renewed[0]["fingerprint"], received[0]["fingerprint"]);
    assert_eq!(end(&renewed[0]), begin.plus_millis(150_000));

    let mut over = example(2, begin);
    over.status = Status::Resolved;
    over.resolved_at = Some(UtcTime::new(begin));
    arrive(&mut channel, &over, begin);
    assert_eq!(
        carry(&mut channel, &sender, begin).await,
        [Answer::Accepted]
    );
    assert_eq!(running.active().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_a_real_alertmanager_calls_bad_is_refused() {
    let sender = Sender::new().unwrap();
    let Some(running) = Running::start().await else {
        return;
    };
    let bad = Request::Post(Post {
        endpoint: Endpoint::parse(&running.base)
            .unwrap()
            .join("api/v2/alerts"),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: br#"[{"labels": {}}]"#.to_vec(),
    });
    assert_eq!(sender.send(&bad).await, Answer::Refused { status: 400 });
}
