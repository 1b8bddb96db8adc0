//! A phrase that waits, with what the last hour held of it.

use serde::{Deserialize, Serialize};

use crate::window::{Pane, Tally};

/// What is counted of a waiting phrase is kept for so many panes: an hour.
const WAITING_PANES: i64 = 360;

/// A phrase that waits.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Candidate {
    /// Ascending.
    parts: Vec<(Pane, Tally)>,
    /// It was used again since it was last looked at.
    is_fresh: bool,
}

impl Candidate {
    pub(super) fn new(pane: Pane, tally: Tally) -> Self {
        Self {
            parts: vec![(pane, tally)],
            is_fresh: false,
        }
    }

    /// Adds a pane that has closed after all others, and forgets those of more than an hour before.
    pub(super) fn add(&mut self, pane: Pane, tally: Tally) {
        let oldest = pane.plus(1 - WAITING_PANES);
        self.parts.retain(|&(held, _)| held >= oldest);
        self.parts.push((pane, tally));
        self.is_fresh = true;
    }

    /// Posts of the hour that ends with `pane`.
    pub(super) fn hour_up_to(&self, pane: Pane) -> u32 {
        let oldest = pane.plus(1 - WAITING_PANES);
        let parts = self.parts.iter().filter(|(held, _)| *held >= oldest);
        parts.map(|(_, tally)| tally.posts).sum()
    }

    pub(super) fn posts(&self) -> u32 {
        self.parts.iter().map(|(_, tally)| tally.posts).sum()
    }

    /// Whether it was used again since this was last asked.
    pub(super) fn was_used_again(&mut self) -> bool {
        std::mem::take(&mut self.is_fresh)
    }

    pub(super) fn into_parts(self) -> Vec<(Pane, Tally)> {
        self.parts
    }
}
