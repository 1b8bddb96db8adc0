//! The desk, asked as a browser asks it, without a network.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use kentongan::alert::Alert;
use kentongan::desk::{Desk, FeedHealth, FeedState, Health, Limits, router};
use kentongan::metrics::{Known, Metrics};
use kentongan::post::{EventTime, FeedKind};
use prometheus::Registry;
use serde_json::Value;
use tower::ServiceExt as _;

const EXAMPLE: &str = include_str!("../docs/alert-v1.example.json");
const PATIENCE_MS: u32 = 10_000;
const PAGE: [&str; 9] = [
    "style.css",
    "icon.svg",
    "main.js",
    "live.js",
    "list.js",
    "detail.js",
    "drawing.js",
    "format.js",
    "words.js",
];

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
        let response = router(Arc::clone(&self.desk))
            .oneshot(request)
            .await
            .unwrap();
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
        let mut request = Request::get("/api/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(Arc::clone(&self.desk))
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

fn feeds() -> Vec<FeedHealth> {
    vec![
        FeedHealth {
            name: "feeds.social".to_owned(),
            kind: FeedKind::Social,
            state: FeedState::Flowing,
            delay_s: Some(1.5),
            received: 1_234,
        },
        FeedHealth {
            name: "feeds.news".to_owned(),
            kind: FeedKind::News,
            state: FeedState::Stalled,
            delay_s: None,
            received: 0,
        },
    ]
}

/// The names of the events of a stream, in order, with their ids.
fn names(stream: &str) -> Vec<String> {
    let field = |event: &str, name: &str| {
        let found = event
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.map(str::to_owned)
    };
    stream
        .split("\n\n")
        .filter_map(|event| {
            let name = field(event, "event")?;
            let id = field(event, "id")
                .map(|id| format!(" {id}"))
                .unwrap_or_default();
            Some(name + &id)
        })
        .collect()
}

#[tokio::test]
async fn json_shapes_of_the_api() {
    let house = House::furnished();
    let mut shapes = Vec::new();
    for path in [
        "/api/incidents",
        "/api/incidents/gempa-id-nb-20260303t201126",
        "/api/feeds",
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
        "/api/incidents/none",
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
async fn every_answer_forbids_what_a_page_should_never_do() {
    let house = House::furnished();
    for path in [
        "/",
        "/page/main.js",
        "/api/incidents",
        "/elsewhere",
        "/metrics",
    ] {
        let headers = house.get(path).await.headers;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_page_asks_nobody_else_and_makes_no_markup_of_text() {
    let house = House::furnished();
    let mut texts = vec![house.get("/").await.text];
    for name in PAGE {
        let answer = house.get(&format!("/page/{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        texts.push(answer.text);
    }
    for text in texts {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for never in [
            "http://",
            "url(",
            "@import",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "<style",
            " style=",
            " onclick",
            "javascript:",
        ] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        let scripts = text.matches("<script").count();
        assert_eq!(
            scripts,
            text.matches(r#"<script type="module" src="/page/"#).count()
        );
    }
}

#[tokio::test]
async fn both_languages_of_the_page_have_the_same_words() {
    let text = House::furnished().get("/page/words.js").await.text;
    let (_, tables) = text.split_once("id: {").unwrap();
    let (indonesian, english) = tables.split_once("en: {").unwrap();
    let (english, _) = english.split_once("};").unwrap();
    let keys = |table: &str| -> BTreeSet<String> {
        let before = table
            .match_indices(": \"")
            .map(|(at, _)| table.split_at(at).0);
        before
            .map(|text| text.rsplit([' ', '\n', ',']).next().unwrap().to_owned())
            .collect()
    };
    assert!(keys(english).len() > 60, "{:?}", keys(english));
    assert_eq!(keys(indonesian), keys(english));
}

#[tokio::test]
async fn hostile_text_of_a_post_stays_text() {
    let house = House::new(Limits::default());
    let mut alert = example(1);
    let hostile = "</script><img src=x onerror=alert(1)>\u{202e}\n\ndata: {}\nevent: reset";
    alert.evidence[0].text = hostile.to_owned();
    alert.title.id = hostile.to_owned();
    let incident = alert.incident.clone();
    house.desk.apply(alert);
    let answer = house.get(&format!("/api/incidents/{incident}")).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(value["alert"]["evidence"][0]["text"], hostile);
    let stream = house.listen(None, |_| ()).await;
    let events = names(&stream);
    assert_eq!(
        events.len(),
        1,
        "a post cannot end an event or begin one: {stream}"
    );
}

#[tokio::test]
async fn a_new_page_gets_the_whole_state_then_what_happens() {
    let house = House::furnished();
    let stream = house
        .listen(None, |desk| {
            desk.apply(example(2));
            desk.apply(example(2));
            desk.tick(house.now(), feeds());
        })
        .await;
    assert!(stream.contains("retry: 2000"), "{stream}");
    let began = house.now().millis();
    assert_eq!(
        names(&stream),
        [
            format!("snapshot {began}-1"),
            format!("incident {began}-2"),
            "tick".to_owned()
        ]
    );
    let snapshot = stream
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    let snapshot: Value = serde_json::from_str(snapshot).unwrap();
    assert_eq!(snapshot["incidents"][0]["revision"], 1);
    assert_eq!(snapshot["feeds"][1]["state"], "stalled");
}

#[tokio::test]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let house = House::furnished();
    house.desk.apply(example(2));
    let began = house.now().millis();
    let stream = house.listen(Some(&format!("{began}-1")), |_| ()).await;
    assert_eq!(names(&stream), [format!("incident {began}-2")]);
}

#[tokio::test]
async fn a_page_of_an_earlier_process_starts_anew() {
    let house = House::furnished();
    let began = house.now().millis();
    let stream = house.listen(Some("17-1"), |_| ()).await;
    assert_eq!(
        names(&stream),
        ["reset".to_owned(), format!("snapshot {began}-1")]
    );
}

#[tokio::test]
async fn a_page_that_reads_too_slowly_is_cut_off() {
    let limits = Limits {
        events: 2,
        ..Limits::default()
    };
    let house = House::new(limits);
    let stream = house
        .listen(None, |desk| {
            (1..=5).for_each(|revision| desk.apply(example(revision)));
        })
        .await;
    assert_eq!(names(&stream).len(), 1, "{stream}");
}

#[tokio::test(start_paused = true)]
async fn a_comment_every_fifteen_seconds_keeps_the_line_open() {
    let house = House::furnished();
    let desk = Arc::clone(&house.desk);
    let request = Request::get("/api/events").body(Body::empty()).unwrap();
    let response = router(Arc::clone(&desk)).oneshot(request).await.unwrap();
    let closing = async {
        tokio::time::sleep(Duration::from_secs(50)).await;
        desk.close();
    };
    let (bytes, ()) = tokio::join!(to_bytes(response.into_body(), 1_000_000), closing);
    let stream = String::from_utf8(bytes.unwrap().to_vec()).unwrap();
    assert_eq!(stream.matches(": heartbeat\n").count(), 3, "{stream}");
}

#[tokio::test]
async fn live_pages_are_limited_and_counted() {
    let house = House::new(Limits {
        clients: 1,
        ..Limits::default()
    });
    let open = || {
        let request = Request::get("/api/events").body(Body::empty()).unwrap();
        router(Arc::clone(&house.desk)).oneshot(request)
    };
    let first = open().await.unwrap();
    assert_eq!(
        open().await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    let metrics = house.get("/metrics").await.text;
    assert!(
        metrics.contains("kentongan_desk_live_clients 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains(r#"limit_hits_total{limit="desk_clients"} 1"#),
        "{metrics}"
    );
    drop(first);
    assert_eq!(open().await.unwrap().status(), StatusCode::OK);
    let metrics = house.get("/metrics").await.text;
    assert!(
        metrics.contains("kentongan_desk_live_clients 0"),
        "{metrics}"
    );
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
