//! How many posts a row usually holds: a Gamma-Poisson level with forgetting.
//!
//! In: rows, as blocks of the longest window. Out: posts a row.
//! Rule: a block teaches late (when it is full) and clipped, so a burst does not raise what is
//! expected of the rows after it.

use crate::detect::series::settings::{Settings, kept};

/// Memory of the unclipped level that a lasting shift is taken over from, days: three hours.
const RECENT_DAYS: f64 = 0.125;
/// What an accepted shift leaves of the old level's weight: enough to stay steady, little enough to
/// follow.
const KEPT_AFTER_SHIFT: f64 = 0.25;

#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    posts: f64,
    rows: f64,
    recent_posts: f64,
    recent_rows: f64,
    block: Block,
}

/// Rows that have not taught yet.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    posts: f64,
    expected: f64,
    exposure: f64,
    rows: usize,
}

/// A row that the level learns from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lesson {
    pub(super) posts: f64,
    /// What was expected, rhythm included.
    pub(super) expected: f64,
    /// The rhythm's factor.
    pub(super) rhythm: f64,
}

impl Level {
    /// Posts a row, without the rhythm.
    pub(super) fn per_row(&self, settings: &Settings) -> f64 {
        if self.rows > 0.0 {
            return self.weight(settings) / self.rows;
        }
        let rows = f64::from(u32::try_from(self.block.rows).unwrap_or(u32::MAX));
        (self.block.posts + settings.level_prior) / (rows + 1.0)
    }

    /// The posts that it rests on: its relative variance is one over this.
    pub(super) fn weight(&self, settings: &Settings) -> f64 {
        self.posts + settings.level_prior
    }

    pub(super) fn forget(&mut self, days: f64, settings: &Settings) {
        let level = kept(days, settings.level_days);
        self.posts *= level;
        self.rows *= level;
        let recent = kept(days, RECENT_DAYS);
        self.recent_posts *= recent;
        self.recent_rows *= recent;
    }

    /// Rows are missing: what was gathered belongs to no full block.
    pub(super) fn drop_block(&mut self) {
        self.block = Block::default();
    }

    /// Gathers a row; when that fills a block of `rows`, learns it with at most `limit(expected)`
    /// posts and returns these.
    pub(super) fn learn(
        &mut self,
        lesson: Lesson,
        rows: usize,
        limit: impl FnOnce(f64) -> f64,
    ) -> Option<f64> {
        self.recent_posts += lesson.posts;
        self.recent_rows += 1.0;
        self.block.posts += lesson.posts;
        self.block.expected += lesson.expected;
        self.block.exposure += lesson.rhythm;
        self.block.rows += 1;
        if self.block.rows < rows {
            return None;
        }
        let block = std::mem::take(&mut self.block);
        let posts = block.posts.min(limit(block.expected));
        self.posts += posts;
        self.rows += block.exposure;
        Some(posts)
    }

    /// Takes the last hours as the new level.
    pub(super) fn accept_shift(&mut self) {
        self.rows *= KEPT_AFTER_SHIFT;
        self.posts = self.recent_posts / self.recent_rows.max(1.0) * self.rows;
    }
}
