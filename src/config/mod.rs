//! What the file says -> checked -> what is true.
//!
//! In: TOML text, environment, `--set`. Out: [`Config`], whose values cannot be wrong, or every
//! mistake at once ([`Mistakes`]), each with the place where it was written.
//! Rule: every key has a default, and `config/default.toml` holds all of them, documented.
//! Not here: what a value means for a fold (the folds).
//!
//! The way: text -> tree of values with origins (`tree`) -> one layer over the other (`layer`) -> keys
//! read with type and range (`check`, `section`). No serde on the way in: it stops at the first mistake.
//! A new key is a field here, a documented line in `config/default.toml`, and a line in `check`.

mod agree;
mod channel;
mod check;
mod claims;
mod environment;
mod format;
mod http;
mod layer;
mod levels;
mod network;
mod notify;
mod paths;
mod place;
mod report;
mod secret;
mod section;
mod security;
mod sources;
mod suggest;
mod text_rules;
mod tree;

use serde::Serialize;

pub use channel::{Address, CHANNELS_MAX, Channel, DayZone, Hours, LevelWord, MailSecurity, Route};
pub use claims::Claims;
pub use environment::{log_filter, user_name};
pub use format::Format;
pub use http::Http;
pub use levels::{Levels, is_same_word};
pub use network::Network;
pub use notify::{ALERTMANAGERS_MAX, Alertmanager, Notify, SecretText, Webhook};
pub use paths::{Path, Paths};
pub use place::{Mistake, Mistakes, Place};
pub(crate) use secret::read_start;
pub use secret::{AccountSecret, SecretError};
pub use security::{Mechanism, Protocol, Security};
pub use sources::{Difference, SourceFile, Sources};

use crate::post::FeedKind;

/// The text of `config/default.toml`, built in.
pub const DEFAULT_TOML: &str = include_str!("../../config/default.toml");

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// The cluster and the Kafka topics between the stages.
    pub kafka: Kafka,
    /// The feeds, in the order of the file.
    pub feeds: Vec<Feed>,
    /// The first fold.
    pub ingest: Ingest,
    /// The gate.
    pub relevance: Relevance,
    /// Topics of a post.
    pub topics: Topics,
    /// The second fold.
    pub detect: Detect,
    /// `score-series`.
    pub series: Series,
    /// The third fold.
    pub triage: Triage,
    /// When an incident is serious.
    pub levels: Levels,
    /// Fact-checked claims.
    pub claims: Claims,
    /// What may be shown of people's posts.
    pub privacy: Privacy,
    /// The ports, and who is let in.
    pub http: Http,
    /// The outbound record.
    pub alert: Alert,
    /// Who is told outside.
    pub notify: Notify,
}

/// The cluster and the Kafka topics between the stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kafka {
    /// Bootstrap servers.
    pub brokers: String,
    /// How outputs and input positions go together.
    pub delivery: Delivery,
    /// Prefix of the consumer groups.
    pub group: String,
    /// This process's name among those of the group; empty: host and process id.
    pub member: String,
    /// Kafka topic of the batches.
    pub counts: String,
    /// Kafka topic of the signals.
    pub signals: String,
    /// Kafka topic of what people do with incidents.
    pub actions: String,
    /// Kafka topic of the alerts.
    pub alerts: String,
    /// Kafka topic of the snapshots.
    pub snapshots: String,
    /// Kafka topic of what is rising.
    pub pulse: String,
    /// How the members of a group share partitions.
    pub group_protocol: GroupProtocol,
    /// Whether a member that comes back within the session timeout takes up its own partitions.
    pub static_membership: bool,
    /// A silent member has left its group, milliseconds.
    pub session_timeout_ms: u32,
    /// Lag without progress is told after so long, milliseconds.
    pub standing_after_ms: u32,
    /// Whether the process ends then.
    pub exit_when_standing: bool,
    /// Partitions of `counts`.
    pub counts_partitions: u16,
    /// Copies of each created Kafka topic.
    pub replication_factor: u16,
    /// Client queue limit, KiB.
    pub queued_max_kbytes: u32,
    /// How the brokers know this client, and it them.
    pub security: Security,
}

/// How outputs and input positions go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Positions are committed after the outputs were acknowledged: a crash repeats a little.
    AtLeastOnce,
    /// Outputs and positions are one transaction: a crash repeats nothing that a reader sees.
    ExactlyOnce,
}

impl Delivery {
    /// Every way, in the order of messages.
    pub const ALL: [Self; 2] = [Self::AtLeastOnce, Self::ExactlyOnce];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeastOnce => "at_least_once",
            Self::ExactlyOnce => "exactly_once",
        }
    }
}

/// How the members of a group share partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupProtocol {
    /// All give everything back whenever one comes or goes.
    Classic,
    /// The brokers move single partitions (KIP-848); needs Kafka 4.0 or later.
    Consumer,
}

