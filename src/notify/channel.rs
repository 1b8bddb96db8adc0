//! What every channel is: an automaton that says what to send, and hears what became of it.

use std::fmt;

use super::mail::Letter;
use super::{Endpoint, Message};
use crate::alert::Alert;
use crate::post::EventTime;

/// Longest wait that another side can ask for, milliseconds.
const LONGEST_WAIT_MS: i64 = 3_600_000;

/// One thing to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Over HTTP.
    Post(Post),
    /// By mail.
    Mail(Letter),
}

/// One POST.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// Where to.
    pub endpoint: Endpoint,
    /// Headers, `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Post {
    /// A body of JSON.
    pub(super) fn json(endpoint: &Endpoint, body: &serde_json::Value) -> Self {
        Self {
            endpoint: endpoint.clone(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }
}

/// Bodies may hold keys, so none is shown.
impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.len();
        write!(formatter, "Post({}, {bytes} bytes)", self.endpoint)
    }
}

impl fmt::Display for Request {
    /// Where it goes, without what is secret in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post(post) => post.endpoint.fmt(formatter),
            Self::Mail(letter) => letter.server.fmt(formatter),
        }
    }
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The other side took it.
    Accepted,
    /// The other side will never take it: sending it again is of no use.
    Refused {
        /// The status of HTTP or SMTP.
        status: u16,
    },
    /// It may take it later.
    Later {
        /// How long the other side asks to wait, milliseconds.
        after_ms: Option<i64>,
        /// What happened.
        detail: String,
        /// Whether it may have arrived all the same: the answer is what is missing.
        may_have_arrived: bool,
    },
}

impl Answer {
    /// Reads an HTTP status and the seconds that the other side asks to wait. Redirects are refused:
    /// they would carry an alert to an address that nobody configured.
    pub fn of_status(status: u16, retry_after_s: Option<u32>) -> Self {
        match status {
            200..=299 => Self::Accepted,
            408 | 425 | 429 | 500.. => Self::Later {
                after_ms: retry_after_s
                    .map(|seconds| (i64::from(seconds) * 1_000).min(LONGEST_WAIT_MS)),
                detail: format!("HTTP status {status}"),
                may_have_arrived: false,
            },
            _ => Self::Refused { status },
        }
    }

    /// There was no answer, because of what `detail` says.
    pub(super) fn no_answer(detail: String) -> Self {
        Self::Later {
            after_ms: None,
            detail,
            may_have_arrived: true,
        }
    }

    /// Whether it ends the matter.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Later { .. })
    }
}

/// Where an alert stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The partition.
    pub partition: u32,
    /// The offset.
    pub offset: u64,
}

/// An alert as the log brings it.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// Where it stands.
    pub place: Place,
    /// Whether it was there when this process began: one before may have sent it.
    pub is_backlog: bool,
}

/// An automaton for one address. One request is under way at a time.
pub trait Channel: Send {
    /// Its word in metrics and logs.
    fn name(&self) -> &str;

    /// Takes in an alert. Older and repeated revisions change nothing.
    fn apply(&mut self, arrival: Arrival<'_>, now: EventTime);

    /// Takes in an alert that was settled before this process began. It is not told again, unless it
    /// must be kept alive.
    fn remember(&mut self, alert: &Alert, now: EventTime);

    /// The first offset of `partition` for which the other side has not answered for good; `None`: all
    /// that was taken in is settled, and nothing is lost when the log goes on from here.
    fn first_unsettled(&self, partition: u32) -> Option<u64>;

    /// Whether the other side tells repeats by a key. Where it does not, a place is committed after each answer.
    fn is_keyed(&self) -> bool;

    /// The next request, if one is due and none is under way.
    fn due(&mut self, now: EventTime) -> Option<Request>;

    /// What became of the request that is under way.
    fn answered(&mut self, answer: &Answer, now: EventTime);

    /// When to ask [`due`](Self::due) again; `None`: not before the next alert.
    fn next_due(&self) -> Option<EventTime>;

    /// Alerts that a full queue had no place for, since the last call.
    fn take_dropped(&mut self) -> u64;
}

/// How one channel to people writes a message.
pub trait Form: Send + Sync {
    /// The request that carries `message`; `None` where it has nothing to say.
    fn write(&self, message: &Message) -> Option<Request>;

    /// Whether the other side tells repeats by a key.
    fn is_keyed(&self) -> bool;

    /// Shortest time between two requests that the other side likes, milliseconds.
    fn pace_ms(&self) -> i64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_taken_refused_or_tried_again() {
        let later = |after_ms, status: u16| Answer::Later {
            after_ms,
            detail: format!("HTTP status {status}"),
            may_have_arrived: false,
        };
        assert_eq!(Answer::of_status(202, None), Answer::Accepted);
        for status in [301, 400, 401, 404, 410, 413] {
            assert_eq!(
                Answer::of_status(status, Some(1)),
                Answer::Refused { status }
            );
        }
        for status in [408, 425, 429, 500, 502, 503, 599] {
            assert_eq!(Answer::of_status(status, None), later(None, status));
        }
        assert_eq!(Answer::of_status(429, Some(7)), later(Some(7_000), 429));
        assert_eq!(
            Answer::of_status(503, Some(u32::MAX)),
            later(Some(LONGEST_WAIT_MS), 503)
        );
    }
}
