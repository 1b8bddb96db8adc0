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
struct Use<'tree> {
    key: String,
    name: &'tree str,
    origin: &'tree Origin,
}

/// No two uses of one Kafka topic: a feed that reads `alerts` would feed on itself.
pub(crate) fn kafka_names(tree: &Table, report: &mut Report<'_>) {
    let mut uses: Vec<Use<'_>> = ["counts", "signals", "alerts"]
        .iter()
        .filter_map(|key| name_at(tree.get("kafka")?, "kafka", key))
        .collect();
    if let Some(Value::List(feeds)) = tree.get("feeds").map(|node| &node.value) {
        let names = feeds.iter().enumerate();
        uses.extend(
            names.filter_map(|(number, feed)| name_at(feed, &format!("feeds[{number}]"), "name")),
        );
    }
    let mut taken: BTreeMap<String, (String, &Origin)> = BTreeMap::new();
    for Use { key, name, origin } in uses {
        if name.is_empty() || report.blames(&key) {
            continue;
        }
        let mut own = vec![(collision_name(name), key.clone())];
        if key.starts_with("feeds") {
            let dead_letters = collision_name(&format!("{name}{DEAD_LETTERS}"));
            own.push((dead_letters, format!("the refused records of {key}")));
        }
        if let Some((other, other_origin)) = own.iter().find_map(|(name, _)| taken.get(name)) {
            let problem = format!("{} is also the Kafka topic of {other}", quoted(name));
            report.add(
                origin.max(other_origin),
                &key,
                problem,
                "give each a name of its own",
            );
        }
        for (name, key) in own {
            taken.entry(name).or_insert((key, origin));
        }
    }
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
