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

/// How often a bar moves by itself, so that a person sees that the program lives.
const TICK: Duration = Duration::from_millis(250);

/// A bar, or nothing.
pub(super) struct Progress {
    bar: ProgressBar,
    is_shown: bool,
    watch: Stopwatch,
    posts: u64,
    /// The latest time of a post; bad lines have none.
    newest: EventTime,
    /// When the line is written anew.
    next_look: Duration,
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
            is_shown: false,
            watch: Stopwatch::start(),
            posts: 0,
            newest: EventTime::MIN,
            next_look: Duration::ZERO,
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
        progress.is_shown = true;
        progress
    }

    /// The bar itself, to count what is read of a file.
    pub(super) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// One more post, of the event time `at`.
    pub(super) fn post(&mut self, at: EventTime) {
        self.posts += 1;
        self.newest = self.newest.max(at);
        if !self.is_shown {
            return;
        }
        let elapsed = self.watch.elapsed();
        if elapsed < self.next_look {
            return;
        }
        self.next_look = elapsed + TICK;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = self.posts as f64 / elapsed.as_secs_f64().max(1e-9);
        let Self { posts, newest, .. } = self;
        self.bar
            .set_message(format!("{posts} posts, {rate:.0}/s, at {newest}"));
        if let Some(start) = self.start {
            let millis = u64::try_from(self.newest.millis_since(start)).unwrap_or(0);
            self.bar.set_position(millis);
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