impl GroupProtocol {
    /// Every protocol, in the order of messages.
    pub const ALL: [Self; 2] = [Self::Classic, Self::Consumer];

    /// The word in the configuration, and for the client.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
        }
    }
}

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feed {
    /// The Kafka topic.
    pub name: String,
    /// Which clock it follows.
    pub kind: FeedKind,
    /// How its records are written.
    pub format: Format,
    /// Which time places its posts.
    pub time: PlacedBy,
    /// Where its members stand; empty unless the format is [`Format::Paths`].
    #[serde(skip_serializing_if = "Paths::is_empty")]
    pub paths: Paths,
}

/// Which time places a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacedBy {
    /// The time that the source claims.
    Posted,
    /// The time of the Kafka record.
    Arrived,
}

impl PlacedBy {
    /// Every choice, in the order of messages.
    pub const ALL: [Self; 2] = [Self::Posted, Self::Arrived];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Arrived => "arrived",
        }
    }
}

/// The first fold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ingest {
    /// Longest wait of counts in memory, milliseconds.
    pub flush_interval_ms: u32,
    /// Entries that force a flush.
    pub flush_entries: u32,
    /// Posts without a commit that force a flush.
    pub flush_posts: u32,
    /// Allowed lateness, milliseconds.
    pub lateness_ms: u32,
    /// Allowed future skew, milliseconds.
    pub future_skew_ms: u32,
    /// Length of the duplicate window, posts of one partition.
    pub duplicate_window_posts: u32,
    /// Longest accepted record, bytes.
    pub max_post_bytes: u32,
}

/// The gate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relevance {
    /// false: every post is relevant.
    pub enabled: bool,
    /// Folder of lists over the built-in ones; empty: none.
    pub lists: String,
}

/// Topics of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Topics {
    /// Most topics that one post adds to.
    pub max_per_post: u8,
    /// Most phrases among them; 0: none is looked for.
    pub phrases_per_post: u8,
}

/// The second fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detect {
    /// B, incidents a day.
    pub false_incidents_per_day: f64,
    /// Fewest posts that can open.
    pub minimum_posts: u32,
    /// Fewest accounts that can open.
    pub minimum_accounts: u32,
    /// Calm that ends an episode, milliseconds.
    pub hold_ms: u32,
    /// Memory of a topic's level, days.
    pub memory_days: f64,
    /// Memory of the volume, hours.
    pub volume_memory_hours: f64,
    /// Most topics in one partition.
    pub max_topics: u32,
    /// Most phrases of one kind of feed in one partition that may become topics.
    pub max_candidates: u32,
    /// Most phrases of one kind of feed in one partition that are topics, and of which it is known how usual they are.
    pub max_phrases: u32,
    /// Patience with a partition that states nothing, milliseconds.
    pub silent_partition_ms: u32,
    /// From one snapshot of a partition to the next, milliseconds; 0: none.
    pub snapshot_interval_ms: u32,
}

/// `score-series`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Alerts a day that may be false.
    pub false_alerts_per_day: f64,
}

/// The third fold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Triage {
    /// Shortest time between updates, milliseconds.
    pub update_interval_ms: u32,
    /// Most incidents that are open at once.
    pub max_open_incidents: u32,
    /// From one snapshot to the next, milliseconds; 0 for none.
    pub snapshot_interval_ms: u32,
}

/// What may be shown of people's posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Privacy {
    /// Text of example posts.
    pub evidence: EvidenceMode,
    /// File with the account key; empty: a key is drawn at start.
    pub account_key_file: String,
    /// The account key itself, from the environment only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_key: Option<AccountSecret>,
}

/// Text of example posts in alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceMode {
    /// As posted.
    Full,
    /// Without handles, mail addresses, phone numbers.
    Masked,
    /// No example posts at all.
    None,
}

impl EvidenceMode {
    /// Every mode, in the order of messages.
    pub const ALL: [Self; 3] = [Self::Full, Self::Masked, Self::None];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Masked => "masked",
            Self::None => "none",
        }
    }
}

/// How a `CloudEvents` event and its record go together on Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventMode {
    /// Attributes are headers, the value is the record.
    Binary,
    /// The value holds attributes and record.
    Structured,
}

impl EventMode {
    /// Both, in the order of messages.
    pub const ALL: [Self; 2] = [Self::Binary, Self::Structured];

    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Structured => "structured",
        }
    }
}

/// The outbound record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// CloudEvents source.
    pub source: String,
    /// How a `CloudEvents` event and its record go together on Kafka.
    pub cloudevents: EventMode,
    /// The Kafka topic of the CAP documents; empty: none are written there.
    pub cap_topic: String,
    /// Where a person reads about an incident.
    pub url: String,
}
