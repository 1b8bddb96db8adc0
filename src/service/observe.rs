//! What the stages show of themselves: metrics, and the state of the feeds.
//!
//! In: stages and alerts. Out: values of [`Metrics`], rows for the page.
//! Not here: the names of metrics (`metrics`).

use std::collections::BTreeMap;

use super::detect_stage::DetectStage;
use super::ingest_stage::IngestStage;
use super::run::Shared;
use crate::alert::Alert;
use crate::config::Config;
use crate::desk::{FeedHealth, FeedState};
use crate::detect::Detector;
use crate::feed::Refusal;
use crate::ingest::Outcomes;
use crate::metrics::{Known, Metrics, Outcome};
use crate::post::{EventTime, FeedKind};
use crate::triage::{Character, Level, Status};

/// What detect knows of the feeds: the ledger by feed, and what is closed by kind.
#[derive(Debug, Default)]
pub(super) struct FeedStatements {
    ledgers: BTreeMap<String, Outcomes>,
    closed_until: BTreeMap<FeedKind, EventTime>,
}

/// Every label value that is known at the start.
pub(super) fn known(config: &Config) -> Known<'_> {
    Known {
        feeds: config.feeds.iter().map(|feed| feed.name.as_str()).collect(),
        refusals: Refusal::ALL
            .iter()
            .map(|refusal| refusal.as_str())
            .collect(),
        changes: vec!["opened", "grew", "calmed"],
        levels: Level::ALL.iter().map(|level| level.as_str()).collect(),
        characters: Character::ALL
            .iter()
            .map(|character| character.as_str())
            .collect(),
        statuses: vec!["opened", "updated", "escalated", "resolved"],
        channels: Vec::new(),
    }
}

/// Counts what ingest has sent and read since the last time.
pub(super) fn ingest(shared: &Shared, stage: &mut IngestStage) {
    let sent = stage.take_sent();
    let metrics = &shared.metrics;
    metrics.batches.inc_by(sent.batches);
    for (feed, outcomes) in sent.outcomes {
        metrics.count_posts(&feed, Outcome::Counted, outcomes.counted);
        metrics.count_posts(&feed, Outcome::Irrelevant, outcomes.irrelevant);
        metrics.count_posts(&feed, Outcome::Untopical, outcomes.untopical);
        metrics.count_posts(&feed, Outcome::Duplicate, outcomes.duplicate);
        metrics.count_posts(&feed, Outcome::Late, outcomes.late);
        metrics.count_posts(&feed, Outcome::Refused, outcomes.refused_total());
        for (reason, count) in outcomes.refused {
            metrics
                .refusals
                .with_label_values(&[reason.as_str()])
                .inc_by(count);
        }
    }
}

/// States what the detectors know.
pub(super) fn detect(shared: &Shared, stage: &mut DetectStage) {
    let (mut topics, mut realised) = (0, 0.0);
    let mut statements = FeedStatements::default();
    for detector in stage.detectors() {
        topics += detector.topics();
        realised += detector.opened_per_day().unwrap_or(0.0);
        for kind in FeedKind::ALL {
            if let Some(until) = detector.closed_until(kind) {
                let closed = statements.closed_until.entry(kind).or_insert(until);
                *closed = (*closed).min(until);
            }
        }
    }
    // Every partition of counts holds the same ledger.
    for (feed, _, ledger) in stage.detectors().take(1).flat_map(Detector::ledgers) {
        statements
            .ledgers
            .entry(feed.to_owned())
            .or_default()
            .merge(&ledger.outcomes);
    }
    let metrics = &shared.metrics;
    metrics.realised.set(realised);
    metrics
        .topics
        .set(i64::try_from(topics).unwrap_or(i64::MAX));
    let now = (shared.clock)();
    for (&kind, &until) in &statements.closed_until {
        metrics.set_watermark_delay(kind, seconds(now.millis_since(until)));
    }
    for (feed, outcomes) in &statements.ledgers {
        metrics.set_ledger(feed, Outcome::Counted, outcomes.counted);
        metrics.set_ledger(feed, Outcome::Irrelevant, outcomes.irrelevant);
        metrics.set_ledger(feed, Outcome::Untopical, outcomes.untopical);
        metrics.set_ledger(feed, Outcome::Duplicate, outcomes.duplicate);
        metrics.set_ledger(feed, Outcome::Late, outcomes.late);
        metrics.set_ledger(feed, Outcome::Refused, outcomes.refused_total());
    }
    *shared
        .feeds
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = statements;
}

/// Counts one alert.
pub(super) fn alert(metrics: &Metrics, alert: &Alert) {
    let status = match alert.status {
        Status::Opened => "opened",
        Status::Updated => "updated",
        Status::Escalated => "escalated",
        Status::Resolved => "resolved",
    };
    let labels = [alert.level.as_str(), alert.character.as_str(), status];
    metrics.alerts.with_label_values(&labels).inc();
    if alert.status == Status::Opened {
        let delay_ms = alert.opened_at.0.millis_since(alert.onset_at.0);
        metrics.detection_delay.observe(seconds(delay_ms.max(0)));
    }
}

/// The state of every configured feed. First honest version: a feed whose kind closes panes flows.
pub(super) fn feed_health(
    config: &Config,
    statements: &FeedStatements,
    now: EventTime,
) -> Vec<FeedHealth> {
    let row = |feed: &crate::config::Feed| {
        let until = statements.closed_until.get(&feed.kind);
        FeedHealth {
            name: feed.name.clone(),
            kind: feed.kind,
            state: if until.is_some() {
                FeedState::Flowing
            } else {
                FeedState::Stalled
            },
            delay_s: until.map(|&until| seconds(now.millis_since(until))),
            received: statements
                .ledgers
                .get(&feed.name)
                .map_or(0, Outcomes::received),
        }
    };
    config.feeds.iter().map(row).collect()
}

#[expect(clippy::cast_precision_loss, reason = "delays are far below 2^52")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}
