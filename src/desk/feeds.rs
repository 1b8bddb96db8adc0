//! The state of the feeds, as the page shows it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::alert::FeedState;
use crate::alert::UtcTime;
use crate::post::FeedKind;

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
