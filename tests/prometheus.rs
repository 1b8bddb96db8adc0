//! The real program, scraped by a real Prometheus, telling a real Alertmanager: the shipped rules
//! ask for what there is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails where it stands, and waits for what it awaits under a deadline"
)]

#[path = "prometheus/parts.rs"]
mod parts;
#[path = "prometheus/stopped_broker.rs"]
mod stopped_broker;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kentongan::notify::Sender;
use parts::{Running, free_address, prometheus, start};
use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(150);
const STEP: Duration = Duration::from_millis(250);
const RULES: &str = include_str!("../deploy/prometheus/rules.yaml");

fn alertmanager(address: &str, folder: &Path) -> Option<Running> {
    let config = folder.join("alertmanager.yml");
    let text = "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n";
    std::fs::write(&config, text).unwrap();
    start(
        Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", folder.join("am").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--cluster.listen-address="),
    )
}

fn kentongan(address: &str, alertmanager: &str) -> Option<Running> {
    let urls = format!("notify.alertmanager.urls=[\"http://{alertmanager}\"]");
    let listen = format!("http.metrics_listen={address}");
    start(
        Command::new(env!("CARGO_BIN_EXE_kentongan"))
            .args([
                "--set",
                &urls,
                "--set",
                &listen,
                "--set",
                "http.listen=127.0.0.1:0",
            ])
            .args(["demo", "--speed", "60", "--for", "300s"]),
    )
}

async fn get(url: &str, query: &[(&str, &str)]) -> Option<String> {
    let url = reqwest::Url::parse_with_params(url, query).unwrap();
    let answer = reqwest::get(url).await.ok()?;
    answer.text().await.ok()
}

async fn json(url: &str, query: &[(&str, &str)]) -> Value {
    let text = get(url, query).await.unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// Waits until nothing of `left` is left; `step` takes out what holds.
async fn until_empty<T: std::fmt::Debug>(
    what: &str,
    mut left: Vec<T>,
    mut step: impl AsyncFnMut(&T) -> bool,
) {
    let wait = async {
        let mut tick = tokio::time::interval(STEP);
        while !left.is_empty() {
            let mut still = Vec::new();
            for item in left.drain(..) {
                if !step(&item).await {
                    still.push(item);
                }
            }
            left = still;
            tick.tick().await;
        }
    };
    let ended = tokio::time::timeout(DEADLINE, wait).await;
    assert!(ended.is_ok(), "{what}, not within {DEADLINE:?}: {left:#?}");
}

/// Names of the program's metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_name(c))
        .filter(|word| word.starts_with("kentongan_"))
        .map(str::to_owned)
        .collect()
}

fn check_metrics(text: &str) {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool: {error}; install it: make setup"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[tokio::test]
async fn rules_ask_for_what_a_real_run_has() {
    // Makes the provider of TLS known, without which no client starts.
    drop(Sender::new().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let [program, scraper, pager] = [free_address(), free_address(), free_address()];
    let Some(_pager) = alertmanager(&pager, folder.path()) else {
        return;
    };
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/prometheus/rules.yaml");
    let Some(_scraper) = prometheus(&scraper, &program, &[&rules], folder.path()) else {
        return;
    };
    let _program = kentongan(&program, &pager).unwrap();

    let api = format!("http://{scraper}/api/v1");
    until_empty(
        "names that no metric has",
        names(RULES).into_iter().collect(),
        async |name| {
            let known = json(&format!("{api}/label/__name__/values"), &[]).await;
            let known = known["data"].as_array().cloned().unwrap_or_default();
            known.iter().any(|known| known == name)
        },
    )
    .await;

    let answer = json(&format!("{api}/rules"), &[]).await;
    let rules: Vec<&Value> = answer["data"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap())
        .collect();
    assert!(rules.len() > 10, "{}", rules.len());
    until_empty(
        "rules that were not evaluated without error",
        rules,
        async |rule| {
            let now = json(&format!("{api}/rules"), &[]).await;
            let groups = now["data"]["groups"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            groups
                .iter()
                .filter_map(|group| group["rules"].as_array())
                .flatten()
                .any(|found| found["name"] == rule["name"] && found["health"] == "ok")
        },
    )
    .await;

    check_metrics(
        &get(&format!("http://{program}/metrics"), &[])
            .await
            .unwrap(),
    );

    // Its label `topic` stays that of the topic that led first, which differs from run to run.
    alertmanager_has(&pager, "Earthquake in West Nusa Tenggara").await;
}

/// Waits until Alertmanager shows an active alert whose summary begins with `summary`.
async fn alertmanager_has(pager: &str, summary: &str) {
    until_empty(
        "summaries that no alert of Alertmanager has",
        vec![summary],
        async |summary| {
            let active = json(
                &format!("http://{pager}/api/v2/alerts"),
                &[("active", "true")],
            )
            .await;
            let active = active.as_array().cloned().unwrap_or_default();
            active.iter().any(|alert| {
                let told = alert["annotations"]["summary"].as_str();
                told.is_some_and(|told| told.starts_with(summary))
            })
        },
    )
    .await;
}
