//! The log on Kafka, against the embedded broker and, with `KENTONGAN_TEST_BOOTSTRAP` set (as
//! `scripts/kafka start` prints it), against a real one.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is a panic, and a wait has a deadline"
)]

mod cluster;
mod feeder;
mod laws;
mod transactions;

use std::time::Instant;

use cluster::{Cluster, DEADLINE, Seen, at_end, numbered, record, records, write};
use kentongan::cli::topics;
use kentongan::config::Config;
use kentongan::log::{Log, LogError, Partition, Position, RECORD_LIMIT_BYTES};
use laws::CommitAt;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

#[test]
fn resumes_after_the_commit_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    laws::resumes_after_the_commit(&cluster, "a");
}

#[test]
fn killed_before_the_commit_repeats_and_loses_nothing_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    laws::repeats_but_loses_nothing_when_killed_before_the_commit(&cluster, "a");
}

#[test]
fn partitions_are_revoked_before_they_go_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    laws::hands_partitions_over(&cluster, "a", CommitAt::Once);
}

#[test]
fn keys_headers_times_and_tombstones_arrive_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    laws::carries_keys_headers_times_and_tombstones(&cluster, "a");
}

#[test]
fn each_of_two_feeds_ends_by_its_own_name() {
    let cluster = Cluster::embedded();
    cluster.create("a", 2);
    cluster.create("b", 2);
    write(&mut cluster.writer(), numbered("a", 2, 0..6));
    let mut stage = cluster.stage(&["a", "b"]);
    let ends = [
        at_end("a", 0, 3),
        at_end("a", 1, 3),
        at_end("b", 0, 0),
        at_end("b", 1, 0),
    ];
    stage.until("ends", |seen| ends.iter().all(|end| seen.contains(end)));

    write(&mut cluster.writer(), [record("b", 1, "new")]);
    stage.until("second end", |seen| seen.contains(&at_end("b", 1, 1)));
    let ends = stage
        .seen
        .iter()
        .filter(|seen| matches!(seen, Seen::AtEnd(..)))
        .count();
    assert_eq!(
        ends, 5,
        "an end comes again only after new records: {:?}",
        stage.seen
    );
    stage.close();
}

#[test]
fn an_aborted_transaction_leaves_nothing() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    let mut writer = cluster.writer();
    writer.begin().unwrap();
    writer.append(record("a", 0, "dropped")).unwrap();
    writer.abort().unwrap();
    write(&mut writer, [record("a", 0, "kept")]);
    let mut stage = cluster.stage(&["a"]);
    stage.until("end", |seen| seen.contains(&at_end("a", 0, 1)));
    assert_eq!(stage.values(), ["kept"]);
    stage.close();
}

#[test]
fn a_stage_starts_and_goes_on_where_it_seeks() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    write(&mut cluster.writer(), numbered("a", 1, 0..5));
    let mut stage = cluster.stage(&["a"]);
    let partition = Partition {
        name: "a".into(),
        number: 0,
    };
    let seek = |next| Position {
        partition: partition.clone(),
        next,
    };
    stage.until("assignment", |seen| !seen.is_empty());
    stage.log.seek(&seek(3)).unwrap();
    stage.until("end", |seen| seen.contains(&at_end("a", 0, 5)));
    assert_eq!(stage.values(), ["003", "004"]);

    stage.seen.clear();
    stage.log.seek(&seek(2)).unwrap();
    stage.until("end", |seen| seen.contains(&at_end("a", 0, 5)));
    assert_eq!(stage.values(), ["002", "003", "004"]);
    stage.close();
}

#[test]
fn a_record_over_the_limit_is_refused_and_the_rest_goes_on() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    let mut writer = cluster.writer();
    let longest = "x".repeat(RECORD_LIMIT_BYTES);
    writer.begin().unwrap();
    let refused = writer.append(record("a", 0, &format!("{longest}x")));
    assert!(
        matches!(refused, Err(LogError::TooLarge { .. })),
        "{refused:?}"
    );
    writer.append(record("a", 0, &longest)).unwrap();
    writer.commit(&[]).unwrap();
    let mut stage = cluster.stage(&["a"]);
    stage.until("end", |seen| seen.contains(&at_end("a", 0, 1)));
    stage.close();
}

#[test]
fn an_outage_does_not_end_the_stage() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    write(&mut cluster.writer(), [record("a", 0, "before")]);
    let mut stage = cluster.stage(&["a"]);
    stage.until_records(1);
    let broker = cluster.broker.as_ref().unwrap();
    broker.down().unwrap();
    let end = Instant::now() + DEADLINE;
    while stage.log.troubles() == 0 {
        assert!(Instant::now() < end, "the outage was not noticed");
        stage.poll().unwrap();
    }
    let error = stage.commit_read().unwrap_err();
    assert!(error.is_transient(), "{error}");
    broker.up().unwrap();
    write(&mut cluster.writer(), [record("a", 0, "after")]);
    stage.until("the record after the outage", |seen| {
        records(seen).any(|value| value == "after")
    });
    stage.close();
}

