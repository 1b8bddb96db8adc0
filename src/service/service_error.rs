//! Why the service could not start, or ended.

use std::net::SocketAddr;

use super::RenderingError;
use super::fact_checks::FactChecksError;
use super::lists;
use super::notify_addresses::NotifyError;
use crate::desk::AccessError;
use crate::log::LogError;
use crate::traces::TracesError;

/// Why the service could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The lists of the gate and the watch topics.
    #[error("loading the lists")]
    Lists(#[from] lists::ListsError),
    /// The fact-checks.
    #[error(transparent)]
    FactChecks(#[from] FactChecksError),
    /// The words of alerts.
    #[error("loading the words of alerts")]
    Words(#[from] RenderingError),
    /// A channel of notify.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// Traces are asked for, and there are none.
    #[error(transparent)]
    Traces(#[from] TracesError),
    /// The page would be open to strangers.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A metric.
    #[error("building the metrics")]
    Metrics(#[from] prometheus::Error),
    /// A port.
    #[error(
        "listening on {listen}: is the port taken? choose another with --set http.listen=... or http.metrics_listen=..."
    )]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A thread.
    #[error("starting the thread {name}")]
    Thread {
        /// Its name.
        name: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A partition has records, and the stage does not get on (`kafka.exit_when_standing`).
    #[error("{stage} does not get on with a partition that has records, see the log")]
    Standing {
        /// The stage.
        stage: &'static str,
    },
    /// A Kafka topic is missing.
    #[error(
        "the Kafka topic {name} does not exist, or this client's user may not see it: create it with \
         `kentongan topics --create`, or give the user the rights of its role (docs/security.md)"
    )]
    Missing {
        /// The Kafka topic.
        name: String,
    },
}
