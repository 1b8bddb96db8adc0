//! Posts that the test knows by heart, and a naive count of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kentongan::log::kafka::{KafkaLog, Subscription};
use kentongan::log::{Log, Outgoing};
use kentongan::post::{EventTime, FeedKind};
use kentongan::window::Pane;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::proofs;
use crate::town::{Town, until};

/// Partitions of each feed, as `topics --create` makes them.
pub(crate) const PARTITIONS: u32 = 8;
/// What happened before the processes start.
const HISTORY_MS: i64 = 3 * 60 * 60 * 1000;
const HISTORY_STEP_MS: i64 = 400;
/// When in the history many talk about one thing, before its end.
const BURST_MS: std::ops::Range<i64> = 2_400_000..2_700_000;
/// Posts of one write of live ones; each partition gets one.
const LIVE_STEP: Duration = Duration::from_millis(100);
const BURST: usize = 8_000;
const TALK: usize = 1_000;
const DENSE: usize = 160;
const CATCH_UP: Duration = Duration::from_mins(3);

/// Writes posts round the partitions, so that none of them idles.
pub(crate) struct Writer {
    log: KafkaLog,
    dice: Pcg64Mcg,
    feeds: Vec<Arc<str>>,
    last_line: HashMap<u64, String>,
    written: u64,
}

impl Writer {
    pub(crate) fn connect(town: &Town, seed: u64) -> Self {
        let subscription = Subscription {
            stage: "writer".into(),
            names: Vec::new(),
        };
        let feeds = town.config.feeds.iter();
        Self {
            log: KafkaLog::connect(&town.settings, &subscription).unwrap(),
            dice: Pcg64Mcg::seed_from_u64(seed),
            feeds: feeds.map(|feed| feed.name.as_str().into()).collect(),
            last_line: HashMap::new(),
            written: 0,
        }
    }

    /// Some quiet hours with one burst in them; how many posts.
    pub(crate) fn write_history(&mut self) -> u64 {
        let now = now_ms();
        let mut batch = Vec::new();
        let mut before = HISTORY_MS;
        while before > 1_000 {
            let is_burst = BURST_MS.contains(&before);
            batch.push(self.post(now - before, is_burst.then_some(0)));
            before -= if is_burst {
                HISTORY_STEP_MS / 8
            } else {
                HISTORY_STEP_MS
            };
        }
        self.write(batch);
        self.written
    }

    /// One post for each partition every now and then, for `span`.
    pub(crate) fn write_live(&mut self, span: Duration) {
        let end = Instant::now() + span;
        until(end, || {
            let count = self.feeds.len() * PARTITIONS as usize;
            let batch = (0..count).map(|_| self.post(now_ms(), None)).collect();
            self.write(batch);
            None::<()>
        });
    }

    /// As many posts as keep the processes inside one transaction after another for `span`.
    pub(crate) fn write_dense(&mut self, span: Duration) {
        let end = Instant::now() + span;
        while Instant::now() < end {
            let batch = (0..DENSE).map(|_| self.post(now_ms(), None)).collect();
            self.write(batch);
        }
    }

    /// Many talk about `topic`.
    pub(crate) fn write_talk(&mut self, topic: u32) {
        let now = now_ms();
        let batch = (0..TALK).map(|_| self.post(now, Some(topic))).collect();
        self.write(batch);
    }

    /// More posts than one transaction takes.
    pub(crate) fn write_burst(&mut self) {
        let now = now_ms();
        let batch = (0..BURST).map(|_| self.post(now, None)).collect();
        self.write(batch);
    }

    /// Goes on writing until the processes have caught up with all before; how many posts in all.
    pub(crate) fn finish(&mut self, town: &Town) -> u64 {
        let end = Instant::now() + CATCH_UP;
        let target = self.written;
        let last = EventTime::from_millis(now_ms());
        while proofs::received(town) < target || proofs::closed_until(town) < Some(last) {
            assert!(
                Instant::now() < end,
                "{} of {target} posts in the ledger, closed until {:?}",
                proofs::received(town),
                proofs::closed_until(town)
            );
            self.write_live(LIVE_STEP);
        }
        let target = self.written;
        let caught_up = until(end, || (proofs::received(town) >= target).then_some(()));
        assert!(
            caught_up.is_some(),
            "{} of {target}",
            proofs::received(town)
        );
        target
    }

