//! Tests of triage beside the log.

use super::*;
use crate::config::Config;
use crate::service::snapshots::Shelf;
use crate::triage::tests::earthquake::earthquake;

/// A fold that begins anew must not meet what arrived since: a process that has just started does not.
#[test]
fn fact_checks_that_were_used_do_not_outlive_the_tenure() {
    let config = Arc::new(Config::built_in().unwrap());
    let rendering = crate::alert::tests::rendering(config.privacy.evidence);
    let checks = || Some(FactChecks::new(&config.claims));
    let mut stage = TriageStage::new(Arc::clone(&config), rendering);
    assert!(!stage.needs_fact_checks(), "nothing is compared");
    let partition = Partition {
        name: Arc::clone(&stage.signals),
        number: 0,
    };
    let assigned = Event::Assigned {
        partition: &partition,
        next: 0,
    };
    stage.use_fact_checks(checks());
    stage.visit(assigned, EventTime::from_millis(0));
    assert!(!stage.needs_fact_checks(), "those of the start are fresh");
    stage.visit(
        Event::Record(Record {
            partition: &partition,
            offset: 0,
            arrived_at: EventTime::from_millis(0),
            key: None,
            value: Some(b"{}"),
            headers: &[],
        }),
        EventTime::from_millis(0),
    );
    stage.visit(
        Event::Lost {
            partition: &partition,
        },
        EventTime::from_millis(0),
    );
    assert!(stage.needs_fact_checks());
    stage.use_fact_checks(checks());
    assert!(!stage.needs_fact_checks());
}

/// What is written, snapshots apart: (Kafka topic, key, value).
type Said = Vec<(String, Option<Vec<u8>>, Option<Vec<u8>>)>;

fn configured(cap_topic: &str) -> Arc<Config> {
    let mut config = Config::built_in().unwrap();
    cap_topic.clone_into(&mut config.alert.cap_topic);
    config.triage.update_interval_ms = 0;
    config.triage.snapshot_interval_ms = 1;
    Arc::new(config)
}

/// An owner that begins at `next` folds the earthquake up to `end`, and commits after each record. What it has
/// written, and the snapshots among it.
fn own(config: &Arc<Config>, shelf: Vec<Outgoing>, next: u64, end: usize) -> (Said, Vec<Outgoing>) {
    let rendering = crate::alert::tests::rendering(config.privacy.evidence);
    let shelf: Shelf = Box::new(move |_, show| {
        for record in &shelf {
            show(record.key.as_ref().unwrap(), record.value.as_ref().unwrap());
        }
        Ok(())
    });
    let mut stage = TriageStage::new(Arc::clone(config), rendering)
        .with_cap_documents()
        .with_keeper(Keeper::of_triage(config, shelf));
    let name = Arc::clone(&stage.signals);
    let partition = Partition { name, number: 0 };
    stage.visit(
        Event::Assigned {
            partition: &partition,
            next,
        },
        EventTime::from_millis(0),
    );
    let begins = usize::try_from(stage.reads_from(&partition, next)).unwrap();
    let mut written = Vec::new();
    for (offset, record) in (0_i64..).zip(earthquake()).take(end).skip(begins) {
        let value = serde_json::to_vec(&record).unwrap();
        stage.visit(
            Event::Record(Record {
                partition: &partition,
                offset: offset.unsigned_abs(),
                arrived_at: EventTime::from_millis(0),
                key: None,
                value: Some(&value),
                headers: &[],
            }),
            EventTime::from_millis(0),
        );
        written.extend(stage.outputs(EventTime::from_millis(offset * 10)));
        stage.committed();
    }
    let (kept, said): (Vec<_>, Vec<_>) = written
        .into_iter()
        .partition(|out| *out.name == *config.kafka.snapshots);
    let said = said.into_iter();
    (
        said.map(|out| (out.name.to_string(), out.key, out.value))
            .collect(),
        kept,
    )
}

#[test]
fn a_new_owner_says_the_same_with_a_snapshot_and_without_one() {
    let config = configured("cap");
    let end = earthquake().len();
    let (whole, _) = own(&config, Vec::new(), 0, end);
    for next in [2, 40, 90, 150] {
        let (before, kept) = own(&config, Vec::new(), 0, next);
        assert!(!kept.is_empty(), "a snapshot with each commit");
        let (with, _) = own(&config, kept.clone(), next as u64, end);
        let (without, _) = own(&config, Vec::new(), next as u64, end);
        assert_eq!(with, without, "from {next}");
        assert_eq!([before, with].concat(), whole, "from {next}");
        let newest = kept.into_iter().rev().take(2);
        let damaged = newest.map(|out| Outgoing {
            value: Some(b"damaged".to_vec()),
            ..out
        });
        let (with_damaged, _) = own(&config, damaged.collect(), next as u64, end);
        assert_eq!(with_damaged, without, "the log tells it");
    }
}

#[test]
fn a_snapshot_without_documents_is_passed_over_once_they_are_asked_for() {
    let (_, kept) = own(&configured(""), Vec::new(), 0, 90);
    let end = earthquake().len();
    let asked = configured("cap");
    let (with, _) = own(&asked, kept, 90, end);
    let (without, _) = own(&asked, Vec::new(), 90, end);
    assert_eq!(with, without);
    assert!(with.iter().any(|(name, ..)| name == "cap"));
}

/// A snapshot may be what made the commit fail: what has to be told must not wait for it for ever.
#[test]
fn a_commit_that_was_dropped_comes_again_without_the_snapshot() {
    let config = configured("");
    let rendering = crate::alert::tests::rendering(config.privacy.evidence);
    let mut stage = TriageStage::new(Arc::clone(&config), rendering)
        .with_keeper(Keeper::of_triage(&config, Box::new(|_, _| Ok(()))));
    let name = Arc::clone(&stage.signals);
    let partition = Partition { name, number: 0 };
    stage.visit(
        Event::Assigned {
            partition: &partition,
            next: 0,
        },
        EventTime::from_millis(0),
    );
    for (offset, record) in (0..).zip(earthquake()).take(40) {
        let value = serde_json::to_vec(&record).unwrap();
        stage.visit(
            Event::Record(Record {
                partition: &partition,
                offset,
                arrived_at: EventTime::from_millis(0),
                key: None,
                value: Some(&value),
                headers: &[],
            }),
            EventTime::from_millis(0),
        );
    }
    let mut given = |millis| {
        let outputs = stage.outputs(EventTime::from_millis(millis));
        stage.dropped();
        let (kept, told): (Vec<_>, Vec<_>) = outputs
            .into_iter()
            .partition(|out| *out.name == *config.kafka.snapshots);
        let told = told.into_iter().map(|out| out.value);
        (told.collect::<Vec<_>>(), kept.len())
    };
    let (told, _) = given(0);
    assert!(!told.is_empty());
    // Due a millisecond after the first commit, and again one after each try.
    assert_eq!(given(1), (told.clone(), 2));
    assert_eq!(given(1), (told.clone(), 0));
    assert_eq!(given(2), (told, 2));
}
