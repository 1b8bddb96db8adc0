//! A small map of counts with a fixed number of keys: the keys with the smallest hashes.
//!
//! Rule: which keys stay depends only on the set of all keys, and the count of a key that stays is
//! exact, in whatever order the parts were merged: a key among the smallest of the whole is among
//! the smallest of every part.

use std::hash::Hash;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use xxhash_rust::xxh3::Xxh3Default;

use crate::post::EventTime;

/// A value that joins with others in any order.
pub trait Joined: Copy {
    /// Both as one.
    #[must_use]
    fn join(self, other: Self) -> Self;
}

impl Joined for u32 {
    fn join(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

/// A time of which the earliest stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Earliest(pub EventTime);

impl Joined for Earliest {
    fn join(self, other: Self) -> Self {
        self.min(other)
    }
}

/// Counts (or other values that join) by key, at most `LIMIT` keys, sorted by key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capped<K, const LIMIT: usize, V = u32>(Pairs<K, V>);

/// The first two need no memory of their own: most maps never hold more.
type Pairs<K, V> = SmallVec<[(K, V); 2]>;

impl<K, const LIMIT: usize, V> Default for Capped<K, LIMIT, V> {
    fn default() -> Self {
        Self(Pairs::new())
    }
}

impl<K: Copy + Ord + Hash, const LIMIT: usize, V: Joined> Capped<K, LIMIT, V> {
    /// Adds `value` to `key`.
    pub fn add(&mut self, key: K, value: V) {
        match self.0.binary_search_by_key(&key, |&(key, _)| key) {
            Ok(place) => {
                if let Some((_, old)) = self.0.get_mut(place) {
                    *old = old.join(value);
                }
            }
            Err(place) => {
                self.0.insert(place, (key, value));
                if self.0.len() > LIMIT {
                    let largest = (0..self.0.len())
                        .max_by_key(|&at| self.0.get(at).map(|(key, _)| (stable_hash(key), *key)));
                    largest.map(|at| self.0.remove(at));
                }
            }
        }
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        other
            .0
            .iter()
            .for_each(|&(key, value)| self.add(key, value));
    }

    /// Keys and values, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> {
        self.0.iter().copied()
    }
}

impl<K: Copy + Ord + Hash, const LIMIT: usize> Capped<K, LIMIT> {
    /// Keys and counts, the largest count first, ties in key order.
    pub fn largest_first(&self) -> Vec<(K, u32)> {
        let mut pairs = self.0.to_vec();
        pairs.sort_by_key(|&(key, count)| (std::cmp::Reverse(count), key));
        pairs
    }
}

fn stable_hash<K: Hash>(key: &K) -> u64 {
    let mut hasher = Xxh3Default::new();
    key.hash(&mut hasher);
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merged_parts_equal_the_whole_and_kept_counts_are_exact(
            keys in proptest::collection::vec(0_u32..12, 0..80),
            cut in 0_usize..80,
        ) {
            let of = |keys: &[u32]| {
                let mut capped = Capped::<u32, 4>::default();
                for &key in keys {
                    capped.add(key, 1);
                }
                capped
            };
            let (left, right) = keys.split_at(cut.min(keys.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &of(&keys));
            let mut exact = BTreeMap::new();
            for &key in &keys {
                *exact.entry(key).or_insert(0_u32) += 1;
            }
            for (key, count) in merged.iter() {
                prop_assert_eq!(Some(&count), exact.get(&key));
            }
        }

        #[test]
        fn of_times_the_earliest_stays_in_any_order(
            times in proptest::collection::vec((0_u32..12, 0_i64..1_000), 0..60),
            cut in 0_usize..60,
        ) {
            let of = |times: &[(u32, i64)]| {
                let mut capped = Capped::<u32, 4, Earliest>::default();
                for &(key, time) in times {
                    capped.add(key, Earliest(EventTime::from_millis(time)));
                }
                capped
            };
            let (left, right) = times.split_at(cut.min(times.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &of(&times));
            for (key, Earliest(earliest)) in merged.iter() {
                let exact = times.iter().filter(|&&(of, _)| of == key).map(|&(_, time)| time).min();
                prop_assert_eq!(Some(earliest.millis()), exact);
            }
        }
    }
}
