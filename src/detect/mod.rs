//! The second fold: sums become signals.
//!
//! In: batches of one partition of `counts`, in offset order. Out: signals, ticks, the ledger.
//! Rule: a signal is a function of the batches up to now. Counts only grow, and what a pane is judged
//! by is fixed before it opens, so a partial window that is a spike is one when it closes: firing
//! early changes when a spike is told, never whether.
//! Not here: the clock, posts, incidents (`triage`).

mod closing;
mod crowd;
mod day;
mod describe;
mod discovery;
mod episode;
mod episodes;
mod excess;
mod feeds;
mod heard;
mod inputs;
mod judge;
mod keys;
mod kind;
mod level;
mod onset;
mod phrases;
mod pulse;
mod ramp;
pub(crate) mod sealed;
pub mod series;
mod settings;
mod signal;
mod snapshot;
mod sorted;
pub mod tail;
mod topics;
mod track;
mod voices;
mod volume;
mod words;

use std::collections::BTreeMap;

pub use inputs::{FeedState, Ledger};
pub use pulse::{PULSE_TOPICS, Pulse, RisingTopic};
pub use sealed::SnapshotError;
pub use settings::Constants;
pub use signal::{Change, CountTable, Pair, Series, Signal, SignalRecord, Tick, WindowEvidence};
pub use voices::{Speaker, Voice};
pub use words::{Side, Term};

use serde::{Deserialize, Serialize};

use crate::claims::Reader;
use crate::config;
use crate::ingest::{Batch, Entry, FeedShape, Statement};
use crate::post::{EventTime, FeedKind, TopicKey};
use crate::topic::PHRASE;
use crate::window::{Pane, Scale};
use feeds::Feeds;
use inputs::Inputs;
use keys::Keys;
use kind::Kinds;
use settings::Settings;
use topics::{TopicId, Topics};
use track::Track;

/// A pane of a topic that has just closed: the closed counts of the design, for tests and metrics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedPane<'a> {
    /// The topic.
    pub topic: &'a TopicKey,
    /// The kind.
    pub kind: FeedKind,
    /// The pane.
    pub pane: Pane,
    /// Posts in the pane itself.
    pub posts: u32,
    /// Posts of all scales' windows that end with it, shortest first.
    pub windows: [u32; 3],
    /// Whether one of them is a spike.
    pub is_spike: bool,
    /// The most surprising of them; `None` where all are usual or too little is known to judge.
    pub judged: Option<Judged>,
}

/// A closed window beside the line that it is measured by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Its length.
    pub scale: Scale,
    /// Its surprise.
    pub surprise: f64,
    /// The surprise from which on it is a spike.
    pub threshold: f64,
}

/// What was left out, and why; best looked at as metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Posts for panes that were closed already.
    pub behind: u64,
    /// Posts of topics for which there was no room.
    pub untracked: u64,
    /// Posts of phrases that had to go for others before they were topics.
    pub unremembered: u64,
    /// Batches that only repeated what was stated.
    pub repeated_batches: u64,
    /// The most silent partitions of one kind that closing once went on without.
    pub silent_partitions: u64,
}

/// The fold of one partition of `counts`.
#[derive(Debug)]
pub struct Detector {
    partition: u32,
    settings: Settings,
    reader: Reader,
    inputs: Inputs,
    feeds: Feeds,
    topics: Topics,
    kinds: Kinds,
    episodes: BTreeMap<TopicKey, TopicId>,
    left_out: LeftOut,
    opened: u32,
    keys: Keys,
    mixed_keys: u64,
    sent_at: EventTime,
    ticked: Option<EventTime>,
}

impl Detector {
    /// The fold of partition `partition`, before its first batch.
    pub fn new(config: &config::Config, partition: u32, counts_partitions: u16) -> Self {
        Self::with_constants(config, partition, counts_partitions, Constants::default())
    }

    /// The same with other constants, for an evaluation.
    pub fn with_constants(
        config: &config::Config,
        partition: u32,
        counts_partitions: u16,
        constants: Constants,
    ) -> Self {
        let settings = Settings::new(config, counts_partitions, constants);
        Self {
            partition,
            reader: Reader::built_in(),
            inputs: Inputs::new(
                settings.lateness_ms,
                settings.silent_partition_ms,
                settings.constants.silent_expected,
            ),
            feeds: Feeds::default(),
            topics: Topics::new(settings.max_topics),
            kinds: Kinds::new(),
            episodes: BTreeMap::new(),
            left_out: LeftOut::default(),
            opened: 0,
            keys: Keys::default(),
            mixed_keys: 0,
            sent_at: EventTime::MIN,
            ticked: None,
            settings,
        }
    }

