//! Made feeds with known events, and recordings played again: for the demo, load and drills.
//!
//! In: a seed and a script of events, or the lines of a recording. Out: [`MadePost`]s in time order.
//! Rule: the same settings give the same bytes; no clock, no files, and memory that does not grow
//! with the length of the run.
//! Not here: opening files (`cli`), pacing and producing to Kafka (`service`).

mod bank;
mod dice;
mod recording;
mod scan;
mod script;
mod shape;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod voice;

use std::time::Duration;

pub use recording::{Recording, RecordingError, Replay};
pub use script::{EventKind, Script, ScriptError, parse_duration};
pub use stream::Simulation;
pub use truth::Truth;

use crate::post::{EventTime, FeedKind};

/// The start of a run unless told: midnight in Jakarta, Monday 2026-01-05.
pub const DEFAULT_START: EventTime = EventTime::from_millis(1_767_546_000_000);
/// Mean posts a second of a quiet day unless told.
pub const DEFAULT_RATE: f64 = 2.0;

/// The quiet day before anything happens in the built-in script.
pub const DEMO_HISTORY: Duration = Duration::from_hours(24);
/// The earthquake's onset, from the start of the run.
pub const DEMO_EARTHQUAKE_AT: Duration = Duration::from_secs(24 * 3600 + 20);
/// The hashtag push's onset: three minutes after the earthquake's.
pub const DEMO_PUSH_AT: Duration = Duration::from_secs(24 * 3600 + 20 + 180);
/// The flood's onset: five minutes after the push's; it grows for twenty minutes.
pub const DEMO_FLOOD_AT: Duration = Duration::from_secs(24 * 3600 + 20 + 180 + 300);
/// From the start of the run to the flood's end.
pub const DEMO_LENGTH: Duration = Duration::from_secs(24 * 3600 + 20 + 180 + 300 + 3600);

/// The built-in script, as a file would say it.
pub const DEMO_SCRIPT: &str = include_str!("demo.toml");
/// A hoax that the demo adds to the script.
pub const DEMO_HOAX: &str = include_str!("hoax.toml");
/// The fact-check of that hoax: one record of the feed of fact-checks.
pub const DEMO_FACT_CHECK: &str = include_str!("fact-check.json");

/// One made post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePost {
    /// Its time.
    pub at: EventTime,
    /// The feed that it goes to.
    pub kind: FeedKind,
    /// The record: JSON of the plain format, without a line end.
    pub line: String,
    /// The event that it belongs to, by its number in the script.
    pub event: Option<usize>,
}

impl MadePost {
    /// Whose posts keep their order: the author, of news the outlet; the post's own id where the
    /// line names neither, `None` where it names nothing. As written in the line, escapes too.
    pub fn source(&self) -> Option<&str> {
        let found = scan::find(&self.line)?;
        let named = match self.kind {
            FeedKind::Social => [found.author, found.id],
            FeedKind::News => [found.platform, found.id],
        };
        named.into_iter().flatten().find_map(|range| {
            let text = self.line.get(range)?.trim_matches('"');
            (!matches!(text, "" | "null")).then_some(text)
        })
    }
}

/// What a made feed depends on; equal settings give equal bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The seed of all chance.
    pub seed: u64,
    /// The time of the run's first instant.
    pub start: EventTime,
    /// How long the run is.
    pub length: Duration,
    /// Mean posts a second of the quiet day, news included.
    pub rate: f64,
    /// What happens.
    pub script: Script,
}
