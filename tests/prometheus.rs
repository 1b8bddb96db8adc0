//! The real program, scraped by a real Prometheus, telling a real Alertmanager: the shipped rules and
//! the dashboard ask for what there is.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails where it stands, and waits for what it awaits under a deadline"
)]

#[path = "prometheus/stopped_broker.rs"]
mod stopped_broker;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kentongan::notify::Sender;
use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(150);
const STEP: Duration = Duration::from_millis(250);
const DASHBOARD: &str = include_str!("../deploy/grafana/kentongan-ops.json");
const RULES: &str = include_str!("../deploy/prometheus/rules.yaml");

/// A process of this test's own, ended with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().map(drop).unwrap_or_default();
    }
}

/// `None` when it is not installed and the quick run was asked for.
fn start(command: &mut Command) -> Option<Running> {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(child) => Some(Running(child)),
        Err(_) if std::env::var("KENTONGAN_QUICK").is_ok() => {
            eprintln!("{command:?} is not installed: skipped in the quick run");
            None
        }
        Err(error) => panic!("{command:?}: {error}; install it: make setup"),
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

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

fn prometheus(address: &str, target: &str, rules: &Path, folder: &Path) -> Option<Running> {
    let config = folder.join("prometheus.yml");
    let text = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
         rule_files: ['{}']\n\
         scrape_configs: [{{ job_name: kentongan, static_configs: [{{ targets: ['{target}'] }}] }}]\n",
        rules.display()
    );
    std::fs::write(&config, text).unwrap();
    start(
        Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("tsdb").display()
            ))
            .arg(format!("--web.listen-address={address}")),
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

/// Every query of the dashboard with Grafana's variables replaced.
fn queries() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    targets
        .map(|target| {
            let query = target["expr"].as_str().unwrap();
            query
                .replace("$__rate_interval", "10s")
                .replace("$instance", ".*")
        })
        .inspect(|query| assert!(!query.contains('$'), "a variable is left: {query}"))
        .collect()
}

/// Names of the program's metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_name(c))
        .filter(|word| word.starts_with("kentongan_"))
        .map(str::to_owned)
        .collect()
}

fn has_data(answer: &Value) -> bool {
    let results = answer["data"]["result"].as_array();
    results.is_some_and(|results| {
        !results.is_empty()
            && results
                .iter()
                .all(|result| result["value"][1].as_str() != Some("NaN"))
    })
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
async fn rules_and_dashboard_ask_for_what_a_real_run_has() {
    // Makes the provider of TLS known, without which no client starts.
    drop(Sender::new().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let [program, scraper, pager] = [free_address(), free_address(), free_address()];
    let Some(_pager) = alertmanager(&pager, folder.path()) else {
        return;
    };
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/prometheus/rules.yaml");
    let Some(_scraper) = prometheus(&scraper, &program, &rules, folder.path()) else {
        return;
    };
    let _program = kentongan(&program, &pager).unwrap();

    let api = format!("http://{scraper}/api/v1");
    until_empty(
        "queries of the dashboard without data",
        queries(),
        async |query| has_data(&json(&format!("{api}/query"), &[("query", query)]).await),
    )
    .await;

    let known = json(&format!("{api}/label/__name__/values"), &[]).await;
    let known: BTreeSet<&str> = known["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let asked = names(&format!("{}{RULES}", queries().join("\n")));
    let unknown: Vec<_> = asked
        .iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "no metric has these names: {unknown:?}");

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
