//! What every channel is: an automaton that says what to send, and hears what became of it.

use super::Endpoint;
use crate::alert::Alert;
use crate::post::EventTime;

/// Longest wait that another side can ask for, milliseconds.
const LONGEST_WAIT_MS: i64 = 3_600_000;

/// One POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub endpoint: Endpoint,
    /// Headers, `content-type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The other side took it.
    Accepted,
    /// The other side will never take it: sending it again is of no use.
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// It may take it later.
    Later {
        /// How long the other side asks to wait, milliseconds.
        after_ms: Option<i64>,
        /// What happened.
        detail: String,
    },
}

impl Answer {
    /// Reads an HTTP status and `Retry-After` in seconds. Redirects are refused: they would carry an
    /// alert to an address that nobody configured.
    pub fn of_status(status: u16, retry_after_s: Option<u32>) -> Self {
        match status {
            200..=299 => Self::Accepted,
            408 | 425 | 429 | 500.. => Self::Later {
                after_ms: retry_after_s
                    .map(|seconds| (i64::from(seconds) * 1_000).min(LONGEST_WAIT_MS)),
                detail: format!("HTTP status {status}"),
            },
            _ => Self::Refused { status },
        }
    }
}

/// An automaton for one address. One request is under way at a time.
pub trait Channel: Send {
    /// Its word in metrics and logs.
    fn name(&self) -> &'static str;

    /// Takes in an alert. Older and repeated revisions change nothing.
    fn apply(&mut self, alert: &Alert, now: EventTime);

    /// Takes in an alert that was settled before this process began. It is not told again, unless it
    /// must be kept alive.
    fn remember(&mut self, alert: &Alert, now: EventTime);

    /// Whether the other side has answered for good to everything that was taken in, or there was no
    /// place for it: nothing is lost when the log goes on from here.
    fn is_settled(&self) -> bool;

    /// The next request, if one is due and none is under way.
    fn due(&mut self, now: EventTime) -> Option<Request>;

    /// What became of the request that is under way.
    fn answered(&mut self, answer: &Answer, now: EventTime);

    /// When to ask [`due`](Self::due) again; `None`: not before the next alert.
    fn next_due(&self) -> Option<EventTime>;

    /// Alerts that a full queue had no place for, since the last call.
    fn take_dropped(&mut self) -> u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_taken_refused_or_tried_again() {
        let later = |after_ms, status: u16| Answer::Later {
            after_ms,
            detail: format!("HTTP status {status}"),
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
