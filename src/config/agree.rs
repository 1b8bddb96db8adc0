//! Which keys must fit together.
//!
//! In: the merged tree. Out: mistakes, each placed at the value of the highest layer, since that one
//! broke the peace.
//! Rule: nothing is said about a value that is wrong by itself.

use std::collections::BTreeMap;

use crate::config::Ingest;
use crate::config::layer::dotted;
use crate::config::report::Report;
use crate::config::section::quoted;
use crate::config::text_rules::DEAD_LETTERS;
use crate::config::tree::{Node, Origin, Table, Value};

/// A Kafka topic and the key that names it.
#[derive(Clone)]
struct Use<'tree> {
    key: String,
    name: &'tree str,
    origin: &'tree Origin,
}

/// No two uses of one Kafka topic: a feed that reads `alerts` would feed on itself.
pub(crate) fn kafka_names(tree: &Table, report: &mut Report<'_>) {
    let mut uses: Vec<Use<'_>> = [
        "counts",
        "signals",
        "actions",
        "alerts",
        "snapshots",
        "pulse",
    ]
    .iter()
    .filter_map(|key| name_at(tree.get("kafka")?, "kafka", key))
    .collect();
    for (section, key) in [("claims", "feed"), ("alert", "cap_topic")] {
        uses.extend(
            tree.get(section)
                .and_then(|node| name_at(node, section, key)),
        );
    }
    if let Some(Value::List(feeds)) = tree.get("feeds").map(|node| &node.value) {
        let names = feeds.iter().enumerate();
        uses.extend(
            names.filter_map(|(number, feed)| name_at(feed, &format!("feeds[{number}]"), "name")),
        );
    }
    let mut taken: BTreeMap<String, (Use<'_>, &str)> = BTreeMap::new();
    for named in uses {
        if named.name.is_empty() || report.blames(&named.key) {
            continue;
        }
        let mut names = vec![(collision_name(named.name), "")];
        if named.key.starts_with("feeds")
            || ["claims.feed", "kafka.actions"].contains(&named.key.as_str())
        {
            let dead_letters = format!("{}{DEAD_LETTERS}", named.name);
            names.push((collision_name(&dead_letters), "the refused records of "));
        }
        let clash = names
            .iter()
            .find_map(|(name, words)| Some((taken.get(name)?, *words)));
        if let Some((other, words)) = clash {
            blame((&named, words), (&other.0, other.1), report);
        }
        for (name, words) in names {
            taken.entry(name).or_insert_with(|| (named.clone(), words));
        }
    }
}

/// Blames the later of two uses, by layer, then by order; the words say which Kafka topic of each.
fn blame(
    (one, one_words): (&Use<'_>, &str),
    (earlier, earlier_words): (&Use<'_>, &str),
    report: &mut Report<'_>,
) {
    let (blamed, words, other) = if earlier.origin > one.origin {
        (earlier, one_words, one)
    } else {
        (one, earlier_words, earlier)
    };
    let problem = format!(
        "{} is also the Kafka topic of {words}{}",
        quoted(blamed.name),
        other.key
    );
    report.add(
        blamed.origin,
        &blamed.key,
        problem,
        "give each a name of its own",
    );
}

/// One post from the future moves its partition's newest time by the skew; with less lateness, every
/// honest post behind it would be late.
pub(crate) fn skew_and_lateness(ingest: &Ingest, tree: &Table, report: &mut Report<'_>) {
    let (skew, lateness) = ("ingest.future_skew_ms", "ingest.lateness_ms");
    let is_known = !report.blames(skew) && !report.blames(lateness);
    if !is_known || ingest.future_skew_ms <= ingest.lateness_ms {
        return;
    }
    let origin = |key| match tree.get("ingest").map(|node| &node.value) {
        Some(Value::Table(section)) => section.get(key).map(|node| &node.origin),
        _ => None,
    };
    let highest = origin("future_skew_ms").max(origin("lateness_ms"));
    let problem = format!(
        "{} is more than {lateness} = {}: one post from the future would make all others late",
        ingest.future_skew_ms, ingest.lateness_ms
    );
    let highest = highest.unwrap_or(&Origin::BuiltIn);
    report.add(highest, skew, problem, "write no more than the lateness");
}

/// Kafka writes "." and "_" alike in its metrics and refuses two names that differ in no more.
fn collision_name(name: &str) -> String {
    name.replace('.', "_")
}

fn name_at<'tree>(section: &'tree Node, path: &str, key: &str) -> Option<Use<'tree>> {
    let Value::Table(table) = &section.value else {
        return None;
    };
    let node = table.get(key)?;
    let Value::Text(name) = &node.value else {
        return None;
    };
    Some(Use {
        key: dotted(path, key),
        name,
        origin: &node.origin,
    })
}
