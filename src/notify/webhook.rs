//! A webhook: each revision once, in order, as a `CloudEvents` event in binary mode over HTTP.
//!
//! Rule: the oldest revision that was not taken goes first; a refusal drops it, anything else waits and
//! tries again. A full queue drops its oldest. The other side tells repeats by `ce-source` and `ce-id`.

use std::collections::VecDeque;

use super::backoff::Backoff;
use super::{Answer, Channel, Endpoint, Request};
use crate::alert::{Alert, Delivery, cloud_event};
use crate::post::EventTime;

/// Longest wait between two tries, unless the other side asks for longer.
const LONGEST_WAIT_MS: i64 = 300_000;

/// The automaton of one address.
#[derive(Debug)]
pub struct Webhook {
    endpoint: Endpoint,
    source: String,
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
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Webhook {
    /// Posts to `endpoint` events of `source`; at most `limit` alerts wait.
    pub fn new(endpoint: Endpoint, source: &str, limit: usize) -> Self {
        Self {
            endpoint,
            source: source.to_owned(),
            limit: limit.max(1),
            queue: VecDeque::new(),
            under_way: None,
            seen: VecDeque::new(),
            backoff: Backoff::new(LONGEST_WAIT_MS),
            dropped: 0,
        }
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

    fn apply(&mut self, alert: &Alert, _now: EventTime) {
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
            headers: event.http_headers(),
            body: event.body,
        });
    }

    fn remember(&mut self, alert: &Alert, _now: EventTime) {
        self.is_repeat(&alert.id);
    }

    fn is_settled(&self) -> bool {
        self.under_way.is_none() && self.queue.is_empty()
    }

    fn due(&mut self, now: EventTime) -> Option<Request> {
        if self.under_way.is_some() || now < self.backoff.until {
            return None;
        }
        let pending = self.queue.pop_front()?;
        self.under_way = Some(pending.clone());
        Some(Request {
            endpoint: self.endpoint.clone(),
            headers: pending.headers,
            body: pending.body,
        })
    }

    fn answered(&mut self, answer: &Answer, now: EventTime) {
        self.backoff.answered(answer, &self.endpoint, now);
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
