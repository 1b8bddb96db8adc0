//! What goes wrong between this process and the brokers.
//!
//! In: errors of the client. Out: [`LogError`], or a count and now and then a line in the log.
//! Rule: brokers that are away never end the process; an error that trying again cannot heal does,
//! with a sentence on what to do.

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tracing::{debug, warn};

use crate::log::LogError;

/// Counts troubles. A broker that is away brings hundreds a minute: the first is logged, then
/// the tenth, the hundredth and so on, until a record arrives again.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    total: u64,
    since_record: u64,
}

impl Troubles {
    /// All troubles so far.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Counts one, and logs it when it is its turn.
    pub(super) fn note(&mut self, code: Option<RDKafkaErrorCode>, detail: &str) {
        self.total += 1;
        self.since_record += 1;
        if is_power_of_ten(self.since_record) {
            let advice = code.map_or("", advice);
            warn!(
                detail,
                advice,
                times = self.since_record,
                "kafka is in trouble, trying again"
            );
        }
    }

    /// A record arrived: the next trouble is news again.
    pub(super) fn over(&mut self) {
        self.since_record = 0;
    }
}

fn is_power_of_ten(number: u64) -> bool {
    number
        .checked_ilog10()
        .is_some_and(|exponent| number == 10_u64.pow(exponent))
}

/// Turns an error of the client into one of the log.
pub(super) fn log_error(operation: &'static str, error: &KafkaError) -> LogError {
    let code = error.rdkafka_error_code();
    let permanent = match code {
        Some(code) => is_permanent(code),
        None => matches!(
            error,
            KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) | KafkaError::Nul(_)
        ),
    };
    let advice = code.map_or("", advice);
    let detail = if advice.is_empty() {
        error.to_string()
    } else {
        format!("{error}; {advice}")
    };
    if permanent {
        LogError::Fatal { operation, detail }
    } else {
        LogError::Transient { operation, detail }
    }
}

/// Whether the same request would fail again for ever.
fn is_permanent(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::Fatal
            | Code::Fenced
            | Code::FencedInstanceId
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownPartition
            | Code::MessageSizeTooLarge
            | Code::Authentication
            | Code::SaslAuthenticationFailed
    ) || is_forbidden(code)
}

/// Whether the brokers say that this client's user may not do it.
pub(super) fn is_forbidden(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
    )
}

/// Whether another producer, or the coordinator, took this one's transactional id.
pub(super) fn is_fenced(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::Fatal | Code::Fenced | Code::InvalidProducerEpoch | Code::ProducerFenced
    )
}

/// What a person can do about it; empty where waiting is all.
fn advice(code: RDKafkaErrorCode) -> &'static str {
    use RDKafkaErrorCode as Code;
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only some codes have an answer that people can give"
    )]
    match code {
        Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition => {
            "`kentongan topics --create` makes the Kafka topics that are missing"
        }
        Code::MessageSizeTooLarge => {
            "raise max.message.bytes of the Kafka topic: `kentongan topics` shows what is needed"
        }
        Code::Authentication | Code::SaslAuthenticationFailed => {
            "the brokers do not accept this client: see [kafka.security] in the configuration"
        }
        Code::TopicAuthorizationFailed
        | Code::GroupAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::TransactionalIdAuthorizationFailed => {
            "give this client's user the rights of its role: docs/security.md lists them"
        }
        Code::SSL => {
            "see [kafka.security] in the configuration: ca_file, certificate_file, key_file"
        }
        Code::Fenced | Code::FencedInstanceId => {
            "another process took this one's place: give each its own kafka.member, or leave it empty"
        }
        Code::Fatal => "restart the process: it goes on from the last commit",
        Code::AllBrokersDown | Code::BrokerTransportFailure | Code::Resolve => {
            "check that the brokers run and that kafka.brokers names them"
        }
        Code::IllegalGeneration | Code::UnknownMemberId | Code::RebalanceInProgress => {
            "the group gave the partitions to others, who read the same again"
        }
        _ => "",
    }
}

/// The callbacks of a client that only hands on its log lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log_line(level as i32, &format!("{facility}: {message}"));
    }

    /// Whoever asks hears of a deadline only: a refused client is told here, or nowhere.
    fn error(&self, error: KafkaError, reason: &str) {
        use RDKafkaErrorCode as Code;
        let code = match error.rdkafka_error_code() {
            // A certificate that is missing is told of after the handshake, as a broken line.
            Some(Code::BrokerTransportFailure) if reason.contains("SSL routines") => {
                Some(Code::SSL)
            }
            code => code,
        };
        if let Some(code @ (Code::Authentication | Code::SSL)) = code {
            let advice = advice(code);
            warn!(reason, advice, "kafka does not accept this client");
        } else {
            debug!(%error, reason, "kafka client");
        }
    }
}

impl ConsumerContext for Quiet {}

/// One line of the client's own log; `level` is syslog's. What matters also comes as an error,
/// so all but the most urgent lines are for debugging.
pub(super) fn log_line(level: i32, line: &str) {
    if level <= RDKafkaLogLevel::Critical as i32 {
        warn!(line, "kafka client");
    } else {
        debug!(line, "kafka client");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_that_are_away_are_transient() {
        for code in [
            RDKafkaErrorCode::AllBrokersDown,
            RDKafkaErrorCode::BrokerTransportFailure,
            RDKafkaErrorCode::OperationTimedOut,
            RDKafkaErrorCode::IllegalGeneration,
        ] {
            assert!(
                log_error("reading", &KafkaError::Global(code)).is_transient(),
                "{code}"
            );
        }
    }

    #[test]
    fn a_missing_topic_is_fatal_and_says_how_to_make_it() {
        let error = KafkaError::MessageProduction(RDKafkaErrorCode::UnknownTopicOrPartition);
        let error = log_error("writing", &error);
        assert!(!error.is_transient());
        assert!(error.to_string().contains("topics --create"), "{error}");
    }

    #[test]
    fn troubles_are_logged_at_powers_of_ten() {
        let turns: Vec<u64> = (0..=1000)
            .filter(|&number| is_power_of_ten(number))
            .collect();
        assert_eq!(turns, [1, 10, 100, 1000]);
    }
}
