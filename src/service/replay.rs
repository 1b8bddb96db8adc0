//! Back-test: recorded posts through the same stages, on the log in memory.
//!
//! In: lines of files, in the order of their times. Out: the alerts, and what became of the posts.
//! Rule: wall time is the time of the posts, so the same input gives the same bytes.
//! Not here: opening files, merging them (`cli/replay`).

use std::sync::Arc;
use std::time::Duration;

use crate::alert::Rendering;
use crate::config::{Config, Feed, Format, PlacedBy};
use crate::detect::Constants;
use crate::feed::AccountKey;
use crate::ingest::{Ingest, InputId, InputRecord, Outcome, Outcomes};
use crate::log::memory::{Cluster, MemoryLog};
use crate::log::{Event, Log, LogError, Outgoing, Partition};
use crate::post::{EventTime, FeedKind};
use crate::relevance::Gate;
use crate::service::detect_stage::DetectStage;
use crate::service::stage::turn;
use crate::service::triage_stage::{Tally, TriageStage};
use crate::window::Pane;

/// What a line is, as far as its place in the merge goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peek {
    /// The post's time; `None` where the line is no post.
    pub created_at: Option<EventTime>,
    /// Its kind, if it says one.
    pub kind: Option<FeedKind>,
}

/// One back-test.
pub struct Replay {
    ingest: Ingest,
    files: u32,
    next: Vec<u64>,
    flush_interval_ms: i64,
    now: EventTime,
    flushed_at: EventTime,
    started_at: EventTime,
    outcomes: Outcomes,
    writer: MemoryLog,
    detect: (DetectStage, MemoryLog),
    triage: (TriageStage, MemoryLog),
    alerts: MemoryLog,
    counts: Arc<str>,
}

impl Replay {
    /// A back-test of `files` files: each is a partition of a social and of a news feed. Posts later
    /// than `started_at` and the allowed skew are refused.
    pub fn new(
        config: &Config,
        gate: Gate,
        rendering: Rendering,
        files: u32,
        started_at: EventTime,
        constants: Constants,
    ) -> Result<Self, LogError> {
        let config = Arc::new(with_two_feeds(config));
        let cluster = Cluster::forgetful();
        let log = |name: &str, group: &str| {
            cluster.create(name, 1);
            let mut log = cluster.log(group);
            log.assign(Partition {
                name: name.into(),
                number: 0,
            });
            log
        };
        // No account leaves a replay but as a count, and equal inputs must give equal bytes.
        let key = AccountKey::new([0; 16]);
        let mut ingest = Ingest::new(&config, key, gate, &[files, files]);
        for feed in 0..2 {
            for partition in 0..files {
                ingest.assign(InputId { feed, partition }, 0);
            }
        }
        let mut replay = Self {
            ingest,
            files,
            next: vec![0; 2 * files as usize],
            flush_interval_ms: i64::from(config.ingest.flush_interval_ms),
            now: EventTime::MIN,
            flushed_at: EventTime::MIN,
            started_at,
            outcomes: Outcomes::default(),
            writer: cluster.log("ingest"),
            detect: (
                DetectStage::new(Arc::clone(&config), 1).with_constants(constants),
                log(&config.kafka.counts, "detect"),
            ),
            triage: (
                TriageStage::new(Arc::clone(&config), rendering),
                log(&config.kafka.signals, "triage"),
            ),
            alerts: log(&config.kafka.alerts, "reader"),
            counts: config.kafka.counts.as_str().into(),
        };
        // The stages hear what they own, before there is anything to read.
        replay.pass_on(EventTime::MIN, &mut |_| ())?;
        Ok(replay)
    }

    /// Where `line` belongs in the merge.
    pub fn peek(&self, line: &[u8]) -> Peek {
        let post = self.ingest.decode(0, Some(line)).ok();
        Peek {
            created_at: post.as_ref().map(|post| post.created_at),
            kind: post.and_then(|post| post.kind),
        }
    }

