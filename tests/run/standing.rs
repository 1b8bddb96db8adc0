//! A partition that has records and is not read: told by a metric and a line, and by choice the end.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::alone;
use crate::place::Place;
use crate::process::{Program, done, get, until};
use crate::two::address;

/// The shortest time after which it is told, and the whole machine may be busy.
const STANDS: Duration = Duration::from_mins(2);
const DEADLINE: Duration = Duration::from_secs(40);
const STOP: Duration = Duration::from_secs(30);

/// Opens a transaction on partition 0 of `feed` that does not end, and writes a post behind it: it is there, and
/// nobody who reads what is committed gets to it.
fn block(place: &Place, feed: &str) -> BaseProducer {
    let producer = |more: &[(&str, &str)]| -> BaseProducer {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &place.brokers);
        for (key, value) in more {
            config.set(*key, *value);
        }
        config.create().unwrap()
    };
    let name = place.named("blocks");
    let blocks = producer(&[
        ("transactional.id", &name),
        ("transaction.timeout.ms", "600000"),
    ]);
    blocks.init_transactions(DEADLINE).unwrap();
    blocks.begin_transaction().unwrap();
    let behind = producer(&[]);
    for producer in [&blocks, &behind] {
        let record: BaseRecord<'_, str, str> = BaseRecord::to(feed).partition(0).payload("{}");
        producer.send(record).unwrap();
        producer.flush(DEADLINE).unwrap();
    }
    blocks
}

#[test]
fn records_that_nobody_reads_are_told_and_by_choice_end_the_process_real() {
    let _alone = alone();
    let Some(place) = Place::on_real_kafka("standing") else {
        return;
    };
    let config = place.path_text("config.toml");
    done(&["--config", &config, "topics", "--create"]);
    let blocks = block(&place, &place.named("feeds.social"));
    let start = |name: &str, more: &[&str]| {
        let group = format!("kafka.group={}", place.named(name));
        let mut line = vec!["--config", &config, "--log", "json"];
        line.extend(["--set", &group, "--set", "kafka.standing_after_ms=30000"]);
        line.extend(more);
        line.extend(["run", "--roles", "ingest"]);
        Program::start(&line, place.folder.path(), name)
    };
    let mut told = start("told", &[]);
    let mut ends = start("ends", &["--set", "kafka.exit_when_standing=true"]);
    assert_eq!(ends.ended(STANDS), Some(1), "{}", ends.errors());
    assert!(
        ends.errors().contains("records wait and none is read"),
        "{}",
        ends.errors()
    );

    let address = address(&told);
    let metric = "kentongan_log_standing_partitions{stage=\"ingest\"} 1";
    let stands = until(STANDS, || {
        let (_, text) = get(&address, "/metrics")?;
        text.contains(metric).then_some(())
    });
    assert!(stands.is_some(), "{}", told.errors());
    assert!(
        told.errors().contains("records wait and none is read"),
        "{}",
        told.errors()
    );
    // The transaction ends: what waited is read, and nothing stands.
    blocks.abort_transaction(DEADLINE).unwrap();
    let moves = until(DEADLINE, || {
        let (_, text) = get(&address, "/metrics")?;
        text.contains(&metric.replace("} 1", "} 0")).then_some(())
    });
    assert!(moves.is_some(), "{}", told.errors());
    assert_eq!(told.terminate(STOP), Some(0), "{}", told.errors());
}
