//! The reading half: a member of a consumer group.
//!
//! In: the client's events. Out: the log's events, in the order that the trait promises.
//! Rule: a reassignment is answered with the call of `poll` after the one that announced it, so a
//! stage commits while it still owns what it commits. The classic protocol moves everything at once,
//! the younger one (KIP-848) single partitions, while the others are read on.
//! Not here: how events leave the client (`native`), what is written (`writer`).

use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{Producer, ProducerContext};

use super::credentials;
use super::native::{self, EventQueue, Happening, high_watermark};
use super::places::{find, native_number, native_offset, offsets, partitions};
use super::settings::{KafkaSettings, REQUEST_DEADLINE, STEP_DEADLINE, Subscription};
use super::trouble::{Quiet, Troubles, is_forbidden, log_error, log_line};
use super::visit::{fatal, not_owned, starts, visit_end, visit_record};
use crate::config::{GroupProtocol, Security};
use crate::log::{Event, LogError, Partition, Position};

/// Most events of one call of `poll`: some tens of milliseconds of work. While a backlog is read each call
/// may be followed by a commit, which must not cost more than what it commits.
const EVENTS_PER_POLL: usize = 5000;

/// A member of a consumer group.
pub(super) struct Reader {
    consumer: BaseConsumer<Quiet>,
    /// The partitions that are read now and how far, in the order of [`Partition`].
    owned: Vec<Position>,
    membership: Membership,
    /// Whether the group moves single partitions.
    is_incremental: bool,
    has_joined: bool,
    troubles: Troubles,
}

/// Where a reassignment stands. The client waits for the answer and reads nothing meanwhile.
enum Membership {
    /// Nothing to answer.
    Settled,
    /// The group gave these partitions; their positions are not known yet.
    Given(Vec<Partition>),
    /// The stage was told, and where reading starts; the answer is due.
    Announced(Vec<Position>),
    /// The stage was told that these partitions go; the answer is due.
    Leaving(Vec<Partition>),
}

impl Reader {
    /// Joins the group of `subscription`. Does not wait for the brokers.
    pub(super) fn join(
        settings: &KafkaSettings,
        subscription: &Subscription,
    ) -> Result<Self, LogError> {
        let config = settings.consumer(subscription)?;
        let consumer = BaseConsumer::from_config_and_context(&config, Quiet)
            .map_err(|error| log_error("starting the Kafka consumer", &error))?;
        credentials::introduce(&settings.security, consumer.client())?;
        let names: Vec<&str> = subscription.names.iter().map(AsRef::as_ref).collect();
        consumer
            .subscribe(&names)
            .map_err(|error| log_error("subscribing", &error))?;
        Ok(Self {
            consumer,
            owned: Vec::new(),
            membership: Membership::Settled,
            is_incremental: settings.group_protocol == GroupProtocol::Consumer,
            has_joined: false,
            troubles: Troubles::default(),
        })
    }

