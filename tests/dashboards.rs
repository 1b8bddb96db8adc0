//! Every panel of every dashboard, asked of a real Prometheus that scraped a real run: each returns data.
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

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use kentongan::notify::Sender;
use parts::{Running, free_address, prometheus, start};
use serde_json::Value;

const DEADLINE: Duration = Duration::from_secs(200);
const STEP: Duration = Duration::from_millis(500);
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/grafana");

fn kentongan(address: &str) -> Option<Running> {
    start(
        Command::new(env!("CARGO_BIN_EXE_kentongan"))
            .args(["--set", &format!("http.metrics_listen={address}")])
            .args([
                "--set",
                "http.listen=127.0.0.1:0",
                "--set",
                "detect.hold_ms=600000",
            ])
            .args(["--set", "notify.alertmanager.urls=[\"http://127.0.0.1:9\"]"])
            .args(["demo", "--speed", "60", "--for", "300s"]),
    )
}

/// Every query of a panel, with its place and Grafana's variables replaced.
fn queries() -> Vec<(String, String)> {
    let mut queries = Vec::new();
    for file in fs::read_dir(FOLDER).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let dashboard: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for panel in dashboard["panels"].as_array().unwrap() {
            let title = panel["title"].as_str().unwrap();
            for target in panel["targets"].as_array().into_iter().flatten() {
                let query = target["expr"].as_str().unwrap();
                let query = query
                    .replace("$__rate_interval", "10s")
                    .replace("$instance", ".*");
                assert!(!query.contains('$'), "a variable is left: {query}");
                queries.push((format!("{name}: {title}"), query));
            }
        }
    }
    queries
}

async fn has_data(api: &str, query: &str) -> bool {
    let url = reqwest::Url::parse_with_params(&format!("{api}/query"), [("query", query)]).unwrap();
    let Ok(answer) = reqwest::get(url).await else {
        return false;
    };
    let answer: Value =
        serde_json::from_str(&answer.text().await.unwrap_or_default()).unwrap_or_default();
    let results = answer["data"]["result"].as_array();
    // A quotient of nothing is no number: one line with a number is enough for a panel to show something.
    results.is_some_and(|results| {
        let mut values = results
            .iter()
            .filter_map(|result| result["value"][1].as_str());
        values.any(|value| value != "NaN")
    })
}

#[tokio::test]
async fn every_panel_of_every_dashboard_shows_something_of_a_real_run() {
    // Makes the provider of TLS known, without which no client starts.
    drop(Sender::new().unwrap());
    let mut left = queries();
    assert!(left.len() > 30, "{}", left.len());
    let folder = tempfile::tempdir().unwrap();
    let [program, scraper] = [free_address(), free_address()];
    let Some(_scraper) = prometheus(&scraper, &program, &[], folder.path()) else {
        return;
    };
    let _program = kentongan(&program).unwrap();
    let api = format!("http://{scraper}/api/v1");
    let wait = async {
        let mut tick = tokio::time::interval(STEP);
        while !left.is_empty() {
            let mut still = Vec::new();
            for (place, query) in left.drain(..) {
                if !has_data(&api, &query).await {
                    still.push((place, query));
                }
            }
            left = still;
            tick.tick().await;
        }
    };
    let ended = tokio::time::timeout(DEADLINE, wait).await;
    assert!(ended.is_ok(), "panels without data: {left:#?}");
}

/// A map that does not find its columns would be empty, which looks like calm.
#[test]
fn the_map_stands_on_the_coordinates_of_its_query() {
    let dashboard = fs::read_to_string(Path::new(FOLDER).join("kentongan-desk.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let map = panels
        .iter()
        .find(|panel| panel["type"] == "geomap")
        .unwrap();
    let location = &map["options"]["layers"][0]["location"];
    assert_eq!(location["latitude"], "latitude");
    assert_eq!(location["longitude"], "longitude");
    let query = map["targets"][0]["expr"].as_str().unwrap();
    assert!(
        query.contains("by (place, name, latitude, longitude)"),
        "{query}"
    );
}