    /// Folds one line of file number `file`; alerts go to `emit` as they are made.
    pub fn offer(
        &mut self,
        file: u32,
        kind: FeedKind,
        line: &[u8],
        emit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), LogError> {
        let decoded = self.ingest.decode(0, Some(line));
        let created_at = decoded.as_ref().ok().map(|post| post.created_at);
        let arrived_at = created_at.map_or(self.started_at, |at| at.min(self.started_at));
        let input = InputId {
            feed: u8::from(kind == FeedKind::News),
            partition: file,
        };
        let slot = usize::from(input.feed) * self.files as usize + file as usize;
        let Some(offset) = self.next.get_mut(slot) else {
            return Ok(());
        };
        let record = InputRecord {
            input,
            offset: *offset,
            arrived_at,
            decoded,
        };
        *offset += 1;
        if let Some(outcome) = self.ingest.apply(record) {
            let in_time = !matches!(outcome, Outcome::Refused(_) | Outcome::Late);
            if let Some(at) = created_at.filter(|_| in_time) {
                self.now = self.now.max(at);
            }
            note(&mut self.outcomes, outcome);
        }
        let waited_ms = self.now.millis_since(self.flushed_at);
        if waited_ms >= self.flush_interval_ms || self.ingest.is_full() {
            self.flush(self.now, emit)?;
        }
        Ok(())
    }

    /// Closes every pane that has posts. Nothing is resolved that the posts did not resolve.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&[u8])) -> Result<(), LogError> {
        if self.now == EventTime::MIN {
            return Ok(());
        }
        self.flush(self.now, emit)?;
        let last = Pane::of(self.now)
            .end()
            .plus_millis(self.ingest.lateness_ms());
        self.flush(last, emit)
    }

    /// What became of the posts.
    pub fn outcomes(&self) -> &Outcomes {
        &self.outcomes
    }

    /// Signals and incidents.
    pub fn tally(&self) -> Tally {
        self.triage.0.tally()
    }

    fn flush(&mut self, sent_at: EventTime, emit: &mut dyn FnMut(&[u8])) -> Result<(), LogError> {
        self.flushed_at = sent_at;
        // In a merge by time, every file has been read up to now.
        let positions: Vec<(InputId, u64)> = self.ingest.positions().collect();
        for (input, next) in positions {
            self.ingest.at_end(input, next);
        }
        for batch in self.ingest.flush(sent_at, 1).into_iter().flatten() {
            let bytes = batch.encode().map_err(|error| LogError::Fatal {
                operation: "writing a batch",
                detail: error.to_string(),
            })?;
            self.writer.append(Outgoing {
                name: Arc::clone(&self.counts),
                partition: Some(0),
                key: None,
                value: Some(bytes),
                headers: Vec::new(),
                timestamp: Some(sent_at),
            })?;
        }
        self.writer.commit(&[])?;
        self.pass_on(sent_at, emit)
    }

    /// Lets the later stages fold what was written.
    fn pass_on(&mut self, sent_at: EventTime, emit: &mut dyn FnMut(&[u8])) -> Result<(), LogError> {
        turn(
            &mut self.detect.0,
            &mut self.detect.1,
            sent_at,
            Duration::ZERO,
        )?;
        turn(
            &mut self.triage.0,
            &mut self.triage.1,
            sent_at,
            Duration::ZERO,
        )?;
        let mut read = None;
        self.alerts.poll(Duration::ZERO, &mut |event| {
            if let Event::Record(record) = event {
                read = Some(record.offset + 1);
                emit(record.value.unwrap_or_default());
            }
        })?;
        let Some(next) = read else { return Ok(()) };
        let partition = Partition {
            name: self.triage.0.alerts(),
            number: 0,
        };
        self.alerts
            .commit(&[crate::log::Position { partition, next }])
    }
}

/// The configuration with one social and one news feed in the plain format.
fn with_two_feeds(config: &Config) -> Config {
    let named = |kind: FeedKind| {
        let configured = config.feeds.iter().find(|feed| feed.kind == kind);
        configured.map_or_else(|| kind.as_str().to_owned(), |feed| feed.name.clone())
    };
    let feeds = FeedKind::ALL.map(|kind| Feed {
        name: named(kind),
        kind,
        format: Format::Plain,
        time: PlacedBy::Posted,
    });
    Config {
        feeds: feeds.to_vec(),
        ..config.clone()
    }
}

fn note(outcomes: &mut Outcomes, outcome: Outcome) {
    match outcome {
        Outcome::Counted => outcomes.counted += 1,
        Outcome::Irrelevant => outcomes.irrelevant += 1,
        Outcome::Untopical => outcomes.untopical += 1,
        Outcome::Duplicate => outcomes.duplicate += 1,
        Outcome::Late => outcomes.late += 1,
        Outcome::Refused(refused) => outcomes.refuse(refused.reason),
    }
}
