//! What the stages show of themselves: metrics, and the state of the feeds.
//!
//! In: stages and alerts. Out: values of [`Metrics`], rows for the page.
//! Not here: the names of metrics (`metrics`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::action_stage::ActionStage;
use super::detect_stage::DetectStage;
use super::fact_checks::FactCheckStage;
use super::ingest_stage::IngestStage;
use super::refusals::Refusals;
use super::run::Shared;
use super::triage_stage::TriageStage;
use super::{clock, memory, notify_addresses};
use crate::claims::Counters;
use crate::config::Config;
use crate::desk::{FeedHealth, FeedLedger};
use crate::detect::{Detector, FeedState};
use crate::feed::Refusal;
use crate::ingest::Outcomes;
use crate::metrics::{CLAIM_OUTCOMES, Known, LeftOut, Limit, Metrics, Outcome};
use crate::post::{EventTime, FeedKind};
use crate::triage::{Acted, ActionRefusal, Character, Level, Status};

/// What detect knows of the feeds: the ledger by feed, and what is closed by kind.
#[derive(Debug, Default)]
pub(super) struct FeedStatements {
    ledgers: BTreeMap<String, Outcomes>,
    closed_until: BTreeMap<FeedKind, EventTime>,
    states: BTreeMap<String, FeedState>,
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
        actions: ActionRefusal::ALL
            .iter()
            .map(|refusal| refusal.as_str())
            .chain(["accepted", "repeated"])
            .collect(),
        statuses: Status::ALL.iter().map(|status| status.as_str()).collect(),
        feed_states: FeedState::ALL.iter().map(|state| state.as_str()).collect(),
        channels: notify_addresses::channels(config),
    }
}

