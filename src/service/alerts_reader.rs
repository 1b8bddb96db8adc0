//! Reads every alert that the log holds, for the page and for whoever wants to be told.
//!
//! In: the alerts' Kafka topic. Out: the desk's read model.
//! Rule: the group is this process's own and commits nothing: the page of every replica shows the same.
//! The process is not ready before all alerts that were there at the start are read.
//! Not here: what the page shows (`desk`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};

use super::observe;
use super::run::{CLOSE, OnAlert, PAUSE, POLL, ServiceError, Shared, spawn};
use crate::alert::Alert;
use crate::desk::{Desk, Latch};
use crate::log::kafka::{KafkaLog, Subscription};
use crate::log::{Event, Log, LogError};

/// Starts the thread.
pub(super) fn spawn_reader(
    shared: &Arc<Shared>,
    desk: &Arc<Desk>,
    on_alert: OnAlert,
) -> Result<JoinHandle<()>, ServiceError> {
    let latch = shared.health.latch();
    let (shared, desk) = (Arc::clone(shared), Arc::clone(desk));
    spawn("alerts", move || {
        if let Err(error) = read(&shared, &desk, on_alert, latch) {
            shared.end(Err(error.into()));
        }
    })
}

fn read(shared: &Shared, desk: &Desk, mut on_alert: OnAlert, latch: Latch) -> Result<(), LogError> {
    let names = vec![shared.config.kafka.alerts.as_str().into()];
    let stage = format!("desk-{}", shared.settings.member).into();
    let mut log = KafkaLog::connect(&shared.settings, &Subscription { stage, names })?;
    let mut latch = Some(latch);
    let mut at_end = BTreeMap::new();
    let mut told = None;
    while !shared.is_stopping() {
        let now = (shared.clock)();
        let polled = log.poll(POLL, &mut |event| match event {
            Event::Assigned { partition, .. } => {
                at_end.insert(partition.number, false);
            }
            Event::AtEnd { partition, .. } => {
                at_end.insert(partition.number, true);
            }
            Event::Record(record) => {
                let value = record.value.unwrap_or_default();
                if let Some(alert) = Alert::decode(value) {
                    on_alert(&alert);
                    desk.apply(alert);
                }
            }
            Event::Revoked { .. } | Event::Lost { .. } => {}
        });
        match polled {
            Ok(()) => {}
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "the reader of alerts tries again");
                thread::park_timeout(PAUSE);
            }
            Err(error) => return Err(error),
        }
        if !at_end.is_empty() && at_end.values().all(|&at_end| at_end) {
            latch.take();
        }
        if told.is_none_or(|told| now.millis_since(told) >= 1_000) {
            told = Some(now);
            let feeds = shared.feeds.read().unwrap_or_else(PoisonError::into_inner);
            desk.tick(now, observe::feed_health(&shared.config, &feeds, now));
        }
    }
    desk.close();
    if let Err(error) = log.close(CLOSE) {
        tracing::warn!(%error, "the reader of alerts did not close");
    }
    Ok(())
}
