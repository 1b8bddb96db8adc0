//! The log on Kafka, against the embedded broker and, with KENTONGAN_TEST_BOOTSTRAP set (as
//! `scripts/kafka start` prints it), against a real one.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failure is a panic, and a wait has a deadline"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kentongan::config::{Config, Delivery};
use kentongan::log::kafka::catalogue::Catalogue;
use kentongan::log::kafka::embedded::EmbeddedBroker;
use kentongan::log::kafka::topics::{Fixed, Needed, Standing};
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Event, Log, LogError, Outgoing, Partition, Position, RECORD_LIMIT_BYTES};
use kentongan::post::EventTime;
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

/// Longest wait for anything that should happen at once.
const DEADLINE: Duration = Duration::from_secs(40);
const STEP: Duration = Duration::from_millis(50);

/// What a stage saw, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Assigned(Partition, u64),
    Record(Partition, u64, Option<Vec<u8>>),
    AtEnd(Partition, u64),
    Revoked(Partition),
    Lost(Partition),
}

/// A broker and the settings to reach it.
struct Cluster {
    settings: KafkaSettings,
    broker: Option<EmbeddedBroker>,
}

impl Cluster {
    fn embedded() -> Self {
        let broker = EmbeddedBroker::start().unwrap();
        Self {
            settings: settings(&broker.bootstrap().unwrap(), "test"),
            broker: Some(broker),
        }
    }

    /// The real broker with a Kafka topic and a group of their own; `None` without one.
    fn real(name: &str, partitions: u32) -> Option<(Self, String)> {
        let Ok(brokers) = std::env::var("KENTONGAN_TEST_BOOTSTRAP") else {
            eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run against a real broker");
            return None;
        };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let unique = format!("{name}.{}", since_epoch.as_nanos());
        let cluster = Self {
            settings: settings(&brokers, &unique),
            broker: None,
        };
        cluster.create(&unique, partitions);
        Some((cluster, unique))
    }

    fn create(&self, name: &str, partitions: u32) {
        match &self.broker {
            Some(broker) => broker.create(name, partitions).unwrap(),
            None => real_create(&self.settings, name, partitions),
        }
    }

    fn stage(&self, names: &[&str]) -> Stage {
        let subscription = Subscription {
            stage: "stage".into(),
            names: names.iter().map(|&name| name.into()).collect(),
        };
        Stage {
            log: KafkaLog::connect(&self.settings, &subscription).unwrap(),
            seen: Vec::new(),
        }
    }

    fn writer(&self) -> KafkaLog {
        let subscription = Subscription {
            stage: "writer".into(),
            names: Vec::new(),
        };
        KafkaLog::connect(&self.settings, &subscription).unwrap()
    }
}

fn settings(brokers: &str, group: &str) -> KafkaSettings {
    let mut config = Config::built_in().unwrap().kafka;
    brokers.clone_into(&mut config.brokers);
    group.clone_into(&mut config.group);
    assert_eq!(config.delivery, Delivery::AtLeastOnce);
    let mut settings = KafkaSettings::new(&config);
    settings.session_timeout = Duration::from_secs(2);
    settings
}

/// A log and all that it brought.
struct Stage {
    log: KafkaLog,
    seen: Vec<Seen>,
}

impl Stage {
    fn poll(&mut self) -> Result<(), LogError> {
        let seen = &mut self.seen;
        self.log.poll(STEP, &mut |event| seen.push(own(event)))
    }

    /// Polls until `done` holds for what was seen.
    fn until(&mut self, what: &str, done: impl Fn(&[Seen]) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !done(&self.seen) {
            assert!(Instant::now() < end, "no {what} in {:?}", self.seen);
            self.poll().unwrap();
        }
    }

    fn until_records(&mut self, count: usize) {
        self.until("records", |seen| records(seen).count() >= count);
    }

    fn values(&self) -> Vec<String> {
        records(&self.seen).collect()
    }

