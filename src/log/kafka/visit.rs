//! What a reader makes of the client's events, and of its errors.
//!
//! In: messages, ends of partitions, committed positions. Out: the log's events; where reading begins.
//! Rule: each is of a partition that is owned, or it is passed over.

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::Offset;

use super::native::Message;
use super::places::{find_native, native_number};
use super::settings::REQUEST_DEADLINE;
use super::trouble::{Quiet, log_error};
use crate::log::{Event, LogError, Partition, Position};

pub(super) fn visit_record(
    owned: &mut [Position],
    message: &Message<'_>,
    visit: &mut dyn FnMut(Event<'_>),
) {
    let Some(owned) = find_native(owned, message.name, message.number) else {
        return;
    };
    if let Some(record) = message.record(&owned.partition) {
        owned.next = record.offset + 1;
        visit(Event::Record(record));
    }
}

pub(super) fn visit_end(
    owned: &mut [Position],
    name: &str,
    number: i32,
    offset: i64,
    visit: &mut dyn FnMut(Event<'_>),
) {
    let Some(owned) = find_native(owned, name, number) else {
        return;
    };
    owned.next = owned.next.max(u64::try_from(offset).unwrap_or(0));
    visit(Event::AtEnd {
        partition: &owned.partition,
        next: owned.next,
    });
}

/// Where reading of `partitions` goes on: at the committed position, else at the oldest record.
/// The list is dropped before it returns: a living one keeps the client from closing.
pub(super) fn starts(
    consumer: &BaseConsumer<Quiet>,
    partitions: &[Partition],
) -> KafkaResult<Vec<Position>> {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for Partition { name, number } in partitions {
        list.add_partition(name, native_number(*number));
    }
    let committed = consumer.committed_offsets(list, REQUEST_DEADLINE)?;
    partitions
        .iter()
        .map(|partition| {
            let Partition { name, number } = partition;
            let number = native_number(*number);
            let place = committed.find_partition(name, number);
            if let Some(place) = &place {
                place.error()?;
            }
            let next = match place.map(|place| place.offset()) {
                Some(Offset::Offset(next)) => next,
                _ => consumer.fetch_watermarks(name, number, REQUEST_DEADLINE)?.0,
            };
            Ok(Position {
                partition: partition.clone(),
                next: u64::try_from(next).unwrap_or(0),
            })
        })
        .collect()
}

pub(super) fn not_owned(operation: &'static str, partition: &Partition) -> LogError {
    LogError::Transient {
        operation,
        detail: format!(
            "this member does not own partition {} of {}",
            partition.number, partition.name
        ),
    }
}

pub(super) fn fatal(consumer: &BaseConsumer<Quiet>, text: String) -> LogError {
    let (code, detail) = consumer
        .client()
        .fatal_error()
        .unwrap_or((RDKafkaErrorCode::Fatal, text));
    log_error("reading", &KafkaError::MessageConsumptionFatal(code)).with_detail(&detail)
}
