//! The whole service on the embedded broker: what it counts moves, and what it knows is told outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails where it stands, and waits for what it awaits under a deadline"
)]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use kentongan::alert::Alert;
use kentongan::config::{Config, Sources};
use kentongan::feed::AccountKey;
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Log, Outgoing};
use kentongan::metrics::Metrics;
use kentongan::service::action_writer::ActionWriter;
use kentongan::service::demo::{Demo, fast_clock};
use kentongan::service::run::{OnAlert, Role, Service};
use kentongan::triage::{Action, ActionSink, Deed, Status};
use tokio::runtime::Runtime;

const DEADLINE: Duration = Duration::from_secs(150);
const STEP: Duration = Duration::from_millis(50);
/// Event time runs so many times as fast as the wall's.
const SPEED: u32 = 60;
/// An address where nobody listens: port 9 is "discard".
const NOBODY: &str = "http://127.0.0.1:9";

/// What moves only with a fault, and which.
const FAULTS: [(&str, &str); 7] = [
    (
        "kentongan_claims_refused_records_total",
        "a record of the feed of fact-checks is none",
    ),
    (
        "kentongan_log_errors_total",
        "the broker does not do what was asked",
    ),
    (
        "kentongan_log_standing_partitions",
        "records wait and none is read for minutes",
    ),
    (
        "kentongan_detect_left_out_posts_total",
        "posts come behind a window that closed, or topics find no room",
    ),
    (
        "kentongan_detect_repeated_batches_total",
        "a crash between writing and committing",
    ),
    (
        "kentongan_detect_mixed_account_keys_total",
        "two processes hash accounts with two keys",
    ),
    ("kentongan_service_limit_hits_total", "a limit is reached"),
];

/// The ids of the events that a webhook got, in their order.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    /// Serves until the runtime ends; the address.
    fn serve(&self, runtime: &Runtime) -> String {
        async fn take(State(sink): State<Sink>, headers: HeaderMap) {
            let id = headers["ce-id"].to_str().unwrap().to_owned();
            sink.0.lock().unwrap().push(id);
        }
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/hook", post(take))
            .with_state(self.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        url
    }

    fn ids(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn config(webhook: &str) -> Config {
    let environment = [("KENTONGAN__NOTIFY__WEBHOOK__URL", webhook)];
    let sources = Sources {
        environment: environment
            .map(|(name, value)| (name.to_owned(), OsString::from(value)))
            .to_vec(),
        settings: vec![
            "http.listen=127.0.0.1:0".to_owned(),
            format!("notify.alertmanager.urls=[\"{NOBODY}\"]"),
        ],
        ..Sources::default()
    };
    Config::load(&sources).unwrap()
}

/// Calls the first incident that it hears of a false alarm.
fn person(config: &Arc<Config>) -> OnAlert {
    let writer = ActionWriter::new(config);
    let mut is_new = true;
    Box::new(move |alert: &Alert| {
        if std::mem::take(&mut is_new) && alert.status == Status::Opened {
            let action = Action {
                id: "1".to_owned(),
                incident: alert.incident.clone(),
                deed: Deed::FalseAlarm,
                who: "Ani".to_owned(),
                note: String::new(),
                until: None,
            };
            writer.send(&action).unwrap();
        }
    })
}

fn start(config: &Arc<Config>, clock: &kentongan::desk::Clock) -> Service {
    let key = AccountKey::new([7; 16]);
    Service::start(config, &Role::ALL, &key, Arc::clone(clock), person(config)).unwrap()
}

/// A record that is no post.
fn write_nonsense(config: &Config) {
    let subscription = Subscription {
        stage: "test".into(),
        names: Vec::new(),
    };
    let settings = KafkaSettings::new(&config.kafka);
    let mut log = KafkaLog::connect(&settings, &subscription).unwrap();
    log.begin().unwrap();
    log.append(Outgoing {
        name: config.feeds.first().unwrap().name.as_str().into(),
        partition: Some(0),
        key: None,
        value: Some(b"no post".to_vec()),
        headers: Vec::new(),
        timestamp: None,
    })
    .unwrap();
    log.commit(&[]).unwrap();
    log.close(DEADLINE).unwrap();
}

/// The families of which some value is not 0.
fn moved(text: &str) -> BTreeSet<&'static str> {
    let values = |name: &str| {
        text.lines().any(|line| {
            let Some(rest) = line.strip_prefix(name) else {
                return false;
            };
            let is_of_it = rest.starts_with(['{', ' ']) || rest.starts_with("_count");
            is_of_it && rest.rsplit(' ').next() != Some("0")
        })
    };
    let names = Metrics::INVENTORY.iter().map(|entry| entry.name);
    names.filter(|name| values(name)).collect()
}

async fn scrape(address: std::net::SocketAddr) -> String {
    let answer = reqwest::get(format!("http://{address}/metrics")).await;
    answer.unwrap().text().await.unwrap()
}

/// Waits until `holds`, asked now and then.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        let mut tick = tokio::time::interval(STEP);
        while !holds().await {
            tick.tick().await;
        }
    };
    let ended = tokio::time::timeout(DEADLINE, wait).await;
    assert!(ended.is_ok(), "not within {DEADLINE:?}: {what}");
}

