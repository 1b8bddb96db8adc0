//! Snapshots as records of a compacted Kafka topic, and how they are found again.
//!
//! In: bytes of a state and the offset that it includes. Out: records; from records, the snapshots that
//! are whole, newest first.
//! Rule: two generations take turns, each a manifest and its chunks. What is incomplete or of another
//! format is passed over: then the generation before counts, then the log.
//! Not here: what the bytes mean and whether they are damaged (`detect`), reading Kafka (`log/kafka`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::log::{LogError, Outgoing};
use crate::post::EventTime;

/// Bytes of one chunk: well below what every broker takes.
const CHUNK_BYTES: usize = 512 * 1024;
/// Version of manifests.
const FORMAT: u32 = 1;

/// Shows every record (key, value) of one partition of the Kafka topic of snapshots.
pub type Shelf = Box<dyn FnMut(u32, &mut dyn FnMut(&[u8], &[u8])) -> Result<(), LogError> + Send>;

/// A state, and the offset of the first record that it does not include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Which of the two generations, 0 or 1.
    pub generation: u8,
    /// The next offset.
    pub next: u64,
    /// The state.
    pub bytes: Vec<u8>,
}

/// What is said about a snapshot; JSON, so that a person can read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    pub(super) next: u64,
    pub(super) chunks: usize,
    pub(super) bytes: usize,
}

/// The records of one snapshot of `stage`, for partition `number`.
pub fn records(
    name: &Arc<str>,
    stage: &str,
    number: u32,
    snapshot: &Snapshot,
    now: EventTime,
) -> Vec<Outgoing> {
    let record = |key: String, value: Vec<u8>| Outgoing {
        name: Arc::clone(name),
        partition: Some(number),
        key: Some(key.into_bytes()),
        value: Some(value),
        headers: Vec::new(),
        timestamp: Some(now),
    };
    let chunks = snapshot.bytes.chunks(CHUNK_BYTES);
    let manifest = Manifest {
        format: FORMAT,
        next: snapshot.next,
        chunks: chunks.len(),
        bytes: snapshot.bytes.len(),
    };
    let prefix = format!("{stage}/{number}/{}", snapshot.generation);
    let mut records: Vec<Outgoing> = (0..)
        .zip(chunks)
        .map(|(place, chunk): (u32, _)| record(format!("{prefix}/{place}"), chunk.to_vec()))
        .collect();
    // Numbers alone: writing them cannot fail, and an empty manifest would be passed over.
    let manifest = serde_json::to_vec(&manifest).unwrap_or_default();
    records.push(record(prefix, manifest));
    records
}

/// The snapshots of `stage` for partition `number` that are whole and include nothing from
/// `up_to` on, newest first.
pub fn find(
    shelf: &mut Shelf,
    stage: &str,
    number: u32,
    up_to: u64,
) -> Result<Vec<Snapshot>, LogError> {
    let mut found: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let own = format!("{stage}/{number}/");
    shelf(number, &mut |key, value| {
        if key.starts_with(own.as_bytes()) {
            found.insert(key.to_vec(), value.to_vec());
        }
    })?;
    let mut snapshots: Vec<Snapshot> = (0..2_u8)
        .filter_map(|generation| whole(&found, &own, generation))
        .filter(|snapshot| snapshot.next <= up_to)
        .collect();
    snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.next));
    Ok(snapshots)
}

fn whole(found: &BTreeMap<Vec<u8>, Vec<u8>>, own: &str, generation: u8) -> Option<Snapshot> {
    let prefix = &format!("{own}{generation}");
    let manifest: Manifest = serde_json::from_slice(found.get(prefix.as_bytes())?).ok()?;
    if manifest.format != FORMAT {
        tracing::warn!(
            prefix,
            manifest.format,
            "a snapshot of another format is passed over"
        );
        return None;
    }
    let mut bytes = Vec::new();
    for place in 0..manifest.chunks {
        bytes.extend_from_slice(found.get(format!("{prefix}/{place}").as_bytes())?);
    }
    if bytes.len() != manifest.bytes {
        tracing::warn!(prefix, "a snapshot of another size is passed over");
        return None;
    }
    Some(Snapshot {
        generation,
        next: manifest.next,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(generation: u8, next: u64, bytes: &[u8]) -> Vec<Outgoing> {
        let snapshot = Snapshot {
            generation,
            next,
            bytes: bytes.to_vec(),
        };
        let name = "snapshots".into();
        records(&name, "detect", 3, &snapshot, EventTime::MIN)
    }

    fn found(records: Vec<Outgoing>, up_to: u64) -> Vec<u64> {
        let mut shelf: Shelf = Box::new(move |_, show| {
            for record in &records {
                show(
                    record.key.as_deref().unwrap(),
                    record.value.as_deref().unwrap(),
                );
            }
            Ok(())
        });
        let snapshots = find(&mut shelf, "detect", 3, up_to).unwrap();
        snapshots.iter().map(|snapshot| snapshot.next).collect()
    }

    #[test]
    fn the_newest_whole_snapshot_comes_first_and_a_damaged_one_not_at_all() {
        let long = vec![7; 2 * CHUNK_BYTES + 5];
        let both = [written(0, 40, b"old"), written(1, 90, &long)].concat();
        assert_eq!(found(both.clone(), 100), [90, 40]);
        assert_eq!(found(both.clone(), 89), [40]);

        let mut damaged = both.clone();
        damaged[3].value = Some(b"other bytes".to_vec());
        assert_eq!(found(damaged, 100), [40]);

        let mut incomplete = both;
        incomplete.remove(2);
        assert_eq!(found(incomplete, 100), [40]);

        let again = [written(0, 40, b"old"), written(0, 70, b"newer")].concat();
        assert_eq!(found(again, 100), [70]);
    }
}
