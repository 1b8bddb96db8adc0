//! Every metric in one place, built on a registry that is passed in.
//!
//! In: what the service counts. Out: the text for Prometheus.
//! Rule: names are `kentongan_<room>_<what>_<unit>[_total]`; label values come from closed lists or
//! the configuration, never from posts, and exist at 0 from the start. The doc comment is the help text.
//! docs/metrics.md is the list, and a test compares. The truth about posts is the ledger; counters of
//! one process are best effort.

mod family;
mod words;

use prometheus::core::Collector as _;
use prometheus::proto::{Metric, MetricFamily};
use prometheus::{
    Error, Gauge, GaugeVec, Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::post::FeedKind;
use family::Register;
pub use words::{DeliveryResult, ErrorClass, LeftOut, Limit, Operation, Outcome, Reached};

/// What becomes of records of fact-checks, in the order of all outputs.
pub const CLAIM_OUTCOMES: [&str; 5] = ["added", "edited", "withdrawn", "outdated", "turned_away"];

/// One line of the inventory: what docs/metrics.md says of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it means.
    pub help: &'static str,
}

/// Makes the struct, its registration and the inventory from one list.
macro_rules! metrics {
    ($( #[doc = $help:literal] $field:ident: $kind:ident = $name:literal, [$($label:literal),*]; )*) => {
        /// Every metric of the program.
        #[derive(Debug, Clone)]
        pub struct Metrics {
            $( #[doc = $help] pub $field: $kind, )*
        }

        impl Metrics {
            /// Every metric's name, kind, labels and meaning.
            pub const INVENTORY: &[Entry] = &[
                $( Entry { name: $name, kind: $kind::KIND, labels: &[$($label),*], help: $help }, )*
            ];

            fn register(registry: &Registry) -> Result<Self, Error> {
                Ok(Self {
                    $( $field: Register::register(
                        registry,
                        Opts::new($name, $help.trim()),
                        &[$($label),*],
                    )?, )*
                })
            }
        }
    };
}

metrics! {
    /// Posts that this process has read, by what became of them.
    posts: IntCounterVec = "kentongan_ingest_posts_total", ["feed", "outcome"];
    /// Records that are not posts, by reason.
    refusals: IntCounterVec = "kentongan_ingest_refusals_total", ["reason"];
    /// Share of the last thousand records of a feed that were refused as a mistake, 0 to 1.
    refused_share: GaugeVec = "kentongan_ingest_refused_share", ["feed"];
    /// Batches that were sent to the counts topic.
    batches: IntCounter = "kentongan_ingest_batches_total", [];
    /// Records of a partition that a stage has still to read.
    lag: IntGaugeVec = "kentongan_log_lag_records", ["stage", "name", "partition"];
    /// Partitions that have records and of which none was read for longer than `kafka.standing_after_ms`.
    standing: IntGaugeVec = "kentongan_log_standing_partitions", ["stage"];
    /// Failed operations on the log.
    log_errors: IntCounterVec = "kentongan_log_errors_total", ["operation", "class"];
    /// Wall time since the event time up to which everything is closed.
    watermark_delay: GaugeVec = "kentongan_detect_watermark_delay_seconds", ["kind"];
    /// Posts that no window counts, by reason.
    left_out: IntCounterVec = "kentongan_detect_left_out_posts_total", ["reason"];
    /// Batches that only repeated what was known, as after a crash.
    repeated_batches: IntCounter = "kentongan_detect_repeated_batches_total", [];
    /// Topics in memory.
    topics: IntGauge = "kentongan_detect_tracked_topics", [];
    /// Signals, by what they say of an episode.
    signals: IntCounterVec = "kentongan_detect_signals_total", ["change"];
    /// 1 for the state that a feed is in, 0 for the others, by the statements in batches.
    feed_state: IntGaugeVec = "kentongan_detect_feed_state", ["feed", "state"];
    /// Posts that the logs hold, by what became of them: the truth, folded from the statements in batches.
    ledger: IntGaugeVec = "kentongan_detect_ledger_posts", ["feed", "outcome"];
    /// Batches whose accounts were hashed with another key than those of other processes at the time.
    mixed_keys: IntCounter = "kentongan_detect_mixed_account_keys_total", [];
    /// False incidents a day that the configuration allows.
    budget: Gauge = "kentongan_detect_promised_false_incidents_per_day", [];
    /// Episodes that opened, a day of exposure, true or false: to be laid beside the promise.
    realised: Gauge = "kentongan_detect_realised_episodes_per_day", [];
    /// Panes of topics that closed, by what their most surprising window reached: a surprise, or the topic's threshold.
    closed_panes: IntCounterVec = "kentongan_detect_closed_panes_total", ["reached"];
    /// Incidents that are open.
    open_incidents: IntGaugeVec = "kentongan_triage_open_incidents", ["level"];
    /// Incidents that people called false alarms, a day over the last seven days: to be laid beside the promise.
    false_alarms: Gauge = "kentongan_triage_realised_false_alarms_per_day", [];
    /// Actions of people, by what became of them: accepted, repeated, or why it was refused.
    actions: IntCounterVec = "kentongan_triage_actions_total", ["result"];
    /// Revisions that went out.
    alerts: IntCounterVec = "kentongan_alert_revisions_total", ["level", "character", "status"];
    /// Event time from the estimated onset of an incident to its opening.
    detection_delay: Histogram = "kentongan_alert_detection_delay_seconds", [];
    /// Wall time from the batch that brought the deciding posts to the alert that can be read.
    path_delay: Histogram = "kentongan_alert_path_delay_seconds", [];
    /// Revisions whose posts resemble a fact-checked claim.
    claim_alerts: IntCounter = "kentongan_alert_claim_revisions_total", [];
    /// Fact-checked claims that posts of incidents are compared with.
    claims: IntGauge = "kentongan_claims_held", [];
    /// Records of fact-checks that are held or were passed over, since the start, by what became of them.
    claim_records: IntGaugeVec = "kentongan_claims_records", ["outcome"];
    /// Records of the feed of fact-checks that are none.
    claim_refusals: IntCounter = "kentongan_claims_refused_records_total", [];
    /// Deliveries, by channel and what became of them.
    deliveries: IntCounterVec = "kentongan_notify_deliveries_total", ["channel", "result"];
    /// Pages that are connected live.
    desk_clients: IntGauge = "kentongan_desk_live_clients", [];
    /// Open incidents by the province that most of their posts name, with the place of its chief town.
    place_incidents: IntGaugeVec = "kentongan_desk_place_incidents", ["place", "name", "latitude", "longitude"];
    /// Posts in the window of the ten topics that are nearest to their critical counts: those there are (`observed`), those that are expected (`expected`), those that make a spike (`critical`).
    nearest: GaugeVec = "kentongan_desk_nearest_posts", ["rank", "number"];
    /// Resident memory of this process.
    resident_memory: IntGauge = "kentongan_service_resident_memory_bytes", [];
    /// Wall time at which a stage's loop turned last, seconds since 1970.
    loop_turned: GaugeVec = "kentongan_service_loop_turned_timestamp_seconds", ["stage"];
    /// What a limit allows, in the unit of the table below; `key` sets it, none where it is built in.
    limit: IntGaugeVec = "kentongan_service_limit", ["limit", "key"];
    /// How often a limit that keeps memory bounded was hit.
    limits: IntCounterVec = "kentongan_service_limit_hits_total", ["limit"];
}

/// The label values that the program can know at its start. The words of rooms below this one are
/// passed in, because this room knows none of them.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Names of the configured feeds.
    pub feeds: Vec<&'a str>,
    /// Reasons of refusals.
    pub refusals: Vec<&'static str>,
    /// What signals say.
    pub changes: Vec<&'static str>,
    /// Levels of incidents.
    pub levels: Vec<&'static str>,
    /// Characters of incidents.
    pub characters: Vec<&'static str>,
    /// What becomes of actions.
    pub actions: Vec<&'static str>,
    /// Statuses of revisions.
    pub statuses: Vec<&'static str>,
    /// States that a feed can be in.
    pub feed_states: Vec<&'static str>,
    /// Channels of notify that are configured.
    pub channels: Vec<&'a str>,
}

impl Metrics {
    /// Builds every metric on `registry`, with `known` label values at 0.
    pub fn new(registry: &Registry, known: &Known<'_>) -> Result<Self, Error> {
        let metrics = Self::register(registry)?;
        metrics.start_at_zero(known);
        Ok(metrics)
    }

    /// Counts posts of `feed`.
    pub fn count_posts(&self, feed: &str, outcome: Outcome, posts: u64) {
        self.posts
            .with_label_values(&[feed, outcome.as_str()])
            .inc_by(posts);
    }

    /// States what the ledger holds for `feed`.
    pub fn set_ledger(&self, feed: &str, outcome: Outcome, posts: u64) {
        self.ledger
            .with_label_values(&[feed, outcome.as_str()])
            .set(i64::try_from(posts).unwrap_or(i64::MAX));
    }

    /// States how many records of a partition are still to be read.
    pub fn set_lag(&self, stage: &str, name: &str, partition: u32, records: u64) {
        self.lag
            .with_label_values(&[stage, name, &partition.to_string()])
            .set(i64::try_from(records).unwrap_or(i64::MAX));
    }

    /// Records of the Kafka topic `name` that wait for `stage`, as far as this process reads it; `None`: it does not.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers that were stated as such"
    )]
    pub fn lag_of(&self, stage: &str, name: &str) -> Option<u64> {
        let families = self.lag.collect();
        let rows = families.iter().flat_map(MetricFamily::get_metric);
        let is_asked = |row: &&Metric| {
            let labels = row.get_label();
            let has = |label: &str, value: &str| {
                labels
                    .iter()
                    .any(|pair| pair.name() == label && pair.value() == value)
            };
            has("stage", stage) && has("name", name)
        };
        let own = rows.filter(is_asked);
        own.map(|row| row.get_gauge().get_value() as u64)
            .reduce(u64::saturating_add)
    }

    /// States how many partitions of a stage have records and stand.
    pub fn set_standing(&self, stage: &str, partitions: usize) {
        self.standing
            .with_label_values(&[stage])
            .set(i64::try_from(partitions).unwrap_or(i64::MAX));
    }

    /// A partition belongs to another process now: its lag is no longer stated here.
    pub fn forget_lag(&self, stage: &str, name: &str, partition: u32) {
        // It may never have been stated: then there is nothing to forget.
        drop(
            self.lag
                .remove_label_values(&[stage, name, &partition.to_string()]),
        );
    }

    /// States how far a kind's watermark lies behind the clock.
    pub fn set_watermark_delay(&self, kind: FeedKind, seconds: f64) {
        self.watermark_delay
            .with_label_values(&[kind.as_str()])
            .set(seconds);
    }

    /// Counts a limit that was hit.
    pub fn count_limit(&self, limit: Limit, times: u64) {
        self.limits
            .with_label_values(&[limit.as_str()])
            .inc_by(times);
    }

    /// Counts failed operations on the log.
    pub fn count_log_errors(&self, operation: Operation, class: ErrorClass, times: u64) {
        self.log_errors
            .with_label_values(&[operation.as_str(), class.as_str()])
            .inc_by(times);
    }

    /// Counts posts that no window counts.
    pub fn count_left_out(&self, reason: LeftOut, posts: u64) {
        self.left_out
            .with_label_values(&[reason.as_str()])
            .inc_by(posts);
    }

    /// Counts what became of deliveries on `channel`.
    pub fn count_deliveries(&self, channel: &str, result: DeliveryResult, times: u64) {
        self.deliveries
            .with_label_values(&[channel, result.as_str()])
            .inc_by(times);
    }

    /// Counts panes that closed, by what they reached.
    pub fn count_closed(&self, reached: Reached, panes: u64) {
        self.closed_panes
            .with_label_values(&[reached.as_str()])
            .inc_by(panes);
    }

    fn start_at_zero(&self, known: &Known<'_>) {
        for feed in &known.feeds {
            for outcome in Outcome::ALL {
                self.count_posts(feed, outcome, 0);
                self.set_ledger(feed, outcome, 0);
            }
            for state in &known.feed_states {
                self.feed_state.with_label_values(&[feed, state]).set(0);
            }
        }
        for channel in &known.channels {
            for result in DeliveryResult::ALL {
                self.count_deliveries(channel, result, 0);
            }
        }
        for level in &known.levels {
            self.open_incidents.with_label_values(&[level]).set(0);
            for character in &known.characters {
                for status in &known.statuses {
                    self.alerts
                        .with_label_values(&[level, character, status])
                        .inc_by(0);
                }
            }
        }
        for (metric, words) in [
            (&self.refusals, &known.refusals),
            (&self.signals, &known.changes),
            (&self.actions, &known.actions),
        ] {
            for word in words {
                metric.with_label_values(&[word]).inc_by(0);
            }
        }
        for outcome in CLAIM_OUTCOMES {
            self.claim_records.with_label_values(&[outcome]).set(0);
        }
        for limit in Limit::ALL {
            self.count_limit(limit, 0);
        }
        for reached in Reached::ALL {
            self.count_closed(reached, 0);
        }
        for reason in LeftOut::ALL {
            self.count_left_out(reason, 0);
        }
        for operation in Operation::ALL {
            for class in ErrorClass::ALL {
                self.count_log_errors(operation, class, 0);
            }
        }
    }
}

/// The text that Prometheus reads from `/metrics`.
pub fn exposition(registry: &Registry) -> Result<String, Error> {
    TextEncoder::new().encode_to_string(&registry.gather())
}

#[cfg(test)]
mod tests;
