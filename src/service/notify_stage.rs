//! Notify beside the log: alerts in, requests to one address out.
//!
//! In: every alert that the log holds. Out: HTTP requests; the place up to which all is settled.
//! Rule: a stage for each address, with a group of its own, so a dead one holds up no other. A place is
//! committed only when the other side has answered for everything before it: after a crash the rest is
//! told again (at least once). The other side lives by the wall's clock, so the demo's is not used here.
//! Not here: what is sent and when it is tried again (`notify`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{self, Stopwatch};
use super::notify_addresses::{Make, NamedAddress, NotifyError, addresses};
use super::run::Shared;
use super::stage::Stage;
use crate::alert::Alert;
use crate::config::Config;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::metrics::{DeliveryResult, Limit, Metrics};
use crate::notify::{Answer, Arrival, Channel, Place, Request, Sender};
use crate::post::EventTime;

/// Longest time that one turn sends before the log is asked again.
const SEND: Duration = Duration::from_secs(5);

/// One address.
pub(super) struct NotifyStage {
    name: &'static str,
    make: Make,
    channel: Box<dyn Channel>,
    sender: Sender,
    runtime: tokio::runtime::Runtime,
    alerts: Arc<str>,
    owned: BTreeMap<u32, Owned>,
    leaves: bool,
}

/// A partition of the alerts.
#[derive(Debug, Clone, Copy)]
struct Owned {
    /// Up to here an owner before has settled it.
    begins: u64,
    /// Up to here it was read.
    next: u64,
    /// Up to here it is settled, up to here a commit was asked for, up to here it holds.
    settled: u64,
    asked: u64,
    committed: u64,
    /// The next owner tells what is not settled yet.
    leaves: bool,
    /// Whether everything that was there at the start is known: before, an incident that is over by
    /// now would be told as a new one.
    caught_up: bool,
}

/// The stages of every address that is configured.
pub(super) fn stages(config: &Config) -> Result<Vec<NotifyStage>, NotifyError> {
    let addresses = addresses(config)?.into_iter();
    addresses
        .map(|address| NotifyStage::new(address, config))
        .collect()
}

impl NotifyStage {
    fn new(address: NamedAddress, config: &Config) -> Result<Self, NotifyError> {
        Ok(Self {
            // Stages are called by names that live as long as the program; there are at most twenty-one.
            name: format!("notify-{}", address.name).leak(),
            channel: (address.make)(),
            make: address.make,
            sender: Sender::new()?,
            runtime: runtime()?,
            alerts: config.kafka.alerts.as_str().into(),
            owned: BTreeMap::new(),
            leaves: false,
        })
    }

    /// Sends what is due, for a while; then states what is settled.
    pub(super) fn tell(&mut self, shared: &Shared) {
        let may_tell = |owned: &Owned| owned.caught_up && !owned.leaves;
        if !self.owned.values().all(may_tell) {
            return;
        }
        let watch = Stopwatch::start();
        while !shared.is_stopping()
            && watch.elapsed() < SEND
            && let Some(request) = self.channel.due(clock::now())
        {
            let answer = self.runtime.block_on(self.sender.send(&request));
            report(self.channel.name(), &request, &answer, &shared.metrics);
            self.channel.answered(&answer, clock::now());
            if answer.is_final() && !self.channel.is_keyed() {
                // Its place is committed before the next goes out: a crash repeats one at most.
                break;
            }
        }
        let dropped = self.channel.take_dropped();
        shared.metrics.count_limit(Limit::NotifyQueue, dropped);
        let channel = self.channel.name();
        shared
            .metrics
            .count_deliveries(channel, DeliveryResult::Dropped, dropped);
        for (&partition, owned) in &mut self.owned {
            let first = self.channel.first_unsettled(partition);
            owned.settled = first.map_or(owned.next, |offset| offset.max(owned.settled));
        }
    }

    fn fold(&mut self, record: &Record<'_>) {
        let Some(owned) = self.owned.get_mut(&record.partition.number) else {
            return;
        };
        owned.next = owned.next.max(record.offset.saturating_add(1));
        // What is no alert is for other readers.
        let Some(alert) = Alert::decode(record.value.unwrap_or_default()) else {
            return;
        };
        if record.offset < owned.begins {
            self.channel.remember(&alert, clock::now());
        } else {
            let place = Place {
                partition: record.partition.number,
                offset: record.offset,
            };
            let arrival = Arrival {
                alert: &alert,
                place,
                is_backlog: !owned.caught_up,
            };
            self.channel.apply(arrival, clock::now());
        }
    }

    /// What was known belongs to the next owner, who folds the log again.
    fn forget(&mut self, partition: u32) {
        self.owned.remove(&partition);
        self.channel = (self.make)();
    }
}

impl Stage for NotifyStage {
    fn name(&self) -> &'static str {
        self.name
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => {
                let owned = Owned {
                    begins: next,
                    next,
                    settled: next,
                    asked: next,
                    committed: next,
                    leaves: false,
                    caught_up: false,
                };
                self.owned.insert(partition.number, owned);
            }
            Event::Record(record) => self.fold(&record),
            Event::AtEnd { partition, next } => {
                if let Some(owned) = self.owned.get_mut(&partition.number) {
                    owned.next = owned.next.max(next);
                    owned.caught_up = true;
                }
            }
            Event::Revoked { partition } => {
                self.leaves = true;
                if let Some(owned) = self.owned.get_mut(&partition.number) {
                    owned.leaves = true;
                }
            }
            Event::Lost { partition } => {
                self.leaves = false;
                self.forget(partition.number);
            }
        }
    }

    /// Which incidents are open is known from all that the log still holds.
    fn reads_from(&self, _partition: &Partition, _next: u64) -> u64 {
        0
    }

    fn is_due(&self, _now: EventTime) -> bool {
        let moved = |owned: &Owned| owned.settled > owned.committed;
        self.leaves || self.owned.values().any(moved)
    }

    fn outputs(&mut self, _now: EventTime) -> Vec<Outgoing> {
        for owned in self.owned.values_mut() {
            owned.asked = owned.settled;
        }
        Vec::new()
    }

    fn done(&self) -> Vec<Position> {
        let position = |(&number, owned): (&u32, &Owned)| Position {
            partition: Partition {
                name: Arc::clone(&self.alerts),
                number,
            },
            next: owned.asked,
        };
        self.owned.iter().map(position).collect()
    }

    fn committed(&mut self) {
        for owned in self.owned.values_mut() {
            owned.committed = owned.asked;
        }
        self.leaves = false;
    }
}

/// A runtime for one address's client.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, NotifyError> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

fn report(channel: &str, request: &Request, answer: &Answer, metrics: &Metrics) {
    let endpoint = request;
    let result = match answer {
        Answer::Accepted => {
            tracing::debug!(channel, %endpoint, "delivered");
            DeliveryResult::Delivered
        }
        Answer::Refused { status } => {
            tracing::warn!(channel, %endpoint, status, "delivery refused, not tried again");
            DeliveryResult::Refused
        }
        Answer::Later { detail, .. } => {
            tracing::warn!(channel, %endpoint, detail, "delivery failed, will be tried again");
            DeliveryResult::Retried
        }
    };
    metrics.count_deliveries(channel, result, 1);
}
