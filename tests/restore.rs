//! What a new owner of a partition knows, and what it does not say twice.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failure is a panic; how long a restore takes is printed"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use kentongan::config::Config;
use kentongan::detect::{Detector, Ledger};
use kentongan::ingest::{Batch, Entry, FeedShape, Outcomes, Statement};
use kentongan::log::memory::{Cluster, MemoryLog};
use kentongan::log::{Log, Outgoing, Partition};
use kentongan::post::{EventTime, FeedKind, TopicKey};
use kentongan::service::detect_stage::DetectStage;
use kentongan::service::stage::turn;
use kentongan::window::{Pane, Tally};

fn partition(name: &str) -> Partition {
    Partition {
        name: name.into(),
        number: 0,
    }
}

/// A batch that covers ten offsets of a feed with one partition.
fn batch(from: u64) -> Outgoing {
    batch_of(from, 1)
}

/// The same, with accounts hashed by the key with this id.
fn batch_of(from: u64, account_key: u32) -> Outgoing {
    let sent_at = EventTime::from_millis(1_772_600_000_000 + i64::try_from(from).unwrap() * 6_000);
    let batch = Batch {
        sent_at,
        account_key,
        rules: None,
        feeds: vec![FeedShape {
            name: "feeds.social".into(),
            kind: FeedKind::Social,
            partitions: 1,
        }],
        part: 1,
        parts: 1,
        statements: vec![Statement {
            feed: 0,
            partition: 0,
            from,
            to: from + 10,
            watermark: sent_at,
            at_end: false,
            outcomes: Outcomes {
                counted: 10,
                ..Outcomes::default()
            },
            volumes: Vec::new(),
        }],
        entries: Vec::new(),
    };
    Outgoing {
        name: "counts".into(),
        partition: Some(0),
        key: None,
        value: Some(batch.encode().unwrap()),
        headers: Vec::new(),
        timestamp: Some(sent_at),
    }
}

fn owner(cluster: &Cluster) -> (DetectStage, MemoryLog) {
    let config = Arc::new(Config::built_in().unwrap());
    let mut log = cluster.log("detect");
    log.assign(partition("counts"));
    (DetectStage::new(config, 1), log)
}

fn settle((stage, log): &mut (DetectStage, MemoryLog)) {
    let now = EventTime::from_millis(1_772_700_000_000);
    while !turn(stage, log, now, Duration::ZERO).unwrap().is_idle() {}
}

fn ledger((stage, _): &(DetectStage, MemoryLog)) -> Ledger {
    let detector = stage.detectors().next().unwrap();
    detector.ledgers().next().unwrap().2.clone()
}

#[test]
fn a_new_owner_knows_what_the_old_one_knew_and_repeats_none_of_its_signals() {
    let cluster = Cluster::new();
    cluster.create("counts", 1);
    cluster.create("signals", 1);
    let mut writer = cluster.log("writer");
    writer.append(batch(0)).unwrap();
    writer.append(batch(10)).unwrap();
    writer.commit(&[]).unwrap();
    let mut old = owner(&cluster);
    settle(&mut old);
    let said = cluster.read(&partition("signals"));
    assert!(
        !said.is_empty(),
        "the old owner says at least that time passed"
    );

    let mut new = owner(&cluster);
    settle(&mut new);
    assert_eq!(ledger(&new), ledger(&old));
    assert_eq!(ledger(&new).outcomes.counted, 20);
    assert_eq!(cluster.read(&partition("signals")), said);

    writer.append(batch(20)).unwrap();
    writer.commit(&[]).unwrap();
    settle(&mut new);
    assert_eq!(ledger(&new).gaps, 0);
    assert!(cluster.read(&partition("signals")).len() > said.len());
}

/// `KENTONGAN_TOPICS` tells how many (2000); how long it takes is printed, not judged.
#[test]
fn a_detector_that_is_read_back_goes_on_like_the_one_that_was_written() {
    let told = std::env::var("KENTONGAN_TOPICS").ok();
    let topics: usize = told.map_or(2_000, |told| told.parse().unwrap());
    let config = Config::built_in().unwrap();
    let mut detector = Detector::new(&config, 0, 1);
    for round in 0..20 {
        let _ = detector.apply(busy_batch(round, topics), &mut |_| ());
    }
    assert_eq!(detector.topics(), topics);
    let began = Instant::now();
    let bytes = detector.snapshot(1).unwrap();
    let written = began.elapsed();
    let mut restored = Detector::restore(&config, 0, 1, &bytes).unwrap();
    let took = began.elapsed().saturating_sub(written);
    eprintln!(
        "{topics} topics: {} bytes, written in {written:?}, read in {took:?}",
        bytes.len()
    );
    for round in 20..40 {
        let closed = |detector: &mut Detector| {
            let mut closed = Vec::new();
            let signals = detector.apply(busy_batch(round, topics), &mut |pane| {
                closed.push(format!("{pane:?}"));
            });
            (signals, closed)
        };
        assert_eq!(
            closed(&mut restored),
            closed(&mut detector),
            "round {round}"
        );
    }
    assert_eq!(restored.snapshot(1).unwrap(), detector.snapshot(1).unwrap());
    assert!(
        Detector::restore(&config, 1, 1, &bytes).is_err(),
        "another partition"
    );
    assert!(
        Detector::restore(&config, 0, 1, &bytes[..9]).is_err(),
        "cut"
    );
    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert!(
        Detector::restore(&config, 0, 1, &damaged).is_err(),
        "damaged"
    );
    let mut unknown = bytes;
    unknown[0] = 99;
    assert!(
        Detector::restore(&config, 0, 1, &unknown).is_err(),
        "of another layout"
    );
}

/// A batch in which each topic has some posts; those of one in ten burst.
fn busy_batch(round: u64, topics: usize) -> Batch {
    let value = batch(round * 10).value.unwrap();
    let mut batch = Batch::decode(&value).unwrap();
    let pane = Pane::of(batch.sent_at);
    batch.entries = (0..topics)
        .map(|topic| {
            let posts = if topic.is_multiple_of(10) && round > 15 {
                40
            } else {
                1
            };
            let mut tally = Tally {
                posts,
                originals: posts,
                ..Tally::default()
            };
            tally.widen(batch.sent_at, batch.sent_at);
            (0..posts).for_each(|n| tally.accounts.insert(u64::from(n) * 977 + topic as u64));
            Entry {
                topic: TopicKey::new(format!("tag:t{topic:06}")),
                pane,
                kind: FeedKind::Social,
                tally: Box::new(tally),
            }
        })
        .collect();
    batch
}

#[test]
fn processes_that_hash_accounts_with_different_keys_are_noticed_while_they_do() {
    let cluster = Cluster::new();
    cluster.create("counts", 1);
    cluster.create("signals", 1);
    let mut writer = cluster.log("writer");
    for (from, key) in [(0, 1), (10, 2), (20, 1), (30, 2)] {
        writer.append(batch_of(from, key)).unwrap();
    }
    writer.commit(&[]).unwrap();
    let mut first = owner(&cluster);
    settle(&mut first);
    assert_eq!(first.0.take_mixed_keys(), 2, "each key came back once");
    assert_eq!(first.0.take_mixed_keys(), 0);
    let mut heir = owner(&cluster);
    settle(&mut heir);
    assert_eq!(
        heir.0.take_mixed_keys(),
        0,
        "what was told is not told again"
    );
}
