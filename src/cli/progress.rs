//! Progress bars: on a terminal, and only there.
//!
//! In: how much there is, how much is done. Out: a line on standard error that is drawn over and over.
//! Rule: nothing is drawn on a pipe, in a file or under `--quiet`, and nothing ever on standard output.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::context::Context;
use crate::post::EventTime;
use crate::service::clock::Stopwatch;

/// How many posts lie between two looks at the clock.
const POSTS_PER_LOOK: u64 = 512;
/// How often a bar moves by itself, so that a person sees that the program lives.
const TICK: Duration = Duration::from_millis(250);

/// A bar, or nothing.
pub(super) struct Progress {
    bar: ProgressBar,
    watch: Stopwatch,
    posts: u64,
    /// Where event time begins, if it is what the bar measures.
    start: Option<EventTime>,
}

impl Progress {
    /// Bytes of `files`, read `rounds` times; without a total where the size of one is not known.
    pub(super) fn of_files(context: &Context, files: &[PathBuf], rounds: u64) -> Self {
        let sizes = files.iter().map(|file| fs::metadata(file).ok());
        let known =
            |size: Option<fs::Metadata>| size.filter(fs::Metadata::is_file).map(|size| size.len());
        match sizes.map(known).sum::<Option<u64>>() {
            Some(bytes) => Self::new(
                context,
                Some(bytes.saturating_mul(rounds)),
                "{bar:24} {percent:>3} % of {total_bytes}  {msg}  {eta} left",
            ),
            None => Self::new(context, None, "{spinner} {elapsed}  {msg}"),
        }
    }

    /// Event time of this length, from `start` on.
    pub(super) fn of_event_time(context: &Context, start: EventTime, length: Duration) -> Self {
        let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        let template = "{bar:24} {percent:>3} %  {msg}  {eta} left";
        let mut progress = Self::new(context, Some(millis), template);
        progress.start = Some(start);
        progress
    }

    /// No bar at all.
    pub(super) fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            watch: Stopwatch::start(),
            posts: 0,
            start: None,
        }
    }

    fn new(context: &Context, total: Option<u64>, template: &str) -> Self {
        let mut progress = Self::hidden();
        if context.is_quiet() || !io::stderr().is_terminal() {
            return progress;
        }
        let target = ProgressDrawTarget::stderr_with_hz(5);
        let bar = ProgressBar::with_draw_target(total, target);
        // A template that cannot be read is a mistake of this file; the bar is then a plain one.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(TICK);
        progress.bar = bar;
        progress
    }

    /// The bar itself, to count what is read of a file.
    pub(super) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// One more post, of the event time `at`.
    pub(super) fn post(&mut self, at: EventTime) {
        self.posts += 1;
        if self.posts.is_multiple_of(POSTS_PER_LOOK) && !self.bar.is_hidden() {
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = self.posts as f64 / self.watch.elapsed().as_secs_f64().max(1e-9);
            let posts = self.posts;
            self.bar
                .set_message(format!("{posts} posts, {rate:.0}/s, at {at}"));
            if let Some(start) = self.start {
                let millis = u64::try_from(at.millis_since(start)).unwrap_or(0);
                self.bar.set_position(millis);
            }
        }
    }

    /// Lets `write` write to the same terminal without tearing the bar.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
