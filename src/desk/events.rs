//! The stream of what changed, with a bounded memory of the newest events.
//!
//! In: events. Out: for each page what it missed since its last event, then everything new.
//! Rule: taking what was missed and joining the stream is one step under one lock, so nothing falls
//! between. An id holds when this process began: a page that comes from an earlier process starts anew.
//! A page that reads too slowly is cut off; it comes back with its last id.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::post::EventTime;

/// One event of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id; ticks have none, because nobody needs an old one.
    pub id: Option<String>,
    /// Its name: `incident`, `tick`.
    pub name: &'static str,
    /// JSON.
    pub data: Arc<str>,
}

/// How a page goes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Resume {
    /// It was never here: it needs the whole state.
    Snapshot,
    /// It was here too long ago, or before this process: it must forget, then needs the whole state.
    Reset,
    /// These it has missed.
    Replay(Vec<Message>),
}

/// A page's place in the stream.
#[derive(Debug)]
pub struct Subscription {
    /// How it goes on.
    pub resume: Resume,
    /// The id of the newest event that the whole state holds.
    pub newest: String,
    /// What comes from here on.
    pub receiver: broadcast::Receiver<Message>,
}

/// The newest events, and whoever listens.
#[derive(Debug)]
pub struct EventLog {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    began: i64,
    next: u64,
    ring: VecDeque<Message>,
    /// `None` once the stream is closed.
    sender: Option<broadcast::Sender<Message>>,
}

impl EventLog {
    /// Remembers `limit` events; a page may lie as many behind. `began` tells this process from
    /// earlier ones.
    pub fn new(limit: usize, began: EventTime) -> Self {
        let limit = limit.max(1);
        Self {
            limit,
            inner: Mutex::new(Inner {
                began: began.millis(),
                next: 1,
                ring: VecDeque::new(),
                sender: Some(broadcast::Sender::new(limit)),
            }),
        }
    }

    /// An event that pages must not miss.
    pub fn publish(&self, name: &'static str, data: Arc<str>) {
        let mut inner = self.lock();
        let message = Message {
            id: Some(inner.id(inner.next)),
            name,
            data,
        };
        inner.next += 1;
        if inner.ring.len() >= self.limit {
            inner.ring.pop_front();
        }
        inner.ring.push_back(message.clone());
        inner.send(message);
    }

    /// An event of the moment: who is not here does not need it later.
    pub fn mention(&self, name: &'static str, data: Arc<str>) {
        let id = None;
        self.lock().send(Message { id, name, data });
    }

    /// Joins the stream after `last`, the id of the last event that the page saw. `None` once the
    /// stream is closed.
    pub fn subscribe(&self, last: Option<&str>) -> Option<Subscription> {
        let inner = self.lock();
        let receiver = inner.sender.as_ref()?.subscribe();
        let resume = match last {
            None => Resume::Snapshot,
            Some(last) => inner
                .missed_since(last)
                .map_or(Resume::Reset, Resume::Replay),
        };
        Some(Subscription {
            resume,
            newest: inner.id(inner.next - 1),
            receiver,
        })
    }

    /// Ends the stream of every page, so that the server can stop.
    pub fn close(&self) {
        self.lock().sender = None;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.began)
    }

    fn missed_since(&self, last: &str) -> Option<Vec<Message>> {
        let (began, number) = last.rsplit_once('-')?;
        let number: u64 = number.parse().ok()?;
        let oldest = self.next - u64::try_from(self.ring.len()).ok()?;
        let here = began == self.began.to_string();
        if !here || number >= self.next || number + 1 < oldest {
            return None;
        }
        let seen = usize::try_from(number + 1 - oldest).ok()?;
        Some(self.ring.iter().skip(seen).cloned().collect())
    }

    fn send(&self, message: Message) {
        if let Some(sender) = &self.sender {
            // An error says that nobody listens: nothing to do.
            drop(sender.send(message));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn log(limit: usize, events: u64) -> EventLog {
        let log = EventLog::new(limit, EventTime::from_millis(7));
        for number in 1..=events {
            log.publish("incident", number.to_string().into());
        }
        log
    }

    fn missed(log: &EventLog, last: &str) -> Option<Vec<u64>> {
        match log.subscribe(Some(last)).unwrap().resume {
            Resume::Replay(messages) => Some(
                messages
                    .iter()
                    .map(|message| message.data.parse().unwrap())
                    .collect(),
            ),
            Resume::Reset => None,
            Resume::Snapshot => panic!("a page that was here is not new"),
        }
    }

    proptest! {
        #[test]
        fn a_page_gets_exactly_what_it_missed_or_starts_anew(
            limit in 1_usize..8,
            events in 0_u64..20,
            last in 0_u64..25,
        ) {
            let kept = events.min(limit as u64);
            let expected = (last <= events && last + kept >= events)
                .then(|| (last + 1..=events).collect::<Vec<u64>>());
            prop_assert_eq!(missed(&log(limit, events), &format!("7-{last}")), expected);
        }
    }

    #[test]
    fn ids_of_another_process_or_of_nobody_start_anew() {
        for last in ["6-3", "7", "", "7-x", "7--1", "-", "7-99999999999999999999"] {
            assert_eq!(missed(&log(8, 3), last), None, "{last}");
        }
    }

    #[test]
    fn a_new_page_needs_the_whole_state_and_hears_what_comes_next() {
        let log = log(4, 2);
        let mut subscription = log.subscribe(None).unwrap();
        assert_eq!(subscription.resume, Resume::Snapshot);
        assert_eq!(subscription.newest, "7-2");
        log.mention("tick", "0".into());
        log.publish("incident", "3".into());
        let heard = [(); 2].map(|()| subscription.receiver.try_recv().unwrap());
        assert_eq!(
            heard.map(|message| message.id),
            [None, Some("7-3".to_owned())]
        );
    }

    #[test]
    fn a_closed_stream_ends() {
        let log = log(4, 2);
        let mut subscription = log.subscribe(None).unwrap();
        log.close();
        assert_eq!(
            subscription.receiver.try_recv(),
            Err(broadcast::error::TryRecvError::Closed)
        );
        assert!(log.subscribe(None).is_none());
        log.publish("incident", "3".into());
    }
}
