//! The list of rights, as the chart and the documents have it.
//!
//! In: `files/rights.json` of the chart. Out: rights of a role with real names in them.

use kentongan::config::Config;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The list that stands once.
const LIST: &str = include_str!("../../deploy/helm/kentongan/files/rights.json");

/// One line of the list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) resource: Resource,
    name: String,
    #[serde(default)]
    pub(crate) prefixed: bool,
    pub(crate) operation: Operation,
    pub(crate) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Resource {
    Topic,
    Group,
    TransactionalId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Operation {
    Read,
    Write,
}

/// A right as Kafka has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) resource: Resource,
    pub(crate) name: String,
    pub(crate) is_prefix: bool,
    pub(crate) operation: Operation,
}

/// Every role with its lines.
pub(crate) fn list() -> BTreeMap<String, Vec<Line>> {
    serde_json::from_str(LIST).unwrap()
}

impl Line {
    /// The line in words, for a message.
    pub(crate) fn shown(&self) -> String {
        let star = if self.prefixed { "*" } else { "" };
        format!(
            "{:?} of {:?} {}{star}",
            self.operation, self.resource, self.name
        )
    }

    /// As the table of the document has it.
    pub(crate) fn row(&self, role: &str) -> String {
        let star = if self.prefixed { "*" } else { "" };
        let resource = match self.resource {
            Resource::Topic => "Kafka topic",
            Resource::Group => "group",
            Resource::TransactionalId => "transactional id",
        };
        let (name, operation, why) = (&self.name, self.operation, &self.why);
        format!("| `{role}` | {resource} | `{name}{star}` | {operation:?} | {why} |\n")
    }

    /// The rights that it stands for under `config`: one for each feed, where it names them.
    pub(crate) fn rights(&self, config: &Config) -> Vec<Right> {
        let kafka = &config.kafka;
        let named = self
            .name
            .replace("{group}", &kafka.group)
            .replace("{counts}", &kafka.counts)
            .replace("{signals}", &kafka.signals)
            .replace("{actions}", &kafka.actions)
            .replace("{alerts}", &kafka.alerts)
            .replace("{snapshots}", &kafka.snapshots)
            .replace("{pulse}", &kafka.pulse);
        let feeds = config
            .feeds
            .iter()
            .map(|feed| named.replace("{feed}", &feed.name));
        let mut names: Vec<String> = feeds.collect();
        names.dedup();
        let rights = names.into_iter().map(|name| {
            assert!(
                !name.contains('{'),
                "no such name in the configuration: {name}"
            );
            Right {
                resource: self.resource,
                name,
                is_prefix: self.prefixed,
                operation: self.operation,
            }
        });
        rights.collect()
    }
}
