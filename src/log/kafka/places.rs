//! Partitions and positions in the client's words and in the log's.
//!
//! In: names, numbers and offsets of one side. Out: those of the other.
//! Rule: positions are sorted by partition, so that a record's place is found by halving.

use std::sync::Arc;

use rdkafka::TopicPartitionList;
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::Offset;

use crate::log::{Partition, Position};

/// The partitions in the order of [`Partition`], with one shared name for each Kafka topic.
pub(super) fn partitions(places: &[(String, i32)]) -> Vec<Partition> {
    let mut partitions: Vec<Partition> = Vec::with_capacity(places.len());
    let mut places: Vec<_> = places.iter().collect();
    places.sort_unstable();
    for (name, number) in places {
        let name = partitions
            .last()
            .filter(|last| *last.name == **name)
            .map_or_else(|| name.as_str().into(), |last| Arc::clone(&last.name));
        let number = u32::try_from(*number).unwrap_or(0);
        partitions.push(Partition { name, number });
    }
    partitions
}

/// As [`find`], by the client's own number.
pub(super) fn find_native<'p>(
    positions: &'p mut [Position],
    name: &str,
    number: i32,
) -> Option<&'p mut Position> {
    find(positions, name, u32::try_from(number).ok()?)
}

/// The place of a partition in `positions`, which are in the order of [`Partition`].
pub(super) fn find<'p>(
    positions: &'p mut [Position],
    name: &str,
    number: u32,
) -> Option<&'p mut Position> {
    let place = positions
        .binary_search_by(|Position { partition, .. }| {
            (&*partition.name, partition.number).cmp(&(name, number))
        })
        .ok()?;
    positions.get_mut(place)
}

/// The client's form of `positions`. It must be dropped soon: a living list keeps the client from
/// closing.
pub(super) fn offsets(positions: &[Position]) -> KafkaResult<TopicPartitionList> {
    let mut list = TopicPartitionList::with_capacity(positions.len());
    for Position { partition, next } in positions {
        let number = native_number(partition.number);
        list.add_partition_offset(&partition.name, number, native_offset(*next))?;
    }
    Ok(list)
}

pub(super) fn native_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn native_offset(next: u64) -> Offset {
    Offset::Offset(i64::try_from(next).unwrap_or(i64::MAX))
}