    /// As [`crate::log::Log::poll`].
    pub(super) fn poll(
        &mut self,
        wait: Duration,
        visit: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), LogError> {
        self.answer(visit)?;
        if self.announce(visit) {
            return Ok(());
        }
        let Some(mut queue) = EventQueue::of(&self.consumer) else {
            return Ok(());
        };
        for turn in 0..EVENTS_PER_POLL {
            let wait = if turn == 0 { wait } else { Duration::ZERO };
            let Some(mut event) = queue.next(wait) else {
                return Ok(());
            };
            match event.read() {
                Happening::Record(message) => {
                    self.troubles.over();
                    visit_record(&mut self.owned, &message, visit);
                }
                Happening::AtEnd {
                    name,
                    number,
                    offset,
                } => {
                    visit_end(&mut self.owned, &name, number, offset, visit);
                }
                Happening::Trouble {
                    code: RDKafkaErrorCode::Fatal,
                    text,
                } => {
                    return Err(fatal(&self.consumer, text));
                }
                Happening::Trouble { code, text } if is_forbidden(code) => {
                    return Err(log_error("reading", &KafkaError::Global(code)).with_detail(&text));
                }
                Happening::Trouble { code, text } => self.troubles.note(Some(code), &text),
                Happening::Line { level, text } => log_line(level, &text),
                Happening::Other => {}
                Happening::Assign(places) => {
                    self.has_joined = true;
                    self.membership = Membership::Given(partitions(&places));
                    drop((event, queue));
                    self.announce(visit);
                    return Ok(());
                }
                Happening::Revoke(places) => {
                    let going = partitions(&places);
                    drop((event, queue));
                    self.take_leave(going, visit);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// As [`crate::log::Log::seek`].
    pub(super) fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        let Position { partition, next } = position;
        if let Membership::Announced(starts) = &mut self.membership
            && let Some(start) = find(starts, &partition.name, partition.number)
        {
            start.next = *next;
            return Ok(());
        }
        // What is given back is not read any more.
        if let Membership::Leaving(going) = &self.membership
            && going.contains(partition)
        {
            return Ok(());
        }
        let owned = find(&mut self.owned, &partition.name, partition.number)
            .ok_or_else(|| not_owned("seeking", partition))?;
        let number = native_number(partition.number);
        self.consumer
            .seek(
                &partition.name,
                number,
                native_offset(*next),
                REQUEST_DEADLINE,
            )
            .map_err(|error| log_error("seeking", &error))?;
        owned.next = *next;
        Ok(())
    }

    /// Whether every partition of `done` is owned: checked before anything is written for it.
    pub(super) fn check_owned(&mut self, done: &[Position]) -> Result<(), LogError> {
        for Position { partition, .. } in done {
            find(&mut self.owned, &partition.name, partition.number)
                .ok_or_else(|| not_owned("committing", partition))?;
        }
        Ok(())
    }

    /// Commits `done` and waits for the broker, under a deadline.
    pub(super) fn commit(&self, done: &[Position]) -> Result<(), LogError> {
        if done.is_empty() {
            return Ok(());
        }
        let list = offsets(done).map_err(|error| log_error("committing", &error))?;
        match native::commit(&self.consumer, &list, REQUEST_DEADLINE) {
            Some(RDKafkaErrorCode::NoError) => Ok(()),
            Some(code) => Err(log_error("committing", &KafkaError::ConsumerCommit(code))),
            None => Err(LogError::Transient {
                operation: "committing",
                detail: "the group's coordinator did not answer in time".to_owned(),
            }),
        }
    }

    /// Adds `done` to the open transaction of `producer`, with `token` beside each position. The
    /// group's coordinator refuses it when this member is no longer the owner.
    pub(super) fn add_to_transaction<C: ProducerContext>(
        &self,
        producer: &impl Producer<C>,
        done: &[Position],
        token: &str,
    ) -> KafkaResult<()> {
        let list = offsets(done)?;
        for mut place in list.elements() {
            place.set_metadata(token);
        }
        // Read anew each time: it names the generation of the group.
        let group = self.consumer.group_metadata().ok_or(KafkaError::Canceled)?;
        producer.send_offsets_to_transaction(&list, &group, STEP_DEADLINE)
    }

    /// Whether the committed positions of `done` are those that were committed with `token`.
    pub(super) fn is_committed(&self, done: &[Position], token: &str) -> KafkaResult<bool> {
        let committed = self
            .consumer
            .committed_offsets(offsets(done)?, STEP_DEADLINE)?;
        for place in committed.elements() {
            place.error()?;
            if place.metadata() != token {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records in each owned partition that were not read yet, as far as fetching knows: no
    /// request. Counts transaction markers too, and is absent before the first fetch.
    pub(super) fn lag(&self) -> Vec<(Position, u64)> {
        let lag = |owned: &Position| {
            let Partition { name, number } = &owned.partition;
            let high = high_watermark(&self.consumer, name, native_number(*number))?;
            let behind = u64::try_from(high).ok()?.saturating_sub(owned.next);
            Some((owned.clone(), behind))
        };
        self.owned.iter().filter_map(lag).collect()
    }

    /// Whether the group has ever said which partitions are this member's, be it none.
    pub(super) fn has_joined(&self) -> bool {
        self.has_joined
    }

    /// Gives the client the secret as its file has it now.
    pub(super) fn show(&self, security: &Security) -> Result<(), LogError> {
        credentials::show(security, self.consumer.client())
    }

    /// Tells the stage that all its partitions are lost: this reader is about to be replaced.
    pub(super) fn lose_all(&mut self, visit: &mut dyn FnMut(Event<'_>)) {
        for owned in self.owned.drain(..) {
            visit(Event::Lost {
                partition: &owned.partition,
            });
        }
    }

    /// How often something did not work.
    pub(super) fn troubles(&self) -> u64 {
        self.troubles.total()
    }

    /// Answers what the last call of `poll` announced.
    fn answer(&mut self, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        match std::mem::replace(&mut self.membership, Membership::Settled) {
            Membership::Settled => Ok(()),
            given @ Membership::Given(_) => {
                self.membership = given;
                Ok(())
            }
            Membership::Announced(starts) => self.take(starts),
            Membership::Leaving(going) => self.give_back(&going, visit),
        }
    }

    /// Begins to read partitions.
    fn take(&mut self, starts: Vec<Position>) -> Result<(), LogError> {
        let consumer = &self.consumer;
        let answered = offsets(&starts).and_then(|list| {
            if self.is_incremental {
                consumer.incremental_assign(&list)
            } else {
                consumer.assign(&list)
            }
        });
        if self.is_incremental {
            self.owned.extend(starts);
            self.owned.sort_unstable();
            self.owned
                .dedup_by(|two, one| two.partition == one.partition);
        } else {
            self.owned = starts;
        }
        answered.map_err(|error| log_error("taking partitions", &error))
    }

    /// Stops to read partitions; those that were not lost already are lost now.
    fn give_back(
        &mut self,
        going: &[Partition],
        visit: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), LogError> {
        for partition in self
            .owned
            .extract_if(.., |owned| going.contains(&owned.partition))
        {
            visit(Event::Lost {
                partition: &partition.partition,
            });
        }
        self.unassign(going)
            .map_err(|error| log_error("giving partitions back", &error))
    }

    fn unassign(&self, going: &[Partition]) -> KafkaResult<()> {
        if !self.is_incremental {
            return self.consumer.unassign();
        }
        let mut list = TopicPartitionList::with_capacity(going.len());
        for Partition { name, number } in going {
            list.add_partition(name, native_number(*number));
        }
        self.consumer.incremental_unassign(&list)
    }

    /// Tells the stage about partitions that it was given, once their positions are known. False
    /// when there are none, or the brokers do not say where they stand: the next call asks again.
    fn announce(&mut self, visit: &mut dyn FnMut(Event<'_>)) -> bool {
        let Membership::Given(partitions) = &self.membership else {
            return false;
        };
        match starts(&self.consumer, partitions) {
            Ok(starts) => {
                for Position { partition, next } in &starts {
                    visit(Event::Assigned {
                        partition,
                        next: *next,
                    });
                }
                self.membership = Membership::Announced(starts);
                true
            }
            Err(error) => {
                let code = error.rdkafka_error_code();
                self.troubles
                    .note(code, &format!("asking for committed positions: {error}"));
                false
            }
        }
    }

    /// Tells the stage that the partitions `going` go; under the classic protocol all of them do. What
    /// it was never told of is given back at once.
    fn take_leave(&mut self, going: Vec<Partition>, visit: &mut dyn FnMut(Event<'_>)) {
        let going = if self.is_incremental {
            going
        } else {
            self.owned
                .iter()
                .map(|owned| owned.partition.clone())
                .collect()
        };
        let lost = self.consumer.assignment_lost();
        for partition in &going {
            let is_owned = self.owned.iter().any(|owned| owned.partition == *partition);
            match (is_owned, lost) {
                (false, _) => {}
                (true, true) => visit(Event::Lost { partition }),
                (true, false) => visit(Event::Revoked { partition }),
            }
        }
        if lost {
            self.owned.retain(|owned| !going.contains(&owned.partition));
        }
        self.membership = Membership::Leaving(going);
    }
}

impl Drop for Reader {
    /// An unanswered reassignment would keep the client from closing.
    fn drop(&mut self) {
        let answered = match &self.membership {
            Membership::Settled => Ok(()),
            Membership::Leaving(going) => self.unassign(going),
            // What was given is given back unread.
            Membership::Given(_) | Membership::Announced(_) if self.is_incremental => {
                self.consumer.incremental_assign(&TopicPartitionList::new())
            }
            Membership::Given(_) | Membership::Announced(_) => self.consumer.unassign(),
        };
        if let Err(error) = answered {
            log_line(0, &format!("giving partitions back: {error}"));
        }
    }
}