    /// Commits everything that was read.
    fn commit_read(&mut self) -> Result<(), LogError> {
        let done = read_to(&self.seen);
        self.log.commit(&done)
    }

    fn close(self) {
        self.log.close(DEADLINE).unwrap();
    }
}

fn own(event: Event<'_>) -> Seen {
    match event {
        Event::Assigned { partition, next } => Seen::Assigned(partition.clone(), next),
        Event::Record(record) => Seen::Record(
            record.partition.clone(),
            record.offset,
            record.value.map(<[u8]>::to_vec),
        ),
        Event::AtEnd { partition, next } => Seen::AtEnd(partition.clone(), next),
        Event::Revoked { partition } => Seen::Revoked(partition.clone()),
        Event::Lost { partition } => Seen::Lost(partition.clone()),
    }
}

fn records(seen: &[Seen]) -> impl Iterator<Item = String> {
    seen.iter().filter_map(|seen| match seen {
        Seen::Record(_, _, value) => {
            let value = value.as_deref().unwrap_or(b"(tombstone)");
            Some(String::from_utf8_lossy(value).into_owned())
        }
        Seen::Assigned(..) | Seen::AtEnd(..) | Seen::Revoked(_) | Seen::Lost(_) => None,
    })
}

/// Where each partition stands after what was seen, in owned partitions.
fn read_to(seen: &[Seen]) -> Vec<Position> {
    let mut positions = BTreeMap::new();
    for event in seen {
        match event {
            Seen::Assigned(partition, next) | Seen::AtEnd(partition, next) => {
                positions.insert(partition.clone(), *next);
            }
            Seen::Record(partition, offset, _) => {
                positions.insert(partition.clone(), offset + 1);
            }
            Seen::Revoked(_) => {}
            Seen::Lost(partition) => {
                positions.remove(partition);
            }
        }
    }
    positions
        .into_iter()
        .map(|(partition, next)| Position { partition, next })
        .collect()
}

fn record(name: &str, partition: u32, value: &str) -> Outgoing {
    Outgoing {
        name: name.into(),
        partition: Some(partition),
        key: None,
        value: Some(value.into()),
        headers: Vec::new(),
        timestamp: None,
    }
}

fn write(log: &mut KafkaLog, records: impl IntoIterator<Item = Outgoing>) {
    log.begin().unwrap();
    for record in records {
        log.append(record).unwrap();
    }
    log.commit(&[]).unwrap();
}

fn numbered(name: &str, partitions: u32, numbers: std::ops::Range<u32>) -> Vec<Outgoing> {
    numbers
        .map(|number| record(name, number % partitions, &format!("{number:03}")))
        .collect()
}

fn at_end(name: &str, number: u32, next: u64) -> Seen {
    let name = Arc::from(name);
    Seen::AtEnd(Partition { name, number }, next)
}

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values
}

fn numbers(numbers: std::ops::Range<u32>) -> Vec<String> {
    numbers.map(|number| format!("{number:03}")).collect()
}

fn real_create(settings: &KafkaSettings, name: &str, partitions: u32) {
    let needed = Needed {
        name: name.to_owned(),
        purpose: "a test",
        partitions,
        fixed: Fixed::Yes,
        settings: BTreeMap::from([("cleanup.policy", "delete".to_owned())]),
    };
    let catalogue = Catalogue::connect(settings, 1).unwrap();
    catalogue.create(&needed).unwrap();
    let found = catalogue.find(std::slice::from_ref(&needed)).unwrap();
    assert_eq!(
        needed.standing(found.get(name)),
        Standing::Usable(Vec::new())
    );
    let counts = catalogue.partition_counts(&[name, "no-such-feed"]).unwrap();
    assert_eq!(counts, [Some(partitions), None]);
}

