//! The daily rhythm: what an hour of the day (UTC) holds, as a factor on the level.
//!
//! Gamma prior of a flat day, so that sparse series stay flat; neighbouring hours lend a part.

use crate::detect::series::settings::{Settings, kept};

/// Posts that are added to an hour's level in the prior, so that very sparse series stay flat.
const PRIOR_POSTS_PER_HOUR: f64 = 5.0;

/// An hour of the day, 0 to 23.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour(pub(super) u8);

#[derive(Debug, Clone, Default)]
pub(super) struct Rhythm {
    hours: [Learned; 24],
}

#[derive(Debug, Clone, Copy, Default)]
struct Learned {
    posts: f64,
    expected: f64,
}

impl Rhythm {
    /// The factor of `hour`, for a level of `per_hour` posts.
    pub(super) fn factor(&self, hour: Hour, per_hour: f64, settings: &Settings) -> f64 {
        let prior = settings.rhythm_prior_days * (per_hour + PRIOR_POSTS_PER_HOUR);
        let mut posts = prior;
        let mut expected = prior;
        for (distance, share) in [
            (0, 1.0),
            (1, settings.rhythm_smoothing),
            (23, settings.rhythm_smoothing),
        ] {
            let learned = self.at(Hour((hour.0 + distance) % 24));
            posts += share * learned.posts;
            expected += share * learned.expected;
        }
        posts / expected
    }

    pub(super) fn forget(&mut self, days: f64, settings: &Settings) {
        let left = kept(days, settings.rhythm_days);
        for learned in &mut self.hours {
            learned.posts *= left;
            learned.expected *= left;
        }
    }

    /// A block ended in `hour` with `posts`, where a flat day would have had `expected`.
    pub(super) fn learn(&mut self, hour: Hour, posts: f64, expected: f64) {
        if let Some(learned) = self.hours.get_mut(usize::from(hour.0)) {
            learned.posts += posts;
            learned.expected += expected;
        }
    }

    fn at(&self, hour: Hour) -> Learned {
        self.hours
            .get(usize::from(hour.0))
            .copied()
            .unwrap_or_default()
    }
}
