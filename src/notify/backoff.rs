//! How long to wait after a failure: doubling, with a limit, spread so that many do not come at once.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Answer, Endpoint};
use crate::post::EventTime;

const FIRST_MS: i64 = 1_000;

/// The failures of one address in a row.
#[derive(Debug, Clone)]
pub(super) struct Backoff {
    longest_ms: i64,
    failures: u32,
    /// Nothing is sent before this.
    pub(super) until: EventTime,
}

impl Backoff {
    /// Waits at most `longest_ms`, unless the other side asks for longer.
    pub(super) fn new(longest_ms: i64) -> Self {
        Self {
            longest_ms,
            failures: 0,
            until: EventTime::MIN,
        }
    }

    /// Takes in what became of a request to `endpoint`.
    pub(super) fn answered(&mut self, answer: &Answer, endpoint: &Endpoint, now: EventTime) {
        match answer {
            Answer::Accepted | Answer::Refused { .. } => *self = Self::new(self.longest_ms),
            Answer::Later { after_ms, .. } => {
                let own = self.wait_ms(endpoint);
                self.failures = self.failures.saturating_add(1);
                self.until = now.plus_millis(after_ms.unwrap_or(0).max(own));
            }
        }
    }

    /// Three quarters of the doubled wait and up to a quarter more. The spread is made of the address and
    /// the number of failures, not of random numbers: the automaton stays a function of its inputs.
    fn wait_ms(&self, endpoint: &Endpoint) -> i64 {
        let doubled = FIRST_MS.saturating_mul(1_i64 << self.failures.min(20));
        let wait = doubled.min(self.longest_ms);
        let hash = xxh3_64_with_seed(endpoint.as_str().as_bytes(), u64::from(self.failures));
        let spread = i64::try_from(hash % 1_000).unwrap_or(0);
        wait * 3 / 4 + wait / 4 * spread / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(after_ms: Option<i64>) -> Answer {
        let detail = String::new();
        Answer::Later { after_ms, detail }
    }

    #[test]
    fn waits_double_up_to_the_limit_and_end_with_success() {
        let endpoint = Endpoint::parse("http://127.0.0.1:9/").unwrap();
        let mut backoff = Backoff::new(30_000);
        let now = EventTime::from_millis(0);
        for longest in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            backoff.answered(&later(None), &endpoint, now);
            let wait = backoff.until.millis();
            assert!(
                (longest * 3 / 4..=longest).contains(&wait),
                "{wait} of {longest}"
            );
        }
        backoff.answered(&later(Some(90_000)), &endpoint, now);
        assert_eq!(backoff.until.millis(), 90_000);
        backoff.answered(&Answer::Accepted, &endpoint, now);
        assert!(backoff.until <= now);
        backoff.answered(&later(None), &endpoint, now);
        assert!(backoff.until.millis() <= 1_000);
    }
}
