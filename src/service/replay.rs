//! Back-test: recorded posts through the same stages, on the log in memory.
//!
//! In: lines of files, in the order of their times. Out: the alerts, and what became of the posts.
//! Rule: wall time is the time of the posts, so the same input gives the same bytes.
//! Not here: opening files, merging them (`cli/replay`).

use std::sync::Arc;
use std::time::Duration;

use crate::alert::Rendering;
use crate::config::{Config, Feed, Format, Paths, PlacedBy};
use crate::detect::Constants;
use crate::feed::{AccountKey, Refused};
use crate::ingest::{Ingest, InputId, InputRecord, Outcome, Outcomes};
use crate::log::memory::{Cluster, MemoryLog};
use crate::log::{Event, Log, LogError, Outgoing, Partition};
use crate::post::{EventTime, FeedKind, Post};
use crate::service::detect_stage::DetectStage;
use crate::service::lists::Loaded;
use crate::service::stage::turn;
use crate::service::triage_stage::{Tally, TriageStage};
use crate::triage::FactChecks;
use crate::window::{FeedIndex, Pane};

/// Where one file stands: a partition of either feed.
#[derive(Debug, Clone, Copy)]
struct File {
    /// The kind of its last post: a line that says none, or is no post, goes beside it.
    kind: FeedKind,
    next_social: u64,
    next_news: u64,
}

/// What is back-tested.
#[derive(Debug, Clone, Copy)]
pub struct Recorded {
    /// How many files there are.
    pub files: u32,
    /// How their lines are written.
    pub format: Format,
}

/// One back-test.
pub struct Replay {
    ingest: Ingest,
    files: Vec<File>,
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
    /// A back-test of recorded files: each is a partition of a social and of a news feed. Posts later
    /// than `started_at` and the allowed skew are refused.
    pub fn new(
        config: &Config,
        lists: Loaded,
        rendering: Rendering,
        recorded: Recorded,
        started_at: EventTime,
        constants: Constants,
    ) -> Result<Self, LogError> {
        let Recorded { files, format } = recorded;
        // A span without posts is not in the files: nothing is known of it, and nothing freezes.
        let constants = Constants {
            silent_expected: f64::INFINITY,
            ..constants
        };
        let config = Arc::new(with_two_feeds(config, format));
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
        let mut ingest = Ingest::new(&config, key, lists.gate, &[files, files]);
        ingest.use_watchlist(&config.topics, lists.watchlist);
        for feed in 0..2 {
            for partition in 0..files {
                ingest.assign(InputId { feed, partition }, 0);
            }
        }
        let mut replay = Self {
            ingest,
            files: vec![File::NEW; files as usize],
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

    /// Compares the posts of incidents with `checks`.
    pub fn use_fact_checks(&mut self, checks: Option<FactChecks>) {
        self.triage.0.use_fact_checks(checks);
    }

    /// Reads one line.
    pub fn decode<'a>(&self, line: &'a [u8]) -> Result<Post<'a>, Refused> {
        self.ingest.decode(0, Some(line))
    }

    /// Folds what [`Replay::decode`] made of the next line of file number `file`; alerts go to `emit`
    /// as they are made.
    pub fn offer(
        &mut self,
        file: u32,
        decoded: Result<Post<'_>, Refused>,
        emit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), LogError> {
        let Some(from) = self.files.get_mut(file as usize) else {
            return Ok(());
        };
        let post = decoded.as_ref().ok();
        let created_at = post.map(|post| post.created_at);
        let arrived_at = created_at.map_or(self.started_at, |at| at.min(self.started_at));
        let (feed, offset) = from.place(post.and_then(|post| post.kind));
        let input = InputId {
            feed,
            partition: file,
        };
        let record = InputRecord {
            input,
            offset,
            arrived_at,
            decoded,
        };
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
        self.ingest.settle();
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

impl File {
    const NEW: Self = Self {
        kind: FeedKind::Social,
        next_social: 0,
        next_news: 0,
    };

    /// The feed of the next line, and its offset there; `kind`: what the line says.
    fn place(&mut self, kind: Option<FeedKind>) -> (FeedIndex, u64) {
        self.kind = kind.unwrap_or(self.kind);
        let (feed, next) = match self.kind {
            FeedKind::Social => (0, &mut self.next_social),
            FeedKind::News => (1, &mut self.next_news),
        };
        *next += 1;
        (feed, *next - 1)
    }
}

/// The configuration with one social and one news feed in one format.
fn with_two_feeds(config: &Config, format: Format) -> Config {
    let named = |kind: FeedKind| {
        let configured = config.feeds.iter().find(|feed| feed.kind == kind);
        configured.map_or_else(|| kind.as_str().to_owned(), |feed| feed.name.clone())
    };
    let feeds = FeedKind::ALL.map(|kind| Feed {
        name: named(kind),
        kind,
        format,
        time: PlacedBy::Posted,
        paths: Paths::default(),
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
