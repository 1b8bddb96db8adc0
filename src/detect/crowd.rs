//! How many different accounts, texts and tag sets so many posts of a class of topics usually have.
//!
//! In: what the quiet topics of a class had in a closed hour. Out: the expected number of different
//! things among `n` posts.
//! Rule: conditional on `n`: many posts repeat each other more than few do. A number of posts that
//! was never seen is judged like the next smaller one. A topic in an excursion teaches nothing.
//! Not here: what is few enough to be a campaign (`triage`).

use serde::{Deserialize, Serialize};

use super::settings::Settings;
use crate::window::Tally;

/// Fewest posts of an hour that teach: of a handful nearly all are different anywhere.
pub(super) const FEWEST_POSTS: u32 = 8;
/// Numbers of posts are put together by powers of two: up to 8, 16, ... 1024 and more.
const BINS: usize = 8;
const ACCOUNTS: Usual = Usual::new(0.85);
const TEXTS: Usual = Usual::new(0.85);
const TAG_SETS: Usual = Usual::new(0.95);
const DOMAINS: Usual = Usual::new(0.2);
/// What a class is believed before it was seen weighs so many posts, from one bin to the next.
const PRIOR_WEIGHT: f64 = 200.0;
/// A class of copies and few accounts does not make the next campaign usual.
const LEAST_OF_PRIOR: f64 = 0.5;

/// Different things and posts, by the number of posts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Usual {
    prior: f64,
    bins: [(f64, f64); BINS],
}

/// The crowd that usually talks about one class of topics.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Crowd {
    accounts: Usual,
    texts: Usual,
    tag_sets: Usual,
    domains: Usual,
}

/// Expected numbers of different things.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected {
    pub accounts: f64,
    pub texts: f64,
    pub tag_sets: f64,
    pub domains: f64,
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            accounts: ACCOUNTS,
            texts: TEXTS,
            tag_sets: TAG_SETS,
            domains: DOMAINS,
        }
    }
}

impl Crowd {
    /// Learns what one topic had in one hour.
    pub(super) fn learn(&mut self, hour: &Tally) {
        let signed = hour.posts.saturating_sub(hour.unsigned);
        self.accounts.learn(signed, hour.accounts.count());
        self.texts.learn(hour.originals, hour.texts.count());
        self.tag_sets.learn(hour.originals, hour.different_tags());
        self.domains.learn(hour.originals, hour.domains.count());
    }

    /// An hour has passed.
    pub(super) fn pass(&mut self, settings: &Settings) {
        let kept = libm::exp(-1.0 / settings.constants.tail_memory_blocks);
        for usual in [
            &mut self.accounts,
            &mut self.texts,
            &mut self.tag_sets,
            &mut self.domains,
        ] {
            usual.forget(kept);
        }
    }

    /// What `tally` would hold if this crowd had written it.
    pub(super) fn expect(&self, tally: &Tally) -> Expected {
        let signed = tally.posts.saturating_sub(tally.unsigned);
        Expected {
            accounts: self.accounts.expect(signed),
            texts: self.texts.expect(tally.originals),
            tag_sets: self.tag_sets.expect(tally.originals),
            domains: self.domains.expect(tally.originals),
        }
    }
}

impl Usual {
    const fn new(prior: f64) -> Self {
        Self {
            prior,
            bins: [(0.0, 0.0); BINS],
        }
    }

    fn learn(&mut self, posts: u32, different: u32) {
        if posts < FEWEST_POSTS {
            return;
        }
        if let Some((of, among)) = self.bins.get_mut(bin(posts)) {
            *of += f64::from(different.min(posts));
            *among += f64::from(posts);
        }
    }

    fn forget(&mut self, kept: f64) {
        for (of, among) in &mut self.bins {
            *of *= kept;
            *among *= kept;
        }
    }

    fn expect(&self, posts: u32) -> f64 {
        let up_to = self.bins.iter().take(bin(posts) + 1);
        let share = up_to.fold(self.prior, |share, (of, among)| {
            (of + PRIOR_WEIGHT * share) / (among + PRIOR_WEIGHT)
        });
        f64::from(posts) * share.max(self.prior * LEAST_OF_PRIOR)
    }
}

fn bin(posts: u32) -> usize {
    let doublings = (posts / FEWEST_POSTS).checked_ilog2().unwrap_or(0);
    usize::try_from(doublings).unwrap_or(0).min(BINS - 1)
}

impl std::ops::AddAssign for Expected {
    fn add_assign(&mut self, other: Self) {
        self.accounts += other.accounts;
        self.texts += other.texts;
        self.tag_sets += other.tag_sets;
        self.domains += other.domains;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_with_few_accounts_expects_few() {
        let mut accounts = ACCOUNTS;
        let before = accounts.expect(20);
        (0..200).for_each(|_| accounts.learn(20, 12));
        let after = accounts.expect(20);
        assert!(after < before - 4.0, "{before} {after}");
        assert!((11.9..13.0).contains(&after), "{after}");
    }

    #[test]
    fn what_was_not_seen_is_judged_like_the_next_smaller() {
        let mut texts = TEXTS;
        (0..500).for_each(|_| texts.learn(30, 18));
        let share = texts.expect(5_000) / 5_000.0;
        assert!((0.59..0.65).contains(&share), "{share}");
        assert!(texts.expect(8) > 6.5, "smaller numbers keep their own");
    }

    #[test]
    fn copies_never_become_usual() {
        let mut texts = TEXTS;
        (0..5_000).for_each(|_| texts.learn(100, 1));
        assert!(texts.expect(100) > 40.0);
    }
}