#[test]
fn every_metric_moves_in_a_run_and_a_restart_tells_nothing_again() {
    let runtime = Runtime::new().unwrap();
    let sink = Sink::default();
    let config = config(&sink.serve(&runtime));
    let clock = fast_clock(SPEED);
    let demo = Demo::prepare(&config, clock()).unwrap();
    let config = Arc::clone(demo.config());
    let (stop, stopped) = mpsc::channel();
    let player_clock = Arc::clone(&clock);
    let player = std::thread::spawn(move || demo.play(&player_clock, &stopped, &mut |_| ()));

    let service = start(&config, &clock);
    write_nonsense(&config);
    let still: Mutex<BTreeSet<&str>> = Mutex::new(
        Metrics::INVENTORY
            .iter()
            .map(|entry| entry.name)
            .filter(|name| FAULTS.iter().all(|(fault, _)| fault != name))
            .collect(),
    );
    let (page, address) = (service.page().unwrap(), service.probes());
    runtime.block_on(async {
        let mut page = reqwest::get(format!("http://{page}/api/v1/events"))
            .await
            .unwrap();
        page.chunk().await.unwrap();
        let wait = async {
            let mut tick = tokio::time::interval(STEP);
            while !still.lock().unwrap().is_empty() {
                let moved = moved(&scrape(address).await);
                still.lock().unwrap().retain(|name| !moved.contains(name));
                tick.tick().await;
            }
        };
        let ended = tokio::time::timeout(DEADLINE, wait).await;
        let still = still.lock().unwrap().clone();
        assert!(ended.is_ok(), "families that never moved: {still:?}");
        // The dead Alertmanager was tried, and held up neither the webhook nor the stages.
        let text = scrape(address).await;
        let count = |result: &str| {
            let start = format!("kentongan_notify_deliveries_total{{{result}}} ");
            let value = text.lines().find_map(|line| line.strip_prefix(&start));
            value.unwrap().parse::<u64>().unwrap()
        };
        assert!(count(r#"channel="alertmanager",result="retried""#) > 0);
        assert_eq!(count(r#"channel="alertmanager",result="delivered""#), 0);
        assert!(count(r#"channel="webhook",result="delivered""#) > 0);
    });
    service.stop();
    let before = sink.ids();
    let once: BTreeSet<&String> = before.iter().collect();
    assert_eq!(once.len(), before.len(), "told more than once: {before:?}");

    let service = start(&config, &clock);
    runtime.block_on(until("news after the restart", async || {
        sink.ids().iter().any(|id| !before.contains(id))
    }));
    service.stop();
    let first = before.first().unwrap();
    let times = sink.ids().iter().filter(|id| *id == first).count();
    assert_eq!(times, 1, "{first} was told again after the restart");
    drop(stop);
    player.join().unwrap().unwrap();
}
