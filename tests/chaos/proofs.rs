//! What must hold after everything died at some time or other.

use std::collections::{BTreeMap, BTreeSet};

use kentongan::detect::Detector;
use kentongan::ingest::Batch;
use kentongan::post::{EventTime, FeedKind};
use kentongan::window::Pane;

use crate::posts::{PARTITIONS, Panes, Recount, recount};
use crate::town::{COUNTS_PARTITIONS, Town, words};

/// Folds one partition of `counts`; `windows` gets the closed windows of one minute.
fn fold(town: &Town, number: u32, windows: &mut Panes) -> Detector {
    let partitions = u16::try_from(COUNTS_PARTITIONS).unwrap();
    let mut detector = Detector::new(&town.config, number, partitions);
    town.read(&town.config.kafka.counts, number, &mut |record| {
        let batch = Batch::decode(record.value.unwrap()).unwrap();
        detector.apply(batch, &mut |closed| {
            let key = (closed.topic.as_str().to_owned(), closed.kind, closed.pane);
            let twice = windows.insert(key, closed.windows[0]);
            assert!(twice.is_none(), "a pane closed twice: {closed:?}");
        });
    });
    detector
}

/// Posts in the ledger.
pub(crate) fn received(town: &Town) -> u64 {
    let detector = fold(town, 0, &mut Panes::new());
    let ledgers = detector.ledgers();
    ledgers
        .map(|(_, _, ledger)| ledger.outcomes.received())
        .sum()
}

/// Everything before this is closed.
pub(crate) fn closed_until(town: &Town) -> Option<EventTime> {
    let detector = fold(town, 0, &mut Panes::new());
    FeedKind::ALL
        .into_iter()
        .map(|kind| detector.closed_until(kind))
        .min()
        .flatten()
}

pub(crate) fn refold_is_equal(town: &Town) {
    let refold = town.run(&["refold"]);
    eprintln!("{}", words(&refold));
    assert!(refold.status.success(), "{}", words(&refold));
}

pub(crate) fn every_post_is_in_the_ledger_once(town: &Town, written: u64) {
    let (expected, _) = recount(town);
    for number in 0..COUNTS_PARTITIONS {
        let detector = fold(town, number, &mut Panes::new());
        assert_eq!(detector.left_out().behind, 0);
        assert_eq!(detector.left_out().repeated_batches, 0);
        let mut total = 0;
        let mut found = BTreeMap::new();
        for (feed, partition, ledger) in detector.ledgers() {
            assert_eq!((ledger.gaps, ledger.repeats), (0, 0), "{feed} {partition}");
            let outcomes = &ledger.outcomes;
            assert_eq!((outcomes.irrelevant, outcomes.untopical), (0, 0));
            total += outcomes.received();
            let recount = Recount {
                counted: outcomes.counted,
                duplicate: outcomes.duplicate,
                late: outcomes.late,
                refused: outcomes.refused_total(),
            };
            found.insert((feed.to_owned(), partition), recount);
        }
        assert_eq!(found, expected, "partition {number} of counts");
        assert_eq!(total, written);
    }
    eprintln!("ledger: {written} posts, each once, in every partition of counts");
}

pub(crate) fn closed_windows_are_those_of_a_naive_recount(town: &Town) {
    let (_, panes) = recount(town);
    let mut windows = Panes::new();
    for number in 0..COUNTS_PARTITIONS {
        fold(town, number, &mut windows);
    }
    let mut compared = 0;
    for ((topic, kind, pane), &observed) in &windows {
        if !topic.starts_with("tag:") {
            continue;
        }
        let in_pane = |back: i64| {
            let key = (topic.clone(), *kind, Pane(pane.0 - back));
            panes.get(&key).copied().unwrap_or(0)
        };
        let expected: u32 = (0..Pane::PER_MINUTE).map(in_pane).sum();
        assert_eq!(observed, expected, "{topic} {kind:?} {pane:?}");
        compared += 1;
    }
    let until = closed_until(town).unwrap();
    for (topic, kind, pane) in panes.keys() {
        let is_closed = windows.contains_key(&(topic.clone(), *kind, *pane));
        assert!(
            is_closed || pane.end() > until,
            "{topic} {kind:?} {pane:?} is not closed"
        );
    }
    assert!(compared > 500, "only {compared} windows");
    eprintln!("closed windows: {compared}, all as a naive recount says");
}

pub(crate) fn every_refused_post_is_a_dead_letter_once(town: &Town) {
    let (expected, _) = recount(town);
    for feed in &town.config.feeds {
        let mut letters = BTreeSet::new();
        town.read(&format!("{}.dlq", feed.name), 0, &mut |record| {
            let header = |wanted: &str| {
                let header = record.headers.iter().find(|(name, _)| name == wanted);
                String::from_utf8(header.unwrap().1.clone()).unwrap()
            };
            let origin = (
                header("__connect.errors.partition"),
                header("__connect.errors.offset"),
            );
            assert!(letters.insert(origin.clone()), "{origin:?} twice");
        });
        let refused = (0..PARTITIONS).map(|number| expected[&(feed.name.clone(), number)].refused);
        assert_eq!(letters.len() as u64, refused.sum::<u64>());
    }
}

pub(crate) fn no_alert_is_there_twice(town: &Town) {
    let mut revisions: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    town.read(&town.config.kafka.alerts, 0, &mut |record| {
        let alert: serde_json::Value = serde_json::from_slice(record.value.unwrap()).unwrap();
        let Some(incident) = alert["incident"].as_str() else {
            return;
        };
        let last = revisions.entry(incident.to_owned()).or_default();
        assert_eq!(alert["revision"].as_u64(), Some(*last + 1), "{incident}");
        *last += 1;
        count += 1;
    });
    assert!(count > 0, "the burst of the history raised no alert");
    eprintln!(
        "alerts: {count} of {} incidents, none twice",
        revisions.len()
    );
}
