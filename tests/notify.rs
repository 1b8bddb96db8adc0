//! Channels against real other sides: an Alertmanager, and HTTP servers that fail as they are told.
//!
//! Time is an argument of the automata, so nothing here waits: "thirty seconds later" is a number.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails where it stands, and reads the clock and the environment as service does"
)]

#[path = "notify/alertmanager.rs"]
mod alertmanager;
#[path = "notify/mail_tls.rs"]
mod mail_tls;
#[path = "notify/people.rs"]
mod people;

use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kentongan::alert::{Alert, UtcTime};
use kentongan::notify::{Answer, Arrival, Channel, Endpoint, Place, Sender, Webhook};
use kentongan::post::EventTime;
use serde_json::Value;

const EXAMPLE: &str = include_str!("../docs/alert-v1.example.json");

fn now() -> EventTime {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    EventTime::from_millis(i64::try_from(since_epoch.as_millis()).unwrap())
}

fn example(revision: u32, at: EventTime) -> Alert {
    let mut alert: Alert = serde_json::from_str(EXAMPLE).unwrap();
    alert.id = format!("{}-{revision}", alert.incident);
    alert.revision = revision;
    alert.opened_at = UtcTime::new(at);
    alert.updated_at = UtcTime::new(at);
    alert
}

fn arrive(channel: &mut impl Channel, alert: &Alert, now: EventTime) {
    let place = Place {
        partition: 0,
        offset: u64::from(alert.revision),
    };
    let arrival = Arrival {
        alert,
        place,
        is_backlog: false,
    };
    channel.apply(arrival, now);
}

/// Sends whatever is due at `now` and hands the answers back.
async fn carry(channel: &mut dyn Channel, sender: &Sender, now: EventTime) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(request) = channel.due(now) {
        let answer = sender.send(&request).await;
        channel.answered(&answer, now);
        answers.push(answer);
    }
    answers
}

/// A status and its `Retry-After`.
type Told = (StatusCode, Option<&'static str>);

/// A server that answers as it is told, then 200, and keeps what it got.
#[derive(Clone, Default)]
struct Sink {
    answers: Arc<Mutex<VecDeque<Told>>>,
    got: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

impl Sink {
    fn new(answers: &[(u16, Option<&'static str>)]) -> Self {
        let answers = answers
            .iter()
            .map(|&(status, wait)| (StatusCode::from_u16(status).unwrap(), wait));
        Self {
            answers: Arc::new(Mutex::new(answers.collect())),
            got: Arc::default(),
        }
    }

    /// Serves while `work` runs; `work` gets the address.
    async fn during<F: Future>(&self, work: impl FnOnce(String) -> F) -> F::Output {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new()
            .route("/hook", post(answer))
            .with_state(self.clone());
        tokio::select! {
            result = work(url) => result,
            stopped = axum::serve(listener, app) => panic!("the server stopped: {stopped:?}"),
        }
    }

    fn ids(&self) -> Vec<String> {
        let got = self.got.lock().unwrap();
        got.iter()
            .map(|(headers, _)| headers["ce-id"].to_str().unwrap().to_owned())
            .collect()
    }
}

async fn answer(
    State(sink): State<Sink>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, HeaderMap) {
    let body = serde_json::from_str(&body).unwrap();
    sink.got.lock().unwrap().push((headers, body));
    let next = sink.answers.lock().unwrap().pop_front();
    let (status, wait) = next.unwrap_or((StatusCode::OK, None));
    let mut headers = HeaderMap::new();
    if let Some(wait) = wait {
        headers.insert("retry-after", wait.parse().unwrap());
    }
    (status, headers)
}

fn webhook(url: &str) -> Webhook {
    Webhook::new(Endpoint::parse(url).unwrap(), "/kentongan", 100)
}

#[tokio::test]
async fn a_webhook_gets_a_cloud_event() {
    let sender = Sender::new().unwrap();
    let sink = Sink::new(&[]);
    let alert = example(1, now());
    sink.during(async |url| {
        let mut channel = webhook(&url);
        arrive(&mut channel, &alert, now());
        assert_eq!(
            carry(&mut channel, &sender, now()).await,
            [Answer::Accepted]
        );
    })
    .await;
    let got = sink.got.lock().unwrap();
    let (headers, body) = got.first().unwrap();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["ce-specversion"], "1.0");
    assert_eq!(headers["ce-type"], "id.kentongan.alert.opened.v1");
    assert_eq!(headers["ce-id"].to_str().unwrap(), alert.id);
    assert_eq!(
        serde_json::from_value::<Alert>(body.clone()).unwrap(),
        alert
    );
}

#[tokio::test]
async fn a_webhook_tries_again_after_429_and_500_and_keeps_the_order() {
    let sender = Sender::new().unwrap();
    let sink = Sink::new(&[(429, Some("7")), (500, None), (200, None)]);
    let begin = now();
    sink.during(async |url| {
        let mut channel = webhook(&url);
        arrive(&mut channel, &example(1, begin), begin);
        arrive(&mut channel, &example(2, begin), begin);
        let answers = carry(&mut channel, &sender, begin).await;
        assert!(matches!(
            answers.as_slice(),
            [Answer::Later {
                after_ms: Some(7_000),
                ..
            }]
        ));
        assert_eq!(
            carry(&mut channel, &sender, begin.plus_millis(6_999)).await,
            []
        );
        let answers = carry(&mut channel, &sender, begin.plus_millis(7_000)).await;
        assert!(matches!(
            answers.as_slice(),
            [Answer::Later { after_ms: None, .. }]
        ));
        let next = channel.next_due().unwrap();
        assert_eq!(
            carry(&mut channel, &sender, next).await,
            [Answer::Accepted, Answer::Accepted]
        );
    })
    .await;
    let id = |revision| format!("gempa-id-nb-20260303t201126-{revision}");
    assert_eq!(sink.ids(), [id(1), id(1), id(1), id(2)]);
}

#[tokio::test]
async fn a_webhook_that_refuses_or_points_elsewhere_is_not_asked_again() {
    let sender = Sender::new().unwrap();
    for status in [302, 400, 410] {
        let sink = Sink::new(&[(status, None)]);
        sink.during(async |url| {
            let mut channel = webhook(&url);
            arrive(&mut channel, &example(1, now()), now());
            assert_eq!(
                carry(&mut channel, &sender, now()).await,
                [Answer::Refused { status }]
            );
        })
        .await;
        assert_eq!(sink.ids().len(), 1);
    }
}

#[tokio::test]
async fn nobody_at_the_address_is_tried_again_and_the_secret_stays_secret() {
    let sender = Sender::new().unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut channel = webhook(&format!("http://{free}/secret"));
    arrive(&mut channel, &example(1, now()), now());
    let answers = carry(&mut channel, &sender, now()).await;
    let [Answer::Later { detail, .. }] = answers.as_slice() else {
        panic!("{answers:?}");
    };
    assert!(!detail.contains("secret"), "{detail}");
}
