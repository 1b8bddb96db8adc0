//! A Kafka broker inside this process, for `demo` and quick tests: librdkafka's mock cluster.
//!
//! In: Kafka topics to make. Out: a bootstrap address on 127.0.0.1, a free port.
//! Rule: everything is in memory and gone with the value.
//! Limits: each partition keeps its newest 5 MiB (compressed) or 100,000 batches, and a slower
//! reader silently jumps; no transactions (all calls succeed and do nothing), no time retention, no
//! compaction, no admin requests. A group forms at once, but each later rebalance takes its session
//! timeout less 1 s, and meanwhile no commit is taken: not even at a revocation, as real ones do.

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, DefaultProducerContext, Producer};

use super::native::form_groups_at_once;
use super::trouble::log_error;
use crate::log::LogError;

/// Every broker of the mock cluster.
const ALL: i32 = -1;

/// A broker that lives as long as this value.
pub struct EmbeddedBroker {
    /// The client that the mock cluster lives in; it writes nothing itself.
    host: BaseProducer,
}

impl EmbeddedBroker {
    /// Starts a broker.
    pub fn start() -> Result<Self, LogError> {
        let host: BaseProducer = ClientConfig::new()
            .set("test.mock.num.brokers", "1")
            .set("client.id", "kentongan-embedded-broker")
            .create()
            .map_err(|error| failed(&error))?;
        form_groups_at_once(host.client());
        let broker = Self { host };
        broker.cluster()?;
        Ok(broker)
    }

    /// Its address, for `kafka.brokers`.
    pub fn bootstrap(&self) -> Result<String, LogError> {
        Ok(self.cluster()?.bootstrap_servers())
    }

    /// Makes a Kafka topic.
    pub fn create(&self, name: &str, partitions: u32) -> Result<(), LogError> {
        let partitions = i32::try_from(partitions).unwrap_or(i32::MAX);
        self.cluster()?
            .create_topic(name, partitions, 1)
            .map_err(|error| failed(&error))
    }

    /// Drops all connections and takes no new ones: an outage.
    pub fn down(&self) -> Result<(), LogError> {
        self.cluster()?
            .broker_down(ALL)
            .map_err(|error| failed(&error))
    }

    /// Ends the outage; nothing was forgotten.
    pub fn up(&self) -> Result<(), LogError> {
        self.cluster()?
            .broker_up(ALL)
            .map_err(|error| failed(&error))
    }

    fn cluster(&self) -> Result<MockCluster<'_, DefaultProducerContext>, LogError> {
        self.host
            .client()
            .mock_cluster()
            .ok_or_else(|| failed(&KafkaError::ClientCreation("no mock cluster".to_owned())))
    }
}

fn failed(error: &KafkaError) -> LogError {
    log_error("the embedded broker", error)
}
