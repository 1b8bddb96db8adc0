//! How long to wait: a little between two requests, and after a failure doubling, with a limit, spread so
//! that many do not come at once.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Answer;
use crate::post::EventTime;

const FIRST_MS: i64 = 1_000;

/// The failures of one address in a row.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    /// What tells the address from others; only the spread is made of it.
    address: String,
    longest_ms: i64,
    pace_ms: i64,
    failures: u32,
    /// Nothing is sent before this.
    pub(super) until: EventTime,
}

impl Backoff {
    /// Waits at most `longest_ms` after a failure, unless the other side asks for longer.
    pub(super) fn new(address: &str, longest_ms: i64) -> Self {
        Self {
            address: address.to_owned(),
            longest_ms,
            pace_ms: 0,
            failures: 0,
            until: EventTime::MIN,
        }
    }

    /// The same, with at least `pace_ms` between an answer and the next request.
    pub(super) fn with_pace(self, pace_ms: i64) -> Self {
        Self { pace_ms, ..self }
    }

    /// Takes in what became of a request.
    pub(super) fn answered(&mut self, answer: &Answer, now: EventTime) {
        match answer {
            Answer::Accepted | Answer::Refused { .. } => {
                self.failures = 0;
                self.until = match self.pace_ms {
                    0 => EventTime::MIN,
                    pace_ms => now.plus_millis(pace_ms),
                };
            }
            Answer::Later { after_ms, .. } => {
                let own = self.wait_ms().max(self.pace_ms);
                self.failures = self.failures.saturating_add(1);
                self.until = now.plus_millis(after_ms.unwrap_or(0).max(own));
            }
        }
    }

    /// Three quarters of the doubled wait and up to a quarter more. The spread is made of the address and
    /// the number of failures, not of random numbers: the automaton stays a function of its inputs.
    fn wait_ms(&self) -> i64 {
        let doubled = FIRST_MS.saturating_mul(1_i64 << self.failures.min(20));
        let wait = doubled.min(self.longest_ms);
        let hash = xxh3_64_with_seed(self.address.as_bytes(), u64::from(self.failures));
        let spread = i64::try_from(hash % 1_000).unwrap_or(0);
        wait * 3 / 4 + wait / 4 * spread / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(after_ms: Option<i64>) -> Answer {
        let detail = String::new();
        Answer::Later {
            after_ms,
            detail,
            may_have_arrived: false,
        }
    }

    #[test]
    fn waits_double_up_to_the_limit_and_end_with_success() {
        let mut backoff = Backoff::new("http://127.0.0.1:9/", 30_000);
        let now = EventTime::from_millis(0);
        for longest in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            backoff.answered(&later(None), now);
            let wait = backoff.until.millis();
            assert!(
                (longest * 3 / 4..=longest).contains(&wait),
                "{wait} of {longest}"
            );
        }
        backoff.answered(&later(Some(90_000)), now);
        assert_eq!(backoff.until.millis(), 90_000);
        backoff.answered(&Answer::Accepted, now);
        assert!(backoff.until <= now);
        backoff.answered(&later(None), now);
        assert!(backoff.until.millis() <= 1_000);
    }

    #[test]
    fn two_addresses_do_not_come_back_together() {
        let wait = |address: &str| {
            let mut backoff = Backoff::new(address, 30_000);
            let now = EventTime::from_millis(0);
            (0..6).for_each(|_| backoff.answered(&later(None), now));
            backoff.until.millis()
        };
        assert_ne!(wait("a"), wait("b"));
        assert_eq!(wait("a"), wait("a"));
    }

    #[test]
    fn a_pace_holds_after_success_too() {
        let mut backoff = Backoff::new("a", 30_000).with_pace(1_500);
        backoff.answered(&Answer::Accepted, EventTime::from_millis(10));
        assert_eq!(backoff.until.millis(), 1_510);
    }
}
