//! The broker stops under a real run: of the shipped rules the one that says so calls, and none did before.
//!
//! The rules wait for minutes, so Prometheus is given a copy whose only differences are durations.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::parts::{Running, free_address, prometheus, start};
use super::{json, until_empty};

const RULES: &str = include_str!("../../deploy/prometheus/rules.yaml");
/// What every range and every `for` becomes.
const RANGE: &str = "[20s]";
const FOR: &str = "for: 2s";

/// A broker of this test's own, ended with it.
struct Broker(PathBuf);

impl Broker {
    fn start(folder: PathBuf) -> Self {
        let broker = Self(folder);
        broker.script("start");
        broker
    }

    fn address(&self) -> String {
        let port = std::fs::read_to_string(self.0.join("port")).unwrap();
        format!("127.0.0.1:{}", port.trim())
    }

    fn script(&self, word: &str) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let status = Command::new(root.join("scripts/kafka"))
            .arg(word)
            .env("KENTONGAN_KAFKA_DIR", &self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "scripts/kafka {word}"
        );
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if self.0.join("pid").is_file() {
            self.script("stop");
        }
    }
}

/// The shipped rules, sooner.
fn sooner() -> String {
    let line = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().starts_with("for: ") {
            return format!("{}{FOR}", " ".repeat(indent));
        }
        let mut parts = line.split('[');
        let mut told = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (range, rest) = part.split_once(']').unwrap();
            assert!(range.ends_with(['m', 'h', 'd']), "no duration: {range}");
            told.push_str(RANGE);
            told.push_str(rest);
        }
        told
    };
    let lines: Vec<String> = RULES.lines().map(line).collect();
    lines.join("\n") + "\n"
}

fn kentongan(broker: &str, metrics: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kentongan"));
    for setting in [
        format!("kafka.brokers={broker}"),
        "kafka.counts_partitions=4".to_owned(),
        "http.listen=127.0.0.1:0".to_owned(),
        format!("http.metrics_listen={metrics}"),
    ] {
        command.args(["--set", &setting]);
    }
    command.args(arguments);
    command
}

/// Names of the alerts that fire, of those that wake someone or of all.
async fn firing(api: &str, selector: &str) -> Vec<String> {
    let query = format!("ALERTS{{alertstate=\"firing\"{selector}}}");
    let answer = json(&format!("{api}/query"), &[("query", &query)]).await;
    let results = answer["data"]["result"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let name =
        |result: &serde_json::Value| result["metric"]["alertname"].as_str().unwrap().to_owned();
    results.iter().map(name).collect()
}

#[tokio::test]
async fn a_broker_that_stops_fires_the_rule_that_says_so_real() {
    if std::env::var_os("KENTONGAN_TEST_BOOTSTRAP").is_none() {
        eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run against a real broker");
        return;
    }
    drop(kentongan::notify::Sender::new().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let broker = Broker::start(folder.path().join("kafka"));
    let [metrics, scraper] = [free_address(), free_address()];
    let made = kentongan(&broker.address(), &metrics, &["topics", "--create"])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let mut program: Running =
        start(&mut kentongan(&broker.address(), &metrics, &["run"])).unwrap();
    let rules = folder.path().join("rules.yaml");
    std::fs::write(&rules, sooner()).unwrap();
    let Some(_scraper) = prometheus(&scraper, &metrics, &[&rules], folder.path()) else {
        return;
    };
    let api = format!("http://{scraper}/api/v1");
    let pages = ",severity=\"page\"";

    until_empty(
        "signs of life",
        vec!["KentonganDeadMansSwitch"],
        async |name| {
            firing(&api, "").await.iter().any(|firing| firing == name)
                && firing(&api, pages).await.is_empty()
        },
    )
    .await;

    broker.script("stop");
    until_empty(
        "the call",
        vec!["KentonganIngestNotTurning"],
        async |name| {
            firing(&api, pages)
                .await
                .iter()
                .any(|firing| firing == name)
        },
    )
    .await;
    let all = firing(&api, "").await;
    assert!(
        !all.iter().any(|name| name == "KentonganDeadMansSwitch"),
        "{all:?}"
    );
    assert!(
        !all.iter().any(|name| name == "KentonganGone"),
        "it is still scraped: {all:?}"
    );
    assert!(
        program.0.try_wait().unwrap().is_none(),
        "it waits for the broker"
    );
}
