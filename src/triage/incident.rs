//! An incident and its revisions: what triage knows, and `alert` renders.

use serde::{Deserialize, Serialize};

use super::{People, Resembled};
use crate::detect::Signal;
use crate::post::{EventTime, TopicKey};

/// How urgent; the Indonesian scale from II to IV. A media signal, not an official status.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// II: watch it.
    Waspada,
    /// III: prepare.
    Siaga,
    /// IV: act.
    Awas,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 3] = [Self::Waspada, Self::Siaga, Self::Awas];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waspada => "waspada",
            Self::Siaga => "siaga",
            Self::Awas => "awas",
        }
    }

    /// The number, 2 to 4.
    pub const fn number(self) -> u8 {
        match self {
            Self::Waspada => 2,
            Self::Siaga => 3,
            Self::Awas => 4,
        }
    }
}

/// A crowd or a campaign. A statement about posts, never about a person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Character {
    /// As many different accounts and texts as such a topic has.
    Organic,
    /// Fewer different accounts, texts or tag sets than such a topic has.
    Amplified,
    /// Too little is known.
    Unclear,
}

impl Character {
    /// Every character, in the order of all outputs.
    pub const ALL: [Self; 3] = [Self::Organic, Self::Amplified, Self::Unclear];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organic => "organic",
            Self::Amplified => "amplified",
            Self::Unclear => "unclear",
        }
    }
}

/// What a revision says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The incident is new.
    Opened,
    /// It changed in a way that matters.
    Updated,
    /// Its level rose.
    Escalated,
    /// It is over.
    Resolved,
}

impl Status {
    /// Every status, in the order of an incident's life.
    pub const ALL: [Self; 4] = [Self::Opened, Self::Updated, Self::Escalated, Self::Resolved];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Updated => "updated",
            Self::Escalated => "escalated",
            Self::Resolved => "resolved",
        }
    }
}

/// Why a revision was made; a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A topic was talked about far more than expected.
    Spike,
    /// The talk grew materially.
    Growth,
    /// The level rose.
    LevelRaised,
    /// More topics turned out to be the same event.
    TopicsJoined,
    /// It looks more, or less, like a campaign than before.
    CharacterChanged,
    /// Its posts turned out to resemble a claim that fact-checkers have examined.
    ClaimFound,
    /// A feed that its posts came from has stopped, or is back: `data_state` says which.
    DataState,
    /// It turned out to be the same event as an older incident, and goes on under that name.
    Merged,
    /// The talk fell back to what is usual and stayed there.
    Calm,
    /// A person took it over.
    Acknowledged,
    /// A person asked for silence.
    Snoozed,
    /// An acknowledgement or a snooze is over.
    Expired,
    /// A person ended it.
    Closed,
    /// A person called it a false alarm, which ends it.
    FalseAlarm,
    /// A person brought it back.
    Reopened,
    /// A person left a note.
    Noted,
}

impl Reason {
    /// Whether a person's action made the revision, or the end of one, and not the talk.
    pub const fn is_by_people(self) -> bool {
        match self {
            Self::Acknowledged
            | Self::Snoozed
            | Self::Expired
            | Self::Closed
            | Self::FalseAlarm
            | Self::Reopened
            | Self::Noted => true,
            Self::Spike
            | Self::Growth
            | Self::LevelRaised
            | Self::TopicsJoined
            | Self::CharacterChanged
            | Self::ClaimFound
            | Self::DataState
            | Self::Merged
            | Self::Calm => false,
        }
    }
}

/// One revision of one incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The incident, made from the data of its first signal.
    pub incident: String,
    /// From 1, without gaps.
    pub revision: u32,
    /// What this revision says.
    pub status: Status,
    /// Why.
    pub reason: Reason,
    /// How urgent.
    pub level: Level,
    /// A crowd or a campaign.
    pub character: Character,
    /// Why so: (what, observed, expected), in the order accounts, texts, tag sets.
    pub character_why: Vec<(String, u32, f64)>,
    /// Every topic that joined, the leading one first.
    pub topics: Vec<TopicKey>,
    /// Event time of the first opening.
    pub opened_at: EventTime,
    /// Event time of this revision.
    pub updated_at: EventTime,
    /// Event time of the end, in a resolved revision.
    pub resolved_at: Option<EventTime>,
    /// The older incident that this one turned out to be.
    pub merged_into: Option<String>,
    /// Fact-checked claims that its posts resemble, the one with most posts first.
    #[serde(default)]
    pub claims: Vec<Resembled>,
    /// What people did with it.
    #[serde(default)]
    pub people: People,
    /// Whether a feed that its posts came from has stopped: then nothing is said about its end.
    #[serde(default)]
    pub frozen: bool,
    /// What stands for the configuration that decided; `None`: that of whoever writes it.
    #[serde(default)]
    pub config_digest: Option<String>,
    /// The leading topic's newest signal.
    pub signal: Signal,
}

impl Revision {
    /// Its name: no other has it.
    pub fn id(&self) -> String {
        format!("{}-{}", self.incident, self.revision)
    }
}
