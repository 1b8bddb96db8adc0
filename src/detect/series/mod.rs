//! Series mode: one count series, row by row, from a fresh state.
//!
//! In: a time and a count, in time order. Out: a [`Row`]: what was expected, from which count on it is
//! an alert, how surprising it is, and whether it alerts.
//! Rule: a row depends on itself and earlier rows only; its critical count is fixed before its own
//! count is looked at.
//! Not here: reading and writing (`cli`), topics of posts (the rest of `detect`).

mod episode;
mod level;
mod own_tail;
mod rhythm;
mod settings;
mod slow;
mod windows;

#[cfg(test)]
mod tests;

use crate::detect::series::episode::Episode;
use crate::detect::series::level::{Lesson, Level};
use crate::detect::series::own_tail::OwnTail;
use crate::detect::series::rhythm::{Hour, Rhythm};
use crate::detect::series::slow::SlowRise;
use crate::detect::series::windows::{Windows, clip};
use crate::detect::tail::{critical_count, surprise};
use crate::post::EventTime;

pub use settings::Settings;

const MILLIS_PER_DAY: f64 = 86_400_000.0;
const MILLIS_PER_HOUR: i64 = 3_600_000;
/// Rows further apart than so many row lengths have a gap between them.
const GAP_ROWS: f64 = 1.5;

/// What is said of one row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Row {
    /// Posts that were expected in this row.
    pub expected: f64,
    /// Posts in this row from which on it is surprising enough for an alert, given the rows before it.
    pub critical: u32,
    /// Largest -log10 of the chance of so many posts or more, over the windows that end with this row.
    /// A measure, not a probability: real series burst more than the model.
    pub surprise: f64,
    /// 0 to 1; from 0.5 on the row is as rare as the budget asks.
    pub score: f64,
    /// The row begins an alert: once an episode.
    pub alert: bool,
}

/// Scores one series.
#[derive(Debug, Clone)]
pub struct SeriesScorer {
    settings: Settings,
    row_millis: u32,
    row_days: f64,
    /// Time of the newest row, and days since the first.
    newest: Option<EventTime>,
    age_days: f64,
    level: Level,
    rhythm: Rhythm,
    windows: Windows,
    tail: OwnTail,
    episode: Option<Episode>,
    slow: SlowRise,
    last: Row,
}

impl SeriesScorer {
    /// A fresh state for rows of `row_millis` milliseconds (one second to a day).
    pub fn new(row_millis: u32, settings: Settings) -> Self {
        let row_days = f64::from(row_millis.max(1000)) / MILLIS_PER_DAY;
        Self {
            settings,
            row_millis,
            row_days,
            newest: None,
            age_days: 0.0,
            level: Level::default(),
            rhythm: Rhythm::default(),
            windows: Windows::new(row_days),
            tail: OwnTail::default(),
            episode: None,
            slow: SlowRise::default(),
            last: Row::default(),
        }
    }

    /// Scores the row that begins at `at` and holds `posts`, then learns from it.
    ///
    /// A row that is not later than the newest one is not judged and teaches nothing. After a gap the
    /// windows start anew; a gap longer than the level's memory starts everything anew.
    pub fn push(&mut self, at: EventTime, posts: u32) -> Row {
        let Some(days) = self.days_since_newest(at) else {
            return Row {
                surprise: 0.0,
                score: 0.0,
                alert: false,
                ..self.last
            };
        };
        self.pass(days);
        self.newest = Some(at);
        let hour = hour_of(at);
        let rhythm = self.rhythm_at(hour);
        let level = self.level.per_row(&self.settings);
        let lesson = Lesson {
            posts: f64::from(posts),
            expected: level * rhythm,
            rhythm,
        };
        self.windows.push(posts, lesson.expected);
        let row = self.judge(posts, lesson);
        self.learn(lesson, hour, level);
        self.last = row;
        row
    }

    /// `None` where time does not move on.
    fn days_since_newest(&self, at: EventTime) -> Option<f64> {
        let Some(newest) = self.newest else {
            return Some(self.row_days);
        };
        let millis = at.millis_since(newest);
        #[expect(clippy::cast_precision_loss, reason = "exact below 285 thousand years")]
        let days = millis as f64 / MILLIS_PER_DAY;
        (millis > 0).then_some(days)
    }

