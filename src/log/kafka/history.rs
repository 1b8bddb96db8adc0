//! What a Kafka topic holds from its beginning, read without being a member of a group.
//!
//! In: a partition. Out: its committed records, and how far a stage's group has come.
//! Rule: reads what readers may see, up to the end as it is when it gets there; commits nothing.
//! Not here: what the records mean (`service/refold`).

use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::topic_partition_list::Offset;

use super::credentials::introduce;
use super::native::{EventQueue, Happening, Message};
use super::places::{native_number, native_offset};
use super::settings::{KafkaSettings, REQUEST_DEADLINE, Subscription};
use super::trouble::{Quiet, log_error, log_line};
use crate::log::{LogError, Partition, Record};

/// How long one look for records takes, and how often in a row it may bring nothing.
const LOOK: Duration = Duration::from_millis(500);
const LOOKS_MAX: u32 = 60;

/// A reader of everything that was.
pub struct History {
    consumer: BaseConsumer<Quiet>,
}

impl History {
    /// A reader that can also say how far the group of `stage` has come. It does not join it.
    pub fn connect(settings: &KafkaSettings, stage: &str) -> Result<Self, LogError> {
        let subscription = Subscription {
            stage: stage.into(),
            names: Vec::new(),
        };
        let config = settings.consumer(&subscription)?;
        let consumer = BaseConsumer::from_config_and_context(&config, Quiet)
            .map_err(|error| log_error("starting the Kafka consumer", &error))?;
        introduce(&settings.security, consumer.client())?;
        Ok(Self { consumer })
    }

    /// The next offset that the group of the stage has to read; 0 before its first commit. Asks again
    /// for half a minute: after a broker's start the group's coordinator takes seconds to be found.
    pub fn committed(&self, partition: &Partition) -> Result<u64, LogError> {
        let mut looks = 1;
        loop {
            let next = self.ask_committed(partition);
            let next = next.map_err(|error| log_error("asking for committed positions", &error));
            match next {
                Err(error) if error.is_transient() && looks < LOOKS_MAX => {
                    log_line(6, &error.to_string());
                    looks += 1;
                    // Nothing is assigned: serves the client for that long.
                    drop(self.consumer.poll(LOOK));
                }
                next => return next,
            }
        }
    }

    /// The oldest offset that the partition still holds.
    pub fn first(&self, partition: &Partition) -> Result<u64, LogError> {
        let number = native_number(partition.number);
        self.consumer
            .fetch_watermarks(&partition.name, number, REQUEST_DEADLINE)
            .map(|(first, _)| u64::try_from(first).unwrap_or(0))
            .map_err(|error| log_error("asking for the oldest record", &error))
    }

    /// Where the newest `count` offsets of the partition begin.
    pub fn last(&self, partition: &Partition, count: u64) -> Result<u64, LogError> {
        let number = native_number(partition.number);
        let (first, end) = self
            .consumer
            .fetch_watermarks(&partition.name, number, REQUEST_DEADLINE)
            .map_err(|error| log_error("asking for the newest record", &error))?;
        let (first, end) = (
            u64::try_from(first).unwrap_or(0),
            u64::try_from(end).unwrap_or(0),
        );
        Ok(end.saturating_sub(count).max(first))
    }

    /// Shows `visit` every record from `from` to the end; returns the end.
    pub fn read(
        &self,
        partition: &Partition,
        from: u64,
        visit: &mut dyn FnMut(Record<'_>),
    ) -> Result<u64, LogError> {
        let Partition { name, number } = partition;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(name, native_number(*number), native_offset(from))
            .and_then(|()| self.consumer.assign(&list))
            .map_err(|error| log_error("reading a partition from its beginning", &error))?;
        let end = self.read_to_end(partition, visit);
        self.consumer
            .unassign()
            .map_err(|error| log_error("ending to read a partition", &error))?;
        end
    }

    fn read_to_end(
        &self,
        partition: &Partition,
        visit: &mut dyn FnMut(Record<'_>),
    ) -> Result<u64, LogError> {
        let operation = "reading a partition from its beginning";
        let mut queue = EventQueue::of(&self.consumer).ok_or_else(|| LogError::Fatal {
            operation,
            detail: "the client has no queue".to_owned(),
        })?;
        let mut looks = 0;
        while looks < LOOKS_MAX {
            let Some(mut event) = queue.next(LOOK) else {
                looks += 1;
                continue;
            };
            match event.read() {
                Happening::Record(message) if is_of(&message, partition) => {
                    looks = 0;
                    show(partition, &message, visit);
                }
                Happening::AtEnd {
                    name,
                    number,
                    offset,
                } if *name == *partition.name && number == native_number(partition.number) => {
                    return Ok(u64::try_from(offset).unwrap_or(0));
                }
                Happening::Trouble { code, text } => {
                    let error = log_error(operation, &KafkaError::Global(code));
                    if !error.is_transient() {
                        return Err(error.with_detail(&text));
                    }
                    log_line(6, &text);
                }
                Happening::Line { level, text } => log_line(level, &text),
                Happening::Record(_)
                | Happening::AtEnd { .. }
                | Happening::Assign(_)
                | Happening::Revoke(_)
                | Happening::Other => {}
            }
        }
        Err(LogError::Transient {
            operation,
            detail: format!(
                "partition {} of {} brought nothing for {} s",
                partition.number,
                partition.name,
                LOOK.as_secs_f64() * f64::from(LOOKS_MAX)
            ),
        })
    }

    fn ask_committed(&self, partition: &Partition) -> KafkaResult<u64> {
        let Partition { name, number } = partition;
        let mut list = TopicPartitionList::new();
        list.add_partition(name, native_number(*number));
        let committed = self.consumer.committed_offsets(list, REQUEST_DEADLINE)?;
        let place = committed.find_partition(name, native_number(*number));
        Ok(match place.map(|place| place.offset()) {
            Some(Offset::Offset(next)) => u64::try_from(next).unwrap_or(0),
            _ => 0,
        })
    }
}

fn is_of(message: &Message<'_>, partition: &Partition) -> bool {
    message.name == &*partition.name && message.number == native_number(partition.number)
}

fn show(partition: &Partition, message: &Message<'_>, visit: &mut dyn FnMut(Record<'_>)) {
    if let Some(record) = message.record(partition) {
        visit(record);
    }
}
