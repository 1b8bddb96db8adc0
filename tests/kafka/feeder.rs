//! Posts into feeds: which Kafka topic, which partition, which time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use kentongan::config::Config;
use kentongan::log::{Event, Log};
use kentongan::post::{EventTime, FeedKind};
use kentongan::service::feeder::{Feeder, FeederError, RecordTime};
use kentongan::simulate::MadePost;

use crate::cluster::{Cluster, DEADLINE, STEP};

/// 2026-03-04, long before any run of this test.
const POSTED: EventTime = EventTime::from_millis(1_772_600_767_120);
const AUTHORS: u32 = 12;
const POSTS: u32 = 240;

fn post(number: u32) -> MadePost {
    let (kind, member) = match number % 2 {
        0 => (FeedKind::Social, "author"),
        _ => (FeedKind::News, "platform"),
    };
    let source = number % AUTHORS;
    MadePost {
        at: POSTED.plus_millis(i64::from(number)),
        kind,
        line: format!(r#"{{"id":"{number}","{member}":"s{source}","text":"banjir"}}"#),
        event: None,
    }
}

/// What of a record matters here.
struct Read {
    partition: u32,
    number: u32,
    source: String,
    arrived_at: EventTime,
}

pub(crate) fn keeps_the_order_of_each_source(cluster: &Cluster, name: &str) {
    let config = config(cluster, name);
    let names = [FeedKind::Social, FeedKind::News].map(|kind| {
        let feed = config.feeds.iter().find(|feed| feed.kind == kind).unwrap();
        cluster.create(&feed.name, 4);
        feed.name.clone()
    });
    let mut feeder = Feeder::connect(&config, RecordTime::Written).unwrap();
    for number in 0..POSTS {
        feeder.add(post(number)).unwrap();
    }
    feeder.flush().unwrap();
    let fed = feeder.fed().clone();
    feeder.close().unwrap();
    assert_eq!((fed.too_large, fed.sent_again), (0, 0));
    for feed in &names {
        assert_eq!(fed.written[feed.as_str()], u64::from(POSTS / 2));
        let read = read(cluster, feed);
        let partitions: BTreeSet<u32> = read.iter().map(|read| read.partition).collect();
        assert!(partitions.len() > 1, "all sources share {partitions:?}");
        let mut sources: BTreeMap<&str, (u32, Vec<u32>)> = BTreeMap::new();
        for read in &read {
            let entry = (read.partition, Vec::new());
            let (partition, numbers) = sources.entry(&read.source).or_insert(entry);
            assert_eq!(read.partition, *partition, "{}", read.source);
            numbers.push(read.number);
            let placed = POSTED.plus_millis(i64::from(read.number));
            let is_placed = read.arrived_at == placed;
            assert_eq!(is_placed, *feed == names[1], "only news by arrival");
        }
        assert!(sources.values().all(|(_, numbers)| numbers.is_sorted()));
    }
}

pub(crate) fn names_a_feed_that_is_missing(cluster: &Cluster, name: &str) {
    let feeder = Feeder::connect(&config(cluster, name), RecordTime::Written);
    let error = feeder.err().unwrap();
    assert!(matches!(error, FeederError::Missing { .. }), "{error}");
    assert!(error.to_string().contains("topics --create"), "{error}");
}

fn config(cluster: &Cluster, name: &str) -> Config {
    let mut config = Config::built_in().unwrap();
    config.kafka.brokers.clone_from(&cluster.settings.brokers);
    for feed in &mut config.feeds {
        feed.name = format!("{name}.{}", feed.name);
    }
    config
}

fn read(cluster: &Cluster, feed: &str) -> Vec<Read> {
    let mut log = cluster.stage(&[feed]).log;
    let mut seen = Vec::new();
    let end = Instant::now() + DEADLINE;
    while seen.len() < POSTS as usize / 2 {
        assert!(Instant::now() < end, "only {} of {feed}", seen.len());
        log.poll(STEP, &mut |event| {
            if let Event::Record(record) = event {
                let value: serde_json::Value =
                    serde_json::from_slice(record.value.unwrap()).unwrap();
                seen.push(Read {
                    partition: record.partition.number,
                    number: value["id"].as_str().unwrap().parse().unwrap(),
                    source: String::from_utf8(record.key.unwrap().to_vec()).unwrap(),
                    arrived_at: record.arrived_at,
                });
            }
        })
        .unwrap();
    }
    seen
}
