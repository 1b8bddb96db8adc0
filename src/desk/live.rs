//! `/api/v1/events`: server-sent events.
//!
//! In: `Last-Event-ID` of a page that comes back. Out: `snapshot` (or what was missed, or `reset` and
//! `snapshot`), then `incident` and `tick` as they happen; a comment every 15 s keeps proxies from
//! closing the line.
//! Rule: a page that reads too slowly is cut off and comes back by itself with its last id.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use prometheus::IntGauge;
use tokio::sync::OwnedSemaphorePermit;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;

use super::api::Problem;
use super::events::Subscription;
use super::{Desk, Message, Resume};
use crate::metrics::Limit;

const HEARTBEAT: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(2);

/// One connected page; gone when its stream is dropped.
struct Client {
    _place: OwnedSemaphorePermit,
    count: IntGauge,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.count.dec();
    }
}

pub(super) async fn events(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Response {
    let Ok(place) = Arc::clone(&desk.clients).try_acquire_owned() else {
        desk.metrics.count_limit(Limit::DeskClients, 1);
        return Problem(StatusCode::SERVICE_UNAVAILABLE, "too many live pages").into_response();
    };
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok());
    let Some(subscription) = desk.events.subscribe(last) else {
        return Problem(StatusCode::SERVICE_UNAVAILABLE, "the service stops").into_response();
    };
    let count = desk.metrics.desk_clients.clone();
    count.inc();
    let client = Client {
        _place: place,
        count,
    };
    stream(&desk, subscription, client)
}

fn stream(desk: &Desk, subscription: Subscription, client: Client) -> Response {
    let first = opening(desk, subscription.resume, subscription.newest);
    let rest = BroadcastStream::new(subscription.receiver)
        .map_while(Result::ok)
        .map(|message| event(&message));
    let events = tokio_stream::iter(first).chain(rest).map(move |event| {
        // The client lives as long as this stream.
        let _alive = &client;
        Ok::<_, Infallible>(event)
    });
    let keep_alive = KeepAlive::new().interval(HEARTBEAT).text("heartbeat");
    let headers = [("x-accel-buffering", "no")];
    (headers, Sse::new(events).keep_alive(keep_alive)).into_response()
}

fn opening(desk: &Desk, resume: Resume, newest: String) -> Vec<Event> {
    let retry = Event::default().retry(RETRY).comment("kentongan");
    let snapshot = || {
        Event::default()
            .event("snapshot")
            .id(newest)
            .data(desk.snapshot())
    };
    match resume {
        Resume::Snapshot => vec![retry, snapshot()],
        Resume::Reset => vec![
            retry,
            Event::default().event("reset").data("{}"),
            snapshot(),
        ],
        Resume::Replay(messages) => {
            let mut events = vec![retry];
            events.extend(messages.iter().map(event));
            events
        }
    }
}

fn event(message: &Message) -> Event {
    let event = Event::default().event(message.name).data(&message.data);
    match &message.id {
        Some(id) => event.id(id),
        None => event,
    }
}
