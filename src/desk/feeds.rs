//! The state of the feeds, as the page shows it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::alert::UtcTime;
use crate::post::FeedKind;

/// How a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FeedState {
    /// Posts come.
    Flowing,
    /// At its end; silence is plausible at its own rate.
    Quiet,
    /// At its end; silence is improbable.
    Silent,
    /// No statement, or posts wait and none is read.
    Stalled,
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FeedHealth {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: FeedKind,
    /// How it is.
    pub state: FeedState,
    /// How far its event time lies behind the clock, seconds; `None` before its first post.
    pub delay_s: Option<f64>,
    /// Posts that it has brought.
    pub received: u64,
}

/// All feeds at one time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Feeds {
    /// Wall time of this statement.
    pub at: UtcTime,
    /// Every configured feed.
    pub feeds: Vec<FeedHealth>,
}
