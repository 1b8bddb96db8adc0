//! The newest so many of something: what was seen before a crash is known when it comes again.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

/// A memory of what came last, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recent<T: Ord> {
    order: VecDeque<T>,
    known: BTreeSet<T>,
}

impl<T: Ord> Default for Recent<T> {
    fn default() -> Self {
        Self {
            order: VecDeque::new(),
            known: BTreeSet::new(),
        }
    }
}

impl<T: Ord + Clone> Recent<T> {
    /// Adds `one`; over `limit` the oldest is forgotten. False if it is known already.
    pub(super) fn insert(&mut self, one: T, limit: usize) -> bool {
        let is_new = self.known.insert(one.clone());
        if is_new {
            self.order.push_back(one);
        }
        while self.order.len() > limit {
            let oldest = self.order.pop_front();
            oldest.map(|oldest| self.known.remove(&oldest));
        }
        is_new
    }

    pub(super) fn contains(&self, one: &T) -> bool {
        self.known.contains(one)
    }
}
