//! What detect tells triage: a statement on one topic, or that time has passed.

use serde::{Deserialize, Serialize};

use super::inputs::FeedState;
use super::voices::Voice;
use super::words::{Side, Term};
use crate::ingest::Rules;
use crate::post::{EventTime, FeedKind, Language, TopicKey};
use crate::relevance::{HazardCode, PlaceCode};
use crate::window::{PostSketch, Sample, Scale};

/// One record of `signals`, JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SignalRecord {
    /// A topic's spike began, grew or ended.
    Signal(Box<Signal>),
    /// Nothing to say, but event time has passed.
    Tick(Tick),
    /// Other rules hold from here on.
    Rules(Box<RuleChange>),
}

impl SignalRecord {
    /// The partition of `counts` that it stems from.
    pub fn partition(&self) -> u32 {
        match self {
            Self::Signal(signal) => signal.partition,
            Self::Tick(tick) => tick.partition,
            Self::Rules(change) => change.partition,
        }
    }
}

/// Other rules hold in one partition of `counts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleChange {
    /// The partition of `counts`.
    pub partition: u32,
    /// Wall time of the batch that brought them.
    pub sent_at: EventTime,
    /// The rules.
    pub rules: Rules,
}

/// Event time has passed in one partition of `counts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// The partition of `counts`.
    pub partition: u32,
    /// Everything before this is closed, for the kind that is furthest behind.
    pub watermark: EventTime,
    /// Wall time of the batch behind it.
    pub sent_at: EventTime,
    /// How each feed is, in the order of the configuration.
    #[serde(default)]
    pub feeds: Vec<(String, FeedState)>,
}

/// What a signal says of its episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A spike began.
    Opened,
    /// It is stronger than at the last signal.
    Grew,
    /// It is over.
    Calmed,
}

/// One statement on one topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The partition of `counts` that the topic lives in.
    pub partition: u32,
    /// Wall time of the batch that brought the deciding posts.
    pub sent_at: EventTime,
    /// The episode: the same from open to calm, made of topic and onset.
    pub episode: String,
    /// What happened.
    pub change: Change,
    /// The topic.
    pub topic: TopicKey,
    /// Event time of this statement: the newest deciding post's pane.
    pub at: EventTime,
    /// Estimated begin of the spike.
    pub onset_at: EventTime,
    /// Event time at which the episode opened.
    pub opened_at: EventTime,
    /// The window that decided.
    pub evidence: WindowEvidence,
    /// Observed and expected counts in that window.
    pub counts: CountTable,
    /// Posts by feed name, in name order.
    pub feeds: Vec<(String, u32)>,
    /// Posts by kind.
    pub kinds: Vec<(FeedKind, u32)>,
    /// When the talk began, for each kind in which it was a spike.
    pub first_seen: Vec<(FeedKind, EventTime)>,
    /// Who spoke when, by kind and language, the first speaker first.
    #[serde(default)]
    pub voices: Vec<Voice>,
    /// Words that stand out among the sample posts, most telling first.
    #[serde(default)]
    pub terms: Vec<Term>,
    /// Sample posts by the most telling of their words, most telling first; an empty word: none of these.
    #[serde(default)]
    pub leading_terms: Vec<(String, u32)>,
    /// Words that one side uses and the others do not, by side.
    #[serde(default)]
    pub divergence: Vec<Side>,
    /// Posts by language, largest first.
    pub languages: Vec<(Language, u32)>,
    /// Posts by place, largest first.
    pub places: Vec<(PlaceCode, u32)>,
    /// Posts by hazard, largest first.
    #[serde(default)]
    pub hazards: Vec<(HazardCode, u32)>,
    /// A few of the posts.
    pub samples: Vec<Sample>,
    /// Which posts the last hour holds.
    pub identities: PostSketch,
    /// The last hour, minute by minute.
    pub series: Series,
    /// The posts are older than they should be: detect is catching up.
    pub delayed: bool,
}

/// The numbers of the window that decided.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowEvidence {
    /// The kind of feeds that it counts.
    pub kind: FeedKind,
    /// Its length.
    pub scale: Scale,
    /// The end of its last pane.
    pub until: EventTime,
    /// Posts in it.
    pub observed: u32,
    /// Posts that were expected.
    pub expected: f64,
    /// Posts from which on it is a spike.
    pub critical: u32,
    /// -log10 of the chance of so many posts or more, by the model.
    pub surprise: f64,
}

/// Observed and expected numbers of different things.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CountTable {
    /// All posts.
    pub posts: Pair,
    /// Posts that are not reposts.
    pub originals: Pair,
    /// Different accounts.
    pub accounts: Pair,
    /// Different texts.
    pub texts: Pair,
    /// Different domains.
    pub domains: Pair,
    /// Different sets of hashtags.
    pub tag_sets: Pair,
}

/// An observed number beside the expected one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Pair {
    /// What was counted.
    pub observed: u32,
    /// What was expected; for different accounts, texts, domains, tag sets: given that many posts.
    pub expected: f64,
}

/// Counts of the last hour: enough to draw it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Series {
    /// Length of a bucket, seconds.
    pub pane_s: u32,
    /// Begin of the first bucket, RFC 3339 in alerts, milliseconds here.
    pub from_ms: i64,
    /// Posts of each bucket.
    pub observed: Vec<u32>,
    /// Expected posts of each bucket.
    pub expected: Vec<f64>,
    /// Critical count of each bucket, as a window of that length.
    pub critical: Vec<u32>,
}
