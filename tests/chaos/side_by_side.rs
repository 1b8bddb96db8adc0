//! Two configurations side by side on a real broker: what decides stands in the log, so no incident is orphaned and
//! none is lost, whoever owns its partition.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kentongan::detect::{Change, SignalRecord};
use kentongan::triage::Triage;

use crate::posts::Writer;
use crate::proofs;
use crate::town::{Town, words};

/// Both: what grows is told at once.
const BOTH: &str = "triage.update_interval_ms=1000";
const OLD: [&str; 1] = [BOTH];
/// Fewer topics open an episode, and more of what opens is serious.
const NEW: [&str; 4] = [
    BOTH,
    "detect.minimum_posts=40",
    "detect.false_incidents_per_day=0.2",
    "levels.siaga_posts=20",
];
/// Longer than it takes to share the partitions anew.
const A_WHILE: Duration = Duration::from_secs(8);

#[test]
fn a_changed_threshold_side_by_side_orphans_no_incident_and_loses_none_real() {
    let _alone = crate::alone();
    let Ok(brokers) = std::env::var("KENTONGAN_TEST_BOOTSTRAP") else {
        eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run");
        return;
    };
    let mut town = Town::found(&brokers);
    let mut writer = Writer::connect(&town, 7);
    writer.write_history();
    // A topic that nobody has spoken of, each time.
    let mut topics = 100..;
    let mut talk = || {
        writer.write_live(A_WHILE);
        writer.write_talk(topics.next().unwrap());
        writer.write_live(A_WHILE);
    };
    // The old one alone, both, the new one alone: every partition goes from one to the other ...
    town.start_with(0, &OLD);
    talk();
    town.start_with(1, &NEW);
    talk();
    town.leave(0);
    talk();
    // ... and back.
    town.start_with(0, &OLD);
    talk();
    town.leave(1);
    talk();
    let written = writer.finish(&town);
    town.stop_without_broker();
    town.print_troubles();

    // Whatever the file of whoever folds it again says.
    for settings in [&OLD[..], &NEW[..]] {
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        let line: Vec<&str> = settings.chain(["refold"]).collect();
        let refold = town.run(&line);
        eprintln!("{}", words(&refold));
        assert!(refold.status.success(), "{}", words(&refold));
    }
    proofs::every_post_is_in_the_ledger_once(&town, written);
    proofs::no_alert_is_there_twice(&town);
    what_opened_goes_on_or_has_ended(&town);
}

/// An episode is told to open before anything else is told of it. An incident that is not resolved is open in
/// triage, and no other is. Both configurations decided something.
fn what_opened_goes_on_or_has_ended(town: &Town) {
    let (mut open, mut opened) = (BTreeSet::new(), 0);
    let mut rules: BTreeMap<String, u32> = BTreeMap::new();
    let mut triage = Triage::new(&town.config);
    town.read(&town.config.kafka.signals, 0, &mut |record| {
        let said: SignalRecord = serde_json::from_slice(record.value.unwrap()).unwrap();
        triage.apply(said.clone(), &mut Vec::new());
        match said {
            SignalRecord::Signal(signal) => {
                let episode = (signal.partition, signal.episode.clone());
                match signal.change {
                    Change::Opened => {
                        assert!(open.insert(episode), "opened twice: {signal:?}");
                        opened += 1;
                    }
                    Change::Grew => assert!(open.contains(&episode), "never opened: {signal:?}"),
                    Change::Calmed => assert!(open.remove(&episode), "never opened: {signal:?}"),
                }
            }
            SignalRecord::Rules(change) => *rules.entry(change.rules.digest).or_default() += 1,
            SignalRecord::Tick(_) => {}
        }
    });
    assert_eq!(rules.len(), 2, "{rules:?}");
    let mut incidents: BTreeMap<String, String> = BTreeMap::new();
    let mut decided: BTreeMap<String, u32> = BTreeMap::new();
    town.read(&town.config.kafka.alerts, 0, &mut |record| {
        let alert: serde_json::Value = serde_json::from_slice(record.value.unwrap()).unwrap();
        let member = |name: &str| alert[name].as_str().map(str::to_owned);
        if let (Some(incident), Some(status)) = (member("incident"), member("status")) {
            incidents.insert(incident, status);
            *decided.entry(member("config_digest").unwrap()).or_default() += 1;
        }
    });
    let unresolved = incidents.values().filter(|status| *status != "resolved");
    let unresolved = unresolved.count();
    assert_eq!(
        unresolved,
        triage.open_incidents(),
        "orphaned or lost: {incidents:?}"
    );
    assert_eq!(decided.len(), 2, "revisions by configuration: {decided:?}");
    assert!(
        decided.keys().all(|digest| rules.contains_key(digest)),
        "{decided:?} {rules:?}"
    );
    eprintln!(
        "{opened} episodes, {} of them go on; {} incidents, {unresolved} open; rules {rules:?}, revisions {decided:?}",
        open.len(),
        incidents.len()
    );
}