/// Laws that hold on every broker; `name` is a Kafka topic of four partitions, all empty.
fn resumes_after_the_commit(cluster: &Cluster, name: &str) {
    write(&mut cluster.writer(), numbered(name, 4, 0..40));
    let mut first = cluster.stage(&[name]);
    first.until_records(40);
    first.commit_read().unwrap();
    first.close();

    write(&mut cluster.writer(), numbered(name, 4, 40..60));
    let mut second = cluster.stage(&[name]);
    second.until_records(20);
    second.until("ends", |seen| {
        (0..4).all(|number| seen.contains(&at_end(name, number, 15)))
    });
    assert_eq!(sorted(second.values()), numbers(40..60));
    let starts = (0..4).map(|number| Partition {
        name: name.into(),
        number,
    });
    for partition in starts {
        assert!(second.seen.contains(&Seen::Assigned(partition, 10)));
    }
    assert!(second.log.lag().iter().all(|(_, behind)| *behind == 0));
    second.close();
}

fn repeats_but_loses_nothing_when_killed_before_the_commit(cluster: &Cluster, name: &str) {
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(name, 4, 0..20));
    let copy = |stage: &mut Stage| {
        stage.until_records(20);
        stage.log.begin().unwrap();
        for value in stage.values() {
            stage.log.append(record(&out, 0, &value)).unwrap();
        }
    };
    let mut killed = cluster.stage(&[name]);
    copy(&mut killed);
    // The outputs are in the log, the positions are not: the process dies here.
    killed.log.commit(&[]).unwrap();
    killed.close();
    let mut heir = cluster.stage(&[name]);
    copy(&mut heir);
    heir.commit_read().unwrap();
    heir.close();

    let mut reader = cluster.stage(&[&out]);
    reader.until("end", |seen| seen.contains(&at_end(&out, 0, 40)));
    let mut once = sorted(reader.values());
    assert_eq!(once.len(), 40, "each output twice");
    once.dedup();
    assert_eq!(once, numbers(0..20), "none lost");
    reader.close();
}

/// When the member that has to share commits what it has read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CommitAt {
    /// Before the second member comes: the embedded broker takes no commit while a group forms.
    Once,
    /// In its last moment as the owner.
    Revocation,
}

/// A second member joins, then the first leaves: the partitions are revoked before they go, and
/// what was committed by then holds.
fn hands_partitions_over(cluster: &Cluster, name: &str, commit_at: CommitAt) {
    write(&mut cluster.writer(), numbered(name, 4, 0..40));
    let mut first = cluster.stage(&[name]);
    first.until_records(40);
    if commit_at == CommitAt::Once {
        first.commit_read().unwrap();
    }
    let mut second = cluster.stage(&[name]);
    let end = Instant::now() + DEADLINE;
    while !first
        .seen
        .iter()
        .any(|seen| matches!(seen, Seen::Revoked(_)))
    {
        assert!(Instant::now() < end, "nothing revoked: {:?}", first.seen);
        first.poll().unwrap();
        second.poll().unwrap();
    }
    assert!(
        matches!(first.seen.last(), Some(Seen::Revoked(_))),
        "no record after the revocation"
    );
    let committed = first.commit_read();
    match commit_at {
        CommitAt::Once => assert!(committed.unwrap_err().is_transient()),
        CommitAt::Revocation => committed.unwrap(),
    }

    let shared = |first: &Stage, second: &Stage| {
        let last_two = |seen: &[Seen]| {
            seen.iter()
                .filter(|seen| matches!(seen, Seen::Assigned(_, 10)))
                .count()
        };
        last_two(&first.seen) == 2 && last_two(&second.seen) == 2
    };
    while !shared(&first, &second) {
        assert!(
            Instant::now() < end,
            "not shared: {:?} {:?}",
            first.seen,
            second.seen
        );
        first.poll().unwrap();
        second.poll().unwrap();
    }
    assert_eq!(
        second.values(),
        Vec::<String>::new(),
        "nothing committed is read again"
    );
    let gone = Partition {
        name: name.into(),
        number: 3,
    };
    let refused = first.log.commit(&[Position {
        partition: gone,
        next: 5,
    }]);
    assert!(
        refused.unwrap_err().is_transient(),
        "a partition of the other member"
    );

    write(&mut cluster.writer(), numbered(name, 4, 40..60));
    first.until_records(50);
    second.until_records(10);
    first.seen.retain(|seen| !matches!(seen, Seen::Revoked(_)));
    first.close();
    second.until("takeover", |seen| {
        seen.iter()
            .filter(|seen| matches!(seen, Seen::Assigned(..)))
            .count()
            == 6
    });
    second.until_records(20 + 10);
    second.close();
}