    /// Folds one batch. `closed` is shown every pane of a topic that closes with it.
    pub fn apply(
        &mut self,
        batch: Batch,
        closed: &mut dyn FnMut(ClosedPane<'_>),
    ) -> Vec<SignalRecord> {
        let mut signals = Vec::new();
        let came_back = self.keys.came_back(batch.account_key, batch.sent_at);
        self.mixed_keys += u64::from(came_back);
        if batch.parts == 1 && self.inputs.knows(&batch.statements) {
            self.left_out.repeated_batches += 1;
            return signals;
        }
        self.sent_at = batch.sent_at;
        self.inputs.begin_batch(batch.sent_at, &batch.feeds);
        for entry in batch.entries {
            self.add(entry, &mut signals);
        }
        for statement in &batch.statements {
            self.inputs.apply(statement, batch.sent_at);
            self.add_volume(statement, &batch.feeds);
        }
        self.feeds.states = self.inputs.feed_states();
        for kind in FeedKind::ALL {
            if let Some(watermark) = self.inputs.watermark(kind) {
                let first_open = Pane::of(watermark);
                self.close_blind(kind, first_open);
                self.advance(kind, first_open, closed, &mut signals);
            }
        }
        self.calm(&mut signals);
        self.tick(&mut signals);
        signals
    }

    /// The ledger of every input partition that has stated something: feed, partition, ledger.
    pub fn ledgers(&self) -> impl Iterator<Item = (&str, u32, &Ledger)> {
        self.inputs.ledgers()
    }

    /// What was left out so far.
    pub fn left_out(&self) -> LeftOut {
        LeftOut {
            silent_partitions: self.inputs.given_up(),
            ..self.left_out
        }
    }

    /// Episodes that opened, a day of exposure: what the promise B is compared with. All of them count,
    /// true or false, so it errs towards too many. `None` in the first hour.
    pub fn opened_per_day(&self) -> Option<f64> {
        let exposure = |kind| self.kinds.get(kind).volume.exposure_s();
        let days = FeedKind::ALL.into_iter().map(exposure).fold(0.0, f64::max) / 86_400.0;
        (days > 1.0 / 24.0).then(|| f64::from(self.opened) / days)
    }

    /// Batches whose account hashes were made with another key than those around them: accounts are
    /// counted apart.
    pub fn mixed_keys(&self) -> u64 {
        self.mixed_keys
    }

    /// How many topics are tracked.
    pub fn topics(&self) -> usize {
        self.topics.len()
    }

    /// How many phrases wait to become topics.
    pub fn waiting_phrases(&self) -> usize {
        let of = |kind| self.kinds.get(kind).discovery.len();
        FeedKind::ALL.into_iter().map(of).sum()
    }

    /// How each feed is, as this partition of `counts` knows it.
    pub fn feed_states(&self) -> impl Iterator<Item = (&str, FeedState)> {
        let names = self.inputs.feeds().map(|(name, _)| name);
        names.zip(self.feeds.states.iter().copied())
    }

    /// The time before which everything of `kind` is closed.
    pub fn closed_until(&self, kind: FeedKind) -> Option<EventTime> {
        self.kinds.get(kind).first_open.map(Pane::start)
    }

    fn add(&mut self, entry: Entry, signals: &mut Vec<SignalRecord>) {
        if self.kinds.get(entry.kind).is_closed(entry.pane) {
            self.left_out.behind += u64::from(entry.tally.posts);
        } else if entry.topic.as_str().starts_with(PHRASE) {
            self.add_phrase(entry, signals);
        } else {
            self.add_to_topic(entry, signals);
        }
    }

    fn add_to_topic(&mut self, entry: Entry, signals: &mut Vec<SignalRecord>) {
        let Entry {
            topic: key,
            pane,
            kind,
            tally,
        } = entry;
        let learned = self.kinds.get(kind).learned;
        let Some(id) = self.topics.admit(&key) else {
            self.left_out.untracked += u64::from(tally.posts);
            return;
        };
        let Some(topic) = self.topics.get_mut(id) else {
            return;
        };
        let track = topic.track_mut(kind);
        let track = track.get_or_insert_with(|| Box::new(Track::new(learned)));
        track.add(pane, tally);
        self.kinds.get_mut(kind).touch(pane, id);
        if self.kinds.get(kind).can_judge(pane, self.settings.guard) {
            self.test(id, kind, pane, signals);
        }
    }

    fn add_volume(&mut self, statement: &Statement, feeds: &[FeedShape]) {
        let Some(feed) = feeds.get(usize::from(statement.feed)) else {
            return;
        };
        let kind = self.kinds.get_mut(feed.kind);
        for volume in &statement.volumes {
            if !kind.is_closed(volume.pane) {
                kind.volume.add(volume.pane, volume.relevant);
            }
        }
    }
}
