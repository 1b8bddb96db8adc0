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
    /// Records that wait for this process; `None`: other processes read it.
    pub waiting: Option<u64>,
    /// Posts that it has brought.
    pub received: u64,
    /// What became of them.
    pub ledger: FeedLedger,
}

/// What became of the posts of a feed: together, as many as it has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "the names of the six outcomes")]
pub struct FeedLedger {
    pub counted: u64,
    pub irrelevant: u64,
    pub untopical: u64,
    pub duplicate: u64,
    pub late: u64,
    pub refused: u64,
}

/// All feeds at one time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Feeds {
    /// Wall time of this statement.
    pub at: UtcTime,
    /// Every configured feed.
    pub feeds: Vec<FeedHealth>,
}
