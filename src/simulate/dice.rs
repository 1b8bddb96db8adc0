//! Chance with a seed.
//!
//! In: a seed and the number of a source. Out: draws that are the same on every machine.
//! Rule: each source of posts has its own dice, so that one more event changes no other post.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The dice of one source.
#[derive(Debug, Clone)]
pub(super) struct Dice(Pcg64Mcg);

impl Dice {
    /// Dice number `source` of a run with `seed`.
    pub(super) fn new(seed: u64, source: u64) -> Self {
        let apart = source.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(Pcg64Mcg::seed_from_u64(seed ^ apart))
    }

    /// From 0 up to, but without, 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// From 0 up to, but without, `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end < 2 {
            0
        } else {
            usize::try_from(self.0.random_range(0..end as u64)).unwrap_or(0)
        }
    }

    /// True with the chance `share`.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of `choices`.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// Seconds until the next of things that come `rate` times a second; endless for a rate of 0.
    pub(super) fn wait(&mut self, rate: f64) -> f64 {
        -libm::log(1.0 - self.unit()) / rate
    }
}
