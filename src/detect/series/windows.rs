//! Sliding windows of rows, each with the dispersion of its counts.
//!
//! In: posts and expectation of each row. Out: for each window its sums and dispersion.
//! Rule: the dispersion learns from blocks that do not overlap, clipped: it describes the body of the
//! counts, and the bursts are left to the own tail.

use std::collections::VecDeque;

use crate::detect::series::settings::{Settings, kept};

/// Lengths, minutes. The hour finds small spikes in sparse series, which half an hour does not.
const MINUTES: [f64; 3] = [5.0, 15.0, 60.0];
/// Added to a variance so that an empty expectation has a width too.
const VARIANCE_FLOOR: f64 = 0.25;

#[derive(Debug, Clone)]
pub(super) struct Windows {
    rows: VecDeque<Cell>,
    scales: Vec<Scale>,
    longest: usize,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    posts: u32,
    expected: f64,
}

#[derive(Debug, Clone)]
struct Scale {
    rows: usize,
    squares: f64,
    expected: f64,
    /// Rows since the last block closed.
    gathered: usize,
}

/// The sums of one window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) posts: u32,
    pub(super) expected: f64,
    pub(super) dispersion: f64,
}

impl Windows {
    /// Windows for rows of `row_days`; never shorter than a row, equal ones once.
    pub(super) fn new(row_days: f64) -> Self {
        let mut scales: Vec<Scale> = MINUTES
            .iter()
            .map(|minutes| Scale::new(rows_in(minutes / 1440.0 / row_days)))
            .collect();
        scales.dedup_by_key(|scale| scale.rows);
        let longest = scales.last().map_or(1, |scale| scale.rows);
        Self {
            rows: VecDeque::with_capacity(longest),
            scales,
            longest,
        }
    }

    /// Rows of the longest window.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Dispersion of the longest window.
    pub(super) fn dispersion(&self, settings: &Settings) -> f64 {
        self.scales
            .last()
            .map_or(1.0, |scale| scale.dispersion(settings))
    }

    /// Rows are missing: nothing before them shares a window with what comes.
    pub(super) fn restart(&mut self) {
        self.rows.clear();
        self.scales.iter_mut().for_each(|scale| scale.gathered = 0);
    }

    pub(super) fn push(&mut self, posts: u32, expected: f64) {
        if self.rows.len() == self.longest {
            self.rows.pop_front();
        }
        self.rows.push_back(Cell { posts, expected });
    }

    /// The windows that are full and end with the last row.
    pub(super) fn full(&self, settings: &Settings) -> impl Iterator<Item = Window> {
        self.scales
            .iter()
            .filter(|scale| scale.rows <= self.rows.len())
            .map(|scale| self.window(scale.rows, scale.dispersion(settings)))
    }

    /// Learns the dispersion where a block is full.
    pub(super) fn learn(&mut self, row_days: f64, settings: &Settings) {
        let mut scales = std::mem::take(&mut self.scales);
        for scale in &mut scales {
            scale.gathered += 1;
            if scale.gathered == scale.rows {
                let window = self.window(scale.rows, scale.dispersion(settings));
                scale.learn(window, row_days, settings);
            }
        }
        self.scales = scales;
    }

    fn window(&self, rows: usize, dispersion: f64) -> Window {
        let cells = self.rows.iter().rev().take(rows);
        Window {
            posts: cells
                .clone()
                .fold(0, |sum, cell| sum.saturating_add(cell.posts)),
            expected: cells.map(|cell| cell.expected).sum(),
            dispersion,
        }
    }
}

impl Window {
    /// Variance of the count, with that of the level, which rests on `level_weight` posts.
    pub(super) fn variance(&self, level_weight: f64) -> f64 {
        self.dispersion * self.expected + self.expected * self.expected / level_weight
    }
}

/// How far from `expected` a count may lie to teach, posts.
pub(super) fn clip(expected: f64, dispersion: f64, settings: &Settings) -> f64 {
    settings.clip_deviations * (dispersion * expected + VARIANCE_FLOOR).sqrt()
}

impl Scale {
    fn new(rows: usize) -> Self {
        Self {
            rows,
            squares: 0.0,
            expected: 0.0,
            gathered: 0,
        }
    }

    /// Variance over mean, not under 1.
    fn dispersion(&self, settings: &Settings) -> f64 {
        let weight = settings.dispersion_weight;
        ((self.squares + settings.dispersion_prior * weight) / (self.expected + weight)).max(1.0)
    }

    fn learn(&mut self, window: Window, row_days: f64, settings: &Settings) {
        let limit = clip(window.expected, window.dispersion, settings);
        let error = (f64::from(window.posts) - window.expected).clamp(-limit, limit);
        let days = row_days * f64::from(u32::try_from(self.rows).unwrap_or(u32::MAX));
        let left = kept(days, settings.dispersion_days);
        self.squares = left * self.squares + error * error;
        self.expected = left * self.expected + window.expected;
        self.gathered = 0;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and the 3600 seconds of the longest window"
)]
fn rows_in(share: f64) -> usize {
    share.round().clamp(1.0, 3600.0) as usize
}
