//! Tests of the room `metrics`.

use super::*;

fn known() -> Known<'static> {
    Known {
        feeds: vec!["feeds.social"],
        refusals: vec!["not_json"],
        changes: vec!["opened", "calmed"],
        levels: vec!["waspada", "awas"],
        characters: vec!["organic"],
        actions: vec!["accepted"],
        statuses: vec!["opened", "resolved"],
        feed_states: vec!["flowing", "silent"],
        channels: vec!["webhook"],
    }
}

#[test]
fn documented_metrics_are_the_metrics_that_exist() {
    let rows = Metrics::INVENTORY.iter().map(|entry| {
        let labels: Vec<String> = entry
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        format!(
            "| `{}` | {} | {} | {} |",
            entry.name,
            entry.kind,
            labels.join(", "),
            entry.help.trim()
        )
    });
    let rows: Vec<String> = rows.collect();
    let text = include_str!("../../docs/metrics.md");
    let documented: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(
        documented,
        rows,
        "docs/metrics.md should hold:\n{}",
        rows.join("\n")
    );
}

#[test]
fn known_label_values_exist_at_zero_from_the_start() {
    let registry = Registry::new();
    Metrics::new(&registry, &known()).unwrap();
    let text = exposition(&registry).unwrap();
    let samples: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("_bucket{"))
        .collect();
    assert!(samples.iter().all(|line| line.ends_with(" 0")), "{text}");
    insta::assert_snapshot!(samples.join("\n"));
}

#[test]
fn names_follow_the_rule() {
    for entry in Metrics::INVENTORY {
        assert!(entry.name.starts_with("kentongan_"), "{}", entry.name);
        assert_eq!(
            entry.kind == "counter",
            entry.name.ends_with("_total"),
            "{}",
            entry.name
        );
        assert!(entry.help.ends_with('.'), "{}", entry.name);
    }
}

#[test]
fn two_sets_of_metrics_do_not_share_a_registry() {
    let registry = Registry::new();
    Metrics::new(&registry, &known()).unwrap();
    assert!(Metrics::new(&registry, &known()).is_err());
    assert!(Metrics::new(&Registry::new(), &known()).is_ok());
}

#[test]
fn a_partition_that_went_away_is_no_longer_stated() {
    let registry = Registry::new();
    let metrics = Metrics::new(&registry, &Known::default()).unwrap();
    metrics.set_lag("ingest", "feeds.news", 2, 17);
    assert!(
        exposition(&registry)
            .unwrap()
            .contains(r#"name="feeds.news",partition="2",stage="ingest"} 17"#)
    );
    metrics.set_lag("ingest", "feeds.news", 3, 5);
    metrics.set_lag("detect", "counts", 3, 1);
    assert_eq!(metrics.lag_of("ingest", "feeds.news"), Some(22));
    assert_eq!(metrics.lag_of("ingest", "feeds.social"), None);
    metrics.forget_lag("ingest", "feeds.news", 2);
    metrics.forget_lag("ingest", "feeds.news", 3);
    assert!(!exposition(&registry).unwrap().contains("feeds.news"));
}
