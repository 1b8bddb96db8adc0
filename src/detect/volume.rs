//! How much is posted in one kind, and the forecasts that expectations are made with.
//!
//! In: relevant posts of closed panes, in pane order. Out: for any open pane, the forecast and the
//! blocks that were closed before its guard.
//! Rule: what a pane's expectation uses is fixed by the panes closed up to the guard, however late or
//! early it is asked for.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::excess::{CLASSES, ClassTail, GROUPS};
use super::level::Block;
use super::settings::{Constants, LONGEST_GAP_S, Settings};
use crate::window::Pane;

/// Memory of the number of tests, seconds of exposure.
const TESTS_MEMORY_S: f64 = 86_400.0;

/// What is known once a pane has closed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Forecast {
    pub pane: Pane,
    /// Posts a second.
    pub per_second: f64,
    /// Tests a day, by group of classes.
    pub tests_per_day: [f64; GROUPS],
    /// Exposure so far, seconds.
    pub exposure_s: f64,
    /// Posts so far.
    pub posts: u64,
    /// Tails of the classes.
    pub tails: [ClassTail; CLASSES],
}

/// The volume of one kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Volume {
    open: BTreeMap<Pane, u32>,
    last: Option<Pane>,
    recent_posts: f64,
    recent_exposure_s: f64,
    recent_tests: [f64; GROUPS],
    tests_exposure_s: f64,
    exposure_s: f64,
    posts: u64,
    tails: [ClassTail; CLASSES],
    forecasts: VecDeque<Forecast>,
    running: Option<(i64, u64)>,
    blocks: VecDeque<Block>,
}

impl Volume {
    pub(super) fn new() -> Self {
        Self {
            open: BTreeMap::new(),
            last: None,
            recent_posts: 0.0,
            recent_exposure_s: 0.0,
            recent_tests: [0.0; GROUPS],
            tests_exposure_s: 0.0,
            exposure_s: 0.0,
            posts: 0,
            tails: [ClassTail::default(); CLASSES],
            forecasts: VecDeque::new(),
            running: None,
            blocks: VecDeque::from([Block {
                hour: i64::MIN,
                ..Block::default()
            }]),
        }
    }

    /// Adds posts to an open pane.
    pub(super) fn add(&mut self, pane: Pane, posts: u32) {
        *self.open.entry(pane).or_insert(0) += posts;
    }

    /// Time in which something was posted, gaps counted for an hour at most, seconds.
    pub(super) fn exposure_s(&self) -> f64 {
        self.exposure_s
    }

    /// The earliest open pane with posts.
    pub(super) fn first_open(&self) -> Option<Pane> {
        self.open.first_key_value().map(|(&pane, _)| pane)
    }

    /// An excursion of a topic of `class` ended.
    pub(super) fn add_excess(&mut self, class: usize, excess: f64, by: &Constants) {
        if let Some(tail) = self.tails.get_mut(class) {
            tail.add(excess, by);
        }
    }

    /// Closes one pane, in which `tests` windows were tested, by group of classes.
    pub(super) fn close(&mut self, pane: Pane, tests: [u32; GROUPS], settings: &Settings) {
        let Some(posts) = self.open.remove(&pane) else {
            return;
        };
        let gap = self.last.map_or(1, |last| pane.0 - last.0);
        let exposure_s = seconds(gap).min(LONGEST_GAP_S);
        self.last = Some(pane);
        let kept = libm::exp(-exposure_s / settings.volume_memory_s);
        self.recent_posts = self.recent_posts * kept + f64::from(posts);
        self.recent_exposure_s = self.recent_exposure_s * kept + exposure_s;
        let kept = libm::exp(-exposure_s / TESTS_MEMORY_S);
        for (recent, tests) in self.recent_tests.iter_mut().zip(tests) {
            *recent = *recent * kept + f64::from(tests);
        }
        self.tests_exposure_s = self.tests_exposure_s * kept + exposure_s;
        self.exposure_s += exposure_s;
        self.posts += u64::from(posts);
        let in_block = match self.running {
            Some((hour, before)) if hour == pane.hour() => before + u64::from(posts),
            _ => u64::from(posts),
        };
        self.running = Some((pane.hour(), in_block));
        self.forecasts.push_back(Forecast {
            pane,
            per_second: self.recent_posts / self.recent_exposure_s,
            tests_per_day: self
                .recent_tests
                .map(|tests| tests / self.tests_exposure_s * 86_400.0),
            exposure_s: self.exposure_s,
            posts: self.posts,
            tails: self.tails,
        });
    }

