//! `simulate --to-kafka`: posts into the configured feeds, each when its time has come.
//!
//! In: posts in time order. Out: records of the feeds, a summary on standard error.
//! Rule: posts of the past go at once, those of the future by the clock, unless all are to go at once;
//! what waits is bounded, and every post that is not in a feed at the end was named.
//! Not here: which feed and which partition (`service::feeder`).

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;

use super::Posts;
use crate::cli::context::Context;
use crate::cli::exit::Interrupted;
use crate::cli::progress::Progress;
use crate::log::Log;
use crate::post::EventTime;
use crate::service::clock;
use crate::service::feeder::{Fed, Feeder, RecordTime};
use crate::service::interrupt::{self, Interrupt};

/// Longest wait without a look at whether a person wants it to stop.
const LOOK: Duration = Duration::from_millis(200);

/// When posts go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// When the clock has reached a post's time.
    ByTheClock,
    /// As fast as the brokers take them.
    AtOnce,
}

/// Writes the posts into the feeds of the configuration.
pub(super) fn run(
    context: &Context,
    posts: Posts,
    pace: Pace,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    let config = context.config()?;
    let stop = interrupt::listen()?;
    let mut feeder = Feeder::connect(config, RecordTime::Written)
        .with_context(|| format!("opening the feeds at {}", config.kafka.brokers))?;
    let played = play(&mut feeder, posts, pace, &stop, progress);
    let summary = summary(feeder.fed());
    progress.aside(|| io::stderr().lock().write_all(summary.as_bytes()))?;
    played?;
    Ok(feeder.close()?)
}

/// Plays until the posts end or `stop` hears something; what was due by then is in the feeds.
pub(super) fn play<L: Log>(
    feeder: &mut Feeder<L>,
    posts: Posts,
    pace: Pace,
    stop: &Receiver<Interrupt>,
    progress: &mut Progress,
) -> anyhow::Result<()> {
    for post in posts {
        let post = post?;
        let due = match pace {
            Pace::ByTheClock => post.at,
            Pace::AtOnce => EventTime::MIN,
        };
        wait_until(due, feeder, stop)?;
        progress.post(post.at);
        feeder.add(post)?;
    }
    Ok(feeder.flush()?)
}

fn wait_until<L: Log>(
    due: EventTime,
    feeder: &mut Feeder<L>,
    stop: &Receiver<Interrupt>,
) -> anyhow::Result<()> {
    loop {
        let left_ms = u64::try_from(due.millis_since(clock::now())).unwrap_or(0);
        if left_ms > 0 {
            feeder.flush()?;
        }
        match stop.recv_timeout(Duration::from_millis(left_ms).min(LOOK)) {
            Err(RecvTimeoutError::Timeout) if left_ms > 0 => {}
            Err(RecvTimeoutError::Timeout) => return Ok(()),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => {
                feeder.flush()?;
                return Err(Interrupted.into());
            }
        }
    }
}

/// One line that adds up, as the last line of `replay` does.
fn summary(fed: &Fed) -> String {
    let posts: u64 = fed.written.values().sum();
    let mut parts = vec![format!("posts={posts}")];
    let feeds = fed.written.iter();
    parts.extend(feeds.map(|(name, count)| format!("{name}={count}")));
    parts.push(format!("too_large={}", fed.too_large));
    parts.push(format!("sent_again={}", fed.sent_again));
    parts.join(" ") + "\n"
}
