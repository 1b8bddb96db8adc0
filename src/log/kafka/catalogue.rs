//! Which Kafka topics the cluster has, and making those that are missing.
//!
//! In: names, needed Kafka topics. Out: what was found.
//! Rule: only asks and creates; never changes or deletes what is there, and never lets the broker
//! create one on its own by asking for it.
//! Not here: what is needed (`topics`).

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use rdkafka::admin::{
    AdminClient, AdminOptions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication,
};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;

use super::credentials::introduce;
use super::settings::{KafkaSettings, REQUEST_DEADLINE};
use super::topics::{Found, Needed};
use super::trouble::{Quiet, log_error};
use crate::log::LogError;

/// How long one look for a new Kafka topic takes, and how often it is looked for.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS_MAX: usize = 200;
/// Most events of the client that are handed on after a failure.
const EVENTS_MAX: usize = 50;

/// A view of the cluster's Kafka topics. Waits for the brokers in every call, so it belongs on a
/// plain thread, not on one that runs tasks.
pub struct Catalogue {
    client: BaseConsumer<Quiet>,
    admin: AdminClient<Quiet>,
    copies: u16,
}

impl Catalogue {
    /// A view of the cluster of `settings`; new Kafka topics get `copies` copies.
    pub fn connect(settings: &KafkaSettings, copies: u16) -> Result<Self, LogError> {
        let config = settings.client("catalogue")?;
        let failed = |error| log_error("connecting to Kafka", &error);
        let client = BaseConsumer::from_config_and_context(&config, Quiet).map_err(failed)?;
        let admin = AdminClient::from_config_and_context(&config, Quiet).map_err(failed)?;
        introduce(&settings.security, client.client())?;
        introduce(&settings.security, admin.inner())?;
        Ok(Self {
            client,
            admin,
            copies,
        })
    }

    /// How many partitions each of `names` has, in their order; `None` where there is no such
    /// Kafka topic.
    pub fn partition_counts(&self, names: &[&str]) -> Result<Vec<Option<u32>>, LogError> {
        let all = self.all_partition_counts()?;
        Ok(names.iter().map(|&name| all.get(name).copied()).collect())
    }

    /// What the cluster has of `needed`, by name, with its settings.
    pub fn find(&self, needed: &[Needed]) -> Result<BTreeMap<String, Found>, LogError> {
        let all = self.all_partition_counts()?;
        let mut found: BTreeMap<String, Found> = needed
            .iter()
            .filter_map(|needed| {
                let partitions = *all.get(&needed.name)?;
                let settings = BTreeMap::new();
                Some((
                    needed.name.clone(),
                    Found {
                        partitions,
                        settings,
                    },
                ))
            })
            .collect();
        self.add_settings(&mut found)?;
        Ok(found)
    }

    /// Makes a Kafka topic and waits until the cluster shows it.
    pub fn create(&self, needed: &Needed) -> Result<(), LogError> {
        let partitions = i32::try_from(needed.partitions).unwrap_or(i32::MAX);
        let copies = TopicReplication::Fixed(i32::from(self.copies));
        let new = needed.settings.iter().fold(
            NewTopic::new(&needed.name, partitions, copies),
            |new, (name, value)| new.set(name, value),
        );
        let results = wait(self.admin.create_topics([&new], &options()))?;
        for result in results {
            result.map_err(|(name, code)| {
                log_error("creating a Kafka topic", &KafkaError::AdminOp(code))
                    .with_detail(&format!("{name}: {code}"))
            })?;
        }
        self.wait_until_visible(needed)
    }

    fn wait_until_visible(&self, needed: &Needed) -> Result<(), LogError> {
        for _ in 0..LOOKS_MAX {
            if self.all_partition_counts()?.get(&needed.name) == Some(&needed.partitions) {
                return Ok(());
            }
            // A client without a group has nothing to read: this only waits.
            if let Some(Err(error)) = self.client.poll(LOOK) {
                return Err(log_error("creating a Kafka topic", &error));
            }
        }
        Err(LogError::Transient {
            operation: "creating a Kafka topic",
            detail: format!("the cluster does not show {} yet", needed.name),
        })
    }

    /// Asks for all Kafka topics: asking for one by name may create it.
    fn all_partition_counts(&self) -> Result<BTreeMap<String, u32>, LogError> {
        let metadata = self
            .client
            .fetch_metadata(None, REQUEST_DEADLINE)
            .map_err(|error| {
                self.hear();
                log_error("asking for the Kafka topics", &error)
            })?;
        let found = metadata
            .topics()
            .iter()
            .filter(|found| found.error().is_none());
        Ok(found
            .map(|found| {
                let partitions = u32::try_from(found.partitions().len()).unwrap_or(u32::MAX);
                (found.name().to_owned(), partitions)
            })
            .collect())
    }

    /// Hands on what the client has to say: whoever waited heard of a deadline only.
    fn hear(&self) {
        for _ in 0..EVENTS_MAX {
            // Nothing is read: this only serves the client.
            drop(self.client.poll(Duration::ZERO));
        }
    }

    fn add_settings(&self, found: &mut BTreeMap<String, Found>) -> Result<(), LogError> {
        if found.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = found.keys().cloned().collect();
        let asked: Vec<_> = names
            .iter()
            .map(|name| ResourceSpecifier::Topic(name))
            .collect();
        for resource in wait(self.admin.describe_configs(&asked, &options()))? {
            let resource = resource
                .map_err(|code| log_error("asking for settings", &KafkaError::AdminOp(code)))?;
            let OwnedResourceSpecifier::Topic(name) = &resource.specifier else {
                continue;
            };
            if let Some(found) = found.get_mut(name) {
                let entries = resource.entries.into_iter();
                found.settings = entries
                    .filter_map(|entry| Some((entry.name, entry.value?)))
                    .collect();
            }
        }
        Ok(())
    }
}

fn options() -> AdminOptions {
    AdminOptions::new()
        .request_timeout(Some(REQUEST_DEADLINE))
        .operation_timeout(Some(REQUEST_DEADLINE))
}

/// Waits for an answer. The client answers from its own thread: no timers, no sockets are needed.
fn wait<T>(answer: impl Future<Output = Result<T, KafkaError>>) -> Result<T, LogError> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| LogError::Fatal {
            operation: "asking Kafka",
            detail: error.to_string(),
        })?
        .block_on(answer)
        .map_err(|error| log_error("asking Kafka", &error))
}
