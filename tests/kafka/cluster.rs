//! A broker to test against, a stage that remembers what it saw, and records to write.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kentongan::config::{Config, Delivery};
use kentongan::log::kafka::catalogue::Catalogue;
use kentongan::log::kafka::embedded::EmbeddedBroker;
use kentongan::log::kafka::topics::{Fixed, Needed, Standing};
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Event, Log, LogError, Outgoing, Partition, Position};

/// Longest wait for anything that should happen at once.
pub(crate) const DEADLINE: Duration = Duration::from_secs(40);
pub(crate) const STEP: Duration = Duration::from_millis(50);

/// What a stage saw, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Assigned(Partition, u64),
    Record(Partition, u64, Option<Vec<u8>>),
    AtEnd(Partition, u64),
    Revoked(Partition),
    Lost(Partition),
}

/// A broker and the settings to reach it.
pub(crate) struct Cluster {
    pub(crate) settings: KafkaSettings,
    pub(crate) broker: Option<EmbeddedBroker>,
}

impl Cluster {
    pub(crate) fn embedded() -> Self {
        let broker = EmbeddedBroker::start().unwrap();
        Self {
            settings: settings(&broker.bootstrap().unwrap(), "test"),
            broker: Some(broker),
        }
    }

    /// The real broker with a Kafka topic and a group of their own; `None` without one.
    pub(crate) fn real(name: &str, partitions: u32) -> Option<(Self, String)> {
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

    /// As [`Cluster::real`], with transactions.
    pub(crate) fn exactly_once(name: &str, partitions: u32) -> Option<(Self, String)> {
        let (mut cluster, name) = Self::real(name, partitions)?;
        cluster.settings.delivery = Delivery::ExactlyOnce;
        Some((cluster, name))
    }

    pub(crate) fn create(&self, name: &str, partitions: u32) {
        match &self.broker {
            Some(broker) => broker.create(name, partitions).unwrap(),
            None => real_create(&self.settings, name, partitions),
        }
    }

    pub(crate) fn stage(&self, names: &[&str]) -> Stage {
        let subscription = Subscription {
            stage: "stage".into(),
            names: names.iter().map(|&name| name.into()).collect(),
        };
        Stage {
            log: KafkaLog::connect(&self.settings, &subscription).unwrap(),
            seen: Vec::new(),
        }
    }

    pub(crate) fn writer(&self) -> KafkaLog {
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
    config.delivery = Delivery::AtLeastOnce;
    let mut settings = KafkaSettings::new(&config);
    settings.session_timeout = Duration::from_secs(2);
    settings
}

/// A log and all that it brought.
pub(crate) struct Stage {
    pub(crate) log: KafkaLog,
    pub(crate) seen: Vec<Seen>,
}

impl Stage {
    pub(crate) fn poll(&mut self) -> Result<(), LogError> {
        let seen = &mut self.seen;
        self.log.poll(STEP, &mut |event| seen.push(own(event)))
    }

    /// Polls until `done` holds for what was seen.
    pub(crate) fn until(&mut self, what: &str, done: impl Fn(&[Seen]) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !done(&self.seen) {
            assert!(Instant::now() < end, "no {what} in {:?}", self.seen);
            self.poll().unwrap();
        }
    }

    pub(crate) fn until_records(&mut self, count: usize) {
        self.until("records", |seen| records(seen).count() >= count);
    }

    pub(crate) fn values(&self) -> Vec<String> {
        records(&self.seen).collect()
    }

    /// Commits everything that was read.
    pub(crate) fn commit_read(&mut self) -> Result<(), LogError> {
        self.log.begin()?;
        self.commit_begun()
    }

    /// The same, after a begin and perhaps some records.
    pub(crate) fn commit_begun(&mut self) -> Result<(), LogError> {
        let done = read_to(&self.seen);
        self.log.commit(&done)
    }

    pub(crate) fn close(self) {
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

pub(crate) fn records(seen: &[Seen]) -> impl Iterator<Item = String> {
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

pub(crate) fn record(name: &str, partition: u32, value: &str) -> Outgoing {
    Outgoing {
        name: name.into(),
        partition: Some(partition),
        key: None,
        value: Some(value.into()),
        headers: Vec::new(),
        timestamp: None,
    }
}

pub(crate) fn write(log: &mut KafkaLog, records: impl IntoIterator<Item = Outgoing>) {
    log.begin().unwrap();
    for record in records {
        log.append(record).unwrap();
    }
    log.commit(&[]).unwrap();
}

pub(crate) fn numbered(
    name: &str,
    partitions: u32,
    numbers: std::ops::Range<u32>,
) -> Vec<Outgoing> {
    numbers
        .map(|number| record(name, number % partitions, &format!("{number:03}")))
        .collect()
}

pub(crate) fn at_end(name: &str, number: u32, next: u64) -> Seen {
    let name = Arc::from(name);
    Seen::AtEnd(Partition { name, number }, next)
}

pub(crate) fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort_unstable();
    values
}

pub(crate) fn numbers(numbers: std::ops::Range<u32>) -> Vec<String> {
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
