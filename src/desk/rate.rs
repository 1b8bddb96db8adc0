//! How often a client may ask.
//!
//! In: a client's name, the time. Out: whether this request still goes, else how long to wait.
//! Rule: a bucket for each client holds a minute's requests and fills evenly. Bounded: at the limit of
//! clients the one that has asked least lately gives its place.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::post::EventTime;

/// Most clients that are told apart.
const CLIENTS_MAX: usize = 4_096;
const MINUTE_MS: i64 = 60_000;

/// The buckets of every client.
#[derive(Debug)]
pub(super) struct Rates {
    per_minute: u32,
    /// By client, the time at which its bucket is full again.
    full_at: Mutex<BTreeMap<String, i64>>,
}

impl Rates {
    /// `per_minute` requests for each client.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            full_at: Mutex::default(),
        }
    }

    /// Takes one request out of the bucket of `client`; an error is how many seconds to wait.
    pub(super) fn take(&self, client: &str, now: EventTime) -> Result<(), u32> {
        let now = now.millis();
        let cost = MINUTE_MS / i64::from(self.per_minute).min(MINUTE_MS);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let known = full_at.get(client).copied().unwrap_or(now).max(now);
        let after = known + cost;
        if after - now > MINUTE_MS {
            let seconds = (after - now - MINUTE_MS).div_euclid(1_000) + 1;
            return Err(u32::try_from(seconds).unwrap_or(u32::MAX));
        }
        if full_at.len() >= CLIENTS_MAX && !full_at.contains_key(client) {
            let calmest = full_at.iter().min_by_key(|(_, at)| **at);
            let calmest = calmest.map(|(client, _)| client.clone());
            calmest.map(|client| full_at.remove(&client));
        }
        full_at.insert(client.to_owned(), after);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> EventTime {
        EventTime::from_millis(millis)
    }

    #[test]
    fn a_minutes_requests_go_at_once_and_then_evenly() {
        let rates = Rates::new(60);
        for _ in 0..60 {
            assert_eq!(rates.take("a", at(0)), Ok(()));
        }
        assert_eq!(rates.take("a", at(0)), Err(2));
        assert_eq!(rates.take("b", at(0)), Ok(()), "each client has its own");
        assert_eq!(rates.take("a", at(1_000)), Ok(()));
        assert!(rates.take("a", at(1_000)).is_err());
        assert_eq!(rates.take("a", at(600_000)), Ok(()));
    }

    #[test]
    fn the_clients_are_bounded_and_the_busiest_stay() {
        let rates = Rates::new(10);
        for _ in 0..10 {
            assert_eq!(rates.take("busy", at(0)), Ok(()));
        }
        for number in 0..3 * CLIENTS_MAX {
            assert_eq!(rates.take(&number.to_string(), at(0)), Ok(()));
        }
        assert_eq!(rates.full_at.lock().unwrap().len(), CLIENTS_MAX);
        assert!(rates.take("busy", at(0)).is_err());
    }
}