    /// Makes a block of the running hour if every pane before `next_open` is closed and it lies
    /// before that pane's hour. Call before the first pane of a later hour closes.
    pub(super) fn finish_hour(&mut self, next_open: Pane, settings: &Settings) {
        let Some((hour, posts)) = self.running.filter(|&(hour, _)| hour < next_open.hour()) else {
            return;
        };
        self.running = None;
        let previous = self.blocks.back().copied().unwrap_or_default();
        let posts = as_float(posts);
        let kept = libm::exp(-1.0 / settings.memory_blocks);
        self.blocks.push_back(Block {
            hour,
            ordinal: previous.ordinal + 1,
            posts,
            total_before: previous.total,
            total: previous.total * kept + posts,
        });
        for tail in &mut self.tails {
            tail.pass(posts, &settings.constants);
        }
    }

    /// The forecast for `pane`: the newest that its guard allows.
    pub(super) fn forecast(&self, pane: Pane, guard: i64) -> Option<&Forecast> {
        self.forecasts
            .iter()
            .rev()
            .find(|forecast| forecast.pane <= pane.plus(-guard))
    }

    /// The newest block that the guard of `pane` allows.
    pub(super) fn block(&self, pane: Pane, guard: i64) -> Block {
        let allowed = |block: &&Block| ends_before_guard(block, pane, guard);
        self.blocks
            .iter()
            .rev()
            .find(allowed)
            .copied()
            .unwrap_or_default()
    }

    /// Blocks after the one numbered `learned` that the guard of `pane` allows, oldest first.
    pub(super) fn blocks_after(
        &self,
        learned: u32,
        pane: Pane,
        guard: i64,
    ) -> impl Iterator<Item = &Block> {
        self.blocks
            .iter()
            .filter(move |block| block.ordinal > learned && ends_before_guard(block, pane, guard))
    }

    /// The hour of the block numbered `ordinal`, the earliest time if it is gone.
    pub(super) fn learned_hour(&self, ordinal: u32) -> i64 {
        let block = self.blocks.iter().find(|block| block.ordinal == ordinal);
        block.map_or(i64::MIN, |block| block.hour)
    }

    /// The closed hours that are kept, oldest first: those of a day and more.
    pub(super) fn blocks(&self) -> impl DoubleEndedIterator<Item = &Block> {
        self.blocks.iter()
    }

    /// Forgets what no open pane can ask for any more, and hours before `hour`.
    pub(super) fn forget_before(&mut self, first_open: Pane, guard: i64, hour: i64) {
        let useless = |next: Option<Pane>| next.is_some_and(|next| next <= first_open.plus(-guard));
        while useless(self.forecasts.get(1).map(|forecast| forecast.pane)) {
            self.forecasts.pop_front();
        }
        while self
            .blocks
            .get(1)
            .is_some_and(|next| next.hour < hour && ends_before_guard(next, first_open, guard))
        {
            self.blocks.pop_front();
        }
    }
}

fn ends_before_guard(block: &Block, pane: Pane, guard: i64) -> bool {
    let first_after = block
        .hour
        .saturating_add(1)
        .saturating_mul(Pane::PER_MINUTE * 60);
    first_after <= pane.plus(1 - guard).0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "spans of panes are far below 2^52"
)]
fn seconds(panes: i64) -> f64 {
    panes as f64 * Pane::MILLIS as f64 / 1_000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "posts of an hour are far below 2^52"
)]
fn as_float(posts: u64) -> f64 {
    posts as f64
}
