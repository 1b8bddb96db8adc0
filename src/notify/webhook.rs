//! A webhook: each revision once, in order, as a `CloudEvents` event in binary mode over HTTP.
//!
//! Rule: the oldest revision that was not taken goes first; a refusal drops it, anything else waits and
//! tries again. A full queue drops its oldest. The other side tells repeats by `ce-source` and `ce-id`.
//! With a key, each request is signed as Standard Webhooks has it: HMAC-SHA256 over id, time and body.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::backoff::Backoff;
use super::{Answer, Arrival, Channel, Endpoint, Place, Post, Request};
use crate::alert::{Alert, Delivery, cloud_event, header_value};
use crate::post::EventTime;

/// Longest wait between two tries, unless the other side asks for longer.
const LONGEST_WAIT_MS: i64 = 300_000;

/// The automaton of one address.
#[derive(Debug)]
pub struct Webhook {
    endpoint: Endpoint,
    source: String,
    key: Option<hmac::Key>,
    limit: usize,
    queue: VecDeque<Pending>,
    /// Taken out of the queue while it is sent.
    under_way: Option<Pending>,
    /// Ids of the newest alerts that came in: the log may bring one twice.
    seen: VecDeque<String>,
    backoff: Backoff,
    dropped: u64,
}

#[derive(Debug, Clone)]
struct Pending {
    id: String,
    place: Place,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Webhook {
    /// Posts to `endpoint` events of `source`; at most `limit` alerts wait.
    pub fn new(endpoint: Endpoint, source: &str, limit: usize) -> Self {
        Self {
            backoff: Backoff::new(endpoint.as_str(), LONGEST_WAIT_MS),
            endpoint,
            source: source.to_owned(),
            key: None,
            limit: limit.max(1),
            queue: VecDeque::new(),
            under_way: None,
            seen: VecDeque::new(),
            dropped: 0,
        }
    }

    /// Signs each request with the key that `base64` holds; what is no base64 signs nothing.
    #[must_use]
    pub fn signed(mut self, base64: &str) -> Self {
        let key = STANDARD.decode(base64).ok();
        self.key = key.map(|key| hmac::Key::new(hmac::HMAC_SHA256, &key));
        self
    }

    /// The headers of Standard Webhooks. The time is that of the try, so that an old request cannot be
    /// sent again by others.
    fn signature(&self, pending: &Pending, now: EventTime) -> Vec<(String, String)> {
        let Some(key) = &self.key else {
            return Vec::new();
        };
        let seconds = now.millis().div_euclid(1_000).to_string();
        // Ids of alerts may hold what no header takes.
        let id = header_value(&pending.id);
        let mut context = hmac::Context::with_key(key);
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", &pending.body] {
            context.update(part);
        }
        let signature = format!("v1,{}", STANDARD.encode(context.sign()));
        [
            ("webhook-id", id),
            ("webhook-timestamp", seconds),
            ("webhook-signature", signature),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn is_repeat(&mut self, id: &str) -> bool {
        if self.seen.iter().any(|seen| seen == id) {
            return true;
        }
        if self.seen.len() >= self.limit {
            self.seen.pop_front();
        }
        self.seen.push_back(id.to_owned());
        false
    }
}

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn apply(&mut self, arrival: Arrival<'_>, _now: EventTime) {
        let alert = arrival.alert;
        if self.is_repeat(&alert.id) {
            return;
        }
        // An alert is plain data, which can always be written.
        let Ok(event) = cloud_event(alert, &self.source, &Delivery::default()) else {
            return;
        };
        if self.queue.len() >= self.limit {
            self.queue.pop_front();
            self.dropped += 1;
        }
        self.queue.push_back(Pending {
            id: alert.id.clone(),
            place: arrival.place,
            headers: event.http_headers(),
            body: event.body,
        });
    }

    fn remember(&mut self, alert: &Alert, _now: EventTime) {
        self.is_repeat(&alert.id);
    }

    fn first_unsettled(&self, partition: u32) -> Option<u64> {
        let places = self.under_way.iter().chain(&self.queue);
        let places = places.map(|pending| pending.place);
        let here = places.filter(|place| place.partition == partition);
        here.map(|place| place.offset).min()
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn due(&mut self, now: EventTime) -> Option<Request> {
        if self.under_way.is_some() || now < self.backoff.until {
            return None;
        }
        let pending = self.queue.pop_front()?;
        let mut headers = pending.headers.clone();
        headers.extend(self.signature(&pending, now));
        let body = pending.body.clone();
        self.under_way = Some(pending);
        Some(Request::Post(Post {
            endpoint: self.endpoint.clone(),
            headers,
            body,
        }))
    }

    fn answered(&mut self, answer: &Answer, now: EventTime) {
        self.backoff.answered(answer, now);
        let pending = self.under_way.take();
        if let (Some(pending), Answer::Later { .. }) = (pending, answer) {
            if self.queue.len() < self.limit {
                self.queue.push_front(pending);
            } else {
                self.dropped += 1;
            }
        }
    }

    fn next_due(&self) -> Option<EventTime> {
        let waiting = self.under_way.is_none() && !self.queue.is_empty();
        waiting.then_some(self.backoff.until)
    }

    fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}