#[test]
fn writing_to_a_broker_that_is_away_fails_for_now() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    let mut writer = cluster.writer();
    write(&mut writer, [record("a", 0, "before")]);
    cluster.broker.as_ref().unwrap().down().unwrap();
    writer.begin().unwrap();
    writer.append(record("a", 0, "lost")).unwrap();
    let error = writer.commit(&[]).unwrap_err();
    assert!(error.is_transient(), "{error}");
    cluster.broker.as_ref().unwrap().up().unwrap();
    write(&mut writer, [record("a", 0, "after")]);
}

#[test]
fn posts_of_one_source_keep_their_order_embedded() {
    let cluster = Cluster::embedded();
    feeder::names_a_feed_that_is_missing(&cluster, "a");
    feeder::keeps_the_order_of_each_source(&cluster, "a");
}

#[test]
fn posts_of_one_source_keep_their_order_real() {
    if let Some((cluster, name)) = Cluster::real("feeder", 1) {
        feeder::names_a_feed_that_is_missing(&cluster, &name);
        feeder::keeps_the_order_of_each_source(&cluster, &name);
    }
}

#[test]
fn resumes_after_the_commit_real() {
    if let Some((cluster, name)) = Cluster::real("resumes", 4) {
        laws::resumes_after_the_commit(&cluster, &name);
    }
}

#[test]
fn killed_before_the_commit_repeats_and_loses_nothing_real() {
    if let Some((cluster, name)) = Cluster::real("killed", 4) {
        laws::repeats_but_loses_nothing_when_killed_before_the_commit(&cluster, &name);
    }
}

#[test]
fn partitions_are_revoked_before_they_go_and_commits_then_hold_real() {
    if let Some((cluster, name)) = Cluster::real("handed-over", 4) {
        laws::hands_partitions_over(&cluster, &name, CommitAt::Revocation);
    }
}

#[test]
fn keys_headers_times_and_tombstones_arrive_real() {
    if let Some((cluster, name)) = Cluster::real("carries", 1) {
        laws::carries_keys_headers_times_and_tombstones(&cluster, &name);
    }
}

#[test]
fn resumes_after_the_transaction_real() {
    if let Some((cluster, name)) = Cluster::exactly_once("resumes-once", 4) {
        laws::resumes_after_the_commit(&cluster, &name);
    }
}

#[test]
fn partitions_are_revoked_before_they_go_and_transactions_then_hold_real() {
    if let Some((cluster, name)) = Cluster::exactly_once("handed-over-once", 4) {
        laws::hands_partitions_over(&cluster, &name, CommitAt::Revocation);
    }
}

/// Markers of transactions take offsets: the end of a partition lies behind them, and an aborted
/// record is never seen. The embedded broker knows no transactions.
#[test]
fn the_end_lies_behind_the_markers_of_transactions_real() {
    let Some((cluster, name)) = Cluster::real("markers", 1) else {
        return;
    };
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", &cluster.settings.brokers)
        .set("transactional.id", &name)
        .create()
        .unwrap();
    let send = |value: &str| {
        let record = BaseRecord::<(), str>::to(&name).payload(value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
        producer.flush(DEADLINE).unwrap();
    };
    producer.init_transactions(DEADLINE).unwrap();
    producer.begin_transaction().unwrap();
    send("committed");
    producer.commit_transaction(DEADLINE).unwrap();
    producer.begin_transaction().unwrap();
    send("aborted");
    producer.abort_transaction(DEADLINE).unwrap();

    let mut stage = cluster.stage(&[&name]);
    stage.until("end", |seen| seen.contains(&at_end(&name, 0, 4)));
    assert_eq!(stage.values(), ["committed"]);
    assert!(stage.log.lag().iter().all(|(_, behind)| *behind == 0));
    stage.commit_read().unwrap();
    stage.close();
}

#[test]
fn missing_kafka_topics_are_made_once_and_drift_is_refused_real() {
    let Some((cluster, name)) = Cluster::real("topics", 1) else {
        return;
    };
    let mut config = Config::built_in().unwrap();
    config.kafka.brokers.clone_from(&cluster.settings.brokers);
    let own = |default: &str| format!("{name}.{default}");
    for feed in &mut config.feeds {
        feed.name = own(&feed.name);
    }
    config.kafka.counts = own("counts");
    config.kafka.signals = own("signals");
    config.kafka.actions = own("actions");
    config.kafka.alerts = own("alerts");
    config.kafka.pulse = own("pulse");
    config.kafka.snapshots = own("snapshots");
    let run = |config: &Config, create| {
        let mut out = Vec::new();
        topics::run(config, &topics::Arguments { create }, &mut out)
            .map(|()| String::from_utf8(out).unwrap())
    };
    assert!(run(&config, false).unwrap().contains("11 missing"));
    let made = run(&config, true).unwrap();
    assert!(
        made.contains("32 partitions") && !made.contains("missing"),
        "{made}"
    );
    assert!(
        !made.contains("recommended"),
        "settings as asked for: {made}"
    );
    assert_eq!(run(&config, true).unwrap(), made, "nothing left to make");

    config.kafka.counts_partitions = 64;
    let drift = run(&config, true).unwrap_err().to_string();
    assert!(
        drift.contains("has 32 partitions, the configuration says 64"),
        "{drift}"
    );
}
