//! Which Kafka topics are there, of those that the roles of this process begin with.
//!
//! In: the roles. Out: how many partitions each feed has, and whether there is a pulse; or what is missing.
//! Rule: a role asks for nothing that it does not read or write, so its user needs no further right.
//! Not here: what all of Kentongan needs (`log/kafka/topics`).

use std::thread;

use super::clock::Stopwatch;
use super::run::{PAUSE, Role, START, ServiceError, Shared};
use crate::config::Delivery;
use crate::log::kafka::catalogue::Catalogue;

/// What was found.
pub(super) struct Found {
    /// Partitions of each feed, in the order of the configuration; none where no role reads feeds.
    pub(super) feeds: Vec<u32>,
    /// Whether the Kafka topic of the pulse is there, and a role wants it.
    pub(super) has_pulse: bool,
}

/// Looks for what `roles` need; for a while again and again: brokers may start together with this process.
pub(super) fn look(shared: &Shared, roles: &[Role]) -> Result<Found, ServiceError> {
    let watch = Stopwatch::start();
    loop {
        match look_once(shared, roles) {
            Err(ServiceError::Log(error)) if error.is_transient() && watch.elapsed() < START => {
                tracing::warn!(%error, "asking again");
                thread::park_timeout(PAUSE);
            }
            answer => return answer,
        }
    }
}

fn look_once(shared: &Shared, roles: &[Role]) -> Result<Found, ServiceError> {
    let config = &shared.config;
    let catalogue = Catalogue::connect(&shared.settings, config.kafka.replication_factor)?;
    let mut names: Vec<&str> = Vec::new();
    if roles.contains(&Role::Ingest) {
        names.extend(config.feeds.iter().map(|feed| feed.name.as_str()));
    }
    let feeds = names.len();
    if roles.contains(&Role::Triage) {
        names.push(&config.kafka.actions);
        let documents = config.alert.cap_topic.as_str();
        names.extend((!documents.is_empty()).then_some(documents));
    }
    let keeps = roles.contains(&Role::Detect) || roles.contains(&Role::Triage);
    if keeps && config.kafka.delivery == Delivery::ExactlyOnce {
        names.push(&config.kafka.snapshots);
    }
    let needed = names.len();
    let wants_pulse = roles.contains(&Role::Detect) || roles.contains(&Role::Desk);
    names.extend(wants_pulse.then_some(config.kafka.pulse.as_str()));
    let counts = catalogue.partition_counts(&names)?;
    let mut pairs = names.iter().zip(&counts).take(needed);
    if let Some((name, _)) = pairs.find(|(_, count)| count.is_none()) {
        let name = (*name).to_owned();
        return Err(ServiceError::Missing { name });
    }
    let has_pulse = wants_pulse && counts.last().is_some_and(Option::is_some);
    if wants_pulse && !has_pulse {
        tracing::warn!(
            name = config.kafka.pulse,
            "the Kafka topic of the pulse is not there, or this client's user has no right to it, so the page \
             does not tell what is rising; create it with `kentongan topics --create`"
        );
    }
    Ok(Found {
        feeds: counts.into_iter().take(feeds).flatten().collect(),
        has_pulse,
    })
}
