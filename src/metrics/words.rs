//! The closed lists behind label values.

/// What became of posts, as the ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Added to at least one topic.
    Counted,
    /// Does not touch Indonesia.
    Irrelevant,
    /// Relevant, but about no topic that is told apart.
    Untopical,
    /// Seen before.
    Duplicate,
    /// Too far behind the newest of its partition.
    Late,
    /// Not a post.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Counted,
        Self::Irrelevant,
        Self::Untopical,
        Self::Duplicate,
        Self::Late,
        Self::Refused,
    ];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Irrelevant => "irrelevant",
            Self::Untopical => "untopical",
            Self::Duplicate => "duplicate",
            Self::Late => "late",
            Self::Refused => "refused",
        }
    }
}

/// What the most surprising window of a closed pane reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Every closed pane of a topic.
    Zero,
    /// A surprise of 3, one in a thousand by the model.
    Three,
    /// Of 4.
    Four,
    /// Of 6.
    Six,
    /// Of 8.
    Eight,
    /// Of 12.
    Twelve,
    /// Of 16.
    Sixteen,
    /// Its own threshold: a spike.
    Threshold,
}

impl Reached {
    /// Everything, the least first.
    pub const ALL: [Self; 8] = [
        Self::Zero,
        Self::Three,
        Self::Four,
        Self::Six,
        Self::Eight,
        Self::Twelve,
        Self::Sixteen,
        Self::Threshold,
    ];

    /// The surprise; `None` where it is another for each topic.
    pub const fn surprise(self) -> Option<f64> {
        match self {
            Self::Zero => Some(0.0),
            Self::Three => Some(3.0),
            Self::Four => Some(4.0),
            Self::Six => Some(6.0),
            Self::Eight => Some(8.0),
            Self::Twelve => Some(12.0),
            Self::Sixteen => Some(16.0),
            Self::Threshold => None,
        }
    }

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "0",
            Self::Three => "3",
            Self::Four => "4",
            Self::Six => "6",
            Self::Eight => "8",
            Self::Twelve => "12",
            Self::Sixteen => "16",
            Self::Threshold => "threshold",
        }
    }
}

/// A limit that keeps memory bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `detect.max_topics`: a post's topic found no room.
    Topics,
    /// `detect.max_candidates`, `detect.max_phrases`: a phrase had to go for another.
    Phrases,
    /// `ingest.flush_entries`: a batch went out early.
    FlushEntries,
    /// `ingest.flush_posts`: a batch went out early, so that no more posts are without a commit.
    FlushPosts,
    /// Bytes of dead letters that wait for a commit: a batch went out early.
    DeadLetters,
    /// `detect.silent_partition_ms`: windows closed without a partition.
    SilentPartition,
    /// The desk's incidents: one left.
    DeskIncidents,
    /// The desk's live connections: one was refused.
    DeskClients,
    /// `http.requests_per_minute`: a request was refused.
    DeskRequests,
    /// What is rising: a statement found no place on its way to the log.
    Pulse,
    /// `triage.max_open_incidents`: a signal could not open one.
    OpenIncidents,
    /// A channel's queue: the oldest delivery was dropped.
    NotifyQueue,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 12] = [
        Self::Topics,
        Self::Phrases,
        Self::FlushEntries,
        Self::FlushPosts,
        Self::DeadLetters,
        Self::SilentPartition,
        Self::DeskIncidents,
        Self::DeskClients,
        Self::DeskRequests,
        Self::Pulse,
        Self::OpenIncidents,
        Self::NotifyQueue,
    ];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Topics => "topics",
            Self::Phrases => "phrases",
            Self::FlushEntries => "flush_entries",
            Self::FlushPosts => "flush_posts",
            Self::DeadLetters => "dead_letters",
            Self::SilentPartition => "silent_partition",
            Self::DeskIncidents => "desk_incidents",
            Self::DeskClients => "desk_clients",
            Self::DeskRequests => "desk_requests",
            Self::Pulse => "pulse",
            Self::OpenIncidents => "open_incidents",
            Self::NotifyQueue => "notify_queue",
        }
    }
}

/// Why no window counts a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Its pane was closed already.
    Behind,
    /// There was no room for its topic.
    Untracked,
    /// Its phrase had to go for others before it was a topic.
    Unremembered,
}

impl LeftOut {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Behind, Self::Untracked, Self::Unremembered];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Behind => "behind",
            Self::Untracked => "untracked",
            Self::Unremembered => "unremembered",
        }
    }
}

/// What a stage does with the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Joining the group, starting the producer.
    Connect,
    /// Reading.
    Poll,
    /// Going to another place.
    Seek,
    /// Writing.
    Append,
    /// Committing; beginning and aborting among it.
    Commit,
    /// Leaving.
    Close,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 6] = [
        Self::Connect,
        Self::Poll,
        Self::Seek,
        Self::Append,
        Self::Commit,
        Self::Close,
    ];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Poll => "poll",
            Self::Seek => "seek",
            Self::Append => "append",
            Self::Commit => "commit",
            Self::Close => "close",
        }
    }
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// It can.
    Transient,
    /// It cannot.
    Fatal,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 2] = [Self::Transient, Self::Fatal];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Fatal => "fatal",
        }
    }
}

/// What became of a delivery to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryResult {
    /// The other side took it.
    Delivered,
    /// It will be tried again.
    Retried,
    /// The other side will never take it.
    Refused,
    /// A full queue had no place for it.
    Dropped,
}

impl DeliveryResult {
    /// Every result.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Retried, Self::Refused, Self::Dropped];

    /// The label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "retried",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}