    fn pass(&mut self, days: f64) {
        if days > self.settings.level_days {
            *self = Self::new(self.row_millis, self.settings);
            return;
        }
        if days > GAP_ROWS * self.row_days {
            self.windows.restart();
            self.level.drop_block();
            self.slow.clear();
        }
        let settings = &self.settings;
        self.age_days += days;
        self.level.forget(days, settings);
        self.rhythm.forget(days, settings);
        self.tail.pass(days, self.row_days, settings);
        self.slow.pass(days, self.row_days, settings);
        if let Some(episode) = self
            .episode
            .take_if(|episode| episode.is_over(self.age_days, settings))
        {
            self.tail.learn(episode.peak(), settings);
        }
    }

    fn rhythm_at(&self, hour: Hour) -> f64 {
        let per_hour = self.level.per_row(&self.settings) / (24.0 * self.row_days);
        self.rhythm.factor(hour, per_hour, &self.settings)
    }

    fn judge(&mut self, posts: u32, lesson: Lesson) -> Row {
        let settings = self.settings;
        let budget = settings.sudden_per_day();
        let critical = self.critical(posts, self.tail.threshold(budget, &settings));
        let surprise = self.surprise();
        let warm = self.age_days >= settings.warm_up_days;
        let mut score = 0.0;
        let mut alert = false;
        if surprise > settings.base_surprise {
            score = budget / (self.tail.rate(surprise, &settings) + budget);
            let now = self.age_days;
            let episode = self.episode.get_or_insert_with(|| Episode::open(now));
            episode.grow(surprise, now);
            alert = warm && posts >= critical && episode.alert();
        }
        let slow = self.judge_slow(lesson, warm);
        Row {
            expected: lesson.expected,
            critical,
            surprise,
            score: if warm { slow.score.max(score) } else { 0.0 },
            alert: alert || slow.alert,
        }
    }

    /// Score and alert of the slow rise alone.
    fn judge_slow(&mut self, lesson: Lesson, warm: bool) -> Row {
        let settings = &self.settings;
        let dispersion = self.windows.dispersion(settings);
        if self.episode.is_some() {
            self.slow.clear();
            return Row::default();
        }
        let surprise = self
            .slow
            .push(lesson.posts, lesson.expected, dispersion, settings);
        let budget = settings.slow_per_day();
        let score = self
            .slow
            .rate(surprise, settings)
            .map_or(0.0, |rate| budget / (rate + budget));
        let alert = warm && score > 0.5 && self.slow.alert();
        Row {
            score,
            alert,
            ..Row::default()
        }
    }

    /// The largest surprise of the windows that end with the last row.
    fn surprise(&self) -> f64 {
        let weight = self.level.weight(&self.settings);
        self.windows
            .full(&self.settings)
            .map(|window| surprise(window.posts, window.expected, window.variance(weight)))
            .fold(0.0, f64::max)
    }

    /// The smallest count of the last row, of which `posts` are in the windows, for `threshold`.
    fn critical(&self, posts: u32, threshold: f64) -> u32 {
        let weight = self.level.weight(&self.settings);
        self.windows
            .full(&self.settings)
            .map(|window| {
                let before = window.posts.saturating_sub(posts);
                critical_count(window.expected, window.variance(weight), threshold)
                    .saturating_sub(before)
            })
            .min()
            .unwrap_or(u32::MAX)
    }

    fn learn(&mut self, lesson: Lesson, hour: Hour, level: f64) {
        let settings = self.settings;
        let rows = self.windows.longest();
        let dispersion = self.windows.dispersion(&settings);
        let is_free = self.age_days < settings.free_days;
        let learned = self.level.learn(lesson, rows, |expected| {
            if is_free {
                f64::INFINITY
            } else {
                expected + clip(expected, dispersion, &settings) + 1.0
            }
        });
        if let Some(posts) = learned {
            let rows = f64::from(u32::try_from(rows).unwrap_or(u32::MAX));
            self.rhythm.learn(hour, posts, level * rows);
        }
        self.windows.learn(self.row_days, &settings);
        if let Some(episode) = &mut self.episode
            && episode.lasts(self.age_days, &settings)
        {
            self.level.accept_shift();
        }
    }
}

fn hour_of(at: EventTime) -> Hour {
    let hour = at.millis().div_euclid(MILLIS_PER_HOUR).rem_euclid(24);
    Hour(u8::try_from(hour).unwrap_or(0))
}