fn carries_keys_headers_times_and_tombstones(cluster: &Cluster, name: &str) {
    let time = EventTime::from_millis(1_772_600_767_120);
    let headers = vec![
        ("ce_id".to_owned(), b"a-1".to_vec()),
        ("ce_id".to_owned(), Vec::new()),
    ];
    let full = Outgoing {
        key: Some(b"key".to_vec()),
        headers: headers.clone(),
        timestamp: Some(time),
        ..record(name, 0, "")
    };
    let tombstone = Outgoing {
        value: None,
        ..full.clone()
    };
    write(
        &mut cluster.writer(),
        [full, tombstone, record(name, 0, "plain")],
    );

    let mut log = cluster.stage(&[name]).log;
    let mut read = Vec::new();
    let end = Instant::now() + DEADLINE;
    while read.len() < 3 {
        assert!(Instant::now() < end, "only {read:?}");
        log.poll(STEP, &mut |event| {
            if let Event::Record(record) = event {
                read.push((
                    record.key.map(<[u8]>::to_vec),
                    record.value.map(<[u8]>::to_vec),
                    record.headers.to_vec(),
                    record.arrived_at,
                ));
            }
        })
        .unwrap();
    }
    let key = Some(b"key".to_vec());
    assert_eq!(
        read[0],
        (key.clone(), Some(Vec::new()), headers.clone(), time)
    );
    assert_eq!(read[1], (key, None, headers, time));
    assert_eq!(read[2].0, None);
    assert_eq!(read[2].1.as_deref(), Some(&b"plain"[..]));
    assert!(read[2].2.is_empty());
    assert!(
        read[2].3 > time,
        "without a time of its own: when it was written"
    );
    log.close(DEADLINE).unwrap();
}

#[test]
fn resumes_after_the_commit_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    resumes_after_the_commit(&cluster, "a");
}

#[test]
fn killed_before_the_commit_repeats_and_loses_nothing_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    repeats_but_loses_nothing_when_killed_before_the_commit(&cluster, "a");
}

#[test]
fn partitions_are_revoked_before_they_go_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 4);
    hands_partitions_over(&cluster, "a", CommitAt::Once);
}

#[test]
fn keys_headers_times_and_tombstones_arrive_embedded() {
    let cluster = Cluster::embedded();
    cluster.create("a", 1);
    carries_keys_headers_times_and_tombstones(&cluster, "a");
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
fn resumes_after_the_commit_real() {
    if let Some((cluster, name)) = Cluster::real("resumes", 4) {
        resumes_after_the_commit(&cluster, &name);
    }
}

#[test]
fn killed_before_the_commit_repeats_and_loses_nothing_real() {
    if let Some((cluster, name)) = Cluster::real("killed", 4) {
        repeats_but_loses_nothing_when_killed_before_the_commit(&cluster, &name);
    }
}

#[test]
fn partitions_are_revoked_before_they_go_and_commits_then_hold_real() {
    if let Some((cluster, name)) = Cluster::real("handed-over", 4) {
        hands_partitions_over(&cluster, &name, CommitAt::Revocation);
    }
}

#[test]
fn keys_headers_times_and_tombstones_arrive_real() {
    if let Some((cluster, name)) = Cluster::real("carries", 1) {
        carries_keys_headers_times_and_tombstones(&cluster, &name);
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
