//! Tests of `topics`.

use super::*;

fn counts() -> Needed {
    let config = Config::built_in().unwrap();
    needed(&config)
        .into_iter()
        .find(|needed| needed.name == config.kafka.counts)
        .unwrap()
}

fn as_needed(needed: &Needed) -> Found {
    let settings = needed.settings.iter();
    Found {
        partitions: needed.partitions,
        settings: settings
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}

#[test]
fn every_feed_has_its_dead_letters() {
    let names: Vec<String> = needed(&Config::built_in().unwrap())
        .into_iter()
        .map(|needed| needed.name)
        .collect();
    assert_eq!(
        names,
        [
            "feeds.social",
            "feeds.social.dlq",
            "feeds.news",
            "feeds.news.dlq",
            "counts",
            "signals",
            "actions",
            "actions.dlq",
            "alerts",
            "snapshots",
            "pulse"
        ]
    );
}

#[test]
fn cap_documents_have_a_kafka_topic_where_they_are_asked_for() {
    let mut config = Config::built_in().unwrap();
    config.alert.cap_topic = "cap".to_owned();
    let needed = needed(&config);
    let last = needed.last().unwrap();
    assert_eq!((&*last.name, last.partitions), ("cap", 1));
}

/// The chart's list is the built-in configuration with three copies, the feeds left out.
#[test]
fn the_chart_lists_what_is_needed() {
    let mut config = Config::built_in().unwrap();
    config.kafka.replication_factor = 3;
    let values = include_str!("../../../../deploy/helm/kentongan/values.yaml");
    for needed in needed(&config) {
        if needed.name.starts_with("feeds.") {
            continue;
        }
        let settings = needed.settings.iter();
        let settings: Vec<_> = settings
            .map(|(name, value)| format!("{name}: \"{value}\""))
            .collect();
        let line = format!(
            "    - {{ name: {}, partitions: {}, config: {{ {} }} }}\n",
            needed.name,
            needed.partitions,
            settings.join(", ")
        );
        assert!(values.contains(&line), "{line}");
    }
}

#[test]
fn what_was_created_as_needed_will_do() {
    let counts = counts();
    let standing = counts.standing(Some(&as_needed(&counts)));
    assert_eq!(standing, Standing::Usable(Vec::new()));
    assert_eq!(counts.standing(None), Standing::Missing);
}

#[test]
fn another_number_of_counts_partitions_is_drift() {
    let counts = counts();
    let found = Found {
        partitions: 33,
        ..as_needed(&counts)
    };
    let Standing::Drifted(sentence) = counts.standing(Some(&found)) else {
        panic!("no drift");
    };
    assert!(sentence.starts_with("counts has 33 partitions, the configuration says 32."));
}

#[test]
fn compaction_is_drift_and_another_retention_is_a_note() {
    let counts = counts();
    let mut found = as_needed(&counts);
    found.settings.insert("retention.ms".into(), "1000".into());
    assert_eq!(
        counts.standing(Some(&found)),
        Standing::Usable(vec![
            "counts: retention.ms is 1000, 172800000 is recommended".into()
        ])
    );
    found
        .settings
        .insert("cleanup.policy".into(), "compact".into());
    assert!(matches!(
        counts.standing(Some(&found)),
        Standing::Drifted(_)
    ));
}

#[test]
fn one_of_three_copies_may_be_away() {
    let in_sync = |copies| settings(copies, 1, 1)["min.insync.replicas"].clone();
    assert_eq!([1, 2, 3, 5].map(in_sync), ["1", "1", "2", "2"]);
}
