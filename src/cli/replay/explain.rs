//! Why there was an alert, in a few lines for a person.
//!
//! In: the bytes of an alert. Out: text. Nothing is computed here that the alert does not say.

use std::fmt::Write as _;

use crate::alert::{Alert, ShareBy};
use crate::triage::Status;

/// Largest parts that are named of each split.
const PARTS: usize = 4;

const SPLITS: [(ShareBy, &str); 4] = [
    (ShareBy::Feed, "feed"),
    (ShareBy::Language, "language"),
    (ShareBy::Place, "place"),
    (ShareBy::Term, "term"),
];

/// The lines for one alert; empty where the bytes are none.
pub(super) fn lines(alert: &[u8]) -> String {
    let Ok(alert) = serde_json::from_slice::<Alert>(alert) else {
        return String::new();
    };
    let mut text = String::new();
    match write_lines(&alert, &mut text) {
        Ok(()) => text,
        // Writing to a string cannot fail.
        Err(std::fmt::Error) => String::new(),
    }
}

fn write_lines(alert: &Alert, to: &mut String) -> std::fmt::Result {
    writeln!(
        to,
        "{} {} {} {} {} ({})",
        alert.updated_at.0,
        status(alert.status),
        alert.level.number(),
        alert.level.as_str(),
        alert.topic,
        alert.character.as_str(),
    )?;
    writeln!(
        to,
        "  {} posts in {}, expected {:.3}; from {} on it is a spike; surprise {:.1}",
        alert.observed,
        alert.window.as_str(),
        alert.expected,
        alert.critical,
        alert.surprise,
    )?;
    if let Some(fewer) = alert.observed.checked_sub(alert.critical) {
        let fewer = fewer + 1;
        writeln!(to, "  it would not have been one with {fewer} posts fewer")?;
    }
    for (by, name) in SPLITS {
        let mut parts: Vec<_> = alert.why.iter().filter(|share| share.by == by).collect();
        parts.sort_by(|one, other| other.surprise.total_cmp(&one.surprise));
        let named = parts.iter().take(PARTS).map(|share| {
            let value = if share.value.is_empty() {
                "(none)"
            } else {
                &share.value
            };
            format!("{value} {:.1}", share.surprise)
        });
        if !parts.is_empty() {
            writeln!(to, "  by {name}: {}", named.collect::<Vec<_>>().join(", "))?;
        }
    }
    for difference in &alert.character_why {
        writeln!(
            to,
            "  {} different {}, usually {:.0} at so many posts",
            difference.observed, difference.what, difference.expected,
        )?;
    }
    Ok(())
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Opened => "opened",
        Status::Updated => "updated",
        Status::Escalated => "escalated",
        Status::Resolved => "resolved",
    }
}
