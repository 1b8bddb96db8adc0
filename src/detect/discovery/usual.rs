//! How usual a phrase is: its posts, with forgetting, for the phrases that are used most.
//!
//! In: posts by phrase and hour; closed hours, in order. Out: decayed posts, as a `Level` would hold them.
//! Rule: bounded. Of more phrases than there is room for, the least used are forgotten: to them the prior of a
//! topic never seen applies. A phrase is known by its hash; two that share one are taken for one.
//! Not here: which phrases become topics (`discovery`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::detect::level::Block;
use crate::detect::settings::Settings;

/// A phrase with fewer decayed posts is as good as never seen.
const FAINT: f32 = 0.25;

/// Posts by phrase, for one kind of feed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Usual {
    /// Decayed posts of the hours that were learned, by hash.
    posts: BTreeMap<u64, f32>,
    /// Posts of the hours that were not, by hour and hash.
    hours: BTreeMap<i64, BTreeMap<u64, u32>>,
}

impl Usual {
    /// Adds posts to an hour. Gives those for which there was no room.
    pub(super) fn add(&mut self, hour: i64, phrase: u64, posts: u32, most: usize) -> u32 {
        let hour = self.hours.entry(hour).or_default();
        if let Some(count) = hour.get_mut(&phrase) {
            *count = count.saturating_add(posts);
            return 0;
        }
        // Twice as many: most of an hour's phrases are used once, and are not remembered.
        if hour.len() >= 2 * most {
            return posts;
        }
        hour.insert(phrase, posts);
        0
    }

    /// Learns the hours up to that of `block`, which is closed.
    pub(super) fn learn(&mut self, block: &Block, settings: &Settings) {
        let kept = decay(settings);
        for posts in self.posts.values_mut() {
            *posts *= kept;
        }
        while let Some(hour) = self.hours.first_entry() {
            if *hour.key() > block.hour {
                break;
            }
            for (phrase, posts) in hour.remove() {
                *self.posts.entry(phrase).or_default() += as_float(posts);
            }
        }
        self.posts.retain(|_, posts| *posts >= FAINT);
        self.forget(settings.max_phrases);
    }

    /// Decayed posts of a phrase.
    pub(super) fn of(&self, phrase: u64) -> f64 {
        self.posts.get(&phrase).copied().map_or(0.0, f64::from)
    }

    /// Keeps the `most` that are used most; of equals those with the smaller hash.
    fn forget(&mut self, most: usize) {
        if self.posts.len() <= most {
            return;
        }
        let mut all: Vec<(f32, u64)> = self
            .posts
            .iter()
            .map(|(&hash, &posts)| (posts, hash))
            .collect();
        all.sort_unstable_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(&two.1)));
        for (_, hash) in all.into_iter().skip(most) {
            self.posts.remove(&hash);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share of one")]
fn decay(settings: &Settings) -> f32 {
    libm::exp(-1.0 / settings.memory_blocks) as f32
}

#[expect(clippy::cast_precision_loss, reason = "posts of an hour")]
fn as_float(posts: u32) -> f32 {
    posts as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(hour: i64) -> Block {
        Block {
            hour,
            ..Block::default()
        }
    }

    #[test]
    fn the_most_used_stay_and_the_others_are_new_again() {
        let mut settings = Settings::built_in();
        settings.max_phrases = 2;
        let mut usual = Usual::default();
        for (phrase, posts) in [(1, 5), (2, 1), (3, 9)] {
            assert_eq!(usual.add(7, phrase, posts, 2), 0);
        }
        assert_eq!(usual.add(7, 4, 6, 1), 6, "no room");
        usual.learn(&block(7), &settings);
        let known = [1, 2, 3].map(|phrase| usual.of(phrase) > 0.0);
        assert_eq!(known, [true, false, true]);
        let before = usual.of(3);
        usual.learn(&block(8), &settings);
        assert!(usual.of(3) < before, "forgetting");
        for hour in 9..2_000 {
            usual.learn(&block(hour), &settings);
        }
        assert!(usual.of(3) < f64::EPSILON);
    }
}
