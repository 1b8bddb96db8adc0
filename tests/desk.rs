//! The desk, asked as a browser asks it, without a network.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "desk/access.rs"]
mod access;
#[path = "desk/cap.rs"]
mod cap;
#[path = "desk/live.rs"]
mod live;
#[path = "desk/looking_back.rs"]
mod looking_back;
#[path = "desk/openapi.rs"]
mod openapi;
#[path = "desk/page.rs"]
mod page;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use kentongan::alert::Alert;
use kentongan::desk::{
    Access, Desk, FeedHealth, FeedLedger, Health, Limits, Rising, probes_router, router,
};
use kentongan::detect::FeedState;
use kentongan::metrics::{Known, Metrics};
use kentongan::post::{EventTime, FeedKind, TopicKey};
use kentongan::window::Scale;
use prometheus::Registry;
use serde_json::Value;
use tower::ServiceExt as _;

const EXAMPLE: &str = include_str!("../docs/alert-v1.example.json");
const PATIENCE_MS: u32 = 10_000;

struct House {
    desk: Arc<Desk>,
    health: Arc<Health>,
    now: Arc<AtomicI64>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl House {
    fn new(limits: Limits) -> Self {
        let now = Arc::new(AtomicI64::new(1_772_568_800_000));
        let read = Arc::clone(&now);
        let clock = Arc::new(move || EventTime::from_millis(read.load(Ordering::Relaxed)));
        let health = Arc::new(Health::new(PATIENCE_MS));
        let registry = Registry::new();
        let metrics = Metrics::new(&registry, &Known::default()).unwrap();
        let desk = Desk::new(limits, Arc::clone(&health), registry, metrics, clock);
        Self {
            desk: Arc::new(desk),
            health,
            now,
        }
    }

    /// A desk with one incident and two feeds.
    fn furnished() -> Self {
        let house = Self::new(Limits::default());
        house.desk.apply(example(1));
        house.desk.rise(0, house.now(), vec![rising()]);
        house.desk.tick(house.now(), feeds());
        house
    }

    fn now(&self) -> EventTime {
        EventTime::from_millis(self.now.load(Ordering::Relaxed))
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let desk = Arc::clone(&self.desk);
        let routes = if ["/live", "/ready", "/metrics"].contains(&request.uri().path()) {
            probes_router(desk)
        } else {
            router(desk, Access::of_this_machine())
        };
        let response = routes.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// Reads the live stream from `last` on, until `then` has closed the desk.
    async fn listen(&self, last: Option<&str>, then: impl FnOnce(&Desk)) -> String {
        let mut request = Request::get("/api/v1/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(Arc::clone(&self.desk), Access::of_this_machine())
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        then(&self.desk);
        self.desk.close();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

fn example(revision: u32) -> Alert {
    let mut alert: Alert = serde_json::from_str(EXAMPLE).unwrap();
    alert.revision = revision;
    alert
}

fn rising() -> Rising {
    Rising {
        topic: TopicKey::new("tag:banjir"),
        title: example(1).title,
        kind: FeedKind::Social,
        window: Scale::FiveMinutes,
        observed: 4,
        expected: 0.5,
        critical: 9,
        open: false,
    }
}

fn feeds() -> Vec<FeedHealth> {
    vec![
        FeedHealth {
            name: "feeds.social".to_owned(),
            kind: FeedKind::Social,
            state: FeedState::Flowing,
            delay_s: Some(1.5),
            waiting: Some(7),
            received: 1_234,
            ledger: FeedLedger {
                counted: 34,
                irrelevant: 1_200,
                ..FeedLedger::default()
            },
        },
        FeedHealth {
            name: "feeds.news".to_owned(),
            kind: FeedKind::News,
            state: FeedState::Stalled,
            delay_s: None,
            waiting: None,
            received: 0,
            ledger: FeedLedger::default(),
        },
    ]
}

#[tokio::test]
async fn json_shapes_of_the_api() {
    let house = House::furnished();
    let mut shapes = Vec::new();
    for path in [
        "/api/v1/incidents",
        "/api/v1/incidents/gempa-id-nb-20260303t201126",
        "/api/v1/rising",
        "/api/v1/handover?since=2026-03-03T20:00:00Z",
        "/api/v1/feeds",
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers["content-type"], "application/json");
        let value: Value = serde_json::from_str(&answer.text).unwrap();
        shapes.push(format!(
            "GET {path}\n{}",
            serde_json::to_string_pretty(&value).unwrap()
        ));
    }
    insta::assert_snapshot!(shapes.join("\n\n"));
}

#[tokio::test]
async fn what_is_not_there_is_said_in_json() {
    let house = House::furnished();
    for path in [
        "/api/v1/incidents/none",
        "/page/../main.js",
        "/page/secret",
        "/elsewhere",
    ] {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.text.starts_with(r#"{"error":"#),
            "{path}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn alive_only_while_every_loop_turns() {
    let house = House::furnished();
    house.health.beat("detect", house.now());
    assert_eq!(house.get("/live").await.status, StatusCode::OK);
    house
        .now
        .fetch_add(i64::from(PATIENCE_MS) + 1, Ordering::Relaxed);
    let answer = house.get("/live").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("detect"), "{}", answer.text);
}

#[tokio::test]
async fn ready_once_the_start_is_done() {
    let house = House::furnished();
    let latch = house.health.latch();
    assert_eq!(
        house.get("/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    drop(latch);
    assert_eq!(house.get("/ready").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_schema_is_served_under_its_address() {
    let answer = House::furnished().get("/schemas/alert/v1").await;
    assert_eq!(answer.headers["content-type"], "application/schema+json");
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(value["$id"], "urn:kentongan:alert:v1");
}
