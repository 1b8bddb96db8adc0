//! What the Kafka client is told.
//!
//! In: the configuration. Out: the client's properties for reading and for writing.
//! Rule: nothing in them is drawn at random, and every queue in the client has a limit.
//! Not here: the settings of Kafka topics (`topics`).

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use super::credentials;
use crate::config::{Delivery, GroupProtocol, Kafka, Security};
use crate::log::{LogError, RECORD_LIMIT_BYTES};

/// How long one request, or the delivery of one record, may take before it has failed.
pub(super) const REQUEST_DEADLINE: Duration = Duration::from_secs(10);
/// How long a transaction may stay open before the brokers end it: so long can the death of one
/// process keep the readers of its outputs waiting.
const TRANSACTION_DEADLINE: Duration = Duration::from_secs(10);
/// How long one step of a transaction may take: a few of them fit into [`TRANSACTION_DEADLINE`].
pub(super) const STEP_DEADLINE: Duration = Duration::from_secs(4);
/// How long a member may not poll before it has left its group: longer than all steps of a
/// transaction that goes wrong.
const POLL_DEADLINE: Duration = Duration::from_mins(2);
/// Room for a record's frame and its batch above [`RECORD_LIMIT_BYTES`].
pub(super) const FRAME_BYTES: usize = 64 * 1024;
/// How much may wait in a producer for the broker, KiB.
pub const PRODUCER_QUEUE_KBYTES: u32 = 65_536;
/// Records that may wait in a producer for the broker.
pub const PRODUCER_QUEUE_RECORDS: u32 = 200_000;

/// The cluster, and how this process reads and writes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaSettings {
    /// Bootstrap servers, `host:port`, comma separated.
    pub brokers: String,
    /// Prefix of the consumer groups.
    pub group: String,
    /// This process's name in the group.
    pub member: Arc<str>,
    /// How the group shares partitions.
    pub group_protocol: GroupProtocol,
    /// Whether the group knows members by that name.
    pub static_membership: bool,
    /// How outputs and input positions go together.
    pub delivery: Delivery,
    /// Most memory for records that were read but not yet handled, KiB.
    pub queued_max_kbytes: u32,
    /// A member that is silent for so long has left its group; whole milliseconds.
    pub session_timeout: Duration,
    /// How the brokers know this client, and it them.
    pub security: Security,
}

impl KafkaSettings {
    /// As configured.
    pub fn new(config: &Kafka) -> Self {
        Self {
            brokers: config.brokers.clone(),
            group: config.group.clone(),
            member: member(&config.member).into(),
            group_protocol: config.group_protocol,
            static_membership: config.static_membership,
            delivery: config.delivery,
            queued_max_kbytes: config.queued_max_kbytes,
            session_timeout: Duration::from_millis(config.session_timeout_ms.into()),
            security: config.security.clone(),
        }
    }

    /// Properties of a consumer for `subscription`.
    ///
    /// The classic group protocol goes with whole reassignments (range): the cooperative assignor of
    /// this client version loses assignments. Under the younger protocol the brokers assign, and its
    /// timeouts are theirs: the client refuses to start with settings of its own.
    pub(super) fn consumer(&self, subscription: &Subscription) -> Result<ClientConfig, LogError> {
        let group = format!("{}-{}", self.group, subscription.stage);
        let session_ms = self.session_timeout.as_millis();
        let mut config = self.client(&subscription.stage)?;
        config
            .set("group.id", group)
            .set("group.protocol", self.group_protocol.as_str())
            .set("max.poll.interval.ms", POLL_DEADLINE.as_millis().to_string())
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            .set("allow.auto.create.topics", "false")
            .set("queued.max.messages.kbytes", self.queued_max_kbytes.to_string())
            // The two waits that decide how soon the end of a partition is known, and how soon
            // fetching goes on after the queue was full.
            .set("fetch.wait.max.ms", "100")
            .set("fetch.queue.backoff.ms", "50");
        if self.group_protocol == GroupProtocol::Classic {
            let heartbeat_ms = (session_ms / 10).clamp(1, 3000);
            config
                .set("partition.assignment.strategy", "range")
                .set("session.timeout.ms", session_ms.to_string())
                .set("heartbeat.interval.ms", heartbeat_ms.to_string());
        }
        if self.static_membership {
            config.set("group.instance.id", &*self.member);
        }
        Ok(config)
    }

    /// Properties of a producer.
    pub(super) fn producer(&self, stage: &str) -> Result<ClientConfig, LogError> {
        let record_bytes = RECORD_LIMIT_BYTES + FRAME_BYTES;
        let mut config = self.client(stage)?;
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("compression.type", "lz4")
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "5")
            .set("batch.size", "1000000")
            .set("message.max.bytes", record_bytes.to_string())
            .set(
                "queue.buffering.max.kbytes",
                PRODUCER_QUEUE_KBYTES.to_string(),
            )
            .set(
                "queue.buffering.max.messages",
                PRODUCER_QUEUE_RECORDS.to_string(),
            )
            .set(
                "message.timeout.ms",
                REQUEST_DEADLINE.as_millis().to_string(),
            );
        Ok(config)
    }

    /// Properties of the producer of transactions of `stage`. Its id is the same in each life of
    /// the member, so that a new life ends at once what the one before left open.
    pub(super) fn transactional_producer(&self, stage: &str) -> Result<ClientConfig, LogError> {
        let id = format!("{}-{stage}-{}", self.group, self.member);
        let mut config = self.producer(stage)?;
        config
            .set("transactional.id", id)
            .set(
                "transaction.timeout.ms",
                TRANSACTION_DEADLINE.as_millis().to_string(),
            )
            .set("message.timeout.ms", STEP_DEADLINE.as_millis().to_string())
            .set("socket.timeout.ms", STEP_DEADLINE.as_millis().to_string());
        Ok(config)
    }

    /// Properties of every client; an error names a secret that cannot be read.
    pub(super) fn client(&self, stage: &str) -> Result<ClientConfig, LogError> {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", format!("kentongan-{stage}"))
            .set(
                "socket.timeout.ms",
                REQUEST_DEADLINE.as_millis().to_string(),
            )
            .set("reconnect.backoff.max.ms", "1000")
            .set("log.connection.close", "false")
            .set_log_level(RDKafkaLogLevel::Warning);
        credentials::apply(&self.security, &mut config)?;
        Ok(config)
    }
}

/// The configured name of this process, or one made of the host's name and the process id: in a
/// container the same in each life, on one host different for each process.
fn member(configured: &str) -> String {
    if !configured.is_empty() {
        return configured.to_owned();
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}-{}", host.trim(), std::process::id())
}

/// What a stage reads, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The stage: its consumer group is the configured one, `-`, and this.
    pub stage: Arc<str>,
    /// The Kafka topics to read; none for a stage that only writes.
    pub names: Vec<Arc<str>>,
}