    fn write(&mut self, batch: Vec<Outgoing>) {
        self.log.begin().unwrap();
        for record in batch {
            self.log.append(record).unwrap();
        }
        self.log.commit(&[]).unwrap();
    }

    fn post(&mut self, at_ms: i64, topic: Option<u32>) -> Outgoing {
        let number = self.written;
        self.written += 1;
        let slot = number % (self.feeds.len() as u64 * u64::from(PARTITIONS));
        let feed = usize::try_from(slot / u64::from(PARTITIONS)).unwrap();
        let line = match (number % 97, number % 53, number % 71) {
            (13, _, _) => format!("{{\"id\": \"{number}\", broken"),
            (_, 17, _) if self.last_line.contains_key(&slot) => self.last_line[&slot].clone(),
            (_, _, 19) => self.line(number, at_ms - 3_600_000, None),
            _ => self.line(number, at_ms, topic),
        };
        self.last_line.insert(slot, line.clone());
        Outgoing {
            name: Arc::clone(&self.feeds[feed]),
            partition: Some(u32::try_from(slot % u64::from(PARTITIONS)).unwrap()),
            key: None,
            value: Some(line.into_bytes()),
            headers: Vec::new(),
            timestamp: Some(EventTime::from_millis(at_ms)),
        }
    }

    fn line(&mut self, number: u64, at_ms: i64, topic: Option<u32>) -> String {
        let tag = topic.unwrap_or_else(|| self.dice.random_range(1..12));
        let author = self.dice.random_range(0..5_000);
        let at = EventTime::from_millis(at_ms);
        format!(
            "{{\"id\":\"{number}\",\"author\":\"a{author}\",\"created_at\":\"{at}\",\
             \"text\":\"kabar nomor {number} soal #topik{tag}\"}}"
        )
    }
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since_epoch.as_millis()).unwrap()
}

/// What became of the posts of one partition, by a recount that knows no batches.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Recount {
    pub(crate) counted: u64,
    pub(crate) duplicate: u64,
    pub(crate) late: u64,
    pub(crate) refused: u64,
}

/// Posts by topic, kind and pane.
pub(crate) type Panes = BTreeMap<(String, FeedKind, Pane), u32>;

/// Counts every post of every feed, by partition, and by topic and pane.
pub(crate) fn recount(town: &Town) -> (BTreeMap<(String, u32), Recount>, Panes) {
    let mut by_partition = BTreeMap::new();
    let mut panes = Panes::new();
    for feed in &town.config.feeds {
        for number in 0..PARTITIONS {
            let mut recount = Recount::default();
            let mut seen: HashMap<String, u64> = HashMap::new();
            let mut newest = i64::MIN;
            town.read(&feed.name, number, &mut |record| {
                let value = record.value.unwrap();
                let Ok(post) = serde_json::from_slice::<serde_json::Value>(value) else {
                    recount.refused += 1;
                    return;
                };
                let id = post["id"].as_str().unwrap().to_owned();
                let at: jiff::Timestamp = post["created_at"].as_str().unwrap().parse().unwrap();
                let at = EventTime::from_millis(at.as_millisecond());
                newest = newest.max(at.millis());
                let before = seen.insert(id, record.offset);
                let window = u64::from(town.config.ingest.duplicate_window_posts);
                if before.is_some_and(|before| before + window >= record.offset) {
                    recount.duplicate += 1;
                } else if at.millis() < newest - i64::from(town.config.ingest.lateness_ms) {
                    recount.late += 1;
                } else {
                    recount.counted += 1;
                    let tag = post["text"].as_str().unwrap().rsplit('#').next().unwrap();
                    let key = (format!("tag:{tag}"), feed.kind, Pane::of(at));
                    *panes.entry(key).or_default() += 1;
                }
            });
            by_partition.insert((feed.name.clone(), number), recount);
        }
    }
    (by_partition, panes)
}