/// Counts what ingest has sent and read since the last time.
pub(super) fn ingest(
    shared: &Shared,
    stage: &mut IngestStage,
    refusals: &mut BTreeMap<Arc<str>, Refusals>,
) {
    let sent = stage.take_sent();
    let metrics = &shared.metrics;
    metrics.batches.inc_by(sent.batches);
    metrics.count_limit(Limit::FlushEntries, sent.early.entries);
    metrics.count_limit(Limit::FlushPosts, sent.early.posts);
    metrics.count_limit(Limit::DeadLetters, sent.early.dead_letters);
    for (feed, outcomes) in sent.outcomes {
        let own = refusals.entry(Arc::clone(&feed)).or_default();
        note_refusals(metrics, own, &feed, &outcomes);
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

/// States the share of records of `feed` that were no posts, and says when it rises.
fn note_refusals(metrics: &Metrics, own: &mut Refusals, feed: &str, outcomes: &Outcomes) {
    let mistakes = outcomes.refused.iter();
    let mistakes = mistakes.filter(|(reason, _)| reason.is_a_mistake());
    let refused = mistakes.map(|(_, count)| count).sum();
    if own.add(outcomes.received(), refused, clock::now()) {
        let percent = 100.0 * own.share();
        tracing::warn!(
            feed,
            percent,
            "more records than usual are no posts: look at the dead letters"
        );
    }
    metrics
        .refused_share
        .with_label_values(&[feed])
        .set(own.share());
}

/// Counts the signals that were sent and what was left out.
fn signals(metrics: &Metrics, stage: &mut DetectStage) {
    let sent = stage.take_sent();
    for (change, count) in [
        ("opened", sent.opened),
        ("grew", sent.grew),
        ("calmed", sent.calmed),
    ] {
        metrics.signals.with_label_values(&[change]).inc_by(count);
    }
    let left_out = stage.take_left_out();
    metrics.count_left_out(LeftOut::Behind, left_out.behind);
    metrics.count_left_out(LeftOut::Untracked, left_out.untracked);
    metrics.count_limit(Limit::Topics, left_out.untracked);
    metrics.count_left_out(LeftOut::Unremembered, left_out.unremembered);
    metrics.count_limit(Limit::Phrases, left_out.unremembered);
    metrics.count_limit(Limit::SilentPartition, left_out.silent_partitions);
    metrics.repeated_batches.inc_by(left_out.repeated_batches);
    for (reached, panes) in stage.take_calibration().iter() {
        metrics.count_closed(reached, panes);
    }
}

/// States what the detectors know.
pub(super) fn detect(shared: &Shared, stage: &mut DetectStage) {
    signals(&shared.metrics, stage);
    let (mut topics, mut realised) = (0, 0.0);
    let mut statements = FeedStatements::default();
    for detector in stage.detectors() {
        topics += detector.topics();
        realised += detector.opened_per_day().unwrap_or(0.0);
        for (feed, state) in detector.feed_states() {
            let worst = statements.states.entry(feed.to_owned()).or_insert(state);
            *worst = (*worst).max(state);
        }
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
    metrics.mixed_keys.inc_by(stage.take_mixed_keys());
    metrics
        .topics
        .set(i64::try_from(topics).unwrap_or(i64::MAX));
    let now = (shared.clock)();
    for (&kind, &until) in &statements.closed_until {
        metrics.set_watermark_delay(kind, seconds(now.millis_since(until)));
    }
    for (feed, &now) in &statements.states {
        for state in FeedState::ALL {
            let gauge = metrics
                .feed_state
                .with_label_values(&[feed, state.as_str()]);
            gauge.set(i64::from(state == now));
        }
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

/// Counts what is no fact-check.
pub(super) fn fact_checks(shared: &Shared, stage: &mut FactCheckStage) {
    shared.metrics.claim_refusals.inc_by(stage.take_refused());
}

/// Counts what is no action.
pub(super) fn actions(shared: &Shared, stage: &mut ActionStage) {
    for refused in stage.take_refused() {
        count_action(&shared.metrics, Err(refused));
    }
}

fn count_action(metrics: &Metrics, acted: Result<Acted, ActionRefusal>) {
    let result = match acted {
        Ok(Acted::Accepted) => "accepted",
        Ok(Acted::Repeated) => "repeated",
        Err(refusal) => refusal.as_str(),
    };
    metrics.actions.with_label_values(&[result]).inc();
}

/// States which fact-checks triage holds.
fn claims(metrics: &Metrics, stage: &mut TriageStage) {
    let Some(checks) = stage.fact_checks() else {
        return;
    };
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    metrics.claims.set(whole(checks.len() as u64));
    let Counters {
        added,
        edited,
        withdrawn,
        outdated,
        turned_away,
    } = checks.counters();
    let counts = [added, edited, withdrawn, outdated, turned_away];
    for (outcome, count) in CLAIM_OUTCOMES.into_iter().zip(counts) {
        let records = metrics.claim_records.with_label_values(&[outcome]);
        records.set(whole(count));
    }
}

/// Counts what triage has sent, and states what is open.
pub(super) fn triage(shared: &Shared, stage: &mut TriageStage) {
    let metrics = &shared.metrics;
    for level in Level::ALL {
        let open = stage.triage().open_at(level);
        metrics
            .open_incidents
            .with_label_values(&[level.as_str()])
            .set(i64::try_from(open).unwrap_or(i64::MAX));
    }
    metrics.count_limit(Limit::OpenIncidents, stage.take_turned_away());
    for acted in stage.take_acted() {
        count_action(metrics, acted);
    }
    metrics
        .false_alarms
        .set(stage.triage().false_alarms_per_day());
    claims(metrics, stage);
    let now = (shared.clock)();
    for sent in stage.take_sent() {
        metrics.claim_alerts.inc_by(u64::from(sent.has_claims));
        let (level, character) = (sent.level.as_str(), sent.character.as_str());
        metrics
            .alerts
            .with_label_values(&[level, character, sent.status.as_str()])
            .inc();
        if let Some(sent_at) = sent.sent_at {
            let delay_ms = now.millis_since(sent_at).max(0);
            metrics.path_delay.observe(seconds(delay_ms));
        }
        if sent.status == Status::Opened {
            metrics
                .detection_delay
                .observe(seconds(sent.detection_ms.max(0)));
        }
        if let Some(way) = sent.way(now) {
            shared.traces.tell(&way);
        }
    }
}

/// Turns of all stages from one look at the memory to the next.
const TURNS_PER_LOOK: u64 = 100;

/// States that the loop of `stage` turns.
pub(super) fn turned(shared: &Shared, stage: &str) {
    let now = clock::now().millis_since(EventTime::from_millis(0));
    shared
        .metrics
        .loop_turned
        .with_label_values(&[stage])
        .set(seconds(now));
    // One look at the system in some hundreds of turns: seconds at rest, less under load.
    let turn = shared.turns.fetch_add(1, Ordering::Relaxed);
    if turn.is_multiple_of(TURNS_PER_LOOK) {
        memory::show(&shared.metrics);
    }
}

/// The state of every configured feed. A feed that no statement has named is stalled.
pub(super) fn feed_health(
    config: &Config,
    statements: &FeedStatements,
    metrics: &Metrics,
    now: EventTime,
) -> Vec<FeedHealth> {
    let row = |feed: &crate::config::Feed| {
        let until = statements.closed_until.get(&feed.kind);
        let outcomes = statements.ledgers.get(&feed.name);
        FeedHealth {
            name: feed.name.clone(),
            kind: feed.kind,
            state: statements
                .states
                .get(&feed.name)
                .copied()
                .unwrap_or(FeedState::Stalled),
            delay_s: until.map(|&until| seconds(now.millis_since(until))),
            waiting: metrics.lag_of("ingest", &feed.name),
            received: outcomes.map_or(0, Outcomes::received),
            ledger: outcomes.map_or_else(FeedLedger::default, feed_ledger),
        }
    };
    config.feeds.iter().map(row).collect()
}

fn feed_ledger(outcomes: &Outcomes) -> FeedLedger {
    FeedLedger {
        counted: outcomes.counted,
        irrelevant: outcomes.irrelevant,
        untopical: outcomes.untopical,
        duplicate: outcomes.duplicate,
        late: outcomes.late,
        refused: outcomes.refused_total(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "delays are far below 2^52")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}
