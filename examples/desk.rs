//! The desk over alerts that someone else made, for example those of a back-test:
//!
//! ```sh
//! kentongan replay posts.jsonl.gz | cargo run --example desk
//! ```
//!
//! In: alerts, one JSON object a line, on standard input; the address to listen on (default: a free
//! port) and a file of tokens, if the page shall ask for one. Out: the address on standard output, then the page until it is interrupted.
//! Rule: the desk is the one of the service; only the feeds and what is rising are made up, because nothing
//! feeds them. What a person does is told on standard output, and whoever reads it answers with an alert.
#![expect(clippy::print_stdout, reason = "it is how this tells its address")]

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kentongan::alert::{Alert, Title, Words};
use kentongan::config::Config;
use kentongan::desk::{
    Access, CapDocuments, Desk, FeedHealth, FeedLedger, Health, Limits, Rising, router,
};
use kentongan::detect::FeedState;
use kentongan::metrics::{Known, Metrics};
use kentongan::post::{FeedKind, TopicKey};
use kentongan::service::clock;
use kentongan::triage::{Action, ActionSink, Unsent};
use kentongan::window::Scale;
use prometheus::Registry;
use tokio::net::TcpListener;

const TICK: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let tokens_file = std::env::args().nth(2).unwrap_or_default();
    let mut http = Config::built_in()?.http;
    http.listen = listener.local_addr()?;
    http.tokens_file = tokens_file;
    // Tests ask more often than people.
    http.requests_per_minute = 1_000_000;
    let access = Access::of(&http)?;
    let registry = Registry::new();
    let metrics = Metrics::new(&registry, &Known::default())?;
    let health = Arc::new(Health::new(u32::MAX));
    let desk = Desk::new(
        Limits::default(),
        health,
        registry,
        metrics,
        Arc::new(clock::now),
    );
    let documents = CapDocuments::new("/kentongan", Words::built_in()?);
    let desk = desk.with_actions(Arc::new(Told)).with_documents(documents);
    let desk = Arc::new(desk);
    let reader = Arc::clone(&desk);
    let read = std::thread::spawn(move || read_alerts(&reader));
    let told = Arc::clone(&desk);
    let tick = async move {
        let mut beat = tokio::time::interval(TICK);
        loop {
            beat.tick().await;
            told.tick(clock::now(), made_up_feeds());
            told.rise(0, clock::now(), made_up_rising());
        }
    };
    let routes = router(desk, access).into_make_service_with_connect_info::<SocketAddr>();
    println!("Page: http://{}/", listener.local_addr()?);
    tokio::select! {
        served = axum::serve(listener, routes) => served.context("serving the page")?,
        () = tick => {}
    }
    drop(read);
    Ok(())
}

/// Tells what a person does, in place of a log.
struct Told;

impl ActionSink for Told {
    fn send(&self, action: &Action) -> Result<(), Unsent> {
        let record = action.encode().map_err(|refused| Unsent {
            detail: refused.to_string(),
        })?;
        println!("action: {}", String::from_utf8_lossy(&record));
        Ok(())
    }
}

fn made_up_rising() -> Vec<Rising> {
    let rising = |id: &str, en: &str, topic, observed, open| Rising {
        topic: TopicKey::new(topic),
        title: Title {
            id: id.to_owned(),
            en: en.to_owned(),
        },
        kind: FeedKind::Social,
        window: Scale::FiveMinutes,
        observed,
        expected: 0.5,
        critical: 12,
        open,
    };
    vec![
        rising(
            "Gempa · Nusa Tenggara Barat",
            "Earthquake · West Nusa Tenggara",
            "hazard:gempa@ID-NB",
            412,
            true,
        ),
        rising("Tagar #banjir", "Hashtag #banjir", "tag:banjir", 9, false),
        rising("Jakarta", "Jakarta", "place:ID-JK", 4, false),
    ]
}

fn read_alerts(desk: &Desk) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        match serde_json::from_str::<Alert>(&line) {
            Ok(alert) => desk.apply(alert),
            Err(error) => println!("this line is no alert: {error}"),
        }
    }
}

fn made_up_feeds() -> Vec<FeedHealth> {
    let feed = |name: &str, kind, state, delay_s| FeedHealth {
        name: name.to_owned(),
        kind,
        state,
        delay_s,
        waiting: Some(0),
        received: 1_234,
        ledger: FeedLedger {
            counted: 34,
            irrelevant: 1_200,
            ..FeedLedger::default()
        },
    };
    vec![
        feed(
            "feeds.social",
            FeedKind::Social,
            FeedState::Flowing,
            Some(1.5),
        ),
        feed("feeds.news", FeedKind::News, FeedState::Stalled, None),
    ]
}
